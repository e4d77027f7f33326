"""A layer's scaled mean and variance with their first and second derivatives, over a box.

With ``t = mean/s``, ``q = 1/s``, s the standard deviation of the inputs, and x ~ N(a, w) the pre-activation in units of
s, the outputs' mean and variance in these units are

    M(a, w, q) = E_1[f],    G(a, w, q) = E_2[f**2] - M**2

(:mod:`selu_math.proofs.scaled`), and a fixed point is a solution of ``M = t``, ``G = 1``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeAlias

from flint import arb, ctx

from selu_math.activations import Activation
from selu_math.numbers.ball import BALL
from selu_math.pieces import Piecewise
from selu_math.proofs.half_lines import HalfLines
from selu_math.proofs.image import BoxExpectation
from selu_math.proofs.scaled import Numbers, ScaledExpectation

Vector: TypeAlias = tuple[arb, arb, arb]
"""Numbers that belong to a, w and q."""


class Function(NamedTuple):
    """M or G over a box.

    Attributes:
        value: the function.
        slopes: its first derivatives.
        curvatures: the symmetric matrix of its second derivatives, empty where not asked for.
    """

    value: arb
    slopes: Vector
    curvatures: tuple[Vector, ...]


class _Recipe(NamedTuple):
    """``E_p[h]`` and its derivatives: each a function and a power."""

    value: tuple[Numbers, int]
    slopes: list[tuple[Numbers, int]]
    curvatures: list[tuple[Numbers, int]]


class Expansion(Protocol):
    """M and G of one activation, at one precision."""

    def __call__(self, a: arb, w: arb, q: arb, *, second: bool) -> tuple[Function, Function]:
        """Return M and G over a box, with second derivatives where asked for."""
        ...


def expansion(activation: Activation) -> Expansion:
    """Return M and G at the working precision."""
    return _expansion(activation, ctx.prec)


@lru_cache(maxsize=16)
def _expansion(activation: Activation, bits: int) -> Expansion:
    mean, square = HalfLines.of(activation.function), HalfLines.of(activation.square)
    if mean is None or square is None:
        return _PlainExpansion(activation)
    return _ScaledExpansion(_recipe(mean, 1), _recipe(square, 2))


def _centred(mean: Function, square: Function) -> tuple[Function, Function]:
    """Return M and G from E_1[f] and E_2[f**2]."""
    m, slopes = mean.value, mean.slopes
    down = [x - 2 * m * y for x, y in zip(square.slopes, slopes, strict=True)]
    bend = []
    for i, (row, more) in enumerate(zip(square.curvatures, mean.curvatures, strict=True)):
        entries = [row[j] - 2 * (slopes[i] * slopes[j] + m * more[j]) for j in range(3)]
        bend.append((entries[0], entries[1], entries[2]))
    return mean, Function(square.value - m * m, (down[0], down[1], down[2]), tuple(bend))


def _function(value: arb, slopes: Sequence[arb], second: Sequence[arb]) -> Function:
    """Return a function from its derivatives, the second ones by (aa, aw, aq, ww, wq, qq)."""
    curvatures: tuple[Vector, ...] = ()
    if second:
        aa, aw, aq, ww, wq, qq = second
        curvatures = (aa, aw, aq), (aw, ww, wq), (aq, wq, qq)
    return Function(value, (slopes[0], slopes[1], slopes[2]), curvatures)


class _ScaledExpansion:
    """By integrals over half-lines in scaled units."""

    def __init__(self, mean: _Recipe, square: _Recipe) -> None:
        self._recipes = mean, square

    def __call__(self, a: arb, w: arb, q: arb, *, second: bool) -> tuple[Function, Function]:
        expect = ScaledExpectation(a, w, q)

        def function(recipe: _Recipe) -> Function:
            curvatures = [expect(*term) for term in recipe.curvatures] if second else []
            return _function(expect(*recipe.value), [expect(*term) for term in recipe.slopes], curvatures)

        return _centred(*map(function, self._recipes))


class _PlainExpansion:
    """By integrals in the units of z, for functions of any kind; z is moved on to the density by Stein's identity."""

    def __init__(self, activation: Activation) -> None:
        self._activation = activation

    def __call__(self, a: arb, w: arb, q: arb, *, second: bool) -> tuple[Function, Function]:
        m, v = a / q, w / BALL.square(q)
        expect, count = BoxExpectation(m, v), 5 if second else 3

        def function(derivatives: Sequence[Piecewise], p: int) -> Function:
            h = [expect(g) for g in derivatives[:count]]
            by_q = p * h[0] - _by_z(h, 1, m, v)
            slopes = [q ** (p - 1) * h[1], q ** (p - 2) * h[2] / 2, q ** (p - 1) * by_q]
            if not second:
                return _function(q**p * h[0], slopes, [])
            twice = p * (p - 1) * h[0] - 2 * (p - 1) * _by_z(h, 1, m, v)
            twice += (v + BALL.square(m)) * h[2] + 2 * m * v * h[3] + v * v * h[4]
            curvatures = [
                q ** (p - 2) * h[2],
                q ** (p - 3) * h[3] / 2,
                q ** (p - 2) * ((p - 1) * h[1] - _by_z(h, 2, m, v)),
                q ** (p - 4) * h[4] / 4,
                q ** (p - 3) * ((p - 2) * h[2] - _by_z(h, 3, m, v)) / 2,
                q ** (p - 2) * twice,
            ]
            return _function(q**p * h[0], slopes, curvatures)

        return _centred(function(self._activation.derivatives, 1), function(self._activation.square_derivatives, 2))


def _by_z(h: Sequence[arb], n: int, m: arb, v: arb) -> arb:
    """Return E of z times the n-th derivative of a function, from the means of its derivatives."""
    return m * h[n] + v * h[n + 1]


def _recipe(h: HalfLines, p: int) -> _Recipe:
    """Return ``E_p[h]`` and its derivatives by a, w and q, the second ones in the order (aa, aw, aq, ww, wq, qq)."""
    d = [h]
    for _ in range(4):
        d.append(d[-1].derivative())

    def by_q(g: HalfLines, power: int) -> HalfLines:
        return g.times(power) + g.derivative().times_z().times(-1)

    half, quarter = Fraction(1, 2), Fraction(1, 4)
    first = [(d[1], p - 1), (d[2].times(half), p - 2), (by_q(h, p), p - 1)]
    second = [
        (d[2], p - 2),
        (d[3].times(half), p - 3),
        (by_q(d[1], p - 1), p - 2),
        (d[4].times(quarter), p - 4),
        (by_q(d[2], p - 2).times(half), p - 3),
        (by_q(by_q(h, p), p - 1), p - 2),
    ]
    value, *rest = ((Numbers.of(g), power) for g, power in [(h, p), *first, *second])
    return _Recipe(value, rest[:3], rest[3:])
