"""Moments of two correlated pre-activations, ``E f(z1) f(z2)``, in float64.

Given z1, z2 is normal with mean ``m2 + c s2 t`` and variance ``s2**2 (1 - c**2)``, ``t = (z1 - m1)/s1``, so

    E f(z1) f(z2) = integral of f(m1 + s1 t) F(m2 + c s2 t, s2**2 (1 - c**2)) phi(t) dt,

where ``F(m, v) = E f(N(m, v))`` has a closed form (or is itself a quadrature).  What is left is one integral, taken by
Gauss-Legendre on panels.  They end at the breakpoints of f as z1 meets them and as z2's mean meets them; around the
latter F bends within ``s2 sqrt(1 - c**2)``, however small that is, and panels shrink with it.
"""

from __future__ import annotations

from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from selu_math.activations import Activation
from selu_math.analytic import Analytic
from selu_math.exceptions import InputError
from selu_math.moments import Moments, as_parameters
from selu_math.numbers.float64 import FLOAT64, Array
from selu_math.pieces import ExpPoly, Piecewise
from selu_math.sampled import Sampled
from selu_math.trigonometric import TrigPoly
from selu_math.values import evaluate

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_REACH: Final = 10.0
"""Deviations beyond which the normal density weighs nothing in float64, times a polynomial either."""
_WIDTH: Final = 2.5
"""Widest panel, in deviations: 16 nodes integrate the density over it to rounding."""
_LAYER: Final = np.array([-8.5, -6, -3.75, -1.25, 1.25, 3.75, 6, 8.5])
"""Edges of panels around a bend of F, in its own deviations."""
_LADDER: Final = np.outer([-1.0, 1.0], 2.5 ** np.arange(17)).ravel()
"""Edges of panels around a breakpoint, in lengths over which pieces vary; it serves deviations up to a million."""
_PHASE: Final = 5.0
"""The most that a wave may turn on a panel, in radians."""
_CHUNK: Final = 1 << 12
"""Evenly spaced panels that are taken at once."""
_MAX_PANELS: Final = 1 << 14
_MAX_SHIFT: Final = 60.0
"""The most that exponential growth can move an integrand's mass, in deviations; beyond it float64 overflows."""


def joint_moment(
    activation: Activation, m1: ArrayLike, v1: ArrayLike, m2: ArrayLike, v2: ArrayLike, c: ArrayLike
) -> Any:
    """Return ``E f(z1) f(z2)`` for normal z1, z2 of these means and variances and of correlation ``c``.

    Computed and not certified.  Measured against proved values and closed forms, the error stays below 1e-13 of
    ``sqrt(E f(z1)**2 E f(z2)**2)`` for the catalogue, variances from 0.01 to 100 and any c, both ends included, and
    below 1e-11 from 1e-5 to 1e4.

    Args:
        activation: f.
        m1: means of z1, any shape; all five broadcast.
        v1: variances of z1, positive.
        m2: means of z2.
        v2: variances of z2, positive.
        c: correlations, from -1 to 1.

    Raises:
        InputError: for entries outside these ranges.
    """
    first, second = as_parameters(m=m1, v=v1), as_parameters(m=m2, v=v2)
    values = np.broadcast_arrays(*as_parameters(m1=first[0], v1=first[1], m2=second[0], v2=second[1], c=c))
    shape = values[0].shape
    flat: list[Array] = [np.ravel(value) for value in values]
    if np.any(np.abs(flat[4]) > 1):
        raise InputError("a correlation c must be from -1 to 1")
    panels = _Panels(activation.function, np.sqrt(max(flat[1].max(initial=0), flat[3].max(initial=0))))
    rows = max(1, _CHUNK // panels.even.size)
    with np.errstate(all="ignore"):
        parts = [_joint(activation, panels, *(x[i : i + rows] for x in flat)) for i in range(0, flat[0].size, rows)]
    return np.concatenate([np.empty(0), *parts]).reshape(shape)[()]


def slope_activation(activation: Activation) -> Activation:
    """Return f', as an activation; where f jumps, f' carries atoms."""
    return Activation(f"{activation.name}'", activation.derivatives[1])


def _joint(activation: Activation, panels: _Panels, m1: Array, v1: Array, m2: Array, v2: Array, c: Array) -> Array:
    f, s1, s2 = activation.function, np.sqrt(v1), np.sqrt(v2)
    rest = np.sqrt((1 - c) * (1 + c))
    edges = panels.edges(m1, s1, m2, c * s2, rest / np.abs(c))
    width = np.diff(edges, axis=1)
    point, panel = np.nonzero(width > 0)
    half = width[point, panel, None] / 2
    t = edges[point, panel, None] + half * (1 + _NODES)

    def column(x: Array) -> Array:
        return np.asarray(x[point, None])

    def inner(mean: Array, deviation: Array) -> Array:
        """Return E f under normal distributions, f itself where they have no width."""
        value, bent = np.empty(mean.shape), deviation > 0
        value[~bent] = evaluate(f, mean[~bent])
        value[bent] = Moments(FLOAT64, activation, mean[bent], deviation[bent] ** 2).mean
        return value

    given = inner(column(m2) + column(c * s2) * t, np.broadcast_to(column(s2 * rest), t.shape))
    terms = evaluate(f, column(m1) + column(s1) * t) * given
    sums = np.sum(terms * half * _WEIGHTS * FLOAT64.tilted_density(0.0, t), axis=1)
    total: Array = np.bincount(point, weights=sums, minlength=m1.size).astype(np.float64)
    for (place, order), jump in f.atoms.items():
        if order or not rest.all():
            raise InputError(f"{activation.name} is infinite somewhere; this mean needs |c| < 1")
        t = (float(place) - m1) / s1
        total += FLOAT64.exact(jump) * FLOAT64.tilted_density(0.0, t) / s1 * inner(m2 + c * s2 * t, s2 * rest)
    return total


class _Panels:
    """Where panels end, for one function and deviations up to a largest one.

    Attributes:
        even: edges in t that every point has.
    """

    def __init__(self, f: Piecewise, largest: float) -> None:
        kinks = set(map(float, f.breaks))
        self._rate = growth = frequency = 0.0
        for part in f.parts:
            if isinstance(part, TrigPoly):
                frequency = float(max((w for _, w, _ in part.terms), default=0))
            elif isinstance(part, Analytic | Sampled):
                self._rate = 1.0
                if isinstance(part, Sampled):
                    kinks |= {0.0, *part.base.breaks}
            else:
                self._rate = max(self._rate, *(abs(float(k)) for _, k in part.terms), 0.0)
        # around 0 smooth functions bend, without a kink
        self._places = {0.0: False} | dict.fromkeys(kinks, True)
        for part, sign in ((f.parts[0], -1), (f.parts[-1], 1)):
            if isinstance(part, ExpPoly):
                growth = max(growth, *(sign * float(k) for _, k in part.terms), 0.0)
        # f(z1) f(z2) has its mass where the exponentials meet the density
        self._reach = _REACH + min(2 * growth * largest, _MAX_SHIFT)
        width = min(_WIDTH, _PHASE / (frequency * largest)) if frequency else _WIDTH
        self.even: Array = np.linspace(-self._reach, self._reach, 1 + min(ceil(2 * self._reach / width), _MAX_PANELS))

    def edges(self, m1: Array, s1: Array, m2: Array, s2: Array, layer: Array) -> Array:
        """Return sorted edges of panels in t, a row for each point; many coincide.

        Args:
            m1: mean of z1.
            s1: its deviation.
            m2: mean of z2.
            s2: what t adds to z2's mean, times t.
            layer: deviation of z2 given t, in these.
        """
        found: list[Array] = [np.broadcast_to(self.even, (m1.size, self.even.size))]
        for place, is_kink in self._places.items():
            for mean, deviation in ((m1, s1), (m2, s2)):
                centre = ((place - mean) / deviation)[:, None]
                found.append(centre)
                if self._rate:
                    found.append(centre + _useful(_LADDER / (self._rate * np.abs(deviation)[:, None]), _WIDTH / 2))
            if is_kink:
                found.append(centre + _useful(_LAYER * layer[:, None], _REACH))
        edges = np.concatenate(found, axis=1)
        edges = np.clip(np.where(np.isfinite(edges), edges, 0.0), -self._reach, self._reach)
        return np.asarray(np.sort(edges, axis=1))


def _useful(offsets: Array, limit: float) -> Array:
    """Return the offsets, those beyond the limit replaced by 0: panels are narrow enough there."""
    return np.asarray(np.where(np.abs(offsets) <= limit, offsets, 0.0))
