"""The layer map where variances are very large or very small: by how much a layer multiplies them, proved.

Write ``f = h + r`` with h of two slopes, ``h(z) = q z`` below 0 and ``p z`` above.  By Minkowski's inequality the
standard deviations of f(z) and h(z) differ by at most ``sqrt(E r**2)``, and with ``z = s (t + x)``, x standard normal,
that of h(z) is s times a function of t = m/s alone; at t = 0 its square is

    (p**2 + q**2)/2 - (p - q)**2/(2 pi).

Far out, r is bounded by a constant (SELU: p = lambda, q = 0, ``|r| <= lambda alpha``), and the ratio of the deviations
tends to that of h.  Around 0, p and q are the slopes there, and ``|r|`` is bounded by powers of ``|z|`` from 2 on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any, Final

from flint import arb

from selu_math.activations import GELU, Activation
from selu_math.analytic import Analytic
from selu_math.exceptions import whole_number
from selu_math.layer import MapKind
from selu_math.numbers.ball import BALL, interval, refine
from selu_math.numbers.enclosure import Enclosure, bits_for
from selu_math.numbers.exact import Exact
from selu_math.pieces import ExpPoly, Piecewise
from selu_math.proofs.cells import real_functions
from selu_math.proofs.image import LayerFamily, box_moments
from selu_math.smooth_forms import GELU_TANH, MISH, SILU, SOFTPLUS
from selu_math.trigonometric import TrigPoly

_ZERO: Final = Fraction(0)
_LINE: Final = (1, _ZERO)
_POWERS: Final = 200
"""Ends are sought among the powers of 4 up to this one."""


def _base(activation: Activation) -> object:
    part = activation.function.parts[0]
    return part.base if isinstance(part, Analytic) else part


_NEAR_RELU: Final = {
    # |f - max(x, 0)| is log(1 + exp(-|x|)) for softplus; |x|/(1 + exp|x|) < 1/e for silu; |x| Phi(-|x|) < 0.31
    # for gelu; at most |x| exp(-|x|) and 2x exp(-2x) <= 1/e for mish; |x|/(1 + exp(2u)), u > |x|/2, for gelu_tanh
    id(_base(f)): Fraction(7, 10)
    for f in (SOFTPLUS, SILU, GELU, MISH, GELU_TANH)
}


@dataclass(frozen=True)
class FarForm:
    """How an activation grows: ``|f(z) - h(z)| <= bound`` on the whole line, h of the slopes left and right of 0.

    Attributes:
        left: slope at minus infinity.
        right: slope at infinity.
        bound: an upper bound.
    """

    left: Exact
    right: Exact
    bound: arb

    def slopes(self) -> Activation:
        """Return h as an activation."""
        parts = tuple(ExpPoly({_LINE: slope}) for slope in (self.left, self.right))
        return Activation("two slopes", Piecewise((_ZERO,), parts))


@dataclass(frozen=True)
class NearForm:
    """An activation around 0: ``f(0+-) + slope z + r(z)``.

    Attributes:
        left: slope below 0.
        right: slope above 0.
        rest: pairs (c, n) with ``|r(z)| <= sum of c |z|**n`` on the whole line, n at least 2.
        values: the limits of f at 0 from below and from above.
    """

    left: arb
    right: arb
    rest: tuple[tuple[arb, int], ...]
    values: tuple[arb, arb]

    def spread(self, s: arb) -> arb:
        """Bound ``sqrt(E r(z)**2)/s`` for ``z ~ N(0, s**2)``."""
        total = arb(0)
        for c, n in self.rest:
            total += c * s ** (n - 1) * arb(prod(range(1, 2 * n, 2))).sqrt()
        return total


def far_form(activation: Activation) -> FarForm | None:
    """Return the slopes far out, or None where the activation is not seen to be a line and something bounded there."""
    function = activation.function
    first, last = function.parts[0], function.parts[-1]
    if isinstance(first, TrigPoly):
        slope = first.terms.get((1, _ZERO, False), Exact())
        rest = {wave: c for wave, c in first.terms.items() if wave != (1, _ZERO, False)}
        if any(power for power, _, _ in rest):
            return None
        return FarForm(slope, slope, sum((_size(c) for c in rest.values()), arb(0)))
    if isinstance(first, Analytic):
        return _far_smooth(first)
    if not all(isinstance(part, ExpPoly) for part in function.parts):
        return None
    left, right = first.terms.get(_LINE, Exact()), last.terms.get(_LINE, Exact())
    bound = arb(0)
    edges = sorted({*function.breaks, _ZERO})
    for part, slope, sign in ((first, left, -1), (last, right, 1)):
        outside = _decaying(part, slope, sign)
        if outside is None:
            return None
        bound = bound.max(outside)
    for a, b in pairwise(edges):
        slope = right if a >= 0 else left
        bound = bound.max(_range(function.sides(a)[1] - ExpPoly({_LINE: slope}), a, b).abs_upper())
    return FarForm(left, right, bound)


def _far_smooth(part: Analytic) -> FarForm | None:
    if all(power == 0 for _, _, power in part.envelope()):
        return FarForm(Exact(), Exact(), sum((_size(c) * BALL.rational(k) for c, k, _ in part.envelope()), arb(0)))
    if id(part.base) in _NEAR_RELU and set(part.terms) <= {(0,), ()}:
        scale, shift = part.terms[0,], part.terms.get((), Exact())
        return FarForm(Exact(), scale, _size(scale) * BALL.rational(_NEAR_RELU[id(part.base)]) + _size(shift))
    return None


def _decaying(part: Any, slope: Exact, sign: int) -> arb | None:
    """Bound a piece less its line on the half-line from 0 outwards; None where it is not bounded."""
    total = arb(0)
    for (power, rate), c in (part - ExpPoly({_LINE: slope})).terms.items():
        if sign * rate > 0 or (power and not rate):
            return None
        # z**j exp(-k z) is largest at j/k
        peak = (BALL.rational(power / abs(rate)) * (-arb(1)).exp()) ** power if power else arb(1)
        total += _size(c) * peak
    return total


def near_form(activation: Activation) -> NearForm | None:
    """Return the slopes around 0, or None where the rest is not seen to be bounded by powers."""
    function = activation.function
    part = function.parts[0]
    if isinstance(part, TrigPoly):
        if any(power > 1 or (power and w) for power, w, _ in part.terms):
            return None
        bend = sum((_size(c) * BALL.rational(w * w / 2) for (_, w, _), c in part.terms.items()), arb(0))
        slope = _wave_at_0(part.derivative())
        return NearForm(slope, slope, ((bend, 2),), (_wave_at_0(part),) * 2)
    if isinstance(part, Analytic):
        slope = _smooth_at_0(part.derivative())
        rest: list[tuple[arb, int]] = []
        for c, factor, power in part.derivative().derivative().envelope():
            # (2 + |x|)**p <= 2**(p - 1) (2**p + |x|**p)
            half = _size(c) * BALL.rational(factor) / 2
            rest += [(half * 2 ** (2 * power - 1), 2), (half * 2 ** (power - 1), power + 2)] if power else [(half, 2)]
        return NearForm(slope, slope, tuple(rest), (_smooth_at_0(part),) * 2)
    far = far_form(activation)
    if far is None:
        return None
    below, above = function.sides(_ZERO)
    reach = min([Fraction(1), *(abs(c) for c in function.breaks if c)])
    rho, bend = BALL.rational(reach), arb(0)
    slopes, values = [], []
    for side, sign, outer in ((below, -1, far.left), (above, 1, far.right)):
        first, value = side.derivative(), side.at(_ZERO)
        bent = first.at(_ZERO)
        bend = bend.max(_range(first.derivative(), *sorted((_ZERO, sign * reach))).abs_upper() / 2)
        # beyond the reach |r| <= (bound + |f(0)|) + |outer - slope| |z|, and 1 <= |z|/rho
        bend = bend.max(((far.bound + _size(value)) / rho + _size(outer - bent)) / rho)
        slopes.append(BALL.exact(bent))
        values.append(BALL.exact(value))
    return NearForm(slopes[0], slopes[1], ((bend.upper(), 2),), (values[0], values[1]))


def _range(part: ExpPoly, low: Fraction, high: Fraction) -> arb:
    z = interval(low, high)
    total = arb(0)
    for (power, rate), c in part.terms.items():
        total += BALL.exact(c) * prod([z] * power, start=arb(1)) * (BALL.rational(rate) * z).exp()
    return total


def _wave_at_0(part: TrigPoly) -> arb:
    return sum((BALL.exact(c) for (power, _, sine), c in part.terms.items() if not power and not sine), arb(0))


def _smooth_at_0(part: Analytic) -> arb:
    value: arb = part.combination(BALL)(part.derivatives(real_functions(), arb(0), part.order))
    return value


def _size(c: Exact) -> arb:
    return BALL.exact(c).abs_upper()


def two_slope_variance(left: arb, right: arb) -> arb:
    """Return Var h(x), x standard normal."""
    square = BALL.square
    return (square(left) + square(right)) / 2 - square(right - left) / (2 * arb.pi())


def end_above(family: LayerFamily, mean_size: Fraction) -> float | None:
    """Return an N such that no fixed point with ``|mean| <= mean_size`` has a variance of N or more; None: no proof."""
    form = far_form(family.activation)
    if form is None:
        return None
    tau, reach = interval(*family.tau), BALL.rational(mean_size * max(map(abs, family.omega)))
    for end in _powers(1):
        s = (tau.lower() * end).sqrt()
        t = arb(0, (reach / s).upper())
        variance = box_moments(form.slopes(), t, arb(1), arb(0), arb(1)).variance
        factor = arb(1)
        if family.kind is MapKind.MEAN_FIELD:  # new/old variance is that of v, tau Var f/v, times 1 + mean**2/variance
            factor = arb(1).union(1 + BALL.square(BALL.rational(mean_size)) / end)
        if _off_one(BALL.sqrt(variance), (form.bound / s).upper(), tau * factor):
            return end
    return None


def end_below(family: LayerFamily, mean_size: Fraction) -> float | None:
    """Return an N such that no fixed point with ``|mean| <= mean_size`` has a variance up to N; None: no proof.

    Only where z has mean zero there: at omega = 0, or for the mean-field map.
    """
    form = None if any(family.omega) else near_form(family.activation)
    if form is None:
        return None
    if family.kind is MapKind.MEAN_FIELD:
        return _end_below_mean_field(family, form, mean_size)
    tau = interval(*family.tau)
    continuous = not family.activation.function.jumps.get(_ZERO)
    ratio = BALL.sqrt(two_slope_variance(form.left, form.right))
    for end in _powers(-1):
        s = BALL.sqrt(tau.upper() * end)
        if continuous:
            if _off_one(ratio, form.spread(s).upper(), tau):
                return end
            continue
        # a jump J alone has the deviation |J|/2
        steepest = abs(form.left).max(abs(form.right))
        least = abs(form.values[1] - form.values[0]) / 2 - s * (steepest + form.spread(s))
        if least > arb(end).sqrt():
            return end
    return None


def _end_below_mean_field(family: LayerFamily, form: NearForm, mean_size: Fraction) -> float | None:
    """The same for the mean-field map, whose second moment q = variance + mean**2 follows a map of its own.

    No q up to some q0 is kept.  So a fixed point with a variance below q0/2 has mean**2 > q0/2, hence v > tau q0/2, and
    there Var f has a positive lower bound.
    """
    if any(not value.is_zero() for value in form.values):
        return None
    tau, largest = interval(*family.tau), BALL.square(BALL.rational(mean_size))
    ratio = BALL.sqrt((BALL.square(form.left) + BALL.square(form.right)) / 2)
    q0 = next((q for q in _powers(-1) if _off_one(ratio, form.spread(BALL.sqrt(tau.upper() * q)).upper(), tau)), None)
    if q0 is None:
        return None
    least, v, top = arb(q0) / 2, (tau.lower() * q0 / 2).lower(), (tau.upper() * (largest + q0)).upper()
    while v < top:
        variance = box_moments(family.activation, arb(0), v.union(2 * v), arb(0), 3 * v / 2).variance
        if not variance > 0:
            return None
        least = least.min(variance.lower())
        v = (2 * v).lower()
    return float(least) / 2 if least.is_finite() and float(least) > 0 else None


def _off_one(ratio: arb, error: arb, factor: arb) -> bool:
    """Whether ``factor * (ratio +- error)**2`` is proved to be below 1, or above."""
    if not (ratio.is_finite() and error.is_finite() and factor > 0):
        return False
    low, high = (ratio - error).lower(), (ratio + error).upper()
    return bool(high * high * factor < 1 or (low > 0 and low * low * factor > 1))


def _powers(sign: int) -> Iterator[float]:
    return (4.0 ** (sign * n) for n in range(1, _POWERS))


@dataclass(frozen=True)
class VarianceGrowth:
    """The limits of new variance/variance at omega = 0, tau = 1.

    By continuity a layer with omega = 0 keeps some positive finite variance for every tau between their inverses.

    Attributes:
        activation: its name.
        at_zero: as the variance tends to 0; None where it is infinite or not known.
        at_infinity: as it tends to infinity; None where it is infinite or not known.
        tau_at_zero: the inverse of the first; None where that is 0 or not known.
        tau_at_infinity: the inverse of the second.
    """

    activation: str
    at_zero: Enclosure | None
    at_infinity: Enclosure | None
    tau_at_zero: Enclosure | None
    tau_at_infinity: Enclosure | None


def variance_growth(activation: Activation, *, digits: int = 15) -> VarianceGrowth:
    """Return by how much a layer with omega = 0, tau = 1 multiplies very small and very large variances.

    Args:
        activation: f.
        digits: significant digits to prove.

    Raises:
        InputError: for digits out of range.
        PrecisionError: where the digits stay open at the precision limit.
    """
    digits = whole_number(f"digits for {activation.name}", digits, 1, activation.max_digits)

    def attempt() -> VarianceGrowth | None:
        near, far = near_form(activation), far_form(activation)
        limits: list[arb | None] = [None, None]
        if near is not None and not activation.function.jumps.get(_ZERO):
            limits[0] = two_slope_variance(near.left, near.right)
        if far is not None:
            limits[1] = two_slope_variance(BALL.exact(far.left), BALL.exact(far.right))
        limits += [1 / x if x is not None and x > 0 else None for x in limits]
        found = [None if x is None else Enclosure(x, digits) for x in limits]
        if any(x is not None and x.bounded_digits(digits) is None for x in found):
            return None
        return VarianceGrowth(activation.name, *found)

    bits = bits_for(digits)
    return refine(attempt, bits=bits, max_bits=4 * bits + 1024, what=f"{digits} digits of the growth of variances")
