"""The stability picture: for which weights (omega, tau) some fixed point attracts, and how strongly."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt, minimum_filter

from selu_math.activations import SELU, Activation
from selu_math.exceptions import InputError, quoted
from selu_math.plotting import theorem
from selu_math.plotting.labels import display_name, number
from selu_math.plotting.picture import Picture, new_figure, style
from selu_math.plotting.placing import Labels, Place
from selu_math.plotting.search import Array
from selu_math.plotting.sweep import Sweep, normalised_radius, stability_crossings, sweep
from selu_math.plotting.theme import Theme
from selu_math.plotting.theorem import Range

_OMEGA: Final[Range] = (-1.5, 1.5)
_TAU: Final[Range] = (0.3, 3.0)
_COLUMNS, _ROWS = 241, 217
_SIZE: Final = (8.0, 5.75)
_STEPS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_MOST_BANDS: Final = 7


def plot_stability(
    activation: Activation = SELU,
    *,
    omega: Range = _OMEGA,
    tau: Range = _TAU,
    proved: bool = False,
    theme: str | Theme = "light",
) -> Picture:
    """Draw the spectral radius at the attracting fixed point over the plane of weights (paper's map).

    Args:
        activation: f.
        omega: range of the sum of a unit's weights.
        tau: range of the sum of its squared weights, positive.
        proved: whether the caller has proved Theorem 1, so that its box may be called so.
        theme: ``"light"``, ``"dark"`` or a theme of one's own.

    Raises:
        InputError: for an unknown theme or an empty range.
    """
    look = Theme.of(theme)
    omega, tau = _checked(omega, "omega"), _checked(tau, "tau")
    coarser = 1 if activation.is_closed_form else 2  # quadrature takes its time
    found = sweep(activation, omega, tau, _COLUMNS // coarser, _ROWS // coarser)
    at_normal = normalised_radius(activation, found.omega) if tau[0] <= 1 <= tau[1] else None
    crossings = stability_crossings(activation, omega) if at_normal is not None else ()
    boxed = theorem.speaks_of(activation) and _overlap(omega, theorem.OMEGA) and _overlap(tau, theorem.TAU)
    share = float(found.attracting.mean())
    with style(look):
        figure = new_figure(_SIZE)
        bottom, height = (0.385, 0.505) if at_normal is not None else (0.1, 0.79)
        axes = figure.add_axes((0.082, bottom, 0.78, height))
        labels = Labels(axes, (0.78 * _SIZE[0], height * _SIZE[1]), look)
        _draw_plane(axes, labels, found, look)
        bar_axes = figure.add_axes((0.885, bottom, 0.022, height))
        _draw_bar(bar_axes, found, look)
        if at_normal is not None:
            axes.axhline(1.0, color=look.ink, linewidth=1, linestyle=(0, (1, 2)), zorder=4)
            strip = figure.add_axes((0.082, 0.085, 0.78, 0.16))
            _draw_strip(strip, axes, found.omega, at_normal, crossings, look)
        _draw_labels(labels, found, look, boxed=boxed, proved=proved)
        note = ", except Theorem 1’s box" if boxed and proved else ""
        what = "spectral radius at the attracting fixed point" if share else "no attracting fixed point found"
        axes.set_title(f"{display_name(activation)}: {what}", pad=21)
        axes.text(
            0, 1.022, f"computed in float64, not proved{note}", transform=axes.transAxes, color=look.muted, fontsize=9
        )
    data: dict[str, Any] = {
        "activation": activation.name,
        "omega": list(omega),
        "tau": list(tau),
        "grid": [_COLUMNS, _ROWS],
        "attracting_share": share,
        "radius_range": [float(np.nanmin(found.radius)), float(np.nanmax(found.radius))] if share else None,
        "variance_grows_share": float((found.trend > 0).mean()),
        "variance_to_0_share": float((found.trend < 0).mean()),
        "normalised_point": None
        if at_normal is None
        else {"radius_at_omega_0": _at_zero(activation), "critical_omega": list(crossings)},
        "theorem_1_box": boxed,
        "theorem_1_proved": boxed and proved,
        "status": "computed",
    }
    return Picture(figure, _caption(activation, data), data)


def _at_zero(activation: Activation) -> float | None:
    radius = normalised_radius(activation, np.zeros(1))
    return None if radius is None else float(radius[0])


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _checked(given: Range, name: str) -> Range:
    """Return the range, or raise where it is none."""
    try:
        low, high = (float(end) for end in given)
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high and (name != "tau" or low > 0)):
        positive = ", above 0" if name == "tau" else ""
        raise InputError(
            f"the range of {name} needs two finite numbers, the lower first{positive}; got {quoted(given)}"
        )
    return low, high


def _bands(found: Sweep) -> Array:
    """Return the edges of the colour bands, up to 1."""
    low = float(np.nanmin(found.radius)) if found.attracting.any() else 0.7
    step = next((step for step in _STEPS if (1 - low) / step <= _MOST_BANDS), _STEPS[-1])
    count = max(1, int(np.ceil(round((1 - low) / step, 9))))
    return np.round(1 - step * np.arange(count, -1, -1), 9)


def _colours(bands: Array, look: Theme) -> tuple[ListedColormap, BoundaryNorm]:
    # the darkest end of the map would drown in a dark background
    start = 0.12 if look.name == "light" else 0.22
    listed = ListedColormap(list(colormaps[look.colormap](np.linspace(start, 1.0, len(bands) - 1))))
    return listed, BoundaryNorm(bands, len(bands) - 1)


def _draw_plane(axes: Axes, labels: Labels, found: Sweep, look: Theme) -> None:
    """Draw the bands of the radius, the line 1, and outside of it the regions of growing and shrinking variance."""
    axes.set_facecolor(look.neither)
    if (found.trend < 0).any():
        axes.contourf(found.omega, found.tau, found.trend, levels=[-10.0, 0.0], colors=[look.shrinking], zorder=0)
    if (found.trend > 0).any():
        axes.contourf(found.omega, found.tau, found.trend, levels=[0.0, 10.0], colors=[look.growing], zorder=0)
    if (found.trend < 0).any() and (found.trend > 0).any():
        between = np.where(found.attracting, np.nan, found.trend)
        axes.contour(found.omega, found.tau, between, levels=[0.0], colors=[look.faint], linewidths=1, zorder=1)
    if found.attracting.any():
        bands = _bands(found)
        colours, norm = _colours(bands, look)
        axes.contourf(found.omega, found.tau, found.field, levels=bands, cmap=colours, norm=norm, zorder=1)
        if not found.attracting.all():
            axes.contour(found.omega, found.tau, found.field, levels=[1.0], colors=[look.ink], linewidths=2, zorder=3)
    axes.set_xlim(found.omega[0], found.omega[-1])
    axes.set_ylim(found.tau[0], found.tau[-1])
    axes.set_xlabel("sum of weights ω")
    axes.set_ylabel("sum of squared weights τ")


def _shares(found: Sweep, omega: ArrayLike, tau: ArrayLike) -> tuple[Array, Array]:
    """Return the place of weights as shares of the plane's width and height."""
    across, up = found.omega, found.tau
    return (
        (np.asarray(omega) - across[0]) / (across[-1] - across[0]),
        (np.asarray(tau) - up[0]) / (up[-1] - up[0]),
    )


def _draw_bar(axes: Axes, found: Sweep, look: Theme) -> None:
    """Draw the scale of the bands."""
    if not found.attracting.any():
        axes.set_axis_off()
        return
    bands = _bands(found)
    colours, norm = _colours(bands, look)
    figure = axes.figure
    bar = figure.colorbar(ScalarMappable(norm=norm, cmap=colours), cax=axes, ticks=bands)
    bar.ax.set_yticklabels([f"{band:g}" for band in bands])
    bar.outline.set_edgecolor(look.muted)
    bar.set_label("spectral radius")


def _draw_labels(labels: Labels, found: Sweep, look: Theme, *, boxed: bool, proved: bool) -> None:
    """Draw Theorem 1's box and name it, the regions and the line 1."""
    if boxed:
        theorem.draw_box(labels.axes, theorem.OMEGA, theorem.TAU, look.ink, width=2)
        name = "Theorem 1: proved" if proved else "Theorem 1’s box"
        right, top = (float(x) for x in _shares(found, theorem.OMEGA[1], theorem.TAU[1]))
        if 0 <= right <= 1 and 0 <= top <= 1:
            labels.write(name, [(right, top)], look.ink, beside=[(1, 1)], gap=4, fontweight="bold")
    regions = (
        ("variance → 0", (found.trend < 0) & ~found.attracting),
        ("variance grows without bound", (found.trend > 0) & ~found.attracting),
        ("variance neither settles nor leaves", (found.trend == 0) & ~found.attracting),
    )
    for text, region in regions:
        for line in (text, text.replace(" without bound", "")):
            if place := _middle(region, line, labels.inches):
                labels.write(line, [place], look.ink, beside=[(0, 0)])
                break
    _name_edge(labels, found, look)


def _name_edge(labels: Labels, found: Sweep, look: Theme) -> None:
    """Name the line at 1 on its right side, from the top down where other labels leave room."""
    rows, columns = found.attracting.shape
    edge = found.attracting[:, :-1] & ~found.attracting[:, 1:]
    places = [(float(c / (columns - 1)), float(r / (rows - 1))) for r, c in zip(*np.nonzero(edge[::-1]), strict=True)]
    places = [(across, 1 - down) for across, down in places if down > 0.06]
    labels.write("radius 1", places[:: max(1, len(places) // 24)], look.ink, beside=[(1, 0)], gap=9)


def _middle(region: NDArray[np.bool_], text: str, inches: tuple[float, float]) -> Place | None:
    """Return the place farthest inside a region at which the text fits into it, if there is one."""
    rows, columns = region.shape
    width, height = 0.083 * len(text) / inches[0] * columns, 0.25 / inches[1] * rows
    fits = minimum_filter(region, size=(int(height), int(width)), mode="constant", cval=False)
    if not fits.any():
        return None
    depth = np.where(fits, distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1], -1.0)
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return (float(column / (columns - 1)), float(row / (rows - 1)))


def _draw_strip(
    axes: Axes, plane: Axes, omega: Array, radius: Array, crossings: tuple[float, ...], look: Theme
) -> None:
    """Draw the radius at (0, 1) along tau = 1, under the plane and on its omega axis."""
    axes.plot(omega, radius, color=look.first, linewidth=2, zorder=3)
    axes.axhline(1.0, color=look.ink, linewidth=1, zorder=2)
    axes.fill_between(omega, radius, 1.0, where=(radius < 1).tolist(), color=look.first, alpha=0.15, linewidth=0)
    for at in crossings:
        for where, level in ((axes, 1.0), (plane, 1.0)):
            where.plot([at], [level], marker="o", markersize=6, color=look.second, markeredgecolor=look.ink, zorder=7)
        axes.annotate(f"ω = {number(at, 4)}", (at, 1.0), (-8 if at > 0 else 8, 5), textcoords="offset points",
                      ha="right" if at > 0 else "left", va="bottom", color=look.second)  # fmt: skip
    axes.set_xlim(omega[0], omega[-1])
    low, high = float(radius.min()), float(radius.max())
    axes.set_ylim(low - 0.08 * (high - low), high + 0.05 * (high - low))
    axes.set_xlabel("sum of weights ω")
    axes.set_ylabel("radius")
    axes.set_title(
        "Along τ = 1 (dotted above) the point (0, 1) stays fixed; it attracts where the radius is below 1", fontsize=9.5
    )


def _caption(activation: Activation, data: dict[str, Any]) -> str:
    """Return what to see, in plain words."""
    low, high = data["omega"], data["tau"]
    sentences = [
        f"{display_name(activation)}: the plane of weights, ω (sum of a unit's weights, {number(low[0])} to "
        f"{number(low[1])}) and τ (sum of their squares, {number(high[0])} to {number(high[1])})."
    ]
    if data["radius_range"]:
        share, least = number(100 * data["attracting_share"], 3), number(data["radius_range"][0], 3)
        sentences.append(
            f"Coloured where a fixed point of mean and variance attracts, {share} % of the plane; the colour is the "
            f"spectral radius there, from {least}: the smaller, the faster a disturbance dies out. At the thick "
            "line it reaches 1 and attraction ends."
        )
    else:
        sentences.append("No attracting fixed point with positive variance was found anywhere in it.")
    sentences.append(
        "Elsewhere the variance, started at (0, 1), grows without bound (warm tint) or shrinks to 0 (cool tint)."
    )
    point = data["normalised_point"]
    if point:
        where = " and ".join(number(x, 4) for x in point["critical_omega"])
        sentences.append(
            "Below, the radius at (0, 1) along τ = 1, where that point stays fixed for every ω: "
            f"{number(point['radius_at_omega_0'])} at ω = 0" + (f", and it passes 1 at ω = {where}." if where else ".")
        )
    if data["theorem_1_proved"]:
        sentences.append("Inside Theorem 1's box contraction is proved; all else is computed in float64, not proved.")
    else:
        box = "The small box is the range of weights in Theorem 1. " if data["theorem_1_box"] else ""
        sentences.append(f"{box}Everything is computed in float64, not proved.")
    return " ".join(sentences)
