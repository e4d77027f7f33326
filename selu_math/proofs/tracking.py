"""A fixed point that moves with (omega, tau), enclosed for every (omega, tau) of a box, by Krawczyk in moving boxes.

Where the variance is not small the coordinates are ``t = mean/s`` and ``q = 1/s``, s the standard deviation, in which a
fixed point solves ``F = (M - t, G - 1) = 0`` (:mod:`selu_math.proofs.expansion`): they stay moderate where the variance
grows without bound.  Where it is small they are mean and variance, in fixed units, and ``F = (M - mean, G -
variance)``.

With ``p = (omega, tau)``, a root x0 at p0 moves by about ``P (p - p0)``, ``P = -F_x**-1 F_p``.  For each p the box
``c(p) + Y`` with ``c(p) = x0 + P (p - p0)`` holds exactly one root where

    K - c(p) = -A F(c(p), p) + (I - A F_x(c(p) + Y, p)) Y

lies in the interior of Y (Krawczyk 1969).  F at c(p) is enclosed for all p at once by Taylor's formula of second order
around (x0, p0), in which the terms of first order nearly cancel; the derivatives of F by their mean-value forms, in
which what moves with p is gathered before it is bounded.  So boxes of weights may be many times as wide as those that
a box which does not move can follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Final, NamedTuple, TypeAlias

from flint import arb

from selu_math.layer import MapKind, Matrix, product
from selu_math.numbers.ball import BALL
from selu_math.proofs.boxes import Pair
from selu_math.proofs.expansion import Function, Vector, expansion
from selu_math.proofs.image import LayerFamily, meet
from selu_math.stability import ball_spectral_norm, ball_spectral_radius

_NEWTON: Final = 40
_SETTLED: Final = 1e-13
_ROUNDS: Final = 6
_WIDER: Final = arb(1.125)
_NEAR: Final = 1.0
"""Below this variance the coordinates are mean and variance, above it they are t and q."""
_SEED: Final = arb(2) ** -40
"""The smallest box that is tried, against 1 and q."""
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Tracked:
    """For every (omega, tau) of the family exactly one fixed point lies in its moving box.

    Attributes:
        moving: takes distances of omega and tau from the family's middle to a box, as (mean, variance), that holds the
            fixed point there.
        mean: contains the means of all these fixed points.
        variance: contains their variances.
        spectral_radius: of the Jacobian at each of them.
        spectral_norm: the same.
    """

    moving: Callable[[arb, arb], Pair]
    mean: arb
    variance: arb
    spectral_radius: arb
    spectral_norm: arb


Functions: TypeAlias = tuple[Function, Function]
"""M and G."""
Columns: TypeAlias = tuple[Pair, Pair, Pair]
"""Derivatives of a, w and q, rows, by two numbers."""


def track(family: LayerFamily, start: Point) -> Tracked | None:
    """Enclose the fixed point that Newton's method finds from ``start``, for every (omega, tau); None: not proved.

    Args:
        family: the layer maps.
        start: a mean and a variance near the fixed point of the middle of the family.
    """
    mean, variance = start
    if not (isfinite(mean) and 0 < variance < inf):
        return None
    tracker = _Tracker(family, 1 / sqrt(variance), near=variance < _NEAR)
    x = tracker.newton((mean / sqrt(variance), 1.0 if tracker.near else 1 / sqrt(variance)))
    return None if x is None else tracker.track(x)


class _Middle(NamedTuple):
    """A point near the root at the middle of a family, the path on which the root leaves it, M and G, and F there."""

    x0: Pair
    path: Matrix
    at: Functions
    value: Pair


class _Tracker:
    """The equations of one family.

    Args:
        family: the layer maps.
        q: the unit of lengths, where it is fixed, is 1/q.
        near: whether it is.
    """

    def __init__(self, family: LayerFamily, q: float, *, near: bool) -> None:
        self.near, self.q = near, arb(q)
        self.paper = family.kind is MapKind.PAPER
        self.expand = expansion(family.activation)
        self.omega, self.tau, self.omega0, self.tau0, *off = family.weights()
        self.off = off[0], off[1]

    def newton(self, start: Point) -> Point | None:
        """Return the fixed point of the middle of the family that Newton's method finds."""
        t, q = start
        for _ in range(_NEWTON):
            x = (arb(t), arb(q))
            value, inverse = self._at_point(x, self._functions(x, self.omega0, self.tau0, second=False))
            if inverse is None:
                return None
            step = _apply(inverse, value)
            new = (t - float(step[0].mid()), q - float(step[1].mid()))
            if not (isfinite(new[0]) and isfinite(new[1])):
                return None
            if new[1] <= 0:
                new = (t + (new[0] - t) / 2, q / 2)
            near = abs(new[0] - t) <= _SETTLED and abs(new[1] - q) <= _SETTLED * q
            t, q = new
            if near:
                return new
        return None

    def track(self, x: Point) -> Tracked | None:
        """Enclose the root near x for every (omega, tau)."""
        x0 = (arb(x[0]), arb(x[1]))
        at = self._functions(x0, self.omega0, self.tau0, second=True)
        value, inverse = self._at_point(x0, at)
        if inverse is None:
            return None
        by_p = self._by_weights(x0)
        toward = product(inverse, (_combined(at[0].slopes, by_p), _combined(at[1].slopes, by_p)))
        path = ((-toward[0][0].mid(), -toward[0][1].mid()), (-toward[1][0].mid(), -toward[1][1].mid()))
        shift = _apply(path, self.off)
        centres = (x0[0] + shift[0], x0[1] + shift[1])
        if not centres[1] > 0:
            return None
        # how far the root strays from its path is guessed with the derivatives at the middle
        middle = _Middle(x0, path, at, value)
        y = self._wider(_apply(inverse, self._residual(middle, at, centres)), x0[1])
        for _ in range(_ROUNDS):
            box = (centres[0] + y[0], centres[1] + y[1])
            if not (box[1] > 0 and box[0].is_finite() and box[1].is_finite()):
                return None
            over = self._functions(box, self.omega, self.tau, second=True)
            slopes = self._slopes(middle, over, box, y)
            step = _apply(inverse, self._residual(middle, over, box))
            here = product(inverse, self._by_x(slopes, box))
            rest = _apply(((1 - here[0][0], -here[0][1]), (-here[1][0], 1 - here[1][1])), y)
            image = (rest[0] - step[0], rest[1] - step[1])
            if not all(part.is_finite() for part in image):
                return None
            if all(part.abs_upper() < side.rad() for part, side in zip(image, y, strict=True)):
                return self._tracked(x, path, y, box, slopes)
            y = self._wider((abs(image[0]).max(y[0].rad()), abs(image[1]).max(y[1].rad())), x0[1])
        return None

    @staticmethod
    def _wider(step: Pair, q: arb) -> Pair:
        """Return a box around 0 that is wider than a step."""
        sizes = (step[0].abs_upper() + _SEED, step[1].abs_upper() + _SEED * q)
        return arb(0, (_WIDER * sizes[0]).upper()), arb(0, (_WIDER * sizes[1]).upper())

    def _functions(self, x: Pair, omega: arb, tau: arb, *, second: bool) -> Functions:
        """Return M and G over boxes."""
        t, v, q = x[0], x[1] if self.near else arb(1), self.q if self.near else x[1]
        a, w = (omega * t, tau * v) if self.paper else (arb(0), tau * (v + BALL.square(t)))
        return self.expand(a, w, q, second=second)

    def _at_point(self, x: Pair, at: Functions) -> tuple[Pair, Matrix | None]:
        """Return F at a point of (t, q), at the middle of the family, and about the inverse of F_x."""
        slope = self._by_x((at[0].slopes, at[1].slopes), x)
        return (at[0].value - x[0], at[1].value - (x[1] if self.near else 1)), _inverse(slope)

    def _by_x(self, slopes: tuple[Vector, Vector], x: Pair) -> Matrix:
        """Return F_x over boxes, from derivatives of M and G."""
        rows = [_combined(row, self._inner(x)) for row in slopes]
        return (rows[0][0] - 1, rows[0][1]), (rows[1][0], rows[1][1] - int(self.near))

    def _inner(self, x: Pair) -> Columns:
        """Return derivatives of (a, w, q) by the coordinates over boxes."""
        return self._columns(self.omega, self.tau, 2 * x[0])

    def _secants(self, x0: Pair, x: Pair) -> Columns:
        """Return the slopes of (a, w, q) between x0 and points of x, at the middle of the family."""
        return self._columns(self.omega0, self.tau0, x[0] + x0[0])

    def _columns(self, omega: arb, tau: arb, sum_of_ts: arb) -> Columns:
        zero, one = arb(0), arb(1)
        by_t = (omega, zero) if self.paper else (zero, tau * sum_of_ts)
        by_other = (tau, zero) if self.near else (zero, one)
        return (by_t[0], zero), (by_t[1], by_other[0]), (zero, by_other[1])

    def _by_weights(self, x: Pair) -> Columns:
        """Return derivatives of (a, w, q) by (omega, tau), which do not depend on these."""
        zero, v = arb(0), x[1] if self.near else arb(1)
        by_w = v if self.paper else v + BALL.square(x[0])
        return (x[0] if self.paper else zero, zero), (zero, by_w), (zero, zero)

    def _moves(self, x0: Pair, x: Pair, path: Matrix) -> Columns:
        """Return by how much (a, w, q) moves with (omega, tau) on the path, the box's points included."""
        along = [_combined_rows(row, path) for row in self._secants(x0, x)]
        moves = [(f + r, g + s) for (f, g), (r, s) in zip(along, self._by_weights(x), strict=True)]
        return moves[0], moves[1], moves[2]

    def _residual(self, middle: _Middle, over: Functions, x: Pair) -> Pair:
        """Enclose F on the path, for all weights, by Taylor's formula with the second derivatives ``over`` a box."""
        moves = self._moves(middle.x0, x, middle.path)
        far = [_dot(move, self.off) for move in moves]
        found = []
        for i in (0, 1):
            first = _combined(middle.at[i].slopes, moves)
            if i == 0 or self.near:
                first = (first[0] - middle.path[i][0], first[1] - middle.path[i][1])
            bend = over[i].curvatures
            second = sum((bend[j][j] * BALL.square(far[j]) / 2 for j in range(3)), arb(0))
            second += bend[0][1] * far[0] * far[1] + bend[0][2] * far[0] * far[2] + bend[1][2] * far[1] * far[2]
            found.append(middle.value[i] + _dot(first, self.off) + second)
        return found[0], found[1]

    def _slopes(self, middle: _Middle, over: Functions, x: Pair, y: Pair) -> tuple[Vector, Vector]:
        """Enclose the first derivatives of M and G over the moving box, for all weights."""
        moves, secants = self._moves(middle.x0, x, middle.path), self._secants(middle.x0, x)
        rows = []
        for i in (0, 1):
            row = [
                slope + _dot(_combined(bend, moves), self.off) + _dot(_combined(bend, secants), y)
                for slope, bend in zip(middle.at[i].slopes, over[i].curvatures, strict=True)
            ]
            narrower = [meet(new, plain) for new, plain in zip(row, over[i].slopes, strict=True)]
            rows.append((narrower[0], narrower[1], narrower[2]))
        return rows[0], rows[1]

    def _tracked(self, x: Point, path: Matrix, y: Pair, box: Pair, slopes: tuple[Vector, Vector]) -> Tracked:
        """Return what is proved of the fixed points in the moving box."""
        inner = self._inner(box)
        # in units of s and s**2, which does not change the eigenvalues
        rows = [(_dot((row[0], row[1]), (inner[0][0], inner[1][0])), self.tau * row[1]) for row in slopes]
        scaled: Matrix = (rows[0], rows[1])
        q = self.q if self.near else box[1]
        plain = (rows[0][0], rows[0][1] * q), (rows[1][0] / q, rows[1][1])

        def moving(omega: arb, tau: arb) -> Pair:
            shift = _apply(path, (omega, tau))
            return self._unscaled((x[0] + shift[0] + y[0], x[1] + shift[1] + y[1]))

        return Tracked(moving, *self._unscaled(box), ball_spectral_radius(scaled), ball_spectral_norm(plain))

    def _unscaled(self, x: Pair) -> Pair:
        """Return mean and variance."""
        v, q = (x[1], self.q) if self.near else (arb(1), x[1])
        return x[0] / q, v / (q * q)


def _dot(x: Pair, y: Pair) -> arb:
    return x[0] * y[0] + x[1] * y[1]


def _apply(matrix: Matrix, vector: Pair) -> Pair:
    return _dot(matrix[0], vector), _dot(matrix[1], vector)


def _combined_rows(row: Pair, matrix: Matrix) -> Pair:
    (a, b), (c, d) = matrix
    return row[0] * a + row[1] * c, row[0] * b + row[1] * d


def _combined(slopes: Vector, columns: Columns) -> Pair:
    """Return derivatives by two numbers from those by (a, w, q), by the chain rule."""
    first, second = (sum((s * row[k] for s, row in zip(slopes, columns, strict=True)), arb(0)) for k in (0, 1))
    return first, second


def _inverse(matrix: Matrix) -> Matrix | None:
    """Return an exact matrix near the inverse, None where there is none."""
    p, q, r, s = (entry.mid() for row in matrix for entry in row)
    determinant = (p * s - q * r).mid()
    if not determinant.is_finite() or determinant.is_zero():
        return None
    found = [(entry / determinant).mid() for entry in (s, -q, -r, p)]
    if not all(entry.is_finite() for entry in found):
        return None
    return (found[0], found[1]), (found[2], found[3])
