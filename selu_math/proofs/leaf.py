"""The layer map of SELU over a small box of pre-activations (m, v), for every point in it: what certificates bound.

With ``s = sqrt(v)``, ``a = m/s``, phi the normal density and ``R(x) = Phi(-x)/phi(x)`` (Mills' ratio, which falls),

    E exp(kz) 1{z < 0} = exp(km + k**2 v/2) Phi(-a - ks) = phi(a) R(a + ks),

so all moments and their derivatives are made of phi and three values of R.  Each operation here encloses what interval
arithmetic gives, so a checker that works with intervals, in the same order, is never less tight.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeAlias

from flint import arb, ctx

from selu_math.activations import ALPHA, LAMBDA
from selu_math.numbers.ball import BALL
from selu_math.numbers.exact import Exact

Entries: TypeAlias = list[arb]
"""A matrix of two rows, row by row."""


class Valued(NamedTuple):
    """A function over a box: its value and its derivatives by m and v."""

    value: arb
    by_m: arb
    by_v: arb


class LeafMoments:
    """E f(z) and E f(z)**2 with their first four derivatives by m, over a box of (m, v).

    Derivatives by v are halves of second derivatives by m (Price).

    Args:
        m: mean of the pre-activation, a ball.
        v: its variance, a ball above zero.

    Attributes:
        ratio: of the new variance to v: ``(E f')**2 <= Var f/v <= E f'**2``, by Stein's identity with the inequality of
            Cauchy and Schwarz, and by Poincaré's.
    """

    def __init__(self, m: arb, v: arb) -> None:
        w, b, root_two_pi = _constants(ctx.prec)
        s = _increasing(v, arb.sqrt)
        a = _over(m, s)
        phi = _density(a, root_two_pi)
        q, one, two = (_below_zero(k, m, v, a + k * s, phi, root_two_pi) for k in (0, 1, 2))
        p, n = 1 - q, _over(phi, s)
        slope = _over(m, v) * n
        e = m * p + s * phi
        c, ww = b * b, w * w
        self.f = (
            w * (e + b * (one - q)),
            w * (p + b * one),
            w * (b * one + (1 - b) * n),
            w * (b * (one - n) - (1 - b) * slope),
            w * (b * (one - n + slope) + (1 - b) * (_over(BALL.square(a) - 1, v) * n)),
        )
        self.g = (
            ww * ((BALL.square(m) + v) * p + m * s * phi + c * (two - 2 * one + q)),
            2 * ww * (e + c * (two - one)),
            2 * ww * (p + c * (2 * two - one)),
            2 * ww * (n + c * (4 * two - one - n)),
            2 * ww * (c * (8 * two - one - 3 * n) - (1 - c) * slope),
        )

        self.ratio = BALL.square(self.f[1]).lower().union((ww * (p + c * two)).upper())

    def mean(self) -> Valued:
        """Return the new mean."""
        return Valued(self.f[0], self.f[1], self.f[2] / 2)

    def variance(self) -> Valued:
        """Return the new variance."""
        f, g = self.f, self.g
        return Valued(g[0] - BALL.square(f[0]), g[1] - 2 * (f[0] * f[1]), g[2] / 2 - f[0] * f[2])

    def matrix(self, *, second: bool) -> tuple[Entries, Entries, Entries]:
        """Return what (mean, variance), or (mean, second moment), change by with m and v, and the same of that."""
        f, g = self.f, self.g
        value = [f[1], f[2] / 2, g[1], g[2] / 2]
        by_m = [f[2], f[3] / 2, g[2], g[3] / 2]
        by_v = [f[3] / 2, f[4] / 4, g[3] / 2, g[4] / 4]
        if not second:
            mixed = f[1] * f[2] + f[0] * f[3]
            value[2:] = [g[1] - 2 * (f[0] * f[1]), g[2] / 2 - f[0] * f[2]]
            by_m[2:] = [g[2] - 2 * (BALL.square(f[1]) + f[0] * f[2]), g[3] / 2 - mixed]
            by_v[2:] = [g[3] / 2 - mixed, (g[4] / 2 - BALL.square(f[2]) - f[0] * f[4]) / 2]
        return value, by_m, by_v


def _below_zero(k: int, m: arb, v: arb, x: arb, phi: arb, root_two_pi: arb) -> arb:
    """Return ``E exp(kz) 1{z < 0}``, with ``x = a + ks``: for ``x < 0`` the exponent ``km + k**2 v/2`` is negative."""
    if x.is_finite() and x.mid() < 0:
        rate = (-m * k - v * (k * k) / 2).max(arb(0))
        below = _increasing(-rate, arb.exp) * (1 - _density(-x, root_two_pi) * _mills(-x))
        # where x may reach 0, a checker with a tighter x may take either formula
        return below if x < 0 else below.union(phi * _mills(x))
    return phi * _mills(x)


def _density(x: arb, root_two_pi: arb) -> arb:
    return _increasing(-BALL.square(x) / 2, arb.exp) / root_two_pi


@lru_cache(maxsize=8)
def _constants(bits: int) -> tuple[arb, arb, arb]:
    """Return lambda, alpha and sqrt(2 pi) at the working precision, which is also the argument."""
    return BALL.exact(Exact.of(LAMBDA)), BALL.exact(Exact.of(ALPHA)), (2 * arb.pi()).sqrt()


def _increasing(x: arb, function: object) -> arb:
    """Return an increasing function of a ball, evaluated at its ends: propagated radii are not tight."""
    if not x.is_finite():
        return arb("nan")
    low, high = function(x.lower()), function(x.upper())  # type: ignore[operator]
    joined: arb = low.union(high)
    return joined


def _mills(x: arb) -> arb:
    """Return R, which falls; far below zero it is so large that nothing is gained."""
    if not x.is_finite() or x < -64:
        return arb("nan")
    joined: arb = _mills_at(x.upper()).union(_mills_at(x.lower()))
    return joined


def _mills_at(x: arb) -> arb:
    value: arb = (x * arb(2).rsqrt()).erfc() * (x * x / 2).exp() * (arb.pi() / 2).sqrt()
    return value


def _over(x: arb, y: arb) -> arb:
    """Return a quotient by a positive ball, of whose inverse both ends are taken; nan where it may be zero."""
    if not (y.is_finite() and y > 0):
        return arb("nan")
    joined: arb = x * (1 / y.upper()).union(1 / y.lower())
    return joined
