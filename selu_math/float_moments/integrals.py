"""Integrals of forms against a normal density: over the piece that holds m, over the others, over a narrow one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from math import comb
from typing import Any, ClassVar, Final

import numpy as np

from selu_math.float_moments.forms import ORDER, Form
from selu_math.numbers.float64 import Array
from selu_math.numbers.half_line import PHI0, rays, reach, tilted

_NOTHING: Final = 1e4
"""So many deviations out the density is 0 in float64, and so is its product with any power that occurs."""
_FARTHEST: Final = 1e150
"""A distance in deviations whose square is finite."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


class _Table(ABC):
    """Integrals of ``u**n exp(rate ...)``, kept by rate.

    Attributes:
        away: whether the anchor is a number, and not m.
        least: the highest n that is computed at once, whatever is asked for first.
    """

    away: ClassVar[bool]

    def __init__(self) -> None:
        self.least = 0
        self._known: dict[float, list[Array]] = {}

    @abstractmethod
    def _moments(self, rate: float, highest: int) -> list[Array]: ...

    def moments(self, rate: float, highest: int) -> list[Array]:
        """Return the integrals up to n = highest."""
        known = self._known.get(rate, [])
        if len(known) <= highest:
            self._known[rate] = known = self._moments(rate, max(highest, self.least))
        return known

    def power(self, n: int) -> Array:
        """Return the integral of ``u**n``."""
        return self.moments(0.0, ORDER)[n]

    def _by_series(self, form: Form) -> Any:
        """Return the integral of a form without its factor at the anchor, by its power series."""
        known = self.moments(0.0, form.power + form.series[-1][0])
        return sum(c * known[form.power + n] for n, c in form.series)

    def mass(self) -> Array:
        """Return the integral of 1."""
        return self.moments(0.0, 0)[0]


class End:
    """An end of a piece, seen from the means m; the piece that holds m and the next one share it.

    Args:
        m: means.
        s: deviations.
        place: where it is.
        sign: 1 where it lies above m, -1 below.
    """

    def __init__(self, m: Array, s: Array, place: float, sign: int) -> None:
        self.place, self.sign = place, sign
        self.h = np.minimum(sign * (place - m) / s, _FARTHEST)

    @cached_property
    def edge(self) -> Array:
        """The standard normal density there."""
        return np.asarray(PHI0 * np.exp(self.h * self.h / -2))

    @cached_property
    def ray(self) -> Array:
        """J_0 of its distance h in deviations."""
        return reach(0, self.h)


class Ray(_Table):
    """Integrals of forms over a half-line, or an interval, that starts at an anchor a and leads away from m.

    Args:
        m: means.
        s: deviations.
        start: the anchor.
        end: where it ends, or None.
    """

    away = True

    def __init__(self, m: Array, s: Array, start: End, end: float | None = None) -> None:
        super().__init__()
        self.m, self.s, self.start = m, s, start
        self.beyond = None if end is None else Ray(m, s, End(m, s, end, start.sign))

    def _moments(self, rate: float, highest: int) -> list[Array]:
        start = self.start
        if rate:
            kappa = start.sign * rate * self.s
            y, edge = start.h - kappa, start.edge * np.exp(rate * start.place)
            found = rays(y, highest, tilted(edge, y, lambda: np.exp(rate * self.m + kappa * kappa / 2)), edge)
        else:
            found = rays(start.h, highest, start.edge * start.ray, start.edge)
        step = start.sign * self.s
        power = step
        for n in range(1, highest + 1):
            found[n] = found[n] * power
            power = power * step
        if self.beyond is not None:
            width, rest = self.beyond.start.place - start.place, self.beyond.moments(rate, highest)
            for n in range(highest, -1, -1):
                found[n] = found[n] - sum(comb(n, i) * width ** (n - i) * rest[i] for i in range(n + 1))
        return found

    def integral(self, form: Form, small: bool) -> Array:
        """Return the integral of a form."""
        if small:
            return np.asarray(self._by_series(form) * np.exp(float(form.rate) * self.start.place))
        values = (
            w * self.moments(r, form.power)[form.power] * np.exp(rest * self.start.place) for r, w, rest in form.closed
        )
        return np.asarray(sum(values))


class Middle(_Table):
    """Integrals of forms over the piece that holds m, anchored there.

    Args:
        m: means.
        s: deviations.
        low: the piece's lower end, or None.
        high: its upper end, or None.
        moderate: whether ``exp(kappa**2)`` is far from overflow.  Then ``exp(rate m)`` is a factor of the whole, and
            its rounding does not enter differences; else it is part of each term, so that nothing overflows.
    """

    away = False

    def __init__(self, m: Array, s: Array, low: float | None, high: float | None, moderate: bool) -> None:
        super().__init__()
        self.m, self.s, self.moderate = m, s, moderate
        self.ends = [End(m, s, end, sign) for end, sign in ((high, 1), (low, -1)) if end is not None]
        self._exps: dict[float, Array] = {}

    def _exp(self, rate: float) -> Array:
        if rate not in self._exps:
            self._exps[rate] = np.exp(rate * self.m)
        return self._exps[rate]

    def _moments(self, rate: float, highest: int) -> list[Array]:
        kappa = rate * self.s
        edges = []
        for end in self.ends:
            if not rate:
                edges.append(end.edge)
            elif self.moderate:
                edges.append(PHI0 * np.exp(end.h * (end.sign * kappa - end.h / 2)))
            else:
                edges.append(end.edge * np.exp(rate * end.place))
        found = [self._mass(rate, kappa, edges)]
        powers: list[Any] = [1.0] * len(edges)
        for n in range(1, highest + 1):
            value = kappa * found[n - 1] if rate else np.zeros_like(self.m)
            if n > 1:
                value = value + (n - 1) * found[n - 2]
            for i, (end, edge) in enumerate(zip(self.ends, edges, strict=True)):
                value = value - end.sign * powers[i] * edge
                powers[i] = powers[i] * (end.sign * np.minimum(end.h, _NOTHING))
            found.append(value)
        power = self.s
        for n in range(1, highest + 1):
            found[n] = found[n] * power
            power = power * self.s
        if rate and highest and len(self.ends) == 1:
            self._from_the_end(rate, kappa, edges[0], found)
        return found

    def _from_the_end(self, rate: float, kappa: Array, edge: Array, found: list[Array]) -> None:
        """Replace moments where the tilted mass lies beyond the only end: what is left of it is close to that end."""
        end = self.ends[0]
        y = end.sign * kappa - end.h
        chosen = np.flatnonzero(y > 1)
        if chosen.size:
            y, edge, step = y[chosen], edge[chosen], -end.sign * self.s[chosen]
            near = rays(y, len(found) - 1, edge * reach(0, y), edge)
            distance = end.place - self.m[chosen]
            for n in range(1, len(found)):
                found[n][chosen] = sum(comb(n, i) * distance ** (n - i) * step**i * near[i] for i in range(n + 1))

    def _mass(self, rate: float, kappa: Any, edges: list[Array]) -> Array:
        if not rate:
            # what lies beyond the ends, which are nowhere nearer than m
            return np.asarray(1.0 - sum((end.edge * end.ray for end in self.ends), np.zeros_like(self.m)))

        def whole() -> Array:
            return np.asarray(np.exp(kappa * kappa / 2 if self.moderate else rate * self.m + kappa * kappa / 2))

        if not self.ends:
            return whole()
        # the tilted mass lies on the side of the rate's sign: from the end on that side, less what is beyond the other
        first = 0 if rate >= 0 or len(self.ends) == 1 else 1
        side = self.ends[first].sign
        inner = [
            tilted(edge, side * kappa - side * end.sign * end.h, whole)
            for end, edge in zip(self.ends, edges, strict=True)
        ]
        return inner[first] - inner[1 - first] if len(inner) == 2 else inner[0]

    def integral(self, form: Form, small: bool) -> Array:
        """Return the integral of a form."""
        total: Any = 0.0
        if small:
            total = self._by_series(form)
        else:
            for r, w, rest in form.closed:
                value = w * self.moments(r, form.power)[form.power]
                total = total + (value * self._exp(rest) if rest and not self.moderate else value)
        if form.rate and (small or self.moderate):
            total = total * self._exp(float(form.rate))
        return np.asarray(total)


class Interval:
    """Integrals of forms over a whole finite piece by a fixed rule.

    Args:
        m: means.
        s: deviations.
        low: the piece's lower end.
        high: its upper end.
        anchor: a number, or an array of them.
    """

    def __init__(self, m: Array, s: Array, low: float, high: float, anchor: Any) -> None:
        self.away = np.ndim(anchor) == 0
        half = (high - low) / 2
        z = low + half * (1 + _NODES)
        t = (z - m[:, None]) / s[:, None]
        self.anchor = np.broadcast_to(np.asarray(anchor, dtype=np.float64), m.shape)[:, None]
        self.u = z - self.anchor
        self.weights = half * _WEIGHTS * PHI0 * np.exp(-t * t / 2) / s[:, None]

    def mass(self) -> Array:
        """Return the integral of 1."""
        return np.asarray(self.weights.sum(axis=1))

    def integral(self, form: Form, small: bool) -> Array:
        """Return the integral of a form."""
        return np.asarray((form.at(self.u, self.anchor) * self.weights).sum(axis=1))
