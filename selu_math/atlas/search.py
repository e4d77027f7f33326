"""Fixed points of the layer map in float64, for many (omega, tau) at once: found by search, not proved.

The moments of an activation depend on the pre-activation's mean m and variance v alone.  A fixed point of the paper's
map at (omega, tau) is a zero of ``m - omega F(m, v)`` where ``v / G(m, v) = tau``, F and G being the new mean and
variance.  So F and G are tabulated once over the whole half plane, in ``t = m / sqrt(v)`` and ``log v``.  For each
omega the first condition is a curve through the table, followed triangle by triangle; wherever tau lies between the
values of v/G at both ends of a piece of the curve, there is a fixed point near, and Newton's method goes to it.  In the
mean-field map m is 0 and the curve is the line t = 0.

Attracting or not, all fixed points with a variance of the pre-activation from 1e-12 to 1e12 are found that lie farther
apart than the table's mesh; of two that are nearer, next to where they meet and vanish, none may be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from selu_math.activations import Activation, parse_activation
from selu_math.layer import Layer, MapKind
from selu_math.moments import moments_in
from selu_math.numbers.float64 import FLOAT64, Array

LOWEST, HIGHEST = 1e-12, 1e12
"""Variances below and above which nothing is looked for."""
_NODES: Final = 400
"""Nodes of the table along either coordinate."""
_FEW_NODES: Final = 120
"""The same for activations whose moments are integrals."""
_UNIT, _FARTHEST = 0.05, 1e7
"""Nodes in t are evenly spaced below the first, evenly in the logarithm from there to the second."""
_STEPS: Final = 25
"""Newton steps before a start is given up."""
_CLOSE, _GOOD = 1e-11, 1e-8
"""Relative length of Newton's last step, and what is accepted where rounding allows no better."""
_SAME: Final = 1e-6
"""Points that are nearer than this, relatively, are one."""
_SMALLEST: Final = 1e-300


@dataclass(frozen=True)
class Points:
    """Points of the plane, each with the tile it belongs to; arrays of one length.

    Attributes:
        tile: position of the tile.
        mean: mean.
        variance: variance.
    """

    tile: NDArray[np.intp]
    mean: Array
    variance: Array


@dataclass(frozen=True)
class FixedPoints:
    """Fixed points by tile: arrays of shape ``(most, tiles)``, filled up with nan.

    Attributes:
        mean: mean.
        variance: variance.
        radius: spectral radius of the Jacobian there.
        norm: its largest singular value.
    """

    mean: Array
    variance: Array
    radius: Array
    norm: Array

    @property
    def count(self) -> NDArray[np.intp]:
        """How many each tile has."""
        found: NDArray[np.intp] = np.isfinite(self.variance).sum(axis=0, dtype=np.intp)
        return found

    @property
    def attracting(self) -> NDArray[np.intp]:
        """How many of them attract."""
        found: NDArray[np.intp] = (self.radius < 1).sum(axis=0, dtype=np.intp)
        return found


class Table:
    """F and G over the half plane, and the curves that a given omega draws there.

    Args:
        activation: f.
        kind: the map.
    """

    def __init__(self, activation: Activation, kind: MapKind) -> None:
        self.activation, self.kind = activation, kind
        nodes = _NODES if activation.is_closed_form else _FEW_NODES
        log_v = np.linspace(np.log(LOWEST), np.log(HIGHEST), nodes)
        if kind is MapKind.PAPER:
            half = _UNIT * np.sinh((np.arange(nodes // 2) + 0.5) * (np.arcsinh(_FARTHEST / _UNIT) / (nodes // 2)))
            t = np.concatenate([-half[::-1], half])  # without 0: there a curve may lie, for odd activations
        else:
            t, log_v = np.zeros(1), np.linspace(log_v[0], log_v[-1], 10 * nodes)
        self.t, log_v = np.meshgrid(t, log_v, indexing="ij")
        root = np.exp(log_v / 2)
        with FLOAT64.evaluating():
            found = moments_in(FLOAT64, activation, self.t * root, root * root)
            mean, gain = found.mean / root, found.variance / root**2
            per_tau = gain if kind is MapKind.PAPER else gain + mean**2
            level = -np.log(np.maximum(per_tau, _SMALLEST))
        self.mean = mean
        self._carried = np.stack([level, log_v, mean, np.log(np.maximum(gain, _SMALLEST))])
        """At each node: log tau, log v, mean/sqrt(v), log(variance/v)."""
        valid = np.isfinite(self._carried).all(axis=0) & (gain > 0)
        self._whole = valid[1:, 1:] & valid[1:, :-1] & valid[:-1, 1:] & valid[:-1, :-1]
        self._line = np.flatnonzero(valid[0, 1:] & valid[0, :-1])

    def curve(self, omega: float) -> tuple[Array, Array]:
        """Return both ends of all pieces of the curve for an omega, as carried: arrays of shape ``(4, pieces)``."""
        if self.kind is MapKind.MEAN_FIELD:
            line = self._carried[:, 0]
            return line[:, self._line], line[:, self._line + 1]
        height = self.t - omega * self.mean
        above = height > 0
        across = above[1:] != above[:-1]
        mixed = across[:, 1:] | across[:, :-1] | (above[1:, 1:] != above[1:, :-1])
        i, j = np.divmod(np.flatnonzero(mixed & self._whole), self._whole.shape[1])
        # two triangles of every square that the curve may cross
        rows = np.concatenate([[i, i + 1, i + 1], [i, i, i + 1]], axis=1)
        columns = np.concatenate([[j, j, j + 1], [j, j + 1, j + 1]], axis=1)
        high = above[rows, columns]
        some = high.any(axis=0) & ~high.all(axis=0)
        rows, columns, high = rows[:, some], columns[:, some], high[:, some]
        # one corner is alone on its side of the curve, which crosses the two edges that meet there
        alone = np.argmax(high == (high.sum(axis=0) == 1), axis=0)
        each = np.arange(alone.size)

        def corner(turn: int) -> tuple[Array, Array]:
            at = rows[(alone + turn) % 3, each], columns[(alone + turn) % 3, each]
            return height[at], self._carried[:, at[0], at[1]]

        (h, first), (h1, second), (h2, third) = corner(0), corner(1), corner(2)
        return first + h / (h - h1) * (second - first), first + h / (h - h2) * (third - first)

    def starts(self, omega: Array, tau: Array) -> Points:
        """Return a point near every fixed point that the table shows, for tiles sorted by omega, then by tau."""
        tiles, means, variances = [], [], []
        log_tau = np.log(tau)
        turns = (np.diff(omega) != 0) | (np.diff(tau) < 0)
        edges = [0, *(np.flatnonzero(turns) + 1).tolist(), omega.size]
        for first, last in pairwise(edges):
            left, right = self.curve(float(omega[first]))
            low, high = np.minimum(left[0], right[0]), np.maximum(left[0], right[0])
            begin, end = (np.searchsorted(log_tau[first:last], level) for level in (low, high))
            crossed = end - begin
            piece = np.repeat(np.arange(crossed.size), crossed)
            tile = first + np.arange(piece.size) - np.repeat(np.cumsum(crossed) - crossed - begin, crossed)
            left, right = left[:, piece], right[:, piece]
            share = (log_tau[tile] - left[0]) / (right[0] - left[0])
            _, log_v, mean, log_gain = left + share * (right - left)
            tiles.append(tile)
            means.append(mean * np.exp(log_v / 2))
            variances.append(np.exp(log_v + log_gain))
        return Points(np.concatenate(tiles), np.concatenate(means), np.concatenate(variances))


@lru_cache(maxsize=4)
def table(activation: str, kind: MapKind) -> Table:
    """Return the table of an activation; a process makes it once."""
    return Table(parse_activation(activation), kind)


def fixed_points(around: Table, omega: Array, tau: Array) -> FixedPoints:
    """Return all fixed points that the search finds, for tiles sorted by omega, then by tau."""
    with FLOAT64.evaluating():
        starts = around.starts(omega, tau)
        tile = starts.tile
        columns = np.full((4, tile.size), np.nan)
        _newton(around, starts, omega[tile], tau[tile], columns)
    found = np.flatnonzero(np.isfinite(columns).all(axis=0))
    tile, columns = tile[found], columns[:, found]
    # sorted so that one point found twice stands side by side, also where two differ in the sign of the mean alone
    right = columns[0] > _SAME * np.sqrt(columns[1])
    order = np.lexsort((columns[1], right, tile))
    tile, right, columns = tile[order], right[order], columns[:, order]
    off_mean, off_variance = np.abs(np.diff(columns[:2], axis=1, prepend=np.inf)) / (np.sqrt(columns[1]), columns[1])
    again = (np.diff(tile, prepend=-1) == 0) & (off_mean <= _SAME) & (off_variance <= _SAME)
    tile, columns = tile[~again], columns[:, ~again]
    rank = np.arange(tile.size) - np.searchsorted(tile, tile)
    by_tile = np.full((4, int(rank.max(initial=0)) + 1, omega.size), np.nan)
    by_tile[:, rank, tile] = columns
    return FixedPoints(*by_tile)


def _newton(around: Table, starts: Points, omega: Array, tau: Array, columns: Array) -> None:
    """Go from the starts to fixed points; columns of those found receive mean, variance, radius and norm."""
    at = np.arange(starts.tile.size)
    mean, variance = starts.mean, starts.variance
    for step in range(_STEPS):
        layer = Layer(FLOAT64, mean, variance, omega, tau, around.activation, around.kind)
        (a, b), (c, d) = jacobian = layer.jacobian
        off_mean, off_variance = layer.mean - mean, layer.variance - variance
        determinant = (1 - a) * (1 - d) - b * c
        by_mean = ((1 - d) * off_mean + b * off_variance) / determinant
        by_variance = (c * off_mean + (1 - a) * off_variance) / determinant
        size = np.sqrt(variance)
        length = np.maximum(np.abs(by_mean) / size, np.abs(by_variance) / variance)
        done = length <= (_CLOSE if step < _STEPS - 1 else _GOOD)
        if done.any():
            new = mean + by_mean, variance + by_variance
            kept = at[done]
            columns[:2, kept] = new[0][done], new[1][done]
            columns[2:, kept] = measures(*(np.broadcast_to(x, done.shape)[done] for row in jacobian for x in row))
        # a longer step is cut: the table's mesh is finer than half a deviation
        scale = np.minimum(1, 0.5 / length)
        mean, variance = mean + scale * by_mean, variance + scale * by_variance
        going = ~done & np.isfinite(length) & (variance > LOWEST / 1e6) & (variance < HIGHEST * 1e6)
        if not going.any():
            return
        at, mean, variance, omega, tau = (x[going] for x in (at, mean, variance, omega, tau))


def measures(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    """Return spectral radius and spectral norm of ``[[a, b], [c, d]]``, elementwise."""
    half, apart = (a + d) / 2, ((a - d) / 2) ** 2 + b * c
    real = np.abs(half) + np.sqrt(np.maximum(apart, 0))
    radius = np.where(apart < 0, np.sqrt(np.abs(a * d - b * c)), real)
    return radius, (np.hypot(a + d, b - c) + np.hypot(a - d, b + c)) / 2
