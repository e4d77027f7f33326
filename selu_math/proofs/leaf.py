"""The layer map of SELU over a small box of pre-activations (m, v), for every point in it: what certificates bound.

With ``s = sqrt(v)``, ``a = m/s``, phi the normal density and ``R(x) = Phi(-x)/phi(x)`` (Mills' ratio, which falls),

    E exp(kz) 1{z < 0} = exp(km + k**2 v/2) Phi(-a - ks) = phi(a) R(a + ks),

so all moments and their derivatives are made of phi and three values of R.  Each operation here encloses what interval
arithmetic gives, so a checker that works with intervals, in the same order, is never less tight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from flint import arb, ctx

from selu_math.activations import ALPHA, LAMBDA, Activation
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.exact import Exact
from selu_math.pieces import ExpPoly

Shape: TypeAlias = tuple[Exact, Exact]
"""Lambda and alpha of ``lambda x`` for ``x > 0``, ``lambda alpha (exp(x) - 1)`` otherwise."""
SELU_SHAPE: Final[Shape] = Exact.of(LAMBDA), Exact.of(ALPHA)
Entries: TypeAlias = list[arb]
"""A matrix of two rows, row by row."""


@lru_cache(maxsize=64)
def shape_of(activation: Activation) -> Shape | None:
    """Return lambda and alpha of an activation of SELU's form, both above zero; None for any other."""
    function = activation.function
    if function.breaks != (Fraction(0),) or not all(isinstance(part, ExpPoly) for part in function.parts):
        return None
    below, above = (dict(part.terms) for part in function.parts)
    scale, depth = above.pop((1, Fraction(0)), Exact()), below.pop((0, Fraction(1)), Exact())
    alpha = activation.parameters.get("alpha")
    if alpha is None and scale.rational and depth.rational is not None:
        alpha = Exact.of(depth.rational / scale.rational)
    if alpha is None or above or below != {(0, Fraction(0)): -depth} or scale * alpha != depth:
        return None
    with precision(64):
        return (scale, alpha) if BALL.exact(scale) > 0 and BALL.exact(alpha) > 0 else None


class Valued(NamedTuple):
    """A function over a box: its value and its derivatives by m and v."""

    value: arb
    by_m: arb
    by_v: arb


class Span(NamedTuple):
    """A range by its ends, so that a small one keeps its digits beside a large one; a ball has one radius.

    Attributes:
        low: an exact number, -inf where nothing is known.
        high: an exact number, inf where nothing is known.
    """

    low: arb
    high: arb

    @classmethod
    def of(cls, x: arb) -> Span:
        """Return the ends of a ball."""
        return cls(x.lower(), x.upper()) if x.is_finite() else cls(arb("-inf"), arb("inf"))

    def meet(self, other: Span | None) -> Span:
        """Return what lies in both."""
        return self if other is None else Span(self.low.max(other.low), self.high.min(other.high))

    def times(self, v: arb, rate: arb, start: arb) -> Span:
        """Return the span of ``v (x - rate) - start`` for x in it, v above zero."""
        low, high = (self.low - rate).lower(), (self.high - rate).upper()
        return Span(
            ((v.lower() if low >= 0 else v.upper()) * low - start).lower(),
            ((v.upper() if high >= 0 else v.lower()) * high - start).upper(),
        )


class Rough:
    """What holds over a box without any moment, also where its variances begin at 0.

    Args:
        m: mean of the pre-activation, a ball.
        v: its variance, whose upper end counts.
        shape: lambda and alpha.

    Attributes:
        near: of the new mean: within ``L s`` of f(m), since f is Lipschitz with that constant, and f rises.
        ratio: of the new variance to v: ``(E f')**2 <= Var f/v <= E f'**2``, by Stein's identity with the inequality of
            Cauchy and Schwarz, and by Poincaré's.  The slope is at most ``L = lambda max(1, alpha)``, at ``z >= -1/2``
            at least ``K = lambda min(1, 3 alpha/5)``, as ``exp(-1/2) > 3/5``, hence ``E f' >= K Phi((m + 1/2)/s)``.
            For ``m <= 0`` at least half of z lies below 0, where ``E(-z | z < 0) <= -m + 4s/5``: with
            ``x = alpha exp(m - 4s/5)``, by Jensen's inequality, ``E f' >= lambda min(x, (1 + x)/2)``.
    """

    def __init__(self, m: arb, v: arb, shape: Shape = SELU_SHAPE) -> None:
        w, b, root_two_pi = _constants(ctx.prec, shape)
        s, far = v.upper().sqrt().upper(), w * b.max(arb(1))
        self.near = Span((_selu(m.lower(), w, b) - far * s).lower(), (_selu(m.upper(), w, b) + far * s).upper())
        shifted, least = (m.lower() + arb(1) / 2).lower(), arb(0)
        if shifted >= 0:
            x = (shifted / s).lower()
            least = (least_slope(w, b) * (1 - _density(x, root_two_pi) * _mills(x))).lower().max(least)
        if m.upper() <= 0:
            x = (b * (m.lower() - s * 4 / 5).exp()).lower()
            least = (w * x.min((1 + x) / 2)).lower().max(least)
        self.ratio = Span(BALL.square(least).lower(), BALL.square(far).upper())


class BoxMoments:
    """What follows, over a box of (m, v), from E f(z) and E f(z)**2 with their first four derivatives by m.

    Derivatives by v are halves of second derivatives by m (Price).

    Attributes:
        f: E f(z) and its derivatives.
        g: the same of E f(z)**2.
        ratio: of the new variance to v, as in :class:`Rough`.
    """

    f: Mapping[int, arb] | Sequence[arb]
    g: Mapping[int, arb] | Sequence[arb]
    ratio: Span

    def mean(self) -> Valued:
        """Return the new mean."""
        return Valued(self.f[0], self.f[1], self.f[2] / 2)

    def variance(self) -> Valued:
        """Return the new variance."""
        f, g = self.f, self.g
        return Valued(g[0] - BALL.square(f[0]), g[1] - 2 * (f[0] * f[1]), g[2] / 2 - f[0] * f[2])

    def matrix(self, *, second: bool) -> Entries:
        """Return what (mean, variance), or (mean, second moment), change by with m and v."""
        f, g = self.f, self.g
        by_square = [g[1], g[2] / 2]
        return [f[1], f[2] / 2, *(by_square if second else self.variance()[1:])]

    def matrix_slopes(self, *, second: bool) -> tuple[Entries, Entries]:
        """Return what that matrix changes by with m, and with v."""
        f, g = self.f, self.g
        by_m = [f[2], f[3] / 2, g[2], g[3] / 2]
        by_v = [f[3] / 2, f[4] / 4, g[3] / 2, g[4] / 4]
        if not second:
            mixed = f[1] * f[2] + f[0] * f[3]
            by_m[2:] = [g[2] - 2 * (BALL.square(f[1]) + f[0] * f[2]), g[3] / 2 - mixed]
            by_v[2:] = [g[3] / 2 - mixed, (g[4] / 2 - BALL.square(f[2]) - f[0] * f[4]) / 2]
        return by_m, by_v


class LeafMoments(BoxMoments):
    """Those of SELU, or another activation of its form.

    Args:
        m: mean of the pre-activation, a ball.
        v: its variance, a ball above zero.
        shape: lambda and alpha.
    """

    def __init__(self, m: arb, v: arb, shape: Shape = SELU_SHAPE) -> None:
        w, b, root_two_pi = _constants(ctx.prec, shape)
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
        self.ratio = Span(BALL.square(self.f[1].lower().max(arb(0))).lower(), (ww * (p + c * two)).upper())


def _below_zero(k: int, m: arb, v: arb, x: arb, phi: arb, root_two_pi: arb) -> arb:
    """Return ``E exp(kz) 1{z < 0}``, with ``x = a + ks``: for ``x < 0`` the exponent ``km + k**2 v/2`` is negative."""
    share = arb(0.5, 0.5)  # of the mass, which is what it is at most
    found = phi * _mills(x)
    if x.is_finite() and x.mid() < 0:
        rate = -m * k - v * (k * k) / 2
        below = _falling(rate.lower().max(arb(0)), rate.upper().max(arb(0))) * (
            1 - _density(-x, root_two_pi) * _mills(-x)
        )
        # where x may reach 0, a checker with a tighter x may take either formula
        found = below if x < 0 else below.union(found)
    return found.intersection(share) if found.is_finite() else share


def _selu(x: arb, w: arb, b: arb) -> arb:
    return w * x if x >= 0 else w * b * (x.exp() - 1)


def _density(x: arb, root_two_pi: arb) -> arb:
    low, high = (x.abs_lower(), x.abs_upper()) if x.is_finite() else (arb("nan"), arb("nan"))
    return _falling(low * low / 2, high * high / 2) / root_two_pi


def _falling(low: arb, high: arb) -> arb:
    """Return exp(-x) for all x from low to high; a ball around these would reach below zero where they differ much."""
    joined: arb = (-low).exp().union((-high).exp())
    return joined


@lru_cache(maxsize=8)
def _constants(bits: int, shape: Shape) -> tuple[arb, arb, arb]:
    """Return lambda, alpha and sqrt(2 pi) at the working precision, which is also the argument."""
    return BALL.exact(shape[0]), BALL.exact(shape[1]), (2 * arb.pi()).sqrt()


def least_slope(w: arb, b: arb) -> arb:
    """Return a lower bound of ``f'(z)`` for ``z >= -1/2``."""
    bound: arb = (w * (b * 3 / 5).min(arb(1))).lower()
    return bound


def _increasing(x: arb, function: object) -> arb:
    """Return an increasing function of a ball, evaluated at its ends: propagated radii are not tight."""
    if not x.is_finite():
        return arb("nan")
    low, high = function(x.lower()), function(x.upper())  # type: ignore[operator]
    joined: arb = low.union(high)
    return joined


def _mills(x: arb) -> arb:
    """Return R, which falls; far below zero it is so large that nothing is gained."""
    if not (x.is_finite() and x > -64):
        return arb("nan")
    joined: arb = _mills_at(x.upper()).union(_mills_at(x.lower()))
    return joined


def _mills_at(x: arb) -> arb:
    if x > 1000:
        # two convergents of 1/(x + 1/(x + 2/(x + ...))): an erfc of large numbers loses all its digits
        above: arb = 1 / (x + 1 / (x + 2 / x))
        return above.union(1 / (x + 1 / (x + 2 / (x + 3 / x))))
    value: arb = (x * arb(2).rsqrt()).erfc() * (x * x / 2).exp() * (arb.pi() / 2).sqrt()
    return value


def _over(x: arb, y: arb) -> arb:
    """Return a quotient by a positive ball, of whose inverse both ends are taken; nan where it may be zero."""
    if not (y.is_finite() and y > 0):
        return arb("nan")
    joined: arb = x * (1 / y.upper()).union(1 / y.lower())
    return joined
