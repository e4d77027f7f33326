"""An activation compiled for float64, and the sums that make its moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from selu_math.float_moments.forms import ORDER, Form, weighted
from selu_math.float_moments.integrals import End, Interval, Middle, Ray
from selu_math.float_moments.piece import Piece, Product
from selu_math.numbers.float64 import FLOAT64, Array, round_exact, summed
from selu_math.numbers.half_line import PHI0
from selu_math.pieces import ExpPoly, Piecewise

SERIES: Final = 0.8
"""Largest ``|kappa|`` of the power series."""
MODERATE: Final = 12.0
"""Largest ``|kappa|`` at which ``exp(rate m)`` is taken out of the integrals on the piece that holds m."""
NARROW: Final = 4.0
"""Width in deviations, times one plus its distance, of a piece that the fixed rule takes."""
_BYTE: Final = 127
_SORTED: Final = 1 << 16
"""So many points are sorted by regime at a time."""
_FEW: Final = 1 << 12
"""Fewer of a regime wait for others."""
_CHUNK: Final = 1 << 14
"""About so many are computed at a time, to stay in the processor's cache."""
_KEPT: Final = 1 << 19
"""Freeing a mapping of this size (4 MiB) makes glibc's malloc keep what is freed in blocks up to it: temporaries of a
chunk would else go back to the system, and cost more in page faults than they take to compute."""
_SERIES: Final = {0.0: ORDER}
"""What the power series needs of a piece."""
_ONE: Final = Form(0, Fraction(0), ((Fraction(0), Fraction(1)),))
_U: Final = Form(1, Fraction(0), ((Fraction(0), Fraction(1)),))

Domain: TypeAlias = Ray | Middle | Interval


@dataclass
class Sums:
    """What has been added up so far.

    Attributes:
        first: E g.
        second: E g**2.
        slope: E g'.
        bend: E g''.
        cross: E (g**2)'/2.
        bent: E (g**2)''/2.
        slope_square: E g'**2, of the ordinary derivative.
        ends: what the ends of pieces add to ``slope`` and ``cross``, in units of the density common to them.
    """

    ends: tuple[Any, Any] = (0.0, 0.0)
    first: Any = 0.0
    second: Any = 0.0
    slope: Any = 0.0
    bend: Any = 0.0
    cross: Any = 0.0
    slope_square: Any = 0.0
    bent: Any = 0.0

    def add(self, **terms: Any) -> None:
        """Add terms to sums of these names."""
        for name, term in terms.items():
            known = getattr(self, name)
            setattr(self, name, term if isinstance(known, float) and not known else known + term)


@dataclass
class FloatMoments:
    """Moments of f in float64; arrays of one shape.

    Attributes:
        mean: E f.
        variance: Var f.
        slope: E f'.
        curvature: E f''.
        slope_square: E f'**2, of the ordinary derivative.
        by_m: the derivative of the variance by m.
        by_v: the derivative of the variance by v.
    """

    mean: Any
    variance: Any
    slope: Any = None
    curvature: Any = None
    slope_square: Any = None
    by_m: Any = None
    by_v: Any = None


@dataclass(frozen=True)
class Regime:
    """Which formulas apply.

    Attributes:
        holder: the piece that holds m.
        small: whether the power series does.
        moderate: whether every ``exp(kappa**2)`` is far from overflow.
        narrow: which pieces the fixed rule takes.
    """

    holder: int
    small: bool
    moderate: bool
    narrow: tuple[bool, ...]

    @property
    def by_density(self) -> bool:
        """Whether derivatives are taken of the density: across a narrow piece those of g nearly cancel."""
        return any(self.narrow)


class Plan:
    """A piecewise exponential polynomial, compiled for float64.

    Args:
        function: the function.

    Attributes:
        widest: the largest s it is good for.
    """

    widest: Final = np.inf

    def __init__(self, function: Piecewise) -> None:
        parts = [part for part in function.parts if isinstance(part, ExpPoly)]
        slopes = [part.derivative() for part in parts]
        self.breaks = [float(FLOAT64.rational(c)) for c in function.breaks]
        for part in parts:
            for _, k in part.terms:
                FLOAT64.rational(k * k)  # raises where it is beyond float64
        self.pieces = [Piece(part) for part in parts]
        self.steepest = max(piece.steepest for piece in self.pieces)
        self.jumps = [round_exact(function.jump(c)) for c in function.breaks]
        sides = [[round_exact(slope.at(c)) for slope in slopes[i : i + 2]] for i, c in enumerate(function.breaks)]
        self.slopes = [(left, right) for left, right in sides]
        np.empty(_KEPT)

    @staticmethod
    def suits(function: Piecewise) -> bool:
        """Return whether a function can be compiled: exponential polynomials in float64's range, and no atoms."""
        return not function.atoms and all(isinstance(part, ExpPoly) for part in function.parts)

    def moments(self, m: Any, v: Any, *, responses: bool = False) -> FloatMoments:
        """Return the moments at ``N(m, v)``, elementwise.

        Args:
            m: means, finite.
            v: variances, positive, of the same shape.
            responses: whether to return more than mean and variance.
        """
        shape = np.shape(m)
        means, variances = np.ravel(m), np.ravel(v)
        found = np.empty((7 if responses else 2, means.size))
        for chosen, regime in self._batches(means, variances):
            for part in np.array_split(chosen, max(1, round(chosen.size / _CHUNK))):
                rows = self._rows(means.take(part), np.sqrt(variances.take(part)), regime, responses)
                for row, values in zip(found, rows, strict=True):
                    row[part] = values
        return FloatMoments(*(row.reshape(shape)[()] for row in found))

    def _batches(self, means: Array, variances: Array) -> Iterator[tuple[NDArray[np.intp], Regime]]:
        """Return indices of elements by regime, at most one small batch of each."""
        left: dict[Regime, list[NDArray[np.intp]]] = {}
        for start in range(0, means.size, _SORTED):
            whole = slice(start, start + _SORTED)
            for chosen, regime in self.groups(means[whole], variances[whole]):
                if start:
                    chosen += start
                if chosen.size < _FEW:
                    left.setdefault(regime, []).append(chosen)
                else:
                    yield chosen, regime
        for regime, parts in left.items():
            yield np.concatenate(parts), regime

    def _rows(self, m: Array, s: Array, regime: Regime, responses: bool) -> list[Array]:
        level, g = self.sums(m, s, regime, responses)
        rows = [level + g.first, np.maximum(g.second - g.first * g.first, 0.0)]
        if responses:
            by_m = 2 * (g.cross - g.first * g.slope)
            by_v = g.bent - g.first * g.bend
            rows += [g.slope, g.bend, g.slope_square, by_m, by_v]
        return rows

    def groups(self, m: Array, v: Array) -> Iterator[tuple[NDArray[np.intp], Regime]]:
        """Return indices of elements by their regime."""
        finite = range(1, len(self.breaks))
        kinds = len(self.pieces) * 4 << len(finite)
        # one byte each where that holds all kinds: the sorting is a matter of memory
        code: NDArray[Any] = np.zeros(m.size, np.int8 if kinds <= _BYTE else np.int64)
        for c in self.breaks:
            code += m > c
        for limit in (MODERATE, SERIES):
            code *= 2
            code += v <= ((limit / self.steepest) ** 2 if self.steepest else np.inf)
        s = np.sqrt(v) if finite else v
        for i in finite:
            low, high = self.breaks[i - 1], self.breaks[i]
            distance = np.maximum(np.maximum(low - m, m - high), 0.0)
            can = self.pieces[i].steepest * (high - low) <= 2 * NARROW
            code *= 2
            code += can & ((high - low) * (1 + distance / s) <= NARROW * s)
        for kind in range(kinds) if kinds <= _BYTE else np.unique(code).tolist():
            chosen = np.flatnonzero(code == kind)
            if not chosen.size:
                continue
            bits = [bool(kind >> n & 1) for n in range(len(finite))][::-1]
            narrow = [False] * len(self.pieces)
            for i, bit in zip(finite, bits, strict=True):
                narrow[i] = bit
            kind >>= len(finite)
            yield chosen, Regime(kind >> 2, bool(kind & 1), bool(kind & 2), tuple(narrow))

    def sums(self, m: Array, s: Array, regime: Regime, responses: bool) -> tuple[Any, Sums]:
        """Return f(m) and the sums for points of one regime."""
        total, holder = Sums(), regime.holder
        middle = self.pieces[holder]
        value = middle.value(m)
        ends = self._ends(m, s, regime)
        self._add(total, m, s, middle, m, 0.0, self._integrals(m, s, holder, regime, ends), regime, responses)
        # seen from afar all ends have nearly the same density: what is common to them is added up by itself
        common = PHI0 / s * (self._reach(m) < s) if regime.by_density else 0.0
        for sign in (1, -1):
            level: Any = None
            place: Any = m
            piece = middle
            i = holder
            while 0 <= (j := i + sign) < len(self.pieces):
                at = min(i, j)
                c = self.breaks[at]
                if level is None and not c and piece.vanishes:
                    before = -value  # f is 0 at 0
                else:
                    rise = piece.expansion.difference(place, c - place)
                    before = rise if level is None else level + rise
                level = before + sign * self.jumps[at] if self.jumps[at] else before
                i, place, piece = j, c, self.pieces[j]
                self._add(total, m, s, piece, c, level, self._integrals(m, s, j, regime, ends), regime, responses)
                if responses:
                    beside = (before, level) if sign > 0 else (level, before)
                    self._add_break(total, s, at, ends[at], *beside, regime, common)
        if regime.by_density:
            first, second = total.ends
            total.slope, total.cross = total.slope + first * common, total.cross + second * common
        return value, total

    def _ends(self, m: Array, s: Array, regime: Regime) -> list[End]:
        """Return the breakpoints as the means see them."""
        holder = regime.holder
        ends = []
        for at, place in enumerate(self.breaks):
            sign = 1 if at >= holder else -1
            orders: dict[float, int] = {}
            for i in (at, at + 1):
                if not regime.narrow[i]:
                    for rate, power in (_SERIES if regime.small else self.pieces[i].needs).items():
                        # the piece that holds m takes J_0 alone
                        orders[rate] = max(orders.get(rate, 0), power if i != holder else 0)
            ends.append(End(m, s, place, sign, orders))
        return ends

    def _reach(self, m: Array) -> Array:
        """Return the distance of the farthest breakpoint."""
        return np.maximum(np.abs(m - self.breaks[0]), np.abs(m - self.breaks[-1]))

    def _integrals(self, m: Array, s: Array, i: int, regime: Regime, ends: list[End]) -> Domain:
        holder = regime.holder
        below, above = ends[i - 1] if i else None, ends[i] if i < len(ends) else None
        if regime.narrow[i] and below is not None and above is not None:
            anchor: Any = m if i == holder else below.place if i > holder else above.place
            return Interval(m, s, below.place, above.place, anchor)
        if i > holder and below is not None:
            return Ray(m, s, below, above)
        if i < holder and above is not None:
            return Ray(m, s, above, below)
        return Middle(m, s, [end for end in (above, below) if end is not None], regime.moderate)

    def _add(
        self,
        total: Sums,
        m: Array,
        s: Array,
        piece: Piece,
        x: Any,
        level: Any,
        over: Domain,
        regime: Regime,
        responses: bool,
    ) -> None:
        """Add one piece, anchored at x, where g has the value ``level``."""
        if not isinstance(over, Interval):
            over.needs = piece.needs  # all powers that will be asked for, at once
        a = piece.expansion.coefficients(x)
        if piece.mixed and regime.small and not regime.by_density and not isinstance(over, Interval):
            self._add_series(total, piece.series(x, a), level, over, responses)
            return
        known: dict[Form, Array] = {}

        def integral(form: Form) -> Array:
            if form not in known:
                known[form] = over.integral(form, regime.small)
            return known[form]

        def products(terms: list[Product], weigh: Callable[[Form], Any] = integral) -> Any:
            return weighted((n, a[i] * a[j] * weigh(form)) for i, j, n, form in terms)

        first = summed(a[i] * integral(form) for i, form in piece.forms)
        second = products(piece.square)
        if over.away:
            own, first = first, first + level * over.mass()
            second = second + level * (first + own)
        total.add(first=first, second=second)
        if not responses:
            return
        slope_square = products(piece.slope_square)
        slope = summed(n * a[i] * integral(form) for i, n, form in piece.slope)
        if not regime.by_density:
            bend = summed(n * a[i] * integral(form) for i, n, form in piece.bend)
            cross, bent = products(piece.cross), slope_square + products(piece.bent)
            if over.away:
                cross, bent = cross + level * slope, bent + level * bend
            total.add(slope_square=slope_square, slope=slope, bend=bend, cross=cross, bent=bent)
            return
        # derivatives of the density in place of those of g: at least one, and two where the piece is narrow
        distance, v = x - m, s * s

        def once(form: Form) -> Any:
            return (integral(form * _U) + distance * integral(form)) / v

        def twice(form: Form) -> Any:
            weighted = integral(form * _U * _U) + distance * (2 * integral(form * _U) + distance * integral(form))
            return (weighted / v - integral(form)) / v

        def of_g(weigh: Callable[[Form], Any]) -> tuple[Any, Any]:
            g = summed(a[i] * weigh(form) for i, form in piece.forms)
            square = products(piece.square, weigh) + 2 * level * g
            if over.away:
                one = weigh(_ONE)
                g, square = g + level * one, square + level * level * one
            return g, square / 2

        if isinstance(over, Interval):
            (slope, cross), (bend, bent) = of_g(once), of_g(twice)
        else:
            bend = summed(n * a[i] * once(form) for i, n, form in piece.slope)
            cross = level * slope + products(piece.cross)
            bent = level * bend + products(piece.cross, once)
        total.add(slope_square=slope_square, slope=slope, bend=bend, cross=cross, bent=bent)

    @staticmethod
    def _add_series(total: Sums, g: list[Any], level: Any, over: Ray | Middle, responses: bool) -> None:
        """Add a piece by the power series of g, where its forms nearly cancel one another."""

        def product(left: list[Any], right: list[Any]) -> list[Any]:
            return [summed(left[i] * right[n - i] for i in range(n + 1)) for n in range(min(len(left), len(right)))]

        def mean(series: list[Any]) -> Any:
            return summed(c * over.power(n) for n, c in enumerate(series))

        g = [level, *g[1:]]
        total.add(first=mean(g), second=mean(product(g, g)))
        if responses:
            slope = [n * c for n, c in enumerate(g)][1:]
            bend = [n * c for n, c in enumerate(slope)][1:]
            slope_square = mean(product(slope, slope))
            cross, bent = mean(product(g, slope)), slope_square + mean(product(g, bend))
            total.add(slope_square=slope_square, slope=mean(slope), bend=mean(bend), cross=cross, bent=bent)

    def _add_break(
        self, total: Sums, s: Array, at: int, end: End, left: Any, right: Any, regime: Regime, common: Any
    ) -> None:
        """Add what a kink or a jump contributes to distributional derivatives; g is left and right of it as given."""
        density = end.edge / s
        if regime.by_density:
            # what integration by parts leaves at the ends of the pieces that are not narrow
            low, high = 0.0 if regime.narrow[at] else left, 0.0 if regime.narrow[at + 1] else right
            first, second = high - low, (high * high - low * low) / 2
            tilted = end.sign * end.h / s * density
            apart = np.where(common > 0, PHI0 / s * np.expm1(end.h * end.h / -2), density)
            total.add(slope=first * apart, bend=first * tilted, cross=second * apart, bent=second * tilted)
            total.ends = (total.ends[0] + first, total.ends[1] + second)
            return
        low, high = self.slopes[at]
        jump = self.jumps[at]
        if not jump:
            total.add(bend=(high - low) * density, bent=(high - low) * (left * density))
            return
        mean, tilt = (left + right) / 2, end.sign * end.h / s
        total.add(slope=jump * density, bend=((high - low) + jump * tilt) * density)
        total.add(cross=jump * mean * density, bent=(right * high - left * low + jump * mean * tilt) * density)
