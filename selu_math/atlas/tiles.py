"""The float sweep of a block of tiles, at their centres: searched and iterated in float64, nothing proved."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from selu_math.activations import Activation
from selu_math.atlas.grid import Settings
from selu_math.atlas.orbits import Ends, Fate, follow
from selu_math.atlas.search import Table, fixed_points, measures, table
from selu_math.layer import Layer
from selu_math.numbers.float64 import FLOAT64, Array

VERSION: Final = 1
COLUMNS: Final = {
    "fate": "|u1",
    "fixed_points": "<u2",
    "attracting": "<u2",
    "mean": "<f8",
    "variance": "<f8",
    "spectral_radius": "<f8",
    "spectral_norm": "<f8",
    "contraction_time": "<f8",
}
"""Of each tile: what becomes of mean 0, variance 1, a :class:`Fate`; how many fixed points the search found, and how
many of them attract; then, of the fixed point that (0, 1) goes to: mean, variance, spectral radius and norm of the
Jacobian, layers in which a small distance shrinks to 1/e.  Where there is none, and where distances grow: nan."""
_BLOCK: Final = 65_536
_QUADRATURE_BLOCK: Final = 512


def block_size(activation: Activation) -> int:
    """Return how many tiles make a block: about half a second's work."""
    return _BLOCK if activation.is_closed_form else _QUADRATURE_BLOCK


def compute(settings: Settings, block: int) -> dict[str, Any]:
    """Return the columns of a block."""
    omega, tau = settings.centres(block)
    around = table(settings.activation, settings.kind)
    found = fixed_points(around, omega, tau)
    ends = follow(around.activation, around.kind, omega, tau, found)
    at = np.flatnonzero(ends.goal >= 0)
    values = np.full((4, omega.size), np.nan)
    values[:, at] = np.stack(list(vars(found).values()))[:, ends.goal[at], at]
    count, attracting = found.count, found.attracting
    # at rest where the search found nothing: a fixed point among others arbitrarily near, as those of the identity
    extra = np.flatnonzero((ends.fate == Fate.FINITE) & (ends.goal < 0))
    if extra.size:
        values[:, extra] = _at_rest(around, omega[extra], tau[extra], ends, extra)
        count[extra] += 1
        attracting[extra] += values[2, extra] < 1
    mean, variance, radius, norm = values
    with np.errstate(divide="ignore", invalid="ignore"):
        time = np.where(radius < 1, -1 / np.log(radius), np.nan)
    return dict(zip(COLUMNS, (ends.fate, count, attracting, mean, variance, radius, norm, time), strict=True))


def _at_rest(around: Table, omega: Array, tau: Array, ends: Ends, at: Any) -> Array:
    mean, variance = ends.mean[at], ends.variance[at]
    jacobian = Layer(FLOAT64, mean, variance, omega, tau, around.activation, around.kind).jacobian
    with FLOAT64.evaluating():
        radius, norm = measures(*(np.broadcast_to(x, at.shape) for row in jacobian for x in row))
    return np.stack([mean, variance, radius, norm])
