"""The layer map over a box of (mean, variance), for every (omega, tau) of a box: image and Jacobian, tightly enclosed.

Where balls are wide, the plain formulas cancel.  Each quantity is therefore enclosed several ways, and the enclosures
are intersected: the formula itself; the mean-value form around the centre; for a continuous f the inequalities

    v (E f')**2 <= Var f <= v E f'**2,    |d Var f/dm| = 2 |Cov(f, f')| <= 2 sqrt(Var f Var f'),

of which the first holds because ``Cov(f, z) = v E f'`` (Stein, Cauchy-Schwarz) and the second is Poincaré's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import factorial
from typing import NamedTuple

from flint import arb, ctx

from selu_math.activations import Activation
from selu_math.exceptions import InputError
from selu_math.gaussian import GaussianExpectation
from selu_math.layer import MapKind, Matrix
from selu_math.numbers.ball import BALL, interval
from selu_math.pieces import Term
from selu_math.proofs.boxes import Pair
from selu_math.proofs.cells import CellIntegrator
from selu_math.proofs.region import Interval


def meet(x: arb, y: arb) -> arb:
    """Return an enclosure of a number from two."""
    if not y.is_finite():
        return x
    return x.intersection(y) if x.is_finite() else y


def _is_narrow(x: arb) -> bool:
    """Whether its radius is small against it; nan is not."""
    return bool(64 * x.rad() <= x.abs_lower())


class BoxExpectation(GaussianExpectation):
    """Expectations over boxes: smooth functions by cells where the box is wide, and exp(kz) bounded on half-lines."""

    def __init__(self, m: arb, v: arb) -> None:
        super().__init__(BALL, m, v)
        if m.rad() > self.s.lower() / 8 or self.s.rad() > self.s.lower() / 8:
            self._quadrature = CellIntegrator(m, self.s)

    def _tail(self, c: Fraction, k: Fraction, *, below: bool) -> arb:
        key = (c, k, below)
        if key not in self._mass:
            found = super()._tail(c, k, below=below)
            if k and (k > 0) is below and not _is_narrow(found):
                # 0 <= exp(kz) <= exp(kc) on that half-line, where its integral is exp(kc)/|k|
                mass = super()._tail(c, Fraction(0), below=below)
                share = mass.upper().min((self._highest / BALL.rational(abs(k))).upper())
                found = meet(found, arb(0).union((BALL.rational(k * c).exp() * share).upper()))
                self._mass[key] = found
        known: arb = self._mass[key]
        return known

    @property
    def _highest(self) -> arb:
        """The largest value of the density."""
        highest: arb = (2 * arb.pi()).rsqrt() / self.s.lower()
        return highest

    def _integral(self, a: Fraction | None, b: Fraction | None, term: Term) -> arb:
        found: arb = super()._integral(a, b, term)
        power, k = term
        edge, below = (b, True) if a is None else (a, False)
        if not power or edge != 0 or (a is None) is (b is None) or (k > 0) is not below or _is_narrow(found):
            return found
        # |z|**j exp(-|kz|) is at most (j/|k|)**j exp(-j), and its integral is j!/|k|**(j + 1)
        rate = BALL.rational(abs(k))
        peak = (power / rate * (-arb(1)).exp()) ** power * self._tail(edge, Fraction(0), below=below)
        flat = arb(factorial(power)) / rate ** (power + 1) * self._highest
        bound = arb(0).union(peak.upper().min(flat.upper()))
        return meet(found, -bound if below and power % 2 else bound)


class BoxMoments(NamedTuple):
    """Moments of f(z) over every ``z ~ N(m, v)`` of a box.

    Attributes:
        mean: range of E f.
        variance: range of Var f.
        at_centre: both at the centre.
        by_m: their derivatives by m.
        by_v: their derivatives by v.
        ratio: range of Var f/v.
    """

    mean: arb
    variance: arb
    at_centre: Pair
    by_m: Pair
    by_v: Pair
    ratio: arb


def box_moments(activation: Activation, m: arb, v: arb, m0: arb, v0: arb) -> BoxMoments:
    """Enclose the moments over the box ``m`` times ``v``, given a point in it; ``v`` must be positive."""
    centre = GaussianExpectation(BALL, m0, v0)
    f_centre, g_centre = centre(activation.function), centre(activation.square)
    variance_centre = g_centre - BALL.square(f_centre)
    expect = BoxExpectation(m, v)
    f0, f1, f2 = (expect(h) for h in activation.derivatives[:3])
    g0, g1, g2 = (expect(h) for h in activation.square_derivatives[:3])
    dm, dv, half = m - m0, v - v0, f2 / 2
    f0 = meet(f0, f_centre + f1 * dm + half * dv)
    g0 = meet(g0, g_centre + g1 * dm + g2 / 2 * dv)
    by_m, by_v = g1 - 2 * f0 * f1, g2 / 2 - f0 * f2
    floor = BALL.square(f1)
    if activation.function.jumps:
        ratio = floor.union(arb("inf"))
        variance = g0 - BALL.square(f0)
        if variance.is_finite() and v > 0:
            ratio = (variance / v).max(floor.lower())
    else:
        steepness = expect(activation.slope_square)
        ratio = floor.lower().union(steepness.upper())
        variance = meet(v * ratio, g0 - BALL.square(f0))
        bound = 2 * BALL.sqrt((variance.upper() * (steepness - floor).upper()).max(arb(0)))
        by_m = meet(by_m, (-bound).union(bound))
    variance = meet(variance, variance_centre + by_m * dm + by_v * dv)
    return BoxMoments(f0, variance, (f_centre, variance_centre), (f1, by_m), (half, by_v), ratio)


class Linearised(NamedTuple):
    """The layer map g over a box X of (mean, variance), for every (omega, tau).

    Attributes:
        image: ranges of the new mean and variance.
        residual: ``g(c) - c`` at the centre c of X.
        jacobian: range of the Jacobian, rows (mean, variance).
        growth: range of new variance/variance.
    """

    image: Pair
    residual: Pair
    jacobian: Matrix
    growth: arb


@dataclass(frozen=True)
class LayerFamily:
    """The layer maps of one activation, of one kind, for every (omega, tau) of a box.

    Attributes:
        activation: f.
        kind: the map.
        omega: exact ends of the sum of a unit's weights; the mean-field map has none, so it must be zero.
        tau: exact ends of the sum of a unit's squared weights, positive.

    Raises:
        InputError: for an inverted interval, a tau that is not positive, or a mean-field map with an omega.
    """

    activation: Activation
    kind: MapKind = MapKind.PAPER
    omega: Interval = (Fraction(0), Fraction(0))
    tau: Interval = (Fraction(1), Fraction(1))
    _balls: dict[int, tuple[arb, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, (low, high) in (("omega", self.omega), ("tau", self.tau)):
            if low > high:
                raise InputError(f"the range of {name} is inverted: {low} > {high}")
        if self.tau[0] <= 0:
            raise InputError(f"tau must be positive, not {self.tau[0]}")
        self.kind.check_omega(self.omega)

    @property
    def is_thick(self) -> bool:
        """Whether it is more than one map."""
        return self.omega[0] < self.omega[1] or self.tau[0] < self.tau[1]

    def weights(self) -> tuple[arb, ...]:
        """Return omega and tau, their midpoints, and how far they reach from these, as balls of the precision."""
        if ctx.prec not in self._balls:
            omega, tau = interval(*self.omega), interval(*self.tau)
            self._balls[ctx.prec] = (omega, tau, omega.mid(), tau.mid(), omega - omega.mid(), tau - tau.mid())
        return self._balls[ctx.prec]

    def linearised(self, mean: arb, variance: arb, centre: Pair) -> Linearised:
        """Enclose image and Jacobian over a box that contains the exact point ``centre``."""
        omega, tau, omega0, tau0, d_omega, d_tau = self.weights()
        mu, nu = centre
        low, high = variance.lower(), variance.upper()
        if self.kind is MapKind.PAPER:
            m, m0, v0 = mean * omega, mu * omega0, nu * tau0
            left, right, step_m, step_v = omega, arb(0), mu * d_omega, nu * d_tau
        else:
            m = m0 = step_m = arb(0)
            square, square0 = BALL.square(mean), mu * mu
            low, high = low + square.lower(), high + square.upper()
            v0 = (nu + square0) * tau0
            left, right, step_v = arb(0), 2 * tau * mean, (nu + square0) * d_tau
        v = (low * tau.lower()).union(high * tau.upper())
        at = box_moments(self.activation, m, v, m0, v0)
        rows = [(left * by_m + right * by_v, tau * by_v) for by_m, by_v in zip(at.by_m, at.by_v, strict=True)]
        residual = [
            value + by_m * step_m + by_v * step_v - x
            for value, by_m, by_v, x in zip(at.at_centre, at.by_m, at.by_v, centre, strict=True)
        ]
        growth = at.ratio * tau
        if self.kind is MapKind.MEAN_FIELD:
            growth = growth * (1 + square / variance)
        return Linearised((at.mean, at.variance), (residual[0], residual[1]), (rows[0], rows[1]), growth)
