"""Which fixed point starts come near, after how many layers, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selu_math.basins import BasinFate, basin
from selu_math.plotting.search import Array, FixedPoint, LayerMap

EPSILON: Final = 1e-3
"""How near counts as there: in deviations for the mean, in parts for the variance."""
_NOWHERE: Final = (0.0, 1e300)
"""A target that nothing comes near, for paths are given up long before."""


class Settled(NamedTuple):
    """What became of each start; arrays of the starts' shape.

    Attributes:
        to: which of the fixed points it came near; -1: none.
        layers: after how many layers; -1: it came near none.
        fate: a :class:`BasinFate`.
    """

    to: NDArray[np.int64]
    layers: NDArray[np.int64]
    fate: NDArray[np.uint8]

    @property
    def counts(self) -> dict[str, int]:
        """How many starts have each fate."""
        return {fate.name.lower(): int((self.fate == fate).sum()) for fate in BasinFate}


def settle(step: LayerMap, points: Sequence[FixedPoint], mean: Array, variance: Array, max_layers: int) -> Settled:
    """Follow starts until they come near one of the points.

    Args:
        step: the map, with one omega and one tau.
        points: attracting fixed points.
        mean: means to start from.
        variance: variances to start from, of the same shape.
        max_layers: where starts are given up.
    """
    to, layers = (np.full(mean.shape, -1, np.int64) for _ in range(2))
    fate = np.zeros(mean.shape, np.uint8)
    open_ones = np.ones(mean.shape, bool)
    for n, target in enumerate([(p.mean, p.variance) for p in points] or [_NOWHERE]):
        found = basin(
            mean[open_ones],
            variance[open_ones],
            omega=step.omega,
            tau=step.tau,
            target=target,
            epsilon=EPSILON,
            max_layers=max_layers,
            activation=step.activation,
            kind=step.kind,
        )
        layers[open_ones], fate[open_ones] = found.layers, found.fate
        to[open_ones] = np.where(found.layers >= 0, n, -1)
        open_ones = to < 0
        if not open_ones.any():
            break
    return Settled(to, layers, fate)
