"""The sums of weights between which a fixed point with mean zero attracts, certified.

At mean zero the paper's map meets omega only in its derivative by the mean: a fixed point (0, nu) at omega = 0 is one
at every omega, and with ``a = E f'``, ``b = E f''/2``, ``c = dVar f/dm``, ``d = tau dVar f/dv`` the Jacobian there is

    (omega a    tau b)
    (omega c    d    ),    det = omega (a d - tau b c) = omega e.

Both eigenvalues lie inside the unit circle where three numbers are positive (Jury's conditions), each linear in omega:

    1 - tr + det = (1 - d) - omega (a - e),    1 + tr + det = (1 + d) + omega (a + e),    1 - det = 1 - omega e;

where the first vanishes an eigenvalue is 1, where the second does it is -1, and at the third a pair has modulus 1.

A fixed point with mean and variance may also move off to infinity.  There f is its right slope r times ``max(z, 0)``,
up to a bounded rest, and with t = m/s, ``H(t) = r (t Phi(t) + phi(t))`` and V(t) the mean and the variance of
``r max(z, 0)`` under N(t, 1), a point (mu, nu) with ``t = omega mu/sqrt(tau nu)`` is kept in the limit where
``tau V(t) = 1`` and ``H(t) = t/omega``.  V increases from 0 to ``r**2``, so that each tau above ``1/r**2`` has one t.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import arb

from selu_math.activations import SELU, Activation
from selu_math.asymptotics import far_form
from selu_math.exceptions import InputError, whole_number
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL, refine
from selu_math.numbers.enclosure import Enclosure, bits_for
from selu_math.numbers.exact import Rational, decimal_text
from selu_math.target import Target

_EVENTS: Final = ("eigenvalue 1", "eigenvalue -1", "a pair on the unit circle")


@dataclass(frozen=True)
class OmegaLimit:
    """An end of the range of omega.

    Attributes:
        omega: where attraction ends.
        event: what happens there: ``"eigenvalue 1"``, ``"eigenvalue -1"`` or ``"a pair on the unit circle"``.
    """

    omega: Enclosure
    event: str


@dataclass(frozen=True)
class OmegaLimits:
    """Between which omegas (0, variance) attracts; outside of them it does not.

    Attributes:
        lower: the lower end; None where there is none.
        upper: the upper end; None where there is none.
    """

    lower: OmegaLimit | None
    upper: OmegaLimit | None


def omega_limits(
    *, variance: Rational = 1, tau: Rational = 1, activation: Activation = SELU, digits: int = 15
) -> OmegaLimits:
    """Return the range of omega in which the fixed point (0, variance) of the paper's map attracts.

    Args:
        variance: the fixed point's variance.
        tau: sum of a unit's squared weights.
        activation: f.  That (0, variance) is a fixed point is the caller's premise; it is checked to ``digits`` digits.
        digits: significant digits to prove.

    Raises:
        InputError: for arguments out of range, where (0, variance) is not a fixed point, or does not attract at
            omega = 0.
        PrecisionError: where the digits stay open at the precision limit.
    """
    digits = whole_number(f"digits for {activation.name}", digits, 1, activation.max_digits)
    at = Target.of(0, variance, 0, tau)
    bits = bits_for(digits) + 32

    def attempt() -> OmegaLimits | None:
        nu, square = BALL.rational(at.variance), BALL.rational(at.tau)
        moments = Moments(BALL, activation, BALL.rational(Fraction(0)), nu * square)
        off = (moments.mean, moments.variance - nu)
        if not all(x.contains(0) for x in off):
            shown = f"(0, {decimal_text(at.variance)})"
            raise InputError(f"{shown} is no fixed point of {activation.name} at tau = {decimal_text(at.tau)}")
        if not all(x.is_finite() and x.rad() < arb(10) ** -digits for x in off):
            return None
        (a, b), (c, d) = moments.gradient
        d = square * d
        if not -1 < d < 1:
            if d >= 1 or d <= -1:
                raise InputError(f"(0, {decimal_text(at.variance)}) does not attract at omega = 0 either")
            return None
        e = a * d - square * b * c
        limits: tuple[list[OmegaLimit], list[OmegaLimit]] = ([], [])
        for event, start, slope in zip(_EVENTS, (1 - d, 1 + d, arb(1)), (e - a, a + e, -e), strict=True):
            if slope.is_zero():
                continue
            if slope.contains(0):
                return None
            limit = Enclosure(-start / slope, digits)
            if limit.bounded_digits(digits) is None:
                return None
            limits[bool(slope < 0)].append(OmegaLimit(limit, event))
        ends = [_nearest(found, sign) for found, sign in zip(limits, (-1, 1), strict=True)]
        if any(found and end is None for found, end in zip(limits, ends, strict=True)):
            return None
        return OmegaLimits(*ends)

    limit = 8 * bits + 4096 if activation.is_closed_form else 4 * bits + 512
    return refine(attempt, bits=bits, max_bits=limit, what="the range of omega")


def _nearest(limits: list[OmegaLimit], sign: int) -> OmegaLimit | None:
    """Return the limit nearest to 0; None where there is none, or two are not told apart."""
    for one in limits:
        if all(other is one or sign * one.omega.ball < sign * other.omega.ball for other in limits):
            return one
    return None


def omega_of_escape(*, tau: Rational = 1, activation: Activation = SELU, digits: int = 15) -> Enclosure:
    """Return the omega at which a fixed point's mean and variance become infinite.

    Args:
        tau: sum of a unit's squared weights, above 1/slope**2.
        activation: f, bounded on the left and within a bounded distance of a rising line on the right.
        digits: significant digits to prove.

    Raises:
        InputError: for arguments out of range or another kind of activation.
        PrecisionError: where the digits stay open at the precision limit.
    """
    digits = whole_number(f"digits for {activation.name}", digits, 1, activation.max_digits)
    square = Target.of(0, 1, 0, tau).tau
    bits = bits_for(digits) + 32

    def attempt() -> Enclosure | None:
        form = far_form(activation)
        slope = None if form is None or form.left else BALL.exact(form.right)
        if slope is None or not slope > 0:
            raise InputError(f"{activation.name} is not bounded on the left with a rising line on the right")
        level = 1 / (BALL.rational(square) * BALL.square(slope))
        if level >= 1:
            raise InputError(f"tau must be above {(1 / BALL.square(slope)).str(6, radius=False)}, where t is infinite")
        t = _mean_of_rectified_variance(level)
        if t is None:
            return None
        omega = Enclosure(t / (slope * _rectified(t)[0]), digits)
        return None if omega.bounded_digits(digits) is None else omega

    return refine(attempt, bits=bits, max_bits=8 * bits + 4096, what="the omega of escape")


def _rectified(t: arb) -> tuple[arb, arb]:
    """Return mean and variance of ``max(z, 0)`` under N(t, 1)."""
    density = BALL.tilted_density(arb(0), t)
    above = BALL.tilted_cdf(arb(0), t, density)
    mean = t * above + density
    return mean, (1 + t * t) * above + t * density - BALL.square(mean)


def _mean_of_rectified_variance(level: arb) -> arb | None:
    """Return the t whose rectified variance is ``level``, by bisection; None where signs cannot be told any more."""
    low, high = arb(-1), arb(1)
    while not _rectified(low)[1] < level:
        low *= 2
        if low < -(2**20):
            return None
    while not _rectified(high)[1] > level:
        high *= 2
        if high > 2**20:
            return None
    while True:
        middle = ((low + high) / 2).mid()
        value = _rectified(middle)[1]
        if value < level:
            low = middle
        elif value > level:
            high = middle
        else:
            return low.union(high)
