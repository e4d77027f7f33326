"""The plane of weights, point by point: a float64 sweep for the stability picture that proves nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from selu_math.activations import Activation
from selu_math.layer import jacobian, layer_map
from selu_math.plotting.search import Array, LayerMap, newton
from selu_math.plotting.theorem import Range
from selu_math.stability import spectral_radius

_LAYERS: Final = 300
_GONE: Final = 1e8
"""A variance above it, or below its inverse, counts as gone for good."""
_FAR: Final = 1e3
"""So does a mean beyond it; much farther out, E f² - (E f)² would lose the digits that tell growing from shrinking."""
_NEAR: Final = 1e-3
_NEWTON_STEPS: Final = 12
_STANDSTILL: Final = 1e-6
_SUBSTEPS: Final = (0.3, 0.6, 0.85)
_HALVINGS: Final = 6
_MAX_EXCESS: Final = 0.1

Indices: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Sweep:
    """What was found on a grid of weights; rows are tau, columns are omega.

    Attributes:
        omega: values of omega.
        tau: values of tau.
        radius: spectral radius at the attracting fixed point found; nan where none was.
        field: the same, and above 1 where none was found, so that its contour at 1 is the edge of attraction.
        trend: where none attracts, about one over the layers that (0, 1) takes to leave: positive where the variance
            grows, negative where it shrinks, 0 where it does neither.
    """

    omega: Array
    tau: Array
    radius: Array
    field: Array
    trend: Array

    @property
    def attracting(self) -> Mask:
        """Where an attracting fixed point was found."""
        return np.isfinite(self.radius)


class _State(NamedTuple):
    """Fixed points found so far, flat over the grid; radius is nan where none attracts."""

    mean: Array
    variance: Array
    radius: Array


def sweep(activation: Activation, omega: Range, tau: Range, columns: int, rows: int) -> Sweep:
    """Follow (0, 1) through the layers for every (omega, tau) of a grid, and polish what it settles at by Newton.

    Grid points without an attracting fixed point are tried again from those of their neighbours, so that one which
    (0, 1) does not reach is found too where it continues one that is reached.
    """
    across, up = np.linspace(*omega, columns), np.linspace(*tau, rows)
    wide_omega, wide_tau = (x.ravel() for x in np.meshgrid(across, up))
    step = LayerMap(activation, wide_omega, wide_tau)
    mean, variance, trend, left = _follow(step)
    state = _State(mean, variance, np.full(mean.shape, np.nan))
    index = np.arange(mean.size).reshape(rows, columns)
    _polish(step, np.flatnonzero(~left), state)
    _spread(step, index, state)
    trend[np.isfinite(state.radius) | (np.abs(trend) < _STANDSTILL)] = 0.0
    field = _sharpened(step, index, state)
    return Sweep(across, up, *(x.reshape(rows, columns) for x in (state.radius, field, trend)))


def _follow(step: LayerMap) -> tuple[Array, Array, Array, Mask]:
    """Return where (0, 1) is when it left, stood nearly still or ran out of layers; the trend; whether it left."""
    size = step.omega.size
    mean, variance, trend = np.zeros(size), np.ones(size), np.zeros(size)
    left = np.zeros(size, bool)
    running, half_way = np.arange(size), variance
    for layer in range(1, _LAYERS + 1):
        m, v = mean[running], variance[running]
        new_mean, new_variance = step.at(running)(m, v)
        grown, shrunk = ~(new_variance < _GONE), new_variance < 1 / _GONE
        gone = ~(np.abs(new_mean) < _FAR) | grown | shrunk
        mean[running], variance[running] = np.where(gone, m, new_mean), np.where(gone, v, new_variance)
        left[running] = gone
        still = ~gone & (np.hypot(new_mean - m, new_variance - v) < _NEAR * np.minimum(new_variance, 1.0))
        pace = np.log(np.where(grown, _GONE, new_variance) / v)
        # one over the layers taken, or, standing nearly still, over those that the same pace would take
        direction = np.where(np.abs(pace) > _STANDSTILL, np.sign(pace), 0.0)
        trend[running] = np.where(gone, direction / layer, pace / np.log(_GONE))
        running = running[~(gone | still)]
        if not running.size:
            break
        if layer == _LAYERS // 2:
            half_way = variance.copy()
    trend[running] = np.log(variance[running] / half_way[running]) / (_LAYERS / 2 * np.log(_GONE))
    return mean, variance, trend, left


def _polish(step: LayerMap, chosen: Indices, state: _State) -> Indices:
    """Run Newton's iteration at the chosen grid points; keep and return those that end at an attracting one."""
    end = newton(step.at(chosen), state.mean[chosen], state.variance[chosen], _NEWTON_STEPS)
    attracting = end.found & (end.radius < 1)
    kept = chosen[attracting]
    for whole, part in zip(state, (end.mean, end.variance, end.radius), strict=True):
        whole[kept] = part[attracting]
    return kept


def _edges(index: Indices, attracting: Mask) -> tuple[Indices, Indices]:
    """Return pairs of grid neighbours, the first with an attracting fixed point and the second without."""
    across, up = (index[:, :-1].ravel(), index[:, 1:].ravel()), (index[:-1].ravel(), index[1:].ravel())
    one = np.concatenate([across[0], across[1], up[0], up[1]])
    other = np.concatenate([across[1], across[0], up[1], up[0]])
    chosen = attracting[one] & ~attracting[other]
    return one[chosen], other[chosen]


def _between(step: LayerMap, one: Indices, other: Indices, share: Any) -> LayerMap:
    """Return the map at weights between grid points."""
    omega, tau = (x[one] + share * (x[other] - x[one]) for x in (step.omega, step.tau))
    return step._replace(omega=omega, tau=tau)


def _spread(step: LayerMap, index: Indices, state: _State) -> None:
    """Carry attracting fixed points over to grid points beside them, as long as more are found."""
    fresh = np.isfinite(state.radius)
    while fresh.any():
        inside, outside = _edges(index, np.isfinite(state.radius))
        source, target = inside[fresh[inside]], outside[fresh[inside]]
        target, first = np.unique(target, return_index=True)
        source = source[first]
        mean, variance = state.mean[source], state.variance[source]
        # in a few smaller steps, because fixed points on their way to infinity move fast
        for share in _SUBSTEPS:
            end = newton(_between(step, source, target, share), mean, variance, _NEWTON_STEPS)
            mean, variance = np.where(end.found, end.mean, mean), np.where(end.found, end.variance, variance)
        state.mean[target], state.variance[target] = mean, variance
        fresh = np.zeros(index.size, bool)
        fresh[_polish(step, target, state)] = True


def _sharpened(step: LayerMap, index: Indices, state: _State) -> Array:
    """Return the radius, with values above 1 outside such that interpolation puts 1 where attraction really ends.

    Between each grid point that has an attracting fixed point and each neighbour that has none, the end is bisected.
    """
    inside, outside = _edges(index, np.isfinite(state.radius))
    low, high = np.zeros(inside.size), np.ones(inside.size)
    mean, variance = state.mean[inside], state.variance[inside]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        end = newton(_between(step, inside, outside, middle), mean, variance, _NEWTON_STEPS)
        attracting = end.found & (end.radius < 1)
        mean, variance = np.where(attracting, end.mean, mean), np.where(attracting, end.variance, variance)
        low, high = np.where(attracting, middle, low), np.where(attracting, high, middle)
    share = (low + high) / 2
    excess = np.minimum((1 - state.radius[inside]) * (1 - share) / share, _MAX_EXCESS)
    total, count = np.zeros(index.size), np.zeros(index.size)
    np.add.at(total, outside, excess)
    np.add.at(count, outside, 1)
    beyond = 1 + np.where(count > 0, total / np.maximum(count, 1), _MAX_EXCESS)
    return np.where(np.isfinite(state.radius), state.radius, np.maximum(beyond, 1 + 1e-9))


def normalised_radius(activation: Activation, omega: Array) -> Array | None:
    """Return the spectral radius at (0, 1) for tau = 1 and each omega, or None where (0, 1) is no fixed point.

    At mean 0 the pre-activation does not depend on omega, so (0, 1) is a fixed point for every omega or for none.
    """
    image = layer_map(0.0, 1.0, activation=activation)
    if not np.hypot(image.mean, image.variance - 1.0) < 1e-9:
        return None
    return np.asarray(spectral_radius(jacobian(0.0, 1.0, omega=omega, activation=activation)))


def stability_crossings(activation: Activation, omega: Range, samples: int = 301) -> tuple[float, ...]:
    """Return the omega at which the spectral radius at (0, 1), tau = 1, passes 1, where (0, 1) is a fixed point."""
    grid = np.linspace(*omega, samples)
    radius = normalised_radius(activation, grid)
    if radius is None:
        return ()

    def excess(at: float) -> float:
        return float(spectral_radius(jacobian(0.0, 1.0, omega=at, activation=activation))) - 1.0

    signs = np.sign(radius - 1.0)
    places = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    return tuple(float(brentq(excess, grid[i], grid[i + 1], xtol=1e-12)) for i in places)
