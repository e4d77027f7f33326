"""What one layer does over a window of means and variances: arrows, nullclines, paths."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from selu_math.exceptions import InputError, quoted
from selu_math.plotting.labels import number
from selu_math.plotting.placing import Labels
from selu_math.plotting.search import Array, FixedPoint, LayerMap, Window
from selu_math.plotting.theme import Theme

_TICKS: Final = tuple(digit * 10.0**power for power in range(-12, 13) for digit in (1, 2, 5))
_ARROWS: Final = 11
_MESH: Final = 121
_LEGIBLE: Final = 0.14
"""Inches under which the numbers of two dots would overlap."""
_HAIR: Final = 0.02
"""Inches under which two dots are one."""
_FAR: Final = 1e4
"""A mean beyond which a path has left for good."""
_CORNERS: Final = ((1, 1), (0, 1), (1, 0), (0, 0))
_INWARD: Final = ((-1, -1), (1, -1), (-1, 1), (1, 1))


def checked_region(region: Window) -> Window:
    """Return the region, or raise where it is none."""
    try:
        (left, right), (low, high) = ((float(a), float(b)) for a, b in region)
    except (TypeError, ValueError):
        left = right = low = high = np.nan
    if not (np.isfinite([left, right, low, high]).all() and left < right and 0 < low < high < low * 1e300):
        raise InputError(
            "a region is ((mean_low, mean_high), (variance_low, variance_high)) with the lower number first and "
            f"variances above 0; got {quoted(region)}"
        )
    return (left, right), (low, high)


def widened(window: Window, points: tuple[FixedPoint, ...]) -> Window:
    """Return a window, wider where an attracting fixed point asks for it."""
    (left, right), (low, high) = window
    for point in (p for p in points if p.kind == "attracting"):
        reach = 1.4 * abs(point.mean)
        left, right = min(left, -reach), max(right, reach)
        low, high = min(low, point.variance / 4), max(high, point.variance * 4)
    return (left, right), (low, high)


class Panel:
    """A pair of axes in the plane of mean and variance.

    Args:
        axes: where to draw.
        window: ranges of mean and variance.
        inches: width and height on paper.
        theme: the colours.
    """

    def __init__(self, axes: Axes, window: Window, inches: tuple[float, float], theme: Theme) -> None:
        self.axes, self.window, self.inches, self.theme = axes, window, inches, theme
        self.labels = Labels(axes, inches, theme)
        low, high = window[1]
        self.logarithmic = high > 8 * low
        axes.set_xlim(*window[0])
        if self.logarithmic:
            axes.set_yscale("log")
            decades = np.log10(high / low)
            chosen = [t for t in _TICKS if low <= t <= high and (decades < 5 or f"{t:e}".startswith("1"))]
            axes.yaxis.set_major_locator(FixedLocator(chosen))
            axes.yaxis.set_minor_locator(NullLocator())
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_ylim(*window[1])
        axes.set_xlabel("mean μ")
        axes.set_ylabel(f"variance ν{' (log scale)' if self.logarithmic else ''}")

    def at(self, across: Array | float, up: Array | float) -> tuple[Array, Array]:
        """Return mean and variance at a place given as shares of the panel's width and height."""
        (left, right), (low, high) = self.window
        share = np.asarray(up)
        variance = low * (high / low) ** share if self.logarithmic else low + (high - low) * share
        return left + (right - left) * np.asarray(across), variance

    def share(self, mean: Array | float, variance: Array | float) -> tuple[Array, Array]:
        """Return a point's place as shares of the panel's width and height."""
        (left, right), (low, high) = self.window
        height = np.asarray(variance)
        up = np.log(height / low) / np.log(high / low) if self.logarithmic else (height - low) / (high - low)
        return (np.asarray(mean) - left) / (right - left), up


class Nullcline(NamedTuple):
    """A curve on which a layer keeps the mean, or the variance: its name, colour and places."""

    name: str
    colour: str
    places: Array


def draw_growth(panel: Panel, step: LayerMap) -> list[Nullcline]:
    """Tint where a layer raises and where it lowers the variance, say so in the corners, and draw both nullclines."""
    axes, theme = panel.axes, panel.theme
    across, up = np.meshgrid(np.linspace(0, 1, _MESH), np.linspace(0, 1, _MESH))
    mean, variance = panel.at(across, up)
    new_mean, new_variance = step(mean, variance)
    growth = np.clip(np.nan_to_num(np.log(new_variance / variance), nan=0.0), -40, 40)
    drift = np.nan_to_num(new_mean - mean, nan=0.0, posinf=1e9, neginf=-1e9)
    nullclines = []
    for values, colour, name in ((drift, theme.second, r"$\tilde\mu=\mu$"), (growth, theme.first, r"$\tilde\nu=\nu$")):
        # a nullcline that only touches the frame is none to draw
        if values.min() < 0 < values.max():
            lines = axes.contour(mean, variance, values, levels=[0], colors=[colour], linewidths=2.2, zorder=3)
            for path in lines.get_paths():
                vertices = np.asarray(path.vertices)
                places = np.column_stack(panel.share(vertices[:, 0], vertices[:, 1]))
                panel.labels.avoid(places[:, 0], places[:, 1])
                nullclines.append(Nullcline(name, colour, places))
    if np.abs(growth).max() > 1e-9:
        axes.contourf(mean, variance, growth, levels=[-50, 0, 50], colors=[theme.shrinking, theme.growing], zorder=0)
        for text, sign, order in (("variance falls", -1, _CORNERS), ("variance grows", 1, _CORNERS[2:] + _CORNERS[:2])):
            corners = [(x, y) for x, y in order if sign * growth[-y, -x] > 0]
            panel.labels.write(text, corners[:2], theme.muted, beside=_INWARD, gap=5, fontstyle="italic")
    return nullclines


def name_nullclines(panel: Panel, nullclines: list[Nullcline]) -> None:
    """Write each nullcline's name once, where it hides least."""
    for name in dict.fromkeys(nullcline.name for nullcline in nullclines):
        own = [nullcline for nullcline in nullclines if nullcline.name == name]
        places = np.concatenate([nullcline.places for nullcline in own])
        places = places[(np.abs(places - 0.5) < 0.47).all(axis=1)]
        chosen = [(float(x), float(y)) for x, y in places[:: max(1, len(places) // 24)]]
        # the two letters with their tildes look about four characters wide
        panel.labels.write(name, chosen, own[0].colour, size=11.5, length=5)


def draw_arrows(panel: Panel, step: LayerMap) -> None:
    """Draw a grid of arrows in the direction of one layer's step, as it looks on paper.

    Steps differ by orders of magnitude, so the length grows with the square root of the step.
    """
    across, up = (x.ravel() for x in np.meshgrid(*[np.linspace(0.045, 0.955, _ARROWS)] * 2))
    mean, variance = panel.at(across, up)
    new_across, new_up = panel.share(*step(mean, variance))
    width, height = panel.inches
    dx, dy = (new_across - across) * width, (new_up - up) * height
    size = np.hypot(dx, dy)
    shown = np.isfinite(size) & (size > 1e-9)
    if not shown.any():
        return
    spacing = 0.91 * min(width, height) / (_ARROWS - 1)
    length = 1.15 * spacing * np.sqrt(np.minimum(size / np.quantile(size[shown], 0.95), 1.0))
    scale = np.where(shown, length / np.where(shown, size, 1.0), 0.0)
    panel.axes.quiver(
        mean[shown],
        variance[shown],
        (dx * scale)[shown],
        (dy * scale)[shown],
        units="inches",
        scale_units="inches",
        scale=1.0,
        width=0.011,
        headwidth=4.5,
        headlength=5,
        headaxislength=4.5,
        minlength=0.5,
        color=panel.theme.faint,
        zorder=2,
    )


def paths(step: LayerMap, mean: Array, variance: Array, layers: int) -> tuple[Array, Array]:
    """Return what ``layers`` layers make of each start, before the first and after each."""
    means, variances = [np.asarray(mean, float)], [np.asarray(variance, float)]
    for _ in range(layers):
        new_mean, new_variance = step(means[-1], variances[-1])
        # a path that left for good stays at its last place; farther out rounding would make up its variance
        near = (np.abs(new_mean) < _FAR) & (new_variance < _FAR**3)
        means.append(np.where(near, new_mean, means[-1]))
        variances.append(np.where(near, new_variance, variances[-1]))
    return np.array(means), np.array(variances)


def draw_paths(panel: Panel, means: Array, variances: Array, *, numbered: int = 0) -> None:
    """Draw paths with a dot for each layer; the first path's first ``numbered`` dots carry the layer's number."""
    theme = panel.theme
    for path in range(means.shape[1]):
        kept = _visible(panel, means[:, path], variances[:, path])
        mean, variance = means[kept, path], variances[kept, path]
        panel.axes.plot(mean, variance, linewidth=0.9, alpha=0.75, color=theme.ink, zorder=4)
        panel.axes.plot(mean, variance, linestyle="none", marker="o", markersize=3.2, color=theme.ink, zorder=5)
        panel.axes.plot(mean[0], variance[0], marker="o", markersize=5, markerfacecolor=theme.background,
                        color=theme.ink, zorder=5)  # fmt: skip
        panel.labels.avoid(*panel.share(mean, variance))
    places = np.column_stack(panel.share(means[: numbered + 1, 0], variances[: numbered + 1, 0]))
    apart = np.hypot(*(np.diff(places, axis=0) * panel.inches).T)
    for layer in range(numbered):
        outside = bool((np.abs(places[layer] - 0.5) > 0.5).any())
        if outside or apart[layer] < _LEGIBLE or (layer and apart[layer - 1] < _LEGIBLE):
            break
        at = [(float(places[layer, 0]), float(places[layer, 1]))]
        panel.labels.write("layer 0" if not layer else f"{layer}", at, theme.ink, gap=6, size=9)


def _visible(panel: Panel, mean: Array, variance: Array) -> list[int]:
    """Return the layers worth a dot: each at least a hair from the last one drawn, none after leaving for good.

    A path that keeps leaping across the panel ends after a few leaps, so that it does not cover everything.
    """
    across, up = panel.share(mean, variance)
    x, y = across * panel.inches[0], up * panel.inches[1]
    kept, length = [0], 0.0
    for layer in range(1, mean.size):
        if not (np.abs(across[layer] - 0.5) < 3 and np.abs(up[layer] - 0.5) < 3):
            break
        leap = float(np.hypot(x[layer] - x[kept[-1]], y[layer] - y[kept[-1]]))
        if leap > _HAIR:
            kept.append(layer)
            length += leap
        if length > 1.5 * sum(panel.inches):
            break
    return kept


def draw_fixed_points(panel: Panel, points: tuple[FixedPoint, ...]) -> None:
    """Mark the fixed points in the window: full where they attract, hollow where they do not."""
    (left, right), (low, high) = panel.window
    theme = panel.theme
    for point in points:
        if left <= point.mean <= right and low <= point.variance <= high:
            attracting = point.kind == "attracting"
            panel.axes.plot(
                [point.mean],
                [point.variance],
                marker="o",
                markersize=10,
                color=theme.second if attracting else theme.background,
                markeredgecolor=theme.ink,
                markeredgewidth=1.4,
                zorder=7,
            )
            text = f"({number(point.mean, 3)}, {number(point.variance, 3)}) {'attracts' if attracting else point.kind}"
            across, up = panel.share(point.mean, point.variance)
            panel.labels.write(text, [(float(across), float(up))], theme.ink, gap=9, fontweight="bold")
