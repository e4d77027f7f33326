"""Fixed points of a layer map for pictures: a float64 search that proves nothing and says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from selu_math.activations import Activation
from selu_math.layer import Layer, MapKind
from selu_math.numbers.float64 import FLOAT64
from selu_math.stability import spectral_radius

Array: TypeAlias = NDArray[np.float64]
Window: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
"""Ranges of mean and of variance."""

_TOLERANCE: Final = 1e-10
_TINY: Final = 1e-12


class LayerMap(NamedTuple):
    """A layer map with its weights; omega and tau may be arrays."""

    activation: Activation
    omega: Any
    tau: Any
    kind: MapKind = MapKind.PAPER

    def layer(self, mean: Any, variance: Any) -> Layer:
        """Return the layer at a point."""
        return Layer(FLOAT64, mean, variance, self.omega, self.tau, self.activation, self.kind)

    def __call__(self, mean: Any, variance: Any) -> tuple[Array, Array]:
        """Return the image; a variance that rounding made negative counts as the tiny one it is."""
        with np.errstate(all="ignore"):
            layer = self.layer(mean, variance)
            return np.asarray(layer.mean), np.maximum(layer.variance, _TINY)

    def at(self, chosen: Any) -> LayerMap:
        """Return the map with only the chosen omega and tau."""
        return self._replace(omega=self.omega[chosen], tau=self.tau[chosen])


@dataclass(frozen=True)
class FixedPoint:
    """A fixed point and the eigenvalues of the Jacobian there, computed in float64."""

    mean: float
    variance: float
    eigenvalues: tuple[complex, complex]

    @property
    def radius(self) -> float:
        """The spectral radius."""
        return max(abs(x) for x in self.eigenvalues)

    @property
    def kind(self) -> str:
        """Attracting, saddle or repelling."""
        expanding = sum(abs(x) > 1 for x in self.eigenvalues)
        return ("attracting", "saddle", "repelling")[expanding]

    def as_json(self) -> dict[str, Any]:
        """Return the fixed point ready for JSON."""
        return {
            "mean": self.mean,
            "variance": self.variance,
            "radius": self.radius,
            "eigenvalues": [[x.real, x.imag] for x in self.eigenvalues],
            "kind": self.kind,
            "status": "computed",
        }


class Newton(NamedTuple):
    """Where Newton's iteration ended: the point, its radius, and whether it is a fixed point to rounding."""

    mean: Array
    variance: Array
    radius: Array
    found: NDArray[np.bool_]
    jacobian: Array


def newton(layer_map: LayerMap, mean: Array, variance: Array, steps: int) -> Newton:
    """Run Newton's iteration from many points at once.

    With s the deviation and r = mean/s it solves ``new_mean/s = r`` and ``new_variance/s**2 = 1`` for r and, where s is
    below 1, s, elsewhere 1/s.  In these unknowns the equations become linear as s goes to 0 or to infinity, so that
    fixed points on their way there are followed as well.  The deviation may double or halve in a step.
    """
    with np.errstate(all="ignore"):
        s = np.sqrt(variance)
        r = mean / s
        for _ in range(steps):
            layer = layer_map.layer(r * s, s * s)
            (a, b), (c, d) = layer.jacobian
            new_r, growth = layer.mean / s, layer.variance / (s * s)
            # derivatives by r and by log s
            p, q = a - 1, a * r + 2 * s * b - new_r
            t, u = c / s, c * r / s + 2 * d - 2 * growth
            determinant = p * u - q * t
            change = (t * (new_r - r) - p * (growth - 1)) / determinant
            r = r + (q * (growth - 1) - u * (new_r - r)) / determinant
            above = np.where(change < 1, 1 / (1 - change), 2.0)
            s = s * np.clip(np.where(s > 1, above, 1 + change), 0.5, 2.0)
        mean, variance = r * s, s * s
        layer = layer_map.layer(mean, variance)
        size = np.maximum(np.sqrt(variance), _TINY)
        found = (np.abs(layer.mean - mean) < _TOLERANCE * np.maximum(size, np.abs(mean))) & (
            np.abs(layer.variance - variance) < _TOLERANCE * variance
        )
        found &= (variance > _TINY) & (variance < 1 / _TINY)
        entries = np.broadcast_arrays(*(entry for row in layer.jacobian for entry in row), mean)[:4]
    matrix = np.stack(entries, axis=-1).reshape(*np.shape(entries[0]), 2, 2)
    found &= np.isfinite(matrix).all(axis=(-2, -1))
    radius = spectral_radius(np.where(found[..., None, None], matrix, 0.0))
    return Newton(mean, variance, np.where(found, radius, np.nan), found, matrix)


def fixed_points(layer_map: LayerMap, window: Window, starts: int = 24) -> tuple[FixedPoint, ...]:
    """Return the isolated fixed points that Newton's iteration finds in a window from a grid of starting points.

    Args:
        layer_map: the map, with one omega and one tau.
        window: ranges of mean and variance; the variance is searched on a logarithmic scale.
        starts: starting points along each side.

    Returns:
        Fixed points by increasing variance.  The search can miss some, and proves none.
    """
    (mean_low, mean_high), (low, high) = window
    mean, variance = (
        x.ravel() for x in np.meshgrid(np.linspace(mean_low, mean_high, starts), np.geomspace(low, high, starts))
    )
    end = newton(layer_map, mean, variance, steps=40)
    inside = end.found & (end.mean >= mean_low) & (end.mean <= mean_high)
    inside &= (end.variance >= low) & (end.variance <= high)
    found: list[FixedPoint] = []
    for i in np.flatnonzero(inside)[np.argsort(end.variance[inside], kind="stable")]:
        first, second = np.linalg.eigvals(end.jacobian[i])
        point = FixedPoint(_tidy(end.mean[i]), _tidy(end.variance[i]), (complex(first), complex(second)))
        # an eigenvalue 1 means a whole curve of fixed points, or a fold: no point to mark
        isolated = min(abs(x - 1) for x in point.eigenvalues) > 1e-6
        if isolated and not any(_same(point, other) for other in found):
            found.append(point)
    return tuple(found)


def _tidy(x: float) -> float:
    """Return ``x`` rounded to what the iteration can know."""
    return round(float(x), 12) + 0.0


def _same(p: FixedPoint, q: FixedPoint) -> bool:
    size = max(p.variance, q.variance)
    return abs(p.variance - q.variance) < 1e-6 * size and abs(p.mean - q.mean) < 1e-6 * max(1.0, size**0.5)
