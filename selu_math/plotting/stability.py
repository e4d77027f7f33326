"""The stability picture: for which weights (omega, tau) some fixed point attracts, and how strongly."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes

from selu_math.activations import SELU, Activation
from selu_math.plotting import theorem
from selu_math.plotting.labels import display_name, number
from selu_math.plotting.picture import Picture, new_figure, style
from selu_math.plotting.placing import Labels
from selu_math.plotting.plane import (
    OMEGA,
    OMEGA_NAME,
    TAU,
    TAU_NAME,
    bands,
    checked,
    colours,
    draw_bar,
    draw_theorem,
    name_edge,
    name_regions,
    overlap,
)
from selu_math.plotting.search import Array
from selu_math.plotting.sweep import Sweep, normalised_radius, stability_crossings, sweep
from selu_math.plotting.theme import Theme
from selu_math.plotting.theorem import Range

_COLUMNS, _ROWS = 241, 217
_SIZE: Final = (8.0, 5.75)


def plot_stability(
    activation: Activation = SELU,
    *,
    omega: Range = OMEGA,
    tau: Range = TAU,
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
    omega, tau = checked(omega, "omega"), checked(tau, "tau")
    coarser = 1 if activation.is_closed_form else 2  # quadrature takes its time
    found = sweep(activation, omega, tau, _COLUMNS // coarser, _ROWS // coarser)
    at_normal = normalised_radius(activation, found.omega) if tau[0] <= 1 <= tau[1] else None
    crossings = stability_crossings(activation, omega) if at_normal is not None else ()
    boxed = theorem.speaks_of(activation) and overlap(omega, theorem.OMEGA) and overlap(tau, theorem.TAU)
    share = float(found.attracting.mean())
    with style(look):
        figure = new_figure(_SIZE)
        bottom, height = (0.385, 0.505) if at_normal is not None else (0.1, 0.79)
        axes = figure.add_axes((0.082, bottom, 0.78, height))
        labels = Labels(axes, (0.78 * _SIZE[0], height * _SIZE[1]), look)
        _draw_plane(axes, labels, found, look)
        bar_axes = figure.add_axes((0.885, bottom, 0.022, height))
        if share:
            draw_bar(bar_axes, _bands(found), look)
        else:
            bar_axes.set_axis_off()
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
        edges = _bands(found)
        listed, norm = colours(edges, look)
        axes.contourf(found.omega, found.tau, found.field, levels=edges, cmap=listed, norm=norm, zorder=1)
        if not found.attracting.all():
            axes.contour(found.omega, found.tau, found.field, levels=[1.0], colors=[look.ink], linewidths=2, zorder=3)
    axes.set_xlim(found.omega[0], found.omega[-1])
    axes.set_ylim(found.tau[0], found.tau[-1])
    axes.set_xlabel(OMEGA_NAME)
    axes.set_ylabel(TAU_NAME)


def _draw_labels(labels: Labels, found: Sweep, look: Theme, *, boxed: bool, proved: bool) -> None:
    """Draw Theorem 1's box and name it, the regions and the line 1."""
    if boxed:
        draw_theorem(labels, _ends(found.omega), _ends(found.tau), look, proved=proved)
    regions = [
        (("variance → 0",), (found.trend < 0) & ~found.attracting),
        (("variance grows without bound", "variance grows"), (found.trend > 0) & ~found.attracting),
        (("variance neither settles nor leaves",), (found.trend == 0) & ~found.attracting),
    ]
    name_regions(labels, regions, look)
    name_edge(labels, found.attracting, look)


def _ends(axis: Array) -> Range:
    return float(axis[0]), float(axis[-1])


def _bands(found: Sweep) -> Array:
    return bands(float(np.nanmin(found.radius)) if found.attracting.any() else None)


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
    axes.set_xlabel(OMEGA_NAME)
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
