"""SELU's scale and alpha for any fixed point, in closed form.

A fixed point (mean, variance) under weights (omega, tau) asks, at m = omega * mean, v = tau * variance, z ~ N(m, v),

    scale * E1 + b * D = mean,    scale**2 * E2 + b**2 * C = S,    b = scale * alpha,    S = variance + mean**2,

with E1, E2 the first two moments of z above 0 and D, C those of ``exp(z) - 1`` below 0.  The first equation gives b,
the second is then a quadratic in scale: every root is listed, and nothing is iterated from a guess.

At most one root has scale > 0 and alpha > 0.  The quadratic opens upwards, and b > 0 asks ``scale * E1 > mean`` (D is
negative).  For mean <= 0 the roots have a sum <= 0, so at most one is positive; for mean > 0 both would have to exceed
``mean/E1``, but their midpoint ``C mean E1/(E2 D**2 + C E1**2)`` does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from flint import arb

from selu_math.activations import MAX_DIGITS, Activation, selu_activation
from selu_math.attraction import Attraction, attraction
from selu_math.exceptions import SeluMathError, whole_number
from selu_math.gaussian import GaussianExpectation
from selu_math.numbers.ball import BALL, refine
from selu_math.numbers.enclosure import Enclosure, bits_for
from selu_math.numbers.exact import Constant, Exact, Rational
from selu_math.numbers.kit import Kit
from selu_math.pieces import ExpPoly, Piecewise
from selu_math.target import Target

MANY_DIGITS: Final = 100_000_000
"""For (0, 1) at omega = 0, tau = 1, by :mod:`selu_math.digits`."""
_ZERO = Fraction(0)
_NOTHING: Final = ExpPoly()
_LINE: Final = ExpPoly.identity()
_CURVE: Final = ExpPoly.exp(Fraction(1)) - ExpPoly.constant(Exact.of(1))


def _above(part: ExpPoly) -> Piecewise:
    return Piecewise((_ZERO,), (_NOTHING, part))


def _below(part: ExpPoly) -> Piecewise:
    return Piecewise((_ZERO,), (part, _NOTHING))


@dataclass(frozen=True)
class Quadratic:
    """The fixed-point equations of a target, in one kit: ``a * scale**2 - 2 C mean E1 * scale + c = 0``.

    Attributes:
        mean: the target's mean.
        second_moment: S.
        e1: E1, positive.
        e2: E2, positive.
        d: D, negative.
        c: C, positive.
        k: ``S E1**2 - E2 mean**2``, without cancellation.
        mean_is_negative: which of two equal forms of each root adds, and does not subtract.
    """

    mean: Any
    second_moment: Any
    e1: Any
    e2: Any
    d: Any
    c: Any
    k: Any
    mean_is_negative: bool

    @property
    def discriminant(self) -> Any:
        """A quarter of the discriminant over ``D**2``: ``S E2 D**2 + C k``."""
        return self.second_moment * self.e2 * (self.d * self.d) + self.c * self.k

    def roots(self, kit: Kit[Any]) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """Return both roots as (scale, scale * alpha), the larger scale first.

        The pair of a root that would be a small difference comes from the product of the roots, which is
        ``(C mean**2 - S D**2)/a`` for scale and ``-k/a`` for scale * alpha.
        """
        square = kit.square
        a = self.e2 * square(self.d) + self.c * square(self.e1)
        root = kit.sqrt(self.discriminant)
        sum_of_scales, sum_of_b = self.c * self.mean * self.e1, self.mean * self.e2 * self.d
        sign = -1 if self.mean_is_negative else 1
        # these two are sums of two terms of one sign
        scale = (sum_of_scales - sign * self.d * root) / a
        b = (sum_of_b - sign * self.e1 * root) / a
        other_scale = (self.c * square(self.mean) - self.second_moment * square(self.d)) / (a * scale)
        other_b = -self.k / (a * b)
        return ((other_scale, b), (scale, other_b)) if self.mean_is_negative else ((scale, other_b), (other_scale, b))


def quadratic(kit: Kit[Any], target: Target) -> Quadratic:
    """Return the fixed-point equations of ``target``.

    Where z is mostly positive, E1 and E2 are its moments less what lies below 0, so that k is the difference of two
    rationals, taken exactly, plus small positive terms.
    """
    m, v = target.pre_activation
    expect = GaussianExpectation(kit, kit.rational(m), kit.rational(v))
    second_moment = target.variance + target.mean**2
    s, mean = kit.rational(second_moment), kit.rational(target.mean)
    if m > 0:
        first, second = expect(_below(-_LINE)), expect(_below(_LINE * _LINE))
        e1, e2 = kit.rational(m) + first, kit.rational(m * m + v) - second
        whole = second_moment * m * m - (m * m + v) * target.mean**2
        k = kit.rational(whole) + s * first * (kit.rational(2 * m) + first) + second * kit.square(mean)
    else:
        e1, e2 = expect(_above(_LINE)), expect(_above(_LINE * _LINE))
        k = s * kit.square(e1) - e2 * kit.square(mean)
    return Quadratic(
        mean=mean,
        second_moment=s,
        e1=e1,
        e2=e2,
        d=expect(_below(_CURVE)),
        c=expect(_below(_CURVE * _CURVE)),
        k=k,
        mean_is_negative=target.mean < 0,
    )


@dataclass(frozen=True)
class Solution:
    """One root of the quadratic.

    Attributes:
        scale: lambda.
        alpha: alpha.
        scale_alpha: their product, enclosed by itself.
        target: the fixed point.
        index: which root, the larger lambda first.
    """

    scale: Enclosure
    alpha: Enclosure
    scale_alpha: Enclosure
    target: Target
    index: int

    @property
    def admissible(self) -> bool:
        """Whether scale and alpha are proved positive, as an activation of this family has them."""
        return bool(self.scale.ball > 0 and self.alpha.ball > 0)

    @cached_property
    def activation(self) -> Activation:
        """SELU with these parameters, exact to every kit."""

        def root(kit: Any, which: int) -> Any:
            scale, scale_alpha = quadratic(kit, self.target).roots(kit)[self.index]
            return (scale, scale_alpha / scale)[which]

        where = f" of {self.target}" + (", second root" if self.index else "")
        return selu_activation(
            Constant(f"lambda{where}", lambda kit: root(kit, 0)), Constant(f"alpha{where}", lambda kit: root(kit, 1))
        )

    @cached_property
    def attraction(self) -> Attraction:
        """Whether the fixed point attracts, with this activation."""
        return attraction(self.activation, self.target)


@dataclass(frozen=True)
class Parameters:
    """The answer of :func:`selu_parameters`.

    Attributes:
        target: the fixed point asked for.
        digits: how many significant digits are proved of each number.
        solutions: all real roots; at most one is admissible.
        reason: why no root is admissible; empty where one is.
    """

    target: Target
    digits: int
    solutions: tuple[Solution, ...]
    reason: str

    @property
    def solution(self) -> Solution | None:
        """The root with scale > 0 and alpha > 0, if there is one."""
        return next((s for s in self.solutions if s.admissible), None)

    def _found(self) -> Solution:
        if self.solution is None:
            raise SeluMathError(self.reason)
        return self.solution

    @property
    def scale(self) -> Enclosure:
        """Lambda, proved to ``digits`` digits."""
        return self._found().scale

    @property
    def alpha(self) -> Enclosure:
        """Alpha, proved to ``digits`` digits."""
        return self._found().alpha

    @property
    def scale_alpha(self) -> Enclosure:
        """Lambda times alpha, proved to ``digits`` digits; a product of rounded factors may differ in the last."""
        return self._found().scale_alpha

    def activation(self) -> Activation:
        """Return SELU with these parameters, exact to every kit."""
        return self._found().activation


def selu_parameters(
    mean: Rational = 0, variance: Rational = 1, *, omega: Rational = 0, tau: Rational = 1, digits: int = 50
) -> Parameters:
    """Return SELU's scale and alpha with fixed point (mean, variance) under weights (omega, tau).

    Args:
        mean: the mean to be kept; decimal text is exact, a float is the dyadic number it is.
        variance: the variance to be kept, positive.
        omega: sum of a unit's weights.
        tau: sum of a unit's squared weights, positive.
        digits: significant digits to prove, 1 to 10,000.

    Returns:
        All real solutions, each number enclosed so tightly that ``digits`` digits are correctly rounded.

    Raises:
        InputError: for numbers outside these ranges.
        PrecisionError: where the sign of the discriminant or of a root, or the digits, stay open at the limit.

    Source: Klambauer et al. 2017, section "Deriving the parameters" (eq. 14 at (0, 1)); the quadratic is ours.
    """
    digits = whole_number("digits", digits, 1, MAX_DIGITS)
    target = Target.of(mean, variance, omega, tau)
    bits = bits_for(digits)
    return refine(
        lambda: _solve(target, digits), bits=bits, max_bits=8 * bits + 16384, what="the solution for this fixed point"
    )


def _solve(target: Target, digits: int) -> Parameters | None:
    equation = quadratic(BALL, target)
    discriminant = equation.discriminant
    if not (equation.e1 > 0 and equation.e2 > 0 and equation.c > 0 and equation.d < 0):
        return None
    if discriminant < 0:
        return Parameters(
            target, digits, (), "no activation of this family has this fixed point: the discriminant is negative"
        )
    if not discriminant > 0:
        return None
    solutions = []
    for index, (scale, scale_alpha) in enumerate(equation.roots(BALL)):
        if not _decided(scale) or not _decided(scale_alpha):
            return None
        first, second, third = (Enclosure(x, digits) for x in (scale, scale_alpha / scale, scale_alpha))
        if any(x.digits(digits) is None for x in (first, second, third)):
            return None
        solutions.append(Solution(first, second, third, target, index))
    reason = ""
    if not any(s.admissible for s in solutions):
        roots = " and ".join(f"(λ, α) = ({s.scale.digits(6)}, {s.alpha.digits(6)})" for s in solutions)
        reason = (
            f"no activation of this family has this fixed point: the only roots are {roots}, with λ or α not positive"
        )
        reason = reason[:300]
    return Parameters(target, digits, tuple(solutions), reason)


def _decided(x: arb) -> bool:
    """Return whether the sign of a ball is known; nan counts as unknown."""
    return bool(x.is_finite() and (x > 0 or x < 0))
