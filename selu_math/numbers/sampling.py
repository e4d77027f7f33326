"""Gaussian expectations of a function that is known by its values alone, in float64, not certified.

Gauss-Legendre panels as for smooth functions, with edges at the function's own breaks too, twice: once as they are and
once halved.  What differs between the two, or has not died away 20 deviations from the mean, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from selu_math.exceptions import InputError
from selu_math.numbers.float64 import Array
from selu_math.numbers.float_quadrature import CHUNK, DEVIATIONS, FEATURES, NODES, panels, rule

Term: TypeAlias = tuple[int, int, int, float]
"""Powers p and q, order n and coefficient c: ``c * E[f**p * f'**q * He_n(t)]/s**n``."""

_FAR: Final = np.array([10.5, 12.5, 15, 17.5, 20])
_REACH: Final = np.sort(np.concatenate([-_FAR, DEVIATIONS, (DEVIATIONS[1:] + DEVIATIONS[:-1]) / 2, _FAR]))
"""Panels half as wide as those of the smooth catalogue, and on to 20 deviations."""
_CONVERGED: Final = 1e-9
"""Largest difference between both rules that is accepted, relative to the mean modulus."""
_TAIL: Final = 1e-10
"""Largest integrand at the outermost nodes, relative to the same."""
_NOTHING: Final = 1e-70
"""An error of no account, where all that f has lies far from the mean."""
_CONTINUOUS: Final = 1e-6
"""Largest gap between neighbouring panels, relative to the values there, that does not count as a jump."""
_FELT: Final = 1e-18
"""The same for its square, times the density there, relative to the mean square."""
_NOISE: Final = 1e-10
"""Slopes below this fraction of the largest value, per deviation, count as rounding."""
_KEPT: Final = 2 * CHUNK
"""Up to so many points the function's values at the nodes are kept for the next moment."""


def _differentiation() -> tuple[Array, Array]:
    """Return the matrices that take values at the nodes to derivatives there, and to values at -1 and 1."""
    gaps = NODES[:, None] - NODES + np.eye(NODES.size)
    barycentric = 1 / np.prod(gaps, axis=1)
    slopes = barycentric / barycentric[:, None] / gaps * (1 - np.eye(NODES.size))
    slopes -= np.diag(slopes.sum(axis=1))
    ends = np.array([barycentric / (end - NODES) for end in (-1.0, 1.0)])
    return slopes, ends / ends.sum(axis=1, keepdims=True)


_SLOPES, _ENDS = _differentiation()


def evaluate(name: str, function: Callable[[Any], Any], x: Array) -> Array:
    """Return a callable's values, checked for shape and kind."""
    values = np.asarray(function(x))
    if values.shape != x.shape or values.dtype.kind not in "biuf":
        raise InputError(
            f"{name} must take an array of floats to an array of real numbers of the same shape, "
            f"not {x.shape} to {values.dtype} {values.shape}"
        )
    return values.astype(np.float64)


class _Rule:
    """One rule at some points, with the function's values at its nodes."""

    def __init__(self, sampling: Sampling, m: Array, s: Array, edges: Array) -> None:
        self.t, self.weights = rule(edges)
        self._edges, self._m, self._s, self._name = edges, m, s, sampling.name
        self.values = evaluate(sampling.name, sampling.function, m[:, None, None] + s[:, None, None] * self.t)

    def point(self, i: int) -> tuple[float, float]:
        """Return m and s of a point."""
        return float(self._m[i]), float(self._s[i])

    def tail(self, h: Array) -> Array:
        """Return the larger integrand of both ends."""
        outermost = [np.abs(h[:, i, i]) * np.exp(-(self.t[:, i, i] ** 2) / 2) for i in (0, -1)]
        return np.asarray(np.maximum(*outermost))

    def noise(self) -> Array:
        """Return what rounding can make of the mean squared slope."""
        return np.asarray((_NOISE * np.abs(self.values).max(axis=(1, 2)) / self._s) ** 2)

    def slopes(self) -> Array:
        """Return f' at the nodes, by the polynomial through each panel's values."""
        half = np.diff(self._edges, axis=1)[..., None] / 2 * self._s[:, None, None]
        return np.divide(self.values @ _SLOPES.T, half, out=np.zeros_like(self.values), where=half > 0)

    def jump(self) -> float | None:
        """Return a place where the polynomials of neighbouring panels do not meet, or None."""
        ends = self.values @ _ENDS.T
        gap = np.abs(ends[:, 1:, 0] - ends[:, :-1, 1])
        size = np.abs(self.values).max(axis=-1)
        # far out, where panels are wide for what they hold, a gap says nothing and does no harm
        felt = gap**2 * np.exp(-(self._edges[:, 1:-1] ** 2) / 2)
        square = np.sum(self.values**2 * self.weights, axis=(1, 2))[:, None]
        found = (gap > _CONTINUOUS * np.maximum(size[:, 1:], size[:, :-1])) & (felt > _FELT * square)
        if not found.any():
            return None
        row, panel = np.argwhere(found)[0]
        return float(self._m[row] + self._s[row] * self._edges[row, panel + 1])

    def integrands(self, terms: Sequence[Term]) -> Array:
        """Return the sum of the terms at the nodes, times the weights of the density there but not the panel's."""
        slopes = self.slopes() if any(q for _, q, _, _ in terms) else np.ones(())
        total = np.zeros_like(self.values)
        for p, q, n, c in terms:
            hermite = np.polynomial.hermite_e.hermeval(self.t, [0] * n + [1])
            total += c * self.values**p * slopes**q * hermite / self._s[:, None, None] ** n
        return total


class Sampling:
    """Expectations under ``N(m, s**2)``, elementwise, of functions made of one sampled function.

    Args:
        name: the function's name, for messages.
        function: takes an array to an array of the same shape.
        breaks: where it is not smooth.
        m: means.
        s: standard deviations, broadcasting against ``m``.
    """

    def __init__(self, name: str, function: Callable[[Any], Any], breaks: Sequence[float], m: Any, s: Any) -> None:
        means, deviations = np.broadcast_arrays(np.asarray(m, dtype=np.float64), np.asarray(s, dtype=np.float64))
        self.name, self.function, self._shape = name, function, means.shape
        self._m, self._s = means.ravel(), deviations.ravel()
        self._features = np.concatenate([FEATURES, np.asarray(breaks, dtype=np.float64)])
        self._kept = list(self._chunks()) if means.size <= _KEPT else None

    def _chunks(self) -> Iterator[tuple[_Rule, _Rule]]:
        for start in range(0, self._m.size, CHUNK // 4):
            m, s = (x[start : start + CHUNK // 4] for x in (self._m, self._s))
            edges = panels(m, s, self._features, _REACH)
            halved = np.sort(np.concatenate([edges, (edges[:, 1:] + edges[:, :-1]) / 2], axis=1), axis=1)
            yield _Rule(self, m, s, edges), _Rule(self, m, s, halved)

    def mean(self, terms: Sequence[Term]) -> Any:
        """Return the sum of the terms' expectations.

        Raises:
            InputError: where it is not finite, reaches beyond 20 deviations, or changes with the size of the panels.
        """
        found = [np.empty(0)]
        sloped = any(q for _, q, _, _ in terms)
        for coarse, fine in self._chunks() if self._kept is None else self._kept:
            rough = np.sum(coarse.integrands(terms) * coarse.weights, axis=(1, 2))
            h = fine.integrands(terms)
            value, size = (np.sum(x * fine.weights, axis=(1, 2)) for x in (h, np.abs(h)))
            error = np.abs(value - rough) - (fine.noise() if sloped else 0.0)
            for reason, wrong in (
                ("is not finite", ~np.isfinite(value)),
                ("is infinite, or made of values beyond 20 deviations", fine.tail(h) > _TAIL * size + _NOTHING),
                ("changes with finer panels: name its kinks and jumps in breaks", error > _CONVERGED * size + _NOTHING),
            ):
                if wrong.any():
                    m, s = fine.point(int(np.flatnonzero(wrong)[0]))
                    raise InputError(f"a moment of {self.name} at m = {m:.6g}, v = {s * s:.6g} {reason}")
            if sloped and (place := fine.jump()) is not None:
                raise InputError(f"{self.name} jumps near {place:.6g}: the mean of its squared derivative is infinite")
            found.append(value)
        return np.concatenate(found).reshape(self._shape)[()]
