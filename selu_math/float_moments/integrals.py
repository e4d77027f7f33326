"""Integrals of forms against a normal density: over the piece that holds m, over the others, over a narrow one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from math import comb
from typing import Any, ClassVar, Final

import numpy as np

from selu_math.float_moments.forms import ORDER, Form, exponential, weighted
from selu_math.numbers.float64 import Array, summed
from selu_math.numbers.half_line import PHI0, nearest, rays, tilted

_FARTHEST: Final = 1e150
"""A distance in deviations whose square is finite."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


class _Table(ABC):
    """Integrals of ``u**n exp(rate ...)``, kept by rate.

    Attributes:
        away: whether the anchor is a number, and not m.
        needs: by rate, the highest n that is computed at once, whatever is asked for first.
    """

    away: ClassVar[bool]

    def __init__(self) -> None:
        self.needs: Mapping[float, int] = {}
        self._known: dict[float, list[Array]] = {}

    @abstractmethod
    def _moments(self, rate: float, highest: int) -> list[Array]: ...

    def moments(self, rate: float, highest: int) -> list[Array]:
        """Return the integrals up to n = highest."""
        known = self._known.get(rate, [])
        if len(known) <= highest:
            self._known[rate] = known = self._moments(rate, max(highest, self.needs.get(rate, 0)))
        return known

    def power(self, n: int) -> Array:
        """Return the integral of ``u**n``."""
        return self.moments(0.0, ORDER)[n]

    def _by_series(self, form: Form) -> Any:
        """Return the integral of a form without its factor at the anchor, by its power series."""
        known = self.moments(0.0, form.power + form.series[-1][0])
        return weighted((c, known[form.power + n]) for n, c in form.series)

    def mass(self) -> Array:
        """Return the integral of 1."""
        return self.moments(0.0, 0)[0]


class End:
    """An end of pieces, seen from the means m.  The piece on either side of it may use it.

    Args:
        m: means.
        s: deviations.
        place: where it is.
        sign: 1 where it lies above m, -1 below.
        orders: by rate, the highest n of the J_n that will be asked for; all of n = 0 are found at once.
    """

    def __init__(self, m: Array, s: Array, place: float, sign: int, orders: Mapping[float, int]) -> None:
        self.place, self.sign, self._s, self._orders = place, sign, s, orders
        self.h = (place - m) / (s if sign > 0 else -s)
        if self.h.max(initial=0.0) > _FARTHEST:
            self.h = np.minimum(self.h, _FARTHEST)
        self._known: dict[float, tuple[Array, list[Array]]] = {}

    @cached_property
    def edge(self) -> Array:
        """The standard normal density there."""
        found = self.h * self.h
        found *= -0.5
        np.exp(found, out=found)
        found *= PHI0
        return found

    def seen(self, rate: float, highest: int = 0) -> tuple[Array, list[Array]]:
        """Return y, which is h less the rate times s along the way there, and what ``nearest`` gives for abs(y)."""
        if rate not in self._known:
            together = [r for r, n in self._orders.items() if not n]
            self._find(*((together, 0) if rate in together else ([rate], self._orders.get(rate, highest))))
        y, near = self._known[rate]
        if highest and len(near) == 1:
            near += nearest(np.abs(y), highest)[1:]
        return y, near

    def _find(self, rates: list[float], highest: int) -> None:
        y = np.empty((len(rates), self.h.size))
        for row, rate in zip(y, rates, strict=True):
            if rate:
                np.multiply(self._s, -self.sign * rate, out=row)
                row += self.h
            else:
                row[:] = self.h
        beyond = any(self.sign * rate > 0 for rate in rates)
        near = nearest(np.abs(y) if beyond else y, highest)
        for i, rate in enumerate(rates):
            self._known[rate] = y[i], [values[i] for values in near]


class Ray(_Table):
    """Integrals of forms over a half-line, or an interval, that starts at an anchor a and leads away from m.

    Args:
        m: means.
        s: deviations.
        start: the anchor.
        end: where it ends, or None.
    """

    away = True

    def __init__(self, m: Array, s: Array, start: End, end: End | None = None) -> None:
        super().__init__()
        self.m, self.s, self.start = m, s, start
        self.beyond = None if end is None else Ray(m, s, end)

    def _moments(self, rate: float, highest: int) -> list[Array]:
        start = self.start
        y, near = start.seen(rate, highest)
        factor = exponential(rate, start.place)
        edge = start.edge if factor == 1 else start.edge * factor

        def whole() -> Array:
            kappa = rate * self.s
            return np.asarray(np.exp(rate * self.m + kappa * kappa / 2))

        found = rays(y, highest, near, edge, whole if start.sign * rate > 0 else None)
        step = self.s if start.sign > 0 else -self.s
        power = step
        for n in range(1, highest + 1):
            if n > 1:
                power = power * step
            found[n] *= power
        if self.beyond is not None:
            width, rest = self.beyond.start.place - start.place, self.beyond.moments(rate, highest)
            for n in range(highest, -1, -1):
                found[n] = found[n] - sum(comb(n, i) * width ** (n - i) * rest[i] for i in range(n + 1))
        return found

    def integral(self, form: Form, small: bool) -> Array:
        """Return the integral of a form."""
        if small:
            return np.asarray(self._by_series(form) * exponential(float(form.rate), self.start.place))
        here = self.start.place
        return np.asarray(
            weighted(
                (w * exponential(rest, here), self.moments(r, form.power)[form.power]) for r, w, rest in form.closed
            )
        )


class Middle(_Table):
    """Integrals of forms over the piece that holds m, anchored there.

    Args:
        m: means.
        s: deviations.
        ends: the piece's upper and lower end, as far as it has them.
        moderate: whether ``exp(kappa**2)`` is far from overflow.  Then ``exp(rate m)`` is a factor of the whole, and
            its rounding does not enter differences; else it is part of each term, so that nothing overflows.
    """

    away = False

    def __init__(self, m: Array, s: Array, ends: list[End], moderate: bool) -> None:
        super().__init__()
        self.m, self.s, self.ends, self.moderate = m, s, ends, moderate
        self._exps: dict[float, Array] = {}

    def _exp(self, rate: float) -> Array:
        if rate not in self._exps:
            self._exps[rate] = np.exp(rate * self.m)
        return self._exps[rate]

    def _moments(self, rate: float, highest: int) -> list[Array]:
        kappa = rate * self.s if rate else None
        edges = [self._edge(end, rate, kappa) for end in self.ends]
        found = [self._mass(rate, kappa, edges)]
        borders = list(edges)
        for n in range(1, highest + 1):
            terms = [] if kappa is None else [(1.0, kappa * found[n - 1])]
            if n > 1:
                terms.append((n - 1.0, found[n - 2]))
                borders = [border * end.h for end, border in zip(self.ends, borders, strict=True)]
            terms += [(-(float(end.sign) ** n), border) for end, border in zip(self.ends, borders, strict=True)]
            found.append(weighted(terms))
        power = self.s
        for n in range(1, highest + 1):
            if n > 1:
                power = power * self.s
            found[n] = found[n] * power
        if kappa is not None and highest and len(self.ends) == 1:
            self._from_the_end(kappa, edges[0], found)
        return found

    def _edge(self, end: End, rate: float, kappa: Array | None) -> Array:
        if kappa is None:
            return end.edge
        if self.moderate:
            found = end.h * -0.5
            found += kappa if end.sign > 0 else -kappa
            found *= end.h
            np.exp(found, out=found)
            found *= PHI0
            return found
        return end.edge * exponential(rate, end.place)

    def _from_the_end(self, kappa: Array, edge: Array, found: list[Array]) -> None:
        """Replace moments where the tilted mass lies beyond the only end: what is left of it is close to that end."""
        end = self.ends[0]
        y = end.sign * kappa - end.h
        chosen = np.flatnonzero(y > 1)
        if chosen.size:
            y, edge, step = y[chosen], edge[chosen], -end.sign * self.s[chosen]
            highest = len(found) - 1
            near = rays(y, highest, nearest(y, highest), edge)
            distance = end.place - self.m[chosen]
            for n in range(1, len(found)):
                found[n][chosen] = sum(comb(n, i) * distance ** (n - i) * step**i * near[i] for i in range(n + 1))

    def _mass(self, rate: float, kappa: Array | None, edges: list[Array]) -> Array:
        tails = [edge * end.seen(rate)[1][0] for end, edge in zip(self.ends, edges, strict=True)]
        if kappa is None:
            if not tails:
                return np.ones_like(self.m)
            # what lies beyond the ends, which are nowhere nearer than m
            return np.asarray(1.0 - summed(tails))

        def whole() -> Array:
            found = kappa * kappa
            found *= 0.5
            if not self.moderate:
                found += rate * self.m
            return np.asarray(np.exp(found, out=found))

        if not tails:
            return whole()
        # the tilted mass lies on the side of the rate's sign: from the end on that side, less what is beyond the other
        first = 0 if rate >= 0 or len(self.ends) == 1 else 1
        side = self.ends[first].sign
        inner = []
        for end, tail in zip(self.ends, tails, strict=True):
            y = end.seen(rate)[0]
            inner.append(tilted(tail, y > 0 if end.sign == side else y < 0, whole))
        return inner[first] - inner[1 - first] if len(inner) == 2 else inner[0]

    def integral(self, form: Form, small: bool) -> Array:
        """Return the integral of a form."""
        if small:
            total = self._by_series(form)
        else:
            total = weighted(
                (w, value * self._exp(rest) if rest and not self.moderate else value)
                for r, w, rest in form.closed
                for value in [self.moments(r, form.power)[form.power]]
            )
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
