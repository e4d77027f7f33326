"""An activation compiled for float64, and the sums that make its moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from selu_math.float_moments.forms import Form
from selu_math.float_moments.integrals import End, Interval, Middle, Ray
from selu_math.float_moments.piece import Piece, Product
from selu_math.numbers.float64 import FLOAT64, Array, round_exact
from selu_math.numbers.half_line import PHI0
from selu_math.pieces import ExpPoly, Piecewise

SERIES: Final = 0.8
"""Largest ``|kappa|`` of the power series."""
MODERATE: Final = 12.0
"""Largest ``|kappa|`` at which ``exp(rate m)`` is taken out of the integrals on the piece that holds m."""
NARROW: Final = 4.0
"""Width in deviations, times one plus its distance, of a piece that the fixed rule takes."""
_BYTE: Final = 127
_SORTED: Final = 1 << 20
"""So many points are sorted by regime at a time."""
_CHUNK: Final = 1 << 14
"""So many are computed at a time, to stay in the processor's cache."""
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
        means, deviations = np.ravel(m), np.sqrt(np.ravel(v))
        found = np.empty((7 if responses else 2, means.size))
        for start in range(0, means.size, _SORTED):
            whole = slice(start, start + _SORTED)
            for chosen, regime in self.groups(means[whole], deviations[whole]):
                for begin in range(0, chosen.size, _CHUNK):
                    part = chosen[begin : begin + _CHUNK] + start
                    rows = self._rows(means[part], deviations[part], regime, responses)
                    for row, values in zip(found, rows, strict=True):
                        row[part] = values
        return FloatMoments(*(row.reshape(shape)[()] for row in found))

    def _rows(self, m: Array, s: Array, regime: Regime, responses: bool) -> list[Array]:
        level, g = self.sums(m, s, regime, responses)
        rows = [level + g.first, np.maximum(g.second - g.first * g.first, 0.0)]
        if responses:
            by_m = 2 * (g.cross - g.first * g.slope)
            by_v = g.bent - g.first * g.bend
            rows += [g.slope, g.bend, g.slope_square, by_m, by_v]
        return rows

    def ends(self, i: int) -> tuple[float | None, float | None]:
        """Return the ends of a piece."""
        return (self.breaks[i - 1] if i else None), (self.breaks[i] if i < len(self.breaks) else None)

    def groups(self, m: Array, s: Array) -> Iterator[tuple[NDArray[np.intp], Regime]]:
        """Return indices of elements by their regime."""
        finite = range(1, len(self.breaks))
        kinds = len(self.pieces) * 4 << len(finite)
        # one byte each where that holds all kinds: the sorting is a matter of memory
        code: NDArray[Any] = np.zeros(m.size, np.int8 if kinds <= _BYTE else np.int64)
        for c in self.breaks:
            code += m > c
        for limit in (MODERATE, SERIES):
            code *= 2
            code += s <= (limit / self.steepest if self.steepest else np.inf)
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
        over = self._integrals(m, s, holder, regime)
        self._add(total, m, s, middle, m, 0.0, over, regime, responses)
        # seen from afar all ends have nearly the same density: what is common to them is added up by itself
        common = PHI0 / s * (self._reach(m) < s) if regime.by_density else 0.0
        for sign in (1, -1):
            level: Any = 0.0
            place: Any = m
            piece = middle
            i = holder
            while 0 <= (j := i + sign) < len(self.pieces):
                at = min(i, j)
                c = self.breaks[at]
                before = level + piece.expansion.difference(place, c - place)
                level = before + sign * self.jumps[at]
                i, place, piece = j, c, self.pieces[j]
                beside = over if at == min(holder, holder + sign) and isinstance(over, Middle) else None
                self._add(total, m, s, piece, c, level, self._integrals(m, s, j, regime, beside), regime, responses)
                if responses:
                    self._add_break(
                        total, m, s, at, *((before, level) if sign > 0 else (level, before)), regime, common
                    )
        first, second = total.ends
        total.slope, total.cross = total.slope + first * common, total.cross + second * common
        return middle.value(m), total

    def _reach(self, m: Array) -> Array:
        """Return the distance of the farthest breakpoint."""
        return np.maximum(np.abs(m - self.breaks[0]), np.abs(m - self.breaks[-1]))

    def _integrals(self, m: Array, s: Array, i: int, regime: Regime, beside: Middle | None = None) -> Domain:
        low, high = self.ends(i)
        sign = (i > regime.holder) - (i < regime.holder)
        near, far = (low, high) if sign > 0 else (high, low)
        if regime.narrow[i] and low is not None and high is not None:
            return Interval(m, s, low, high, near if sign else m)
        if not sign or near is None:
            return Middle(m, s, low, high, regime.moderate)
        shared = None if beside is None else next(end for end in beside.ends if end.sign == sign)
        return Ray(m, s, shared or End(m, s, near, sign), far)

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
            over.least = piece.highest  # all powers that will be asked for, at once
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
            return sum((n * a[i] * a[j] * weigh(form) for i, j, n, form in terms), 0.0)

        first = sum((a[i] * integral(form) for i, form in piece.forms), 0.0)
        second = products(piece.square)
        if over.away:
            mass = over.mass()
            second = second + level * (level * mass + 2 * first)
            first = first + level * mass
        total.first, total.second = total.first + first, total.second + second
        if not responses:
            return
        slope_square = products(piece.slope_square)
        total.slope_square = total.slope_square + slope_square
        slope = sum((n * a[i] * integral(form) for i, n, form in piece.slope), 0.0)
        if not regime.by_density:
            bend = sum((n * a[i] * integral(form) for i, n, form in piece.bend), 0.0)
            total.slope, total.bend = total.slope + slope, total.bend + bend
            total.cross = total.cross + level * slope + products(piece.cross)
            total.bent = total.bent + slope_square + level * bend + products(piece.bent)
            return
        # derivatives of the density in place of those of g: at least one, and two where the piece is narrow
        distance, v = x - m, s * s

        def once(form: Form) -> Any:
            return (integral(form * _U) + distance * integral(form)) / v

        def twice(form: Form) -> Any:
            weighted = integral(form * _U * _U) + distance * (2 * integral(form * _U) + distance * integral(form))
            return (weighted / v - integral(form)) / v

        def of_g(weigh: Callable[[Form], Any]) -> tuple[Any, Any]:
            g = sum((a[i] * weigh(form) for i, form in piece.forms), 0.0)
            square = products(piece.square, weigh) + 2 * level * g
            if over.away:
                one = weigh(_ONE)
                g, square = g + level * one, square + level * level * one
            return g, square / 2

        if isinstance(over, Interval):
            (slope, cross), (bend, bent) = of_g(once), of_g(twice)
        else:
            bend = sum((n * a[i] * once(form) for i, n, form in piece.slope), 0.0)
            cross = level * slope + products(piece.cross)
            bent = level * bend + products(piece.cross, once)
        total.slope, total.bend = total.slope + slope, total.bend + bend
        total.cross, total.bent = total.cross + cross, total.bent + bent

    @staticmethod
    def _add_series(total: Sums, g: list[Any], level: Any, over: Ray | Middle, responses: bool) -> None:
        """Add a piece by the power series of g, where its forms nearly cancel one another."""

        def product(left: list[Any], right: list[Any]) -> list[Any]:
            return [sum((left[i] * right[n - i] for i in range(n + 1)), 0.0) for n in range(min(len(left), len(right)))]

        def mean(series: list[Any]) -> Any:
            return sum((c * over.power(n) for n, c in enumerate(series)), 0.0)

        g = [level, *g[1:]]
        total.first, total.second = total.first + mean(g), total.second + mean(product(g, g))
        if responses:
            slope = [n * c for n, c in enumerate(g)][1:]
            bend = [n * c for n, c in enumerate(slope)][1:]
            slope_square = mean(product(slope, slope))
            total.slope, total.bend = total.slope + mean(slope), total.bend + mean(bend)
            total.slope_square, total.cross = total.slope_square + slope_square, total.cross + mean(product(g, slope))
            total.bent = total.bent + slope_square + mean(product(g, bend))

    def _add_break(
        self, total: Sums, m: Array, s: Array, at: int, left: Any, right: Any, regime: Regime, common: Any
    ) -> None:
        """Add what a kink or a jump contributes to distributional derivatives; g is left and right of it as given."""
        t = (self.breaks[at] - m) / s
        density, tilt = PHI0 * np.exp(t * t / -2) / s, t / s
        if regime.by_density:
            # what integration by parts leaves at the ends of the pieces that are not narrow
            low, high = 0.0 if regime.narrow[at] else left, 0.0 if regime.narrow[at + 1] else right
            first, second = high - low, (high * high - low * low) / 2
            total.bend, total.bent = total.bend + first * tilt * density, total.bent + second * tilt * density
            apart = np.where(common > 0, PHI0 / s * np.expm1(t * t / -2), density)
            total.slope, total.cross = total.slope + first * apart, total.cross + second * apart
            total.ends = (total.ends[0] + first, total.ends[1] + second)
            return
        low, high = self.slopes[at]
        jump, mean = self.jumps[at], (left + right) / 2
        total.slope = total.slope + jump * density
        total.bend = total.bend + ((high - low) + jump * tilt) * density
        total.cross = total.cross + jump * mean * density
        total.bent = total.bent + (right * high - left * low + jump * mean * tilt) * density
