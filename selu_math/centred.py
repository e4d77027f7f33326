"""Moments of smooth activations in float64 without cancellation: by quadrature of ``g(z) = f(z) - f(m)``.

A variance does not notice a constant, and where it is small g is had without subtracting two values of f
(:mod:`selu_math.numbers.differences`).  With G = E g, Var f = E g**2 - G**2 loses a bit or two at most unless f' is
nearly 0 at m, and with z = m + s t

    dVar/dm = 2 (E g f' - G E f'),    dVar/dv = E g f' t/s - G E f'',    E f'' = E f' t/s

(Stein's identity).
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from selu_math.analytic import Analytic
from selu_math.float_moments import FloatMoments
from selu_math.numbers.differences import Moved, cosine, sine, smooth
from selu_math.numbers.float64 import FLOAT64, Array
from selu_math.numbers.float_quadrature import CHUNK, FUNCTIONS, panels
from selu_math.numbers.float_quadrature import rule as panel_rule
from selu_math.pieces import Piecewise
from selu_math.trigonometric import TrigPoly
from selu_math.values import values

DEVIATIONS: Final = np.array([-10.5, -8.5, -6, -3.75, -1.25, 1.25, 3.75, 6, 8.5, 10.5])
"""Edges of panels in deviations from m."""
FAR: Final = np.concatenate([np.arange(-38.5, -8, 1.5), DEVIATIONS[2:-2], np.arange(8.5, 39, 1.5)])
"""The same, as far out as float64 knows the density."""
_SHARE: Final = 1e-13
"""So much of E g**2 from beyond 8.5 deviations, and what lies beyond 10.5 would be missed."""
_PART: Final = 0.05
"""A variance that is so much of the squared mean loses a digit, and no more, when values of f are subtracted."""
_WAVES: Final = 1.0
"""Radians in a deviation up to which a wave is taken by quadrature."""
_HERMITE: Final = tuple(x / scale for x, scale in zip(hermegauss(28), (1.0, np.sqrt(2 * np.pi)), strict=True))
"""Nodes and weights for a standard normal density: 28 leave less than 1e-20 of exp(2 i t)."""
_SMALL: Final = 0.15
"""Up to this s (1 + |m|) they do for a smooth f."""
_NEAR: Final = 1.0
"""Up to here f(m) is f(0) plus a difference."""


class Rule(Enum):
    """How an integral is taken.

    GAUSS is Gauss's own rule for the normal density, for a density much narrower than f's bends; PANELS are of f and of
    the density, and values of f are subtracted; FAR are the same as far out as anything can come from, with careful
    differences.
    """

    GAUSS = auto()
    PANELS = auto()
    FAR = auto()


_CHUNKS: Final = {Rule.GAUSS: 8 * CHUNK, Rule.PANELS: CHUNK, Rule.FAR: CHUNK // 4}
"""So many points are taken at a time."""
Indices: TypeAlias = NDArray[np.intp]


class CentredPlan:
    """A smooth function on the whole line, ready for quadrature.

    Args:
        function: what :meth:`suits`.

    Attributes:
        has_waves: whether it is made of sines and cosines.
        widest: the largest s up to which they are integrated.
    """

    def __init__(self, function: Piecewise) -> None:
        (self._part,) = function.parts
        slope = self._part.derivative()
        self._chain: tuple[Any, ...] = (self._part, slope, slope.derivative())
        self.widest = np.inf
        self.has_waves = isinstance(self._part, TrigPoly)
        if isinstance(self._part, TrigPoly):
            self.widest = _WAVES / max((float(w) for _, w, _ in self._part.terms if w), default=_WAVES)

    @staticmethod
    def suits(function: Piecewise) -> bool:
        """Return whether a function can be treated so: waves, or c f + d with one smooth f."""
        if function.atoms or len(function.parts) != 1:
            return False
        (part,) = function.parts
        return isinstance(part, TrigPoly) or (isinstance(part, Analytic) and set(part.terms) <= {(0,), ()})

    def moments(self, m: Any, v: Any, *, responses: bool = False) -> FloatMoments:
        """Return the moments at ``N(m, v)``, elementwise.

        Args:
            m: means, finite.
            v: variances, positive, of the same shape.
            responses: whether to return more than mean and variance.

        Returns:
            The moments; nan where s is beyond ``widest``.
        """
        means, deviations = np.ravel(m), np.sqrt(np.ravel(v))
        found = np.full((7 if responses else 2, means.size), np.nan)
        level = self._levels(means)

        def fill(chosen: Indices, rule: Rule) -> Indices:
            """Fill in some points; return those that ask for another rule."""
            again = [chosen[:0]]
            size = _CHUNKS[rule]
            for start in range(0, chosen.size, size):
                part = chosen[start : start + size]
                found[:, part], trusted = self._rows(means[part], deviations[part], level[part], rule, responses)
                again.append(part[~trusted])
            return np.concatenate(again)

        if self.has_waves:
            fill(np.flatnonzero(deviations <= self.widest), Rule.GAUSS)
        else:
            small = deviations * (1 + np.abs(means)) <= _SMALL
            fill(np.flatnonzero(small), Rule.GAUSS)
            fill(fill(np.flatnonzero(~small), Rule.PANELS), Rule.FAR)
        return FloatMoments(*(row.reshape(np.shape(m))[()] for row in found))

    def _rows(self, m: Array, s: Array, level: Array, rule: Rule, responses: bool) -> tuple[Array, NDArray[np.bool_]]:
        """Return the moments as rows, and where they are to be trusted."""
        if rule is Rule.GAUSS:
            t, weights = _HERMITE
        else:
            edges = panels(m, s, deviations=FAR if rule is Rule.FAR else DEVIATIONS)
            t, weights = (x.reshape(m.size, -1) for x in panel_rule(edges))
        u = s[:, None] * t
        x = m[:, None] + u
        f, slope, bend = self._values(x, 2 if responses else 0)
        g = f - level[:, None] if rule is Rule.PANELS else self._moved(Moved(x, m[:, None], u)).by

        def mean(h: Any) -> Any:
            return (h * weights).sum(axis=1)

        squares = g * g
        first, second = mean(g), mean(squares)
        rows = [level + first, np.maximum(second - first * first, 0.0)]
        if responses:
            # where the density is the wider of the two, the parts of f'' on both sides of a bend would cancel
            by, bent = mean(slope), np.where(s < 1, mean(bend), mean(slope * t) / s)
            rows += [by, bent, mean(slope * slope)]
            rows += [2 * (mean(g * slope) - first * by), mean(g * slope * t) / s - first * bent]
        if rule is not Rule.PANELS:
            return np.stack(rows), np.ones(m.shape, bool)
        outside = mean(squares * (np.abs(t) > DEVIATIONS[-2]))
        trusted = (outside <= _SHARE * second) & (rows[1] > _PART * rows[0] ** 2)
        return np.stack(rows), trusted

    def _levels(self, m: Array) -> Array:
        """Return f(m)."""
        zero = np.zeros_like(m)
        from_zero = self._moved(Moved(m, zero, m)).by + values(self._part, zero)
        return np.asarray(np.where(np.abs(m) < _NEAR, from_zero, values(self._part, m)))

    def _moved(self, x: Moved) -> Moved:
        part = self._part
        if isinstance(part, Analytic):
            scale = part.terms.get((0,))
            return smooth(part.base.form, x) * (0.0 if scale is None else FLOAT64.exact(scale))
        total = x * 0.0
        for (power, frequency, sines), coefficient in part.terms.items():
            term = (sine if sines else cosine)(x * float(frequency)) * FLOAT64.exact(coefficient)
            for _ in range(power):
                term = term * x
            total = total + term
        return total

    def _values(self, x: Array, order: int) -> list[Any]:
        """Return f, f' and f'', up to some order and None beyond it."""
        asked = self._chain[: order + 1]
        if isinstance(self._part, Analytic):
            derivatives = self._part.derivatives(FUNCTIONS, x, order)
            found = [h.combination(FLOAT64)(derivatives) for h in asked]
        else:
            found = [values(h, x) for h in asked]
        return [*found, *[None] * (2 - order)]
