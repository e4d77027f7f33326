"""SELU's scale and alpha for any fixed point, in closed form.

A fixed point (mean, variance) under weights (omega, tau) asks, for ``z ~ N(omega * mean, tau * variance)``,

    scale * E1 + b * D = mean,    scale**2 * E2 + b**2 * C = variance + mean**2,    b = scale * alpha,

with E1, E2 the first two moments of z above 0 and D, C those of ``exp(z) - 1`` below 0.  The first equation gives b,
the second is then a quadratic in scale: every root is listed, and nothing is iterated from a guess.

At most one root has scale > 0 and alpha > 0.  With S = variance + mean**2, the quadratic opens upwards, and b > 0 asks
``scale * E1 > mean`` (D is negative).  For mean <= 0 the roots have a sum <= 0, so at most one is positive; for
mean > 0 both would have to exceed ``mean/E1``, but their midpoint ``C mean E1/(E2 D**2 + C E1**2)`` does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from flint import arb

from selu_math.activations import Activation, selu_activation
from selu_math.exceptions import InputError, SeluMathError, whole_number
from selu_math.gaussian import GaussianExpectation
from selu_math.numbers.ball import BALL, refine
from selu_math.numbers.enclosure import Enclosure, bits_for
from selu_math.numbers.exact import Constant, Exact, Rational, as_fraction, decimal_text
from selu_math.numbers.kit import Kit
from selu_math.pieces import ExpPoly, Piecewise

MAX_DIGITS: Final = 10_000
"""For any fixed point."""
MANY_DIGITS: Final = 100_000_000
"""For (0, 1) at omega = 0, tau = 1, by :mod:`selu_math.digits`."""
_ZERO = Fraction(0)
_ABOVE: Final = Piecewise((_ZERO,), (ExpPoly(), ExpPoly.identity()))
_BELOW: Final = Piecewise((_ZERO,), (ExpPoly.exp(Fraction(1)) - ExpPoly.constant(Exact.of(1)), ExpPoly()))
_ABOVE_SQUARE: Final = _ABOVE * _ABOVE
_BELOW_SQUARE: Final = _BELOW * _BELOW


@dataclass(frozen=True)
class Target:
    """A fixed point to be had: exact mean and variance, under exact omega and tau."""

    mean: Fraction
    variance: Fraction
    omega: Fraction
    tau: Fraction

    @classmethod
    def of(cls, mean: Rational, variance: Rational, omega: Rational, tau: Rational) -> Target:
        """Return the target; decimals given as text are exact.

        Raises:
            InputError: where a number is not finite, or variance or tau is not positive.
        """
        target = cls(
            as_fraction(mean, "mean"),
            as_fraction(variance, "variance"),
            as_fraction(omega, "omega"),
            as_fraction(tau, "tau"),
        )
        for name, value in (("variance", target.variance), ("tau", target.tau)):
            if value <= 0:
                raise InputError(f"{name} must be positive, not {value}")
        return target


@dataclass(frozen=True)
class Quadratic:
    """The quadratic ``a * scale**2 - 2 h * scale + c = 0`` and what gives b from scale, in one kit."""

    a: Any
    h: Any
    c: Any
    quarter_discriminant: Any
    e1: Any
    d: Any
    mean: Any

    def roots(self, kit: Kit[Any]) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """Return both roots as (scale, scale * alpha), the larger scale first."""
        root = kit.sqrt(self.quarter_discriminant)
        scales = ((self.h + root) / self.a, (self.h - root) / self.a)
        first, second = ((scale, (self.mean - scale * self.e1) / self.d) for scale in scales)
        return first, second


def quadratic(kit: Kit[Any], target: Target) -> Quadratic:
    """Return the fixed-point equations of ``target`` as a quadratic in scale."""
    mean = kit.rational(target.mean)
    expect = GaussianExpectation(
        kit, kit.rational(target.mean * target.omega), kit.rational(target.variance * target.tau)
    )
    e1, e2, d, c = expect(_ABOVE), expect(_ABOVE_SQUARE), expect(_BELOW), expect(_BELOW_SQUARE)
    second_moment = kit.rational(target.variance + target.mean**2)
    square = kit.square
    a = e2 * square(d) + c * square(e1)
    return Quadratic(
        a=a,
        h=c * mean * e1,
        c=c * square(mean) - second_moment * square(d),
        quarter_discriminant=square(d) * (second_moment * a - c * e2 * square(mean)),
        e1=e1,
        d=d,
        mean=mean,
    )


@dataclass(frozen=True)
class Solution:
    """One root of the quadratic.

    Attributes:
        scale: lambda.
        alpha: alpha.
        scale_alpha: their product, enclosed by itself.
    """

    scale: Enclosure
    alpha: Enclosure
    scale_alpha: Enclosure

    @property
    def admissible(self) -> bool:
        """Whether scale and alpha are proved positive, as an activation of this family has them."""
        return bool(self.scale.ball > 0 and self.alpha.ball > 0)


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
        self._found()
        target = self.target

        def root(kit: Any, which: int) -> Any:
            scale, scale_alpha = quadratic(kit, target).roots(kit)[0]
            return (scale, scale_alpha / scale)[which]

        numbers = (target.mean, target.variance, target.omega, target.tau)
        where = f" of fixed point ({', '.join(map(decimal_text, numbers))})"
        return selu_activation(
            Constant(f"lambda{where}", lambda kit: root(kit, 0)), Constant(f"alpha{where}", lambda kit: root(kit, 1))
        )


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
    if not (equation.a > 0 and equation.d < 0):
        return None
    if equation.quarter_discriminant < 0:
        return Parameters(
            target, digits, (), "no activation of this family has this fixed point: the discriminant is negative"
        )
    if not equation.quarter_discriminant > 0:
        return None
    solutions = []
    for scale, scale_alpha in equation.roots(BALL):
        if not _decided(scale) or not _decided(scale_alpha):
            return None
        numbers = [Enclosure(x, digits) for x in (scale, scale_alpha / scale, scale_alpha)]
        if any(x.digits(digits) is None for x in numbers):
            return None
        solutions.append(Solution(*numbers))
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
