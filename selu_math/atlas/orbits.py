"""Where the layer map takes mean 0 and variance 1 in the end, for many (omega, tau) at once: iterated, not proved.

Points are compared by ``asinh(mean / sqrt(variance))`` and ``log(variance)``, in which slow orbits go straight, be it
to a point, to 0 or to infinity.  An orbit ends at a fixed point once it is near and draws nearer, or once its steps
shrink as a geometric series that leads there.  Where two steps in a row, or two pairs of steps, are nearly the same, as
many of them are taken at once as reach halfway to the nearest known fixed point, so that slow orbits end as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from selu_math.activations import Activation
from selu_math.atlas.search import HIGHEST, LOWEST, FixedPoints
from selu_math.layer import Layer, MapKind
from selu_math.numbers.float64 import FLOAT64, Array

LAYERS: Final = 200
"""Evaluations of the layer map after which an orbit is given up."""
_BEYOND: Final = log(1e6)
"""Logarithm of the variance from which an orbit above (or below) all known fixed points is not followed further."""
_MARGIN: Final = 1.0
_NEAR: Final = 0.02
_IN_LINE: Final = 0.1
_AROUND: Final = 0.5
_AT_REST: Final = 1e-12
_RETURNED: Final = 1e-8
_STEADY: Final = 0.1
_LONGEST: Final = 2.0
_HALFWAY: Final = 0.5


class Fate(IntEnum):
    """What becomes of mean 0 and variance 1 from layer to layer."""

    UNDECIDED = 0
    FINITE = 1
    GROWS = 2
    DIES = 3
    CYCLES = 4


@dataclass(frozen=True)
class Ends:
    """How orbits end, one entry a tile.

    Attributes:
        fate: a :class:`Fate`.
        goal: which of the tile's fixed points is reached, or -1.
        mean: the last mean.
        variance: the last variance.
    """

    fate: NDArray[np.uint8]
    goal: NDArray[np.intp]
    mean: Array
    variance: Array


@dataclass
class _Orbits:
    """Orbits under way; the last axis of every array runs over them, the first of some over fixed points."""

    tile: NDArray[np.intp]
    omega: Array
    tau: Array
    point: Array
    """Mean and variance."""
    place: Array
    steps: Array
    """The last two, in the coordinates of places."""
    pair: Array
    """The sum of the two before."""
    distance: Array
    targets: Array
    attracts: NDArray[np.bool_]
    borders: Array
    """Logarithms of the variance beyond which an orbit dies or grows."""

    def only(self, going: NDArray[np.intp]) -> _Orbits:
        """Return some of them."""
        return _Orbits(*(x.take(going, axis=-1) for x in vars(self).values()))


def _place(mean: Any, variance: Any) -> Array:
    ratio = mean / np.sqrt(variance)
    asinh = np.log(np.abs(ratio) + np.sqrt(1 + ratio * ratio))  # to 1e-16, and several times as fast as NumPy's
    return np.stack([np.copysign(asinh, ratio), np.log(variance)])


def follow(activation: Activation, kind: MapKind, omega: Array, tau: Array, found: FixedPoints) -> Ends:
    """Return how the orbits of mean 0 and variance 1 end."""
    count = omega.size
    ends = Ends(np.zeros(count, np.uint8), np.full(count, -1, np.intp), np.full(count, np.nan), np.full(count, np.nan))
    with FLOAT64.evaluating():
        targets = np.stack([_place(m, v) for m, v in zip(found.mean, found.variance, strict=True)])
        heights = targets[:, 1]
        orbits = _Orbits(
            tile=np.arange(count),
            omega=omega,
            tau=tau,
            point=np.stack([np.zeros(count), np.ones(count)]),
            place=np.zeros((2, count)),
            steps=np.full((2, 2, count), np.nan),
            pair=np.full((2, count), np.nan),
            distance=np.full((len(targets), count), np.nan),
            targets=targets,
            attracts=found.radius < 1,
            borders=np.stack(
                [
                    np.fmin(np.fmin.reduce(heights) - _MARGIN, -_BEYOND),
                    np.fmax(np.fmax.reduce(heights) + _MARGIN, _BEYOND),
                ]
            ),
        )
        for layer in range(LAYERS):
            if not orbits.tile.size:
                break
            _advance(orbits, activation, kind)
            if layer % 2:
                done, fate, goal = _judge(orbits)
                which = np.flatnonzero(done)
                tile = orbits.tile[which]
                ends.fate[tile], ends.goal[tile] = fate[which], goal[which]
                ends.mean[tile], ends.variance[tile] = orbits.point[:, which]
                _leap(orbits)
                if which.size:
                    orbits = orbits.only(np.flatnonzero(~done))
    return ends


def _advance(o: _Orbits, activation: Activation, kind: MapKind) -> None:
    """Take every orbit one layer on."""
    layer = Layer(FLOAT64, o.point[0], o.point[1], o.omega, o.tau, activation, kind)
    o.point[0], o.point[1] = layer.mean, layer.variance
    place = _place(*o.point)
    o.steps = np.stack([place - o.place, o.steps[0]])
    o.place = place


def _largest(pair: Any) -> Any:
    return np.maximum(np.abs(pair[0]), np.abs(pair[1]))


def _judge(o: _Orbits) -> tuple[Any, Any, Any]:
    """Return which orbits are done, their fates and the fixed points reached."""
    step, before = o.steps[0], o.steps[1]
    length = _largest(step)
    # in a geometric series: where does it lead?
    ratio = (before[0] * step[0] + before[1] * step[1]) / (before[0] ** 2 + before[1] ** 2)
    in_series = (_largest(step - ratio * before) <= _IN_LINE * length) & (np.abs(ratio) < 1)
    rest = step * (ratio / (1 - ratio))
    fate = np.zeros(length.size, np.uint8)
    goal = np.full(length.size, -1, np.intp)
    stays = length <= _AT_REST
    for i, target in enumerate(o.targets):
        off = o.place - target
        distance = _largest(off)
        heading = in_series & (distance < _AROUND) & (_largest(off + rest) <= _IN_LINE * distance)
        near = distance < _NEAR
        reached = (o.attracts[i] & (heading | (near & (distance < o.distance[i])))) | (near & stays)
        goal[reached] = i
        o.distance[i] = distance
    fate[(_largest(step + before) <= _RETURNED) & (length > _NEAR)] = Fate.CYCLES
    fate[(goal >= 0) | stays] = Fate.FINITE
    mean, variance = o.point
    fate[(variance < LOWEST) | ((step[1] < 0) & (o.place[1] < o.borders[0]))] = Fate.DIES
    fate[(variance > HIGHEST) | (np.abs(mean) > HIGHEST) | ((step[1] > 0) & (o.place[1] > o.borders[1]))] = Fate.GROWS
    return (fate > 0) | np.isnan(mean) | np.isnan(variance), fate, goal


def _leap(o: _Orbits) -> None:
    """Repeat a steady step, or a steady pair of steps, as often as goes halfway to the nearest fixed point."""
    step, before = o.steps
    pair = step + before
    both = _largest(pair)
    single = _largest(step - before) <= _STEADY * _largest(step)
    double = _largest(pair - o.pair) <= _STEADY * both
    way = np.fmin(np.fmin.reduce(o.distance, axis=0) * _HALFWAY, _LONGEST)
    often = single & (way >= 2 * _largest(step)) | (double & (way >= 2 * both))
    o.pair = pair
    far = np.flatnonzero(often)
    if far.size:
        stride = np.where(single[far], step[:, far], pair[:, far])
        place = o.place[:, far] + np.floor(way[far] / _largest(stride)) * stride
        o.place[:, far] = place
        o.point[:, far] = np.sinh(place[0]) * np.exp(place[1] / 2), np.exp(place[1])
        o.pair[:, far] = o.distance[:, far] = np.nan
