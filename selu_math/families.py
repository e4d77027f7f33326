"""Any activation f made to keep a fixed point: ``a * f(x) + b``.

The mean and variance of ``a f(z) + b`` are ``a E f + b`` and ``a**2 Var f``, so with ``z ~ N(omega * mean, tau *
variance)``

    a = +- sqrt(variance/Var f(z)),    b = mean - a E f(z):

every target is had, in two ways, as long as f is not constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from selu_math.activations import Activation
from selu_math.attraction import Attraction, attraction
from selu_math.exceptions import InputError, whole_number
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL, refine
from selu_math.numbers.enclosure import Enclosure, bits_for
from selu_math.numbers.exact import Constant, Exact, Rational
from selu_math.numbers.kit import Kit
from selu_math.target import Target


@dataclass(frozen=True)
class AffineSolution:
    """One of the two ways to keep the target.

    Attributes:
        scale: a.
        shift: b.
        base: f.
        target: the fixed point.
        sign: the sign of a.
    """

    scale: Enclosure
    shift: Enclosure
    base: Activation
    target: Target
    sign: int

    @cached_property
    def activation(self) -> Activation:
        """The activation ``a * f(x) + b``, exact to every kit."""
        where = f" for {self.base.name} with {self.target}, sign {self.sign:+d}"
        scale = Constant(f"scale{where}", lambda kit: _affine(kit, self.base, self.target, self.sign)[0])
        shift = Constant(f"shift{where}", lambda kit: _affine(kit, self.base, self.target, self.sign)[1])
        offset = self.target.mean if _has_no_mean(self.base, self.target) else shift
        return self.base.affine(Exact.of(scale), Exact.of(offset), f"a·{self.base.name} + b with {self.target}")

    @cached_property
    def attraction(self) -> Attraction:
        """Whether the fixed point attracts, with this activation."""
        return attraction(self.activation, self.target)


@dataclass(frozen=True)
class AffineParameters:
    """The answer of :func:`affine_parameters`.

    Attributes:
        base: f.
        target: the fixed point asked for.
        digits: how many significant digits are proved of each number.
        solutions: both, the one with a > 0 first.
    """

    base: Activation
    target: Target
    digits: int
    solutions: tuple[AffineSolution, AffineSolution]

    @property
    def solution(self) -> AffineSolution:
        """The one with a > 0."""
        return self.solutions[0]

    @property
    def scale(self) -> Enclosure:
        """The factor a > 0."""
        return self.solution.scale

    @property
    def shift(self) -> Enclosure:
        """The term b that goes with it."""
        return self.solution.shift


def affine_parameters(
    activation: Activation,
    mean: Rational = 0,
    variance: Rational = 1,
    *,
    omega: Rational = 0,
    tau: Rational = 1,
    digits: int = 50,
) -> AffineParameters:
    """Return a and b for which the layer map of ``a * f(x) + b`` keeps (mean, variance) under (omega, tau).

    Args:
        activation: f, not constant.
        mean: the mean to be kept; decimal text is exact, a float is the dyadic number it is.
        variance: the variance to be kept, positive.
        omega: sum of a unit's weights.
        tau: sum of a unit's squared weights, positive.
        digits: significant digits to prove, 1 to 10,000, or 1,000 where moments are integrals.  A b that vanishes, as
            for an odd f at mean 0, is shown as 0: it is proved smaller than its digits would show beside a.

    Raises:
        InputError: for numbers outside these ranges or a constant f.
        PrecisionError: where the digits stay open at the precision limit.
    """
    digits = whole_number(f"digits for {activation.name}", digits, 1, activation.max_digits)
    target = Target.of(mean, variance, omega, tau)
    if activation.is_constant:
        raise InputError(f"{activation.name} is constant: no scale gives it a variance")

    def attempt() -> AffineParameters | None:
        found = []
        for sign in (1, -1):
            scale, shift = (Enclosure(x, digits) for x in _affine(BALL, activation, target, sign))
            if scale.digits(digits) is None or shift.bounded_digits(digits, abs(float(scale))) is None:
                return None
            found.append(AffineSolution(scale, shift, activation, target, sign))
        return AffineParameters(activation, target, digits, (found[0], found[1]))

    bits = bits_for(digits)
    max_bits = 8 * bits + 4096 if activation.is_closed_form else 4 * bits + 512
    return refine(attempt, bits=bits, max_bits=max_bits, what="scale and shift for this fixed point")


def _affine(kit: Kit[Any], activation: Activation, target: Target, sign: int) -> tuple[Any, Any]:
    m, v = target.pre_activation
    at = Moments(kit, activation, kit.rational(m), kit.rational(v))
    scale, mean = sign * kit.sqrt(kit.rational(target.variance) / at.variance), kit.rational(target.mean)
    return scale, mean if _has_no_mean(activation, target) else mean - scale * at.mean


def _has_no_mean(activation: Activation, target: Target) -> bool:
    """Return whether E f(z) is exactly 0 by symmetry."""
    return activation.is_odd and not target.pre_activation[0]
