"""Gains: by what to scale an activation so that a standard normal keeps its size through it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from selu_math.activations import Activation
from selu_math.exceptions import InputError, whole_number
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL, refine
from selu_math.numbers.enclosure import Enclosure, bits_for


@dataclass(frozen=True)
class Gains:
    """Factors g at z ~ N(0, 1), with proved digits.

    Attributes:
        activation: the activation's name.
        digits: significant digits that are proved.
        second_moment_gain: ``1/sqrt(E f**2)``: with weights of variance g**2/fan_in, E f(z)**2 stays 1 in mean field.
        variance_gain: ``1/sqrt(Var f)``.
        gradient_gain: ``1/sqrt(E f'**2)``: with it, the mean squared gradient stays the same backwards.  None for an
            activation that jumps: its ``E f'**2`` is infinite.
    """

    activation: str
    digits: int
    second_moment_gain: Enclosure
    variance_gain: Enclosure
    gradient_gain: Enclosure | None


def gains(activation: Activation, *, digits: int = 15) -> Gains:
    """Return the gains of an activation at N(0, 1).

    Args:
        activation: f, not constant.
        digits: significant digits to prove, 1 to 10,000, or 1,000 where moments are integrals.

    Raises:
        InputError: for digits outside the range, or an activation that is constant or known by its values alone.
        PrecisionError: where the digits stay open at the precision limit.

    Source: He et al. 2015, section 2.2, for ReLU's sqrt(2); the same argument for any activation.
    """
    digits = whole_number(f"digits for {activation.name}", digits, 1, activation.max_digits)
    if activation.is_constant:
        raise InputError(f"{activation.name} is constant: no gain restores a variance of zero")

    def attempt() -> Gains | None:
        at = Moments(BALL, activation, BALL.rational(Fraction(0)), BALL.rational(Fraction(1)))
        squares: list[arb] = [at.second_moment, at.variance]
        if not activation.function.jumps:
            squares.append(at.slope_square)
        if not all(x > 0 for x in squares):
            return None
        found = [Enclosure(x.rsqrt(), digits) for x in squares]
        if any(x.digits(digits) is None for x in found):
            return None
        return Gains(activation.name, digits, found[0], found[1], found[2] if len(found) > 2 else None)

    bits = bits_for(digits)
    return refine(attempt, bits=bits, max_bits=4 * bits + 4096, what=f"{digits} digits of the gains")
