"""Basins: from which means and variances iteration comes near a target, and after how many layers.

Everything is iterated in float64: nothing is proved, neither that an orbit near its target stays there nor that one
that grows or dies never returns.  ``prove_map`` follows single orbits with proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selu_math.activations import SELU, Activation
from selu_math.exceptions import InputError, quoted, whole_number
from selu_math.layer import MAX_LAYERS, MapKind, Statistics, layer_map
from selu_math.moments import as_parameters
from selu_math.numbers.float64 import Array

LEAST_EPSILON: Final = 1e-9
MAX_SEQUENCE: Final = 10_000
_LARGE, _SMALL = 1e12, 1e-12
_SETTLED: Final = 1e-12
_TARGET_LAYERS: Final = 10_000
"""After so many layers, or three passes where these are more, (0, 1) is taken not to settle."""
Weights: TypeAlias = float | Sequence[float] | Array


class BasinFate(IntEnum):
    """What became of a start, as far as it was followed.

    ``GROWS`` and ``DIES``: mean**2 + variance is above 1e12 and rising, the variance below 1e-12 and falling.
    ``ELSEWHERE``: it came to rest, at a point or in a cycle, without having come near the target.  To rounding that may
    be a point that does not attract, which it would leave much later.
    """

    UNDECIDED = 0
    CONVERGES = 1
    ELSEWHERE = 2
    GROWS = 3
    DIES = 4


@dataclass(frozen=True)
class Basin:
    """The answer of :func:`basin`; not proved.

    Attributes:
        layers: after how many layers each start is first within epsilon of its target, int64; -1: it was not.
        fate: a :class:`BasinFate` each, uint8, of the same shape.
        target: the points compared with, one before each layer of a period, arrays of shape ``(L,)``; None where none
            was given and (0, 1) does not settle.
    """

    layers: NDArray[np.int64]
    fate: NDArray[np.uint8]
    target: Statistics | None


def basin(
    mean: ArrayLike,
    variance: ArrayLike,
    *,
    omega: Weights = 0.0,
    tau: Weights = 1.0,
    target: tuple[float, float] | None = None,
    epsilon: float = 1e-3,
    max_layers: int = 1000,
    activation: Activation = SELU,
    kind: str = "paper",
) -> Basin:
    """Iterate the layer map from many starts until each is within epsilon of a target, in float64.

    A point is within epsilon where its mean differs by less than epsilon deviations of the target, its variance by less
    than epsilon times the target's.  That it stays there is not proved, nor that the target is kept.

    Args:
        mean: means to start from; both broadcast.
        variance: variances to start from, positive.
        omega: sum of a unit's weights, of all layers or a sequence, one a layer.
        tau: sum of a unit's squared weights, likewise.  Sequences of L entries, at most 10,000, are repeated: layer n
            takes entry n mod L; ``max_layers=L`` takes each once.
        target: a mean and a variance, the same at every layer.  By default what (0, 1) goes to under the same weights:
            a fixed point, or with sequences a cycle of L points, of which the one before the same entry is compared.
        epsilon: at least 1e-9.
        max_layers: where starts are given up, undecided.
        activation: f.
        kind: ``"paper"`` or ``"mean-field"``.

    Raises:
        InputError: for arguments out of range.
    """
    max_layers = whole_number("max_layers", max_layers, 1, MAX_LAYERS)
    means, variances = as_parameters(mean=mean, variance=variance)
    starts = Statistics(np.atleast_1d(means).ravel(), np.atleast_1d(variances).ravel())
    near = _number("epsilon", epsilon)
    if not near >= LEAST_EPSILON:
        raise InputError(f"epsilon must be at least {LEAST_EPSILON:g}, not {near:g}")
    layers = _Layers(omega, tau, activation, MapKind.of(kind))
    goal = layers.home() if target is None else _given(target, layers.count)
    reached, fate = _iterate(layers, starts, goal, near, max_layers)
    shape = np.shape(means)
    return Basin(reached.reshape(shape)[()], fate.reshape(shape)[()], goal)


def _number(name: str, value: Any) -> float:
    number = as_parameters(**{name: value})[0]
    if np.ndim(number):
        raise InputError(f"{name} must be one number, not {quoted(value)}")
    return float(number)


def _given(target: Any, count: int) -> Statistics:
    try:
        mean, variance = target
    except (TypeError, ValueError):
        raise InputError(f"target must be a pair (mean, variance), not {quoted(target)}") from None
    return Statistics(np.full(count, _number("mean", mean)), np.full(count, _number("variance", variance)))


class _Layers:
    """The layers, repeated for ever.

    Args:
        omega: a number or a sequence.
        tau: likewise, of the same length where both are sequences.
        activation: f.
        kind: the map.
    """

    def __init__(self, omega: Weights, tau: Weights, activation: Activation, kind: MapKind) -> None:
        sums = [np.atleast_1d(as_parameters(**{name: x})[0]) for name, x in (("omega", omega), ("tau", tau))]
        lengths = {x.size for x in sums if x.size != 1}
        if any(x.ndim > 1 for x in sums) or len(lengths) > 1 or not all(0 < size <= MAX_SEQUENCE for size in lengths):
            shapes = " and ".join(str(x.shape) for x in sums)
            accepted = f"numbers or sequences of one length, at most {MAX_SEQUENCE}, one entry a layer"
            raise InputError(f"omega and tau must be {accepted}, not of shapes {shapes}")
        self.count = max(lengths, default=1)
        self.omega, self.tau = (np.broadcast_to(x, (self.count,)) for x in sums)
        self.activation, self.kind = activation, kind

    def after(self, n: int, x: Statistics) -> Statistics:
        """Return points after layer n, counted from 0."""
        i = n % self.count
        omega, tau = self.omega[i], self.tau[i]
        return layer_map(*x, omega=omega, tau=tau, activation=self.activation, kind=self.kind)

    def home(self) -> Statistics | None:
        """Return what (0, 1) goes to, one point before each layer; None where it does not settle."""
        x, before = Statistics(np.zeros(1), np.ones(1)), None
        for n in range(max(_TARGET_LAYERS, 3 * self.count)):
            if n % self.count == 0:
                if before is not None and _same(x, before)[0]:
                    break
                before = x
            x = self.after(n, x)
            if _left(x, x)[0]:
                return None
        else:
            return None
        orbit = [x]
        for n in range(self.count - 1):
            orbit.append(self.after(n, orbit[-1]))
        return Statistics(np.concatenate([p.mean for p in orbit]), np.concatenate([p.variance for p in orbit]))


def _same(x: Statistics, y: Statistics) -> Any:
    near = np.abs(x.mean - y.mean) <= _SETTLED * np.sqrt(y.variance)
    return near & (np.abs(x.variance - y.variance) <= _SETTLED * y.variance)


def _left(x: Statistics, before: Statistics) -> Any:
    """Return the fate of those that have left, on the way outwards, 0 of the others."""
    with np.errstate(all="ignore"):
        square, old = (p.mean * p.mean + p.variance for p in (x, before))
        grows = ((square > _LARGE) & (square >= old)) | (square == np.inf)
        dies = ((x.variance < _SMALL) & (x.variance <= before.variance)) | (x.variance <= 0)
    return np.where(grows, BasinFate.GROWS, np.where(dies, BasinFate.DIES, 0)).astype(np.uint8)


def _iterate(
    layers: _Layers, x: Statistics, goal: Statistics | None, epsilon: float, most: int
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return when each start is near the target, and its fate."""
    reached = np.full(x.mean.size, -1, np.int64)
    fate = np.zeros(x.mean.size, np.uint8)
    going = np.arange(x.mean.size)
    passed, kept = 0, x
    for n in range(most + 1):
        if goal is not None:
            at_mean, at_variance = (part[n % layers.count] for part in goal)
            near = np.abs(x.mean - at_mean) < epsilon * np.sqrt(at_variance)
            near &= np.abs(x.variance - at_variance) < epsilon * at_variance
            reached[going[near]] = n
            fate[going[near]] = BasinFate.CONVERGES
        if n and n % layers.count == 0:
            # a cycle is seen by comparing with the points after 1, 2, 4, ... passes, as Brent does
            passed += 1
            open_ones = fate[going] == BasinFate.UNDECIDED
            fate[going[open_ones & _same(x, kept)]] = BasinFate.ELSEWHERE
            if passed & (passed - 1) == 0:
                kept = x
        on = (fate[going] == BasinFate.UNDECIDED) & np.isfinite(x.mean) & np.isfinite(x.variance)
        going, x, kept = going[on], _only(x, on), _only(kept, on)
        if n == most or not going.size:
            break
        new = layers.after(n, x)
        left = _left(new, x)
        fate[going] = left
        on = left == BasinFate.UNDECIDED
        going, x, kept = going[on], _only(new, on), _only(kept, on)
    return reached, fate


def _only(x: Statistics, which: Any) -> Statistics:
    return x if np.all(which) else Statistics(x.mean[which], x.variance[which])
