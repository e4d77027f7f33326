"""Quadrature in float64: the expectation of a smooth function under normal distributions, not certified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from scipy.special import expit, ndtr

from selu_math.numbers.float64 import Array, Float64Kit
from selu_math.numbers.jets import Functions
from selu_math.numbers.kit import Integrand

NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
DEVIATIONS: Final = np.array([-8.5, -6, -3.75, -1.25, 1.25, 3.75, 6, 8.5])
"""Edges of panels in deviations from the mean; the mass beyond them is below 2e-17."""
FEATURES: Final = np.outer([-1.0, 1.0], [0, 1, 2.5, 6, 16, 40, 100, 250, 1000]).ravel()[1:]
"""Edges of panels around 0, where smooth activations bend."""
CHUNK: Final = 2048
KEPT: Final = 16 * CHUNK
"""Up to so many points the function's values at the nodes are kept for the next moment."""


class Elementary(Float64Kit):
    """Elementary functions of float64 arrays."""

    @property
    def phi0(self) -> float:
        """The standard normal density at 0."""
        return float(1 / np.sqrt(2 * np.pi))

    @property
    def sqrt2(self) -> float:
        """The square root of 2."""
        return float(np.sqrt(2))

    def tanh(self, x: Any) -> Any:
        """Return the hyperbolic tangent."""
        return np.tanh(x)

    def sech_squared(self, x: Any) -> Any:
        """Return ``1 - tanh(x)**2``."""
        e = np.exp(-2 * np.abs(x))
        return 4 * e / np.square(1 + e)

    def sigmoid(self, x: Any) -> Any:
        """Return ``1/(1 + exp(-x))``."""
        return expit(x)

    def softplus(self, x: Any) -> Any:
        """Return ``log(1 + exp(x))``."""
        return np.logaddexp(0.0, x)

    def normal_cdf(self, x: Any) -> Any:
        """Return Phi, the standard normal distribution function."""
        return ndtr(x)

    def arctan(self, x: Any) -> Any:
        """Return the inverse tangent."""
        return np.arctan(x)


FUNCTIONS: Final = Functions(Elementary())


def panels(m: Array, s: Array, features: Array = FEATURES, deviations: Array = DEVIATIONS) -> Array:
    """Return the edges of panels, one row a point: deviations from ``m``, and features clipped to their range."""
    inner = np.clip((features - m[:, None]) / s[:, None], deviations[0], deviations[-1])
    shared = np.broadcast_to(deviations, (m.size, deviations.size))
    return np.sort(np.concatenate([shared, inner], axis=1), axis=1)


def rule(edges: Array) -> tuple[Array, Array]:
    """Return nodes and weights, with the normal density in them, by point, panel and node."""
    half = np.diff(edges, axis=1)[..., None] / 2
    t = edges[:, :-1, None] + half + half * NODES
    return t, half * _WEIGHTS * np.exp(-t * t / 2) / np.sqrt(2 * np.pi)


class _Nodes:
    """Nodes and weights for some points (m, s), and the derivatives of a function at the nodes."""

    def __init__(self, m: Array, s: Array) -> None:
        t, weights = (x.reshape(m.size, -1) for x in rule(panels(m, s)))
        self.weights = weights
        self.x = m[:, None] + s[:, None] * t
        self._known: list[Array] = []

    def derivatives(self, h: Integrand) -> list[Array]:
        """Return what ``h`` is made of, at the nodes; every moment of one activation is made of the same."""
        if len(self._known) <= h.order:
            self._known = h.derivatives(FUNCTIONS, self.x, h.order)
        return self._known


class Integrator:
    """Expectations under ``N(m, s**2)``, elementwise, of functions built from one smooth function.

    Panels end where the density's or the function's scale asks for it, so each holds a smooth function that 16
    Gauss-Legendre nodes integrate to rounding.
    """

    def __init__(self, kit: Float64Kit, m: Any, s: Any) -> None:
        means, deviations = np.broadcast_arrays(np.asarray(m, dtype=np.float64), np.asarray(s, dtype=np.float64))
        self._kit, self._shape = kit, means.shape
        self._m, self._s = means.ravel(), deviations.ravel()
        self._kept = list(self._chunks()) if means.size <= KEPT else None

    def _chunks(self) -> Iterator[_Nodes]:
        for start in range(0, self._m.size, CHUNK):
            yield _Nodes(self._m[start : start + CHUNK], self._s[start : start + CHUNK])

    def __call__(self, h: Integrand) -> Any:
        """Return E h."""
        combine = h.combination(self._kit)
        sums = [
            np.sum(combine(nodes.derivatives(h)) * nodes.weights, axis=-1)
            for nodes in (self._chunks() if self._kept is None else self._kept)
        ]
        return np.concatenate([np.empty(0), *sums]).reshape(self._shape)[()]
