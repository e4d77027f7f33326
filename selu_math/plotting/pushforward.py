"""The distribution of f(z) for z ~ N(0, 1), from the pieces of f: its density and its point masses."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from selu_math.exceptions import InputError
from selu_math.numbers.float64 import FLOAT64
from selu_math.pieces import Part, Piecewise
from selu_math.sampled import Sampled
from selu_math.trigonometric import TrigPoly
from selu_math.values import values

Array: TypeAlias = NDArray[np.float64]

_REACH: Final = 8.5
"""Deviations beyond which the mass, under 2e-17, is left out."""
_SAMPLES: Final = 2001
_LEVEL: Final = 1e-3
"""A local minimum of the slope below this fraction of its maximum counts as 0, where the density of z is above it."""


def evaluate(part: Part, z: ArrayLike) -> Array:
    """Return a piece at float64 points."""
    if isinstance(part, Sampled):
        raise InputError(f"no picture of {part.base.name}: of its derivative only means are known")
    return np.asarray(values(part, np.asarray(z, dtype=np.float64)))


def normal_density(z: ArrayLike) -> Array:
    """Return the standard normal density."""
    return np.asarray(FLOAT64.tilted_density(0.0, np.asarray(z, dtype=np.float64)))


@dataclass(frozen=True)
class Pushforward:
    """The distribution of f(z).

    Attributes:
        segments: the density, as pairs of (values, density); it may jump between segments.
        atoms: values that f takes on a whole interval, with their probabilities.
    """

    segments: tuple[tuple[Array, Array], ...]
    atoms: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Branch:
    """A stretch on which f is strictly monotone, by increasing value."""

    z: Array
    value: Array
    slope: Array

    def density(self, y: Array) -> Array:
        inside = (y >= self.value[0]) & (y <= self.value[-1])
        z = np.interp(y, self.value, self.z)
        # the slope is interpolated by its logarithm in z: exponential pieces stay accurate near an asymptote
        order = np.argsort(self.z)
        slope = np.exp(np.interp(z, self.z[order], np.log(self.slope[order])))
        return np.where(inside, normal_density(z) / slope, 0.0)


def _branches(low: float, high: float, part: Part, slope: Part) -> list[_Branch]:
    """Return the monotone stretches of one piece."""
    # waves turn where the density of z is large, and what lies within a step of a turn is left out
    z = np.linspace(low, high, 6 * _SAMPLES if isinstance(part, TrigPoly) else _SAMPLES)
    values, slopes = evaluate(part, z), evaluate(slope, z)
    steep = np.abs(slopes)
    # where f levels off within a stretch the density has a peak, which is only seen at the end of one
    level = np.zeros(z.size, dtype=bool)
    level[1:-1] = (steep[1:-1] < steep[:-2]) & (steep[1:-1] < steep[2:]) & (steep[1:-1] < _LEVEL * steep.max())
    level &= normal_density(z) > _LEVEL
    branches = []
    for sign in (1, -1):
        chosen = np.flatnonzero((sign * slopes > 0) & ~level)
        for run in np.split(chosen, np.flatnonzero(np.diff(chosen) > 1) + 1):
            if run.size > 1:
                rising = run[::sign]
                # far out on a saturating piece the values no longer grow in float64
                kept = rising[np.concatenate([[True], np.diff(values[rising]) > 0])]
                branches.append(_Branch(z[kept], values[kept], np.abs(slopes[kept])))
    return [branch for branch in branches if branch.value.size > 1]


def pushforward(function: Piecewise, samples: int = 400) -> Pushforward:
    """Return the distribution of ``function(z)`` for ``z ~ N(0, 1)``, by change of variables on each monotone stretch.

    Args:
        function: the function, without atoms.
        samples: points of each segment of the density.
    """
    branches: list[_Branch] = []
    masses: dict[float, float] = {}
    for (a, b), part in zip(function.piece_bounds(), function.parts, strict=True):
        low = -_REACH if a is None else max(float(a), -_REACH)
        high = _REACH if b is None else min(float(b), _REACH)
        if low >= high:
            continue
        slope = part.derivative()
        if slope.terms:
            branches.extend(_branches(low, high, part, slope))
        else:
            value = float(evaluate(part, low))
            masses[value] = masses.get(value, 0.0) + float(ndtr(high) - ndtr(low))
    ends = np.unique(np.round([end for branch in branches for end in (branch.value[0], branch.value[-1])], 9))
    segments = []
    for start, stop in pairwise(ends):
        # strictly inside, so that each segment shows its own one-sided limits
        y = start + (stop - start) * (1 - np.cos(np.linspace(1e-3, np.pi - 1e-3, samples))) / 2
        density = sum((branch.density(y) for branch in branches), np.zeros_like(y))
        shown = np.flatnonzero(density)
        if shown.size > 1:
            # at a smooth minimum the outermost samples lie beyond the values found on the grid
            inside = slice(shown[0], shown[-1] + 1)
            segments.append((y[inside], density[inside]))
    return Pushforward(tuple(segments), tuple(sorted(masses.items())))
