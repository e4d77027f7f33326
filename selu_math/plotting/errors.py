"""Errors of an implementation of SELU over x, on both sides of zero and over all magnitudes."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from selu_math.exceptions import InputError
from selu_math.numbers.formats import FORMATS, BinaryFormat
from selu_math.plotting.picture import Picture, new_figure, style
from selu_math.plotting.theme import Theme

if TYPE_CHECKING:
    from selu_math.testing.errors import Errors

Array = NDArray[np.float64]

_WIDTH, _PANEL, _ABOVE, _BELOW = 8.0, 1.6, 0.7, 1.02
_LEFT, _ACROSS = 0.92, 6.86
_TICKS, _LINE = 0.34, 0.17
"""Inches that the labels below a panel take, and a line above it."""
_COLUMNS: Final = 240
"""Columns of either side; each shows its largest error."""
_ZERO: Final = 0.015
"""Room between zero and the smallest number of either side, as a share of that side."""
_BENT: Final = 0.6
"""The least share of a side that goes to where SELU is neither linear nor constant to rounding."""
_LARGEST: Final = 1e18
_BEST: Final = 0.5
_ALLOWED: Final = 0.42
"""The least share of a panel's height that goes to errors within the tolerance."""
_FLOOR, _CEILING = 0.18, 0.86
"""Where 0.5 ulp and the largest error stand; below and above are rows for what has no error in ulp."""
_ROWS: Final = {"flushed": 0.07, "not finite": 0.965}
_SPACE_ACROSS, _SPACE_UP = 0.14, 0.105
"""The least distance of ticks, as a share of a side and of the height."""
_LONGEST: Final = 70
"""Characters of a name for which the title has room."""
_DOT: Final[dict[str, Any]] = {"linestyle": "", "marker": "o", "markersize": 2.2, "markeredgewidth": 0, "zorder": 4}
_CROSS: Final[dict[str, Any]] = {"linestyle": "", "marker": "x", "markersize": 3.6, "markeredgewidth": 0.7, "zorder": 3}
_DASHES: Final[dict[str, Any]] = {"linewidth": 1.0, "linestyle": (0, (5, 3))}


class _Across:
    """Where x stands: a logarithmic scale on either side of 0, stretched where SELU bends."""

    def __init__(self, form: BinaryFormat) -> None:
        ends = (form.min_exponent - form.precision + 1, -form.precision - 4, 10, form.max_exponent + 1)
        self.powers = np.array(ends) * log10(2)
        widths = np.diff(self.powers)
        bent = max(_BENT, widths[1] / widths.sum())
        outer = widths[[0, 2]] * (1 - bent) / (widths[0] + widths[2])
        self.shares = _ZERO + (1 - _ZERO) * np.array([0, outer[0], outer[0] + bent, 1])
        self.is_stretched = bool(bent > widths[1] / widths.sum())

    def __call__(self, x: Array) -> Array:
        """Return places from -1 to 1."""
        place: Array = np.copysign(np.interp(np.log10(np.abs(x)), self.powers, self.shares), x)
        return place

    @property
    def ticks(self) -> dict[float, str]:
        """Places and labels of 0 and of powers of ten, as many as there is room for."""
        low, high = int(np.ceil(self.powers[0])), int(np.floor(self.powers[3]))
        threes = (0, *range(-3, low - 1, -3), *range(3, high + 1, 3))
        inner = [p for p in threes if self.powers[1] <= p <= self.powers[2]]
        outer = [p for step in (100, 10) for p in range(low - low % -step, high + 1, step) if p not in inner]
        found = {0.0: "0"}
        for power in (*inner, *outer):
            place = float(np.interp(power, self.powers, self.shares))
            if all(abs(place - other) >= _SPACE_ACROSS for other in found) and place <= 0.97:
                found |= {place: _power(power), -place: f"−{_power(power)}"}
        return found


class _Up:
    """Where errors stand: a logarithmic scale, stretched up to the tolerance, between floor and ceiling."""

    def __init__(self, tolerance: float, top: float) -> None:
        self.knots = np.log10([_BEST, tolerance, top])
        natural = float((self.knots[1] - self.knots[0]) / (self.knots[2] - self.knots[0]))
        self.shares = _FLOOR + (_CEILING - _FLOOR) * np.array([0, max(natural, _ALLOWED), 1])
        self.is_stretched = natural < _ALLOWED
        self.tolerance, self.top = tolerance, top

    def __call__(self, ulp: Any) -> Array:
        """Return places from 0 to 1."""
        place: Array = np.interp(np.log10(np.clip(ulp, _BEST, self.top)), self.knots, self.shares)
        return place

    @property
    def ticks(self) -> dict[float, str]:
        """Places and labels."""
        found: dict[float, str] = {}
        for value in (_BEST, self.tolerance, 1.0, 2.0, *(10.0**p for p in (*range(3, 19, 3), 1, 2))):
            place = float(self(value))
            if value <= self.top and all(abs(place - other) >= _SPACE_UP for other in found):
                found[place] = f"{value:g}" if value < 1000 else _power(round(log10(value)))
        return found


def plot_errors(found: Sequence[Errors], *, name: str = "", theme: str | Theme = "light") -> Picture:
    """Draw errors in ulp over x: a panel for each number format, values and slopes in it.

    Args:
        found: what :func:`selu_math.testing.measure_errors` returns.
        name: of the implementation.
        theme: ``"light"``, ``"dark"`` or a theme of one's own.

    Raises:
        InputError: for an unknown theme, or where there are no errors to draw.
    """
    look = Theme.of(theme)
    if not found:
        raise InputError("there is nothing to draw: no number came back")
    panels: dict[str, list[Errors]] = {}
    for one in found:
        panels.setdefault(one.dtype, []).append(one)
    top = _top(found)
    acrosses = {dtype: _Across(FORMATS[dtype]) for dtype in panels}
    ups = {dtype: _Up(series[0].tolerance, top) for dtype, series in panels.items()}
    lines = max(map(len, panels.values())) + 1
    step = lines * _LINE + _PANEL + _TICKS
    height = _ABOVE + len(panels) * step + _BELOW - _TICKS
    with style(look):
        figure = new_figure((_WIDTH, height))
        for n, (dtype, series) in enumerate(panels.items()):
            bottom = height - _ABOVE - n * step - lines * _LINE - _PANEL
            place = (_LEFT / _WIDTH, bottom / height, _ACROSS / _WIDTH, _PANEL / height)
            _draw(figure.add_axes(place), acrosses[dtype], ups[dtype], series, look)
        _write_around(figure, found, name, _notes([*acrosses.values()], [*ups.values()]), look)
    data = {"target": name, "errors": [_as_json(one) for one in found], "status": "measured"}
    return Picture(figure, _caption(found, name), data)


def _top(found: Sequence[Errors]) -> float:
    """Return the largest error to be shown, the same in all panels."""
    return 1.5 * min(max(max(float(one.ulp[one.worst]), one.tolerance) for one in found), _LARGEST)


def _draw(axes: Axes, across: _Across, up: _Up, series: list[Errors], look: Theme) -> None:
    """Draw one format's panel."""
    axes.set_xlim(-1.005, 1.005)
    axes.set_ylim(0, 1)
    if across.is_stretched:
        for side in (-1, 1):
            axes.axvspan(*sorted(side * across.shares[1:3]), color=look.grid, alpha=0.45, linewidth=0, zorder=0)
    axes.axvline(0, color=look.muted, linewidth=0.8, zorder=1)
    axes.axhline(_FLOOR, color=look.faint, linewidth=0.8, zorder=1)
    axes.axhline(float(up(up.tolerance)), color=look.ink, **_DASHES, zorder=2)
    rows = {}
    for n, one in enumerate(series):
        colour, mark = _mark(one, look)
        axes.plot(*_thinned(across, up, one), color=colour, **mark)
        for row, mask in (("flushed", one.flushed), ("not finite", one.not_finite)):
            if mask.any():
                rows[_ROWS[row]] = row
                columns = np.unique(_columns(across(one.x[mask])))
                axes.plot(columns, np.full(columns.size, _ROWS[row]), color=colour, **mark)
        if not one.right[one.worst]:
            x, y = across(one.x[[one.worst]]), up(one.ulp[[one.worst]])
            axes.plot(x, y, marker="o", markersize=8, color=colour, fillstyle="none", markeredgewidth=1.3, zorder=5)
        line = 72 * _LINE * (len(series) - 1 - n) + 4
        axes.annotate(_summary(one), (0, 1), (0, line), "axes fraction", "offset points", color=colour, fontsize=9)
    axes.set_title(f"{series[0].dtype}, {_probes(series[0])}", fontsize=9.5, pad=72 * _LINE * len(series) + 4)
    axes.set_xticks(list(across.ticks), list(across.ticks.values()))
    ticks = up.ticks | rows
    axes.set_yticks(list(ticks), list(ticks.values()))


def _mark(one: Errors, look: Theme) -> tuple[str, dict[str, Any]]:
    return (look.first, _DOT) if one.of == "values" else (look.second, _CROSS)


def _columns(x: Array) -> Array:
    """Return the middle of each place's column."""
    columns: Array = (np.floor(x * _COLUMNS) + 0.5) / _COLUMNS
    return columns


def _thinned(across: _Across, up: _Up, one: Errors) -> tuple[Array, Array]:
    """Return columns, and how high the largest error in each stands."""
    kept = ~one.not_finite & ~one.flushed
    columns, which = np.unique(_columns(across(one.x[kept])), return_inverse=True)
    largest = np.full(columns.size, _BEST)
    np.maximum.at(largest, which, one.ulp[kept])
    return columns, up(largest)


def _write_around(figure: Figure, found: Sequence[Errors], name: str, notes: list[str], look: Theme) -> None:
    """Write title, key and what the axes are."""
    height = float(figure.get_size_inches()[1])
    shown = name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
    title = f"{shown or 'SELU'}: error in ulp over x"
    figure.text(0.012, 1 - 0.2 / height, title, fontsize=11.5, va="center", parse_math=False)
    examples: dict[str, Line2D] = {}
    for one in found:
        colour, mark = _mark(one, look)
        larger = {"markersize": 1.6 * mark["markersize"], "markeredgewidth": 1.6 * mark["markeredgewidth"]}
        examples[one.of] = Line2D([], [], color=colour, **{**mark, **larger}, label=one.of)
    allowed = Line2D([], [], color=look.ink, **_DASHES, label=f"allowed ({found[0].profile})")
    rounded = Line2D([], [], color=look.faint, linewidth=0.8, label="0.5: correctly rounded")
    figure.legend(
        handles=[*examples.values(), allowed, rounded],
        loc="center left",
        bbox_to_anchor=(0.005, 1 - 0.48 / height),
        ncols=4,
        frameon=False,
        borderpad=0,
        borderaxespad=0.4,
    )
    centre = (_LEFT + _ACROSS / 2) / _WIDTH
    for n, note in enumerate(reversed(notes)):
        colour = look.ink if n == 2 else look.muted
        figure.text(centre, (0.16 + 0.19 * n) / height, note, ha="center", va="center", color=colour, fontsize=9)


def _notes(acrosses: Sequence[_Across], ups: Sequence[_Up]) -> list[str]:
    """Return what the scales are."""
    across = "x, logarithmic on both sides of 0"
    if any(one.is_stretched for one in acrosses):
        across += "; stretched in the shaded part, where SELU bends"
    up = "Errors are proved lower bounds, on a logarithmic scale"
    if any(one.is_stretched for one in ups):
        up += ", stretched below the dashed line"
    return [across, f"{up}.", "Each mark is the largest error in its column."]


def _probes(one: Errors) -> str:
    return f"{'all ' if one.every_number else ''}{one.x.size:,} numbers"


def _summary(one: Errors) -> str:
    """Return the share that is right and the worst case."""
    share = f"{one.of}: {_percent(float(one.right.mean()))} correctly rounded"
    if one.right[one.worst]:
        return share
    return f"{share}, {_ulp(one)} at worst, at x = {_short(float(one.x[one.worst]), 4)}"


def _ulp(one: Errors) -> str:
    """Return the largest error with its unit, where it is not that of a correctly rounded number."""
    error = float(one.ulp[one.worst])
    if error < 0.505:
        return "just over 0.5 ulp"
    if error >= _LARGEST:
        return f"over {_power(18)} ulp"
    return f"{error:,.0f} ulp" if 100 <= error < 1e5 else f"{_short(error, 3)} ulp"


def _short(x: float, digits: int) -> str:
    """Return a number with a few digits, its power of ten written as one."""
    significand, _, exponent = f"{x:.{digits}g}".replace("-", "−").partition("e")
    return f"{significand}·{_power(int(exponent.replace('−', '-')))}" if exponent else significand


def _percent(share: float) -> str:
    """Return a share, never rounded to all or nothing."""
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.999 < share < 1:
        return "over 99.9 %"
    percent = 100 * share
    return f"{percent:.{0 if share in {0, 1} or 1 <= percent <= 99 else 1}f} %"


def _power(exponent: int) -> str:
    return "1" if not exponent else f"10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _as_json(one: Errors) -> dict[str, Any]:
    worst = one.worst
    return {
        "of": one.of,
        "dtype": one.dtype,
        "probes": int(one.x.size),
        "every_number": one.every_number,
        "tolerance": one.tolerance,
        "worst_x": repr(float(one.x[worst])),
        "worst_ulp": float(one.ulp[worst]),
        "correctly_rounded": float(one.right.mean()),
        "flushed": int(one.flushed.sum()),
        "not_finite": int(one.not_finite.sum()),
    }


def _caption(found: Sequence[Errors], name: str) -> str:
    """Return what to see, in plain words."""
    sentences = [
        f"Errors of {name or 'an implementation of SELU'} in units in the last place, proved to be at least as large, "
        "over x; each mark is the largest in its column."
    ]
    for one in found:
        text = f"{one.dtype}, {one.of}, at {_probes(one)}: {_percent(float(one.right.mean()))} correctly rounded"
        if not one.right[one.worst]:
            text += f", {_ulp(one)} at worst, at x = {float(one.x[one.worst])!r}"
        text += f"; {one.flushed.sum():,} flushed to zero" if one.flushed.any() else ""
        text += f"; {one.not_finite.sum():,} gave no finite number" if one.not_finite.any() else ""
        sentences.append(f"{text}.")
    return " ".join(sentences)
