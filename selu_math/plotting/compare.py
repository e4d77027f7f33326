"""Several activations side by side, each on its own plane of weights.

Small multiples of the atlas rather than curves at omega = 0: along that line none of the means enters, so that curves
would hide how far the sum of the weights may be from 0, by which activations differ most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from selu_math.activations import SELU, Activation, parse_activation
from selu_math.exceptions import InputError, quoted, whole_number
from selu_math.plotting.labels import display_name, number
from selu_math.plotting.picture import Picture, new_figure, style
from selu_math.plotting.plane import OMEGA, OMEGA_NAME, TAU, TAU_NAME, bands, checked, draw_bar
from selu_math.plotting.theme import Theme
from selu_math.plotting.theorem import Range
from selu_math.plotting.tiles import REGIONS, Tiles, draw_tiles, swept, text_of

OTHERS: Final = ("selu", "elu", "relu", "tanh", "gelu")
"""What an activation is compared with."""
_PANELS: Final = 5
_SIZE: Final = (8.0, 5.75)
_TILES, _COARSE_TILES = 100, 40


def plot_compare(
    activation: Activation = SELU,
    *,
    others: Sequence[Activation] | None = None,
    omega: Range = OMEGA,
    tau: Range = TAU,
    tiles: int | None = None,
    theme: str | Theme = "light",
) -> Picture:
    """Draw the atlases of several activations side by side, in one scale of colours.

    Args:
        activation: the first of them.
        others: up to four more; by default SELU, ELU, ReLU, tanh and GELU, as far as there is room.
        omega: range of the sum of a unit's weights.
        tau: range of the sum of its squared weights, positive.
        tiles: how many along each axis; by default 100, and 40 where moments are integrals.
        theme: ``"light"``, ``"dark"`` or a theme of one's own.

    Raises:
        InputError: for an unknown theme, an empty range, too many activations, or one without a text.
    """
    look = Theme.of(theme)
    omega, tau = checked(omega, "omega"), checked(tau, "tau")
    count = None if tiles is None else whole_number("tiles", tiles, 2, 1000)
    chosen = _chosen(activation, others)
    found = [_swept(one, omega, tau, count) for one in chosen]
    lows = [one.lowest for one in found if one.lowest is not None]
    edges = bands(min(lows, default=None))
    with style(look):
        figure = new_figure(_SIZE)
        for n, (one, plane) in enumerate(zip(chosen, found, strict=True)):
            row, column = divmod(n, 3)
            axes = figure.add_axes((0.075 + 0.316 * column, 0.575 - 0.475 * row, 0.27, 0.36))
            draw_tiles(axes, plane, edges, look, line=1.4)
            share = float(plane.attracting.mean())
            where = f"in {number(100 * share, 2)} %" if share else "nowhere"
            axes.set_title(f"{display_name(one)}: attracts {where}", pad=5)
            if not column:
                axes.set_ylabel(TAU_NAME)
            if n + 3 >= len(chosen) or row:
                axes.set_xlabel(OMEGA_NAME)
            if omega[0] < 0 < omega[1] and tau[0] < 1 < tau[1]:
                axes.plot([0], [1], "+", markersize=8, markeredgewidth=1.6, color=look.ink, zorder=7)
        _draw_key(figure.add_axes((0.707, 0.1, 0.27, 0.36)), found, look)
        if lows:
            draw_bar(figure.add_axes((0.72, 0.18, 0.245, 0.028)), edges, look, flat=True)
        figure.text(0.975, 0.03, "computed in float64, not proved", color=look.muted, fontsize=9, ha="right")
    data: dict[str, Any] = {
        "activation": activation.name,
        "omega": list(omega),
        "tau": list(tau),
        "compared": {
            plane.activation: {
                "tiles": list(plane.radius.shape[::-1]),
                "counts": plane.counts,
                "attracting_share": float(plane.attracting.mean()),
                "lowest_radius": plane.lowest,
            }
            for plane in found
        },
        "status": "computed",
    }
    return Picture(figure, _caption(chosen, found), data)


def _chosen(activation: Activation, others: Sequence[Activation] | None) -> list[Activation]:
    """Return the activations to compare, each once."""
    rest = [parse_activation(name) for name in OTHERS] if others is None else list(others)
    named = {one.name: one for one in (activation, *rest)}
    if others is not None and not 2 <= len(named) <= _PANELS:
        listed = quoted(", ".join(named))
        raise InputError(f"2 to {_PANELS} different activations are compared; got {len(named)}: {listed}")
    return list(named.values())[:_PANELS]


def _swept(activation: Activation, omega: Range, tau: Range, tiles: int | None) -> Tiles:
    count = tiles or (_TILES if activation.is_closed_form else _COARSE_TILES)
    return swept(text_of(activation), omega, tau, count, count)


def _draw_key(axes: Axes, found: list[Tiles], look: Theme) -> None:
    """Explain the tints and lines in the cell that no activation takes."""
    axes.set_axis_off()
    there = [name for name in REGIONS if any(name in one.regions and one.regions[name].any() for one in found)]
    handles: list[Patch | Line2D] = [
        Patch(
            facecolor=getattr(look, REGIONS[name].tint),
            edgecolor=look.hatching,
            hatch=REGIONS[name].hatch,
            linewidth=0,
            label=REGIONS[name].names[0],
        )
        for name in there
    ]
    if any(one.attracting.any() for one in found):
        handles.append(Line2D([], [], color=look.ink, linewidth=1.4, label="radius 1"))
    if any(one.several.any() for one in found):
        handles.append(Line2D([], [], color=look.second, linewidth=1.4, label="around several fixed points"))
    handles.append(
        Line2D(
            [], [], color=look.ink, marker="+", markersize=8, markeredgewidth=1.6, linestyle="", label="(ω, τ) = (0, 1)"
        )
    )
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(-0.05, 1.06), frameon=False, borderpad=0)


def _caption(chosen: list[Activation], found: list[Tiles]) -> str:
    """Return what to see, in plain words."""
    shares = ", ".join(
        f"{display_name(one)} {number(100 * float(plane.attracting.mean()), 2)} %"
        for one, plane in zip(chosen, found, strict=True)
    )
    return (
        f"The plane of weights, ω (sum of a unit's weights) against τ (sum of their squares), of {len(chosen)} "
        "activations in one scale of colours: coloured where mean 0 and variance 1 settle at an attracting fixed "
        f"point, by the spectral radius there. So much of each plane does: {shares}. Elsewhere the variance grows "
        "without bound (warm tint, lined) or shrinks to 0 (cool tint, dotted). The cross marks ω = 0, τ = 1. Tiles are "
        "judged by their centres in float64; nothing is proved."
    )
