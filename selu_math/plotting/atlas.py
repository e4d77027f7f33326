"""The atlas as a picture: what becomes of mean 0, variance 1 under every (omega, tau), tile by tile."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from selu_math.activations import SELU, Activation, parse_activation
from selu_math.asymptotics import variance_growth
from selu_math.atlas import Atlas
from selu_math.exceptions import InputError, quoted, whole_number
from selu_math.numbers.enclosure import Enclosure
from selu_math.omega_limits import omega_limits
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
    draw_bar,
    draw_theorem,
    name_edge,
    name_regions,
    overlap,
)
from selu_math.plotting.theme import Theme
from selu_math.plotting.theorem import Range
from selu_math.plotting.tiles import MOST, REGIONS, Tiles, draw_tiles, enlarged, swept, text_of

_TILES: Final = 300
_COARSE_TILES: Final = 40
_SIZE: Final = (8.0, 5.75)
_PLANE: Final = (0.082, 0.1, 0.78, 0.79)
_DIGITS: Final = 5


class Mark(NamedTuple):
    """A certified end of attraction on one of the lines tau = 1 and omega = 0."""

    name: str
    omega: float
    tau: float

    @property
    def value(self) -> float:
        """The one that is certified."""
        return self.omega if self.name == "ω" else self.tau


def plot_atlas(
    activation: Activation | None = None,
    *,
    store: Atlas | str | Path | None = None,
    omega: Range = OMEGA,
    tau: Range = TAU,
    tiles: int | None = None,
    proved: bool = False,
    theme: str | Theme = "light",
) -> Picture:
    """Draw an atlas of the plane of weights: the spectral radius where a fixed point attracts, what happens elsewhere.

    Args:
        activation: f, by default SELU, or the store's.
        store: an atlas, or the path of its store, instead of sweeping in float64.  Of a certified one the picture shows
            what is proved, and as radius the upper bound over each tile.
        omega: range of the sum of a unit's weights; not with a store.
        tau: range of the sum of its squared weights, positive; not with a store.
        tiles: how many along each axis; by default 300, and 40 where moments are integrals; not with a store.
        proved: whether the caller has proved Theorem 1, so that its box may be called so.
        theme: ``"light"``, ``"dark"`` or a theme of one's own.

    Raises:
        InputError: for an unknown theme, an empty range, an activation without a text, or a store that cannot be used
            or is another activation's.
    """
    look = Theme.of(theme)
    found = _swept(activation or SELU, omega, tau, tiles) if store is None else _stored(store, activation)
    shown = activation or parse_activation(found.activation)
    name, share = display_name(shown), float(found.attracting.mean())
    marks = certified_ends(shown, found)
    boxed = theorem.speaks_of(shown) and overlap(found.omega, theorem.OMEGA) and overlap(found.tau, theorem.TAU)
    with style(look):
        figure = new_figure(_SIZE)
        axes = figure.add_axes(_PLANE)
        labels = Labels(axes, (_PLANE[2] * _SIZE[0], _PLANE[3] * _SIZE[1]), look)
        edges = bands(found.lowest)
        draw_tiles(axes, found, edges, look)
        axes.set_xlabel(OMEGA_NAME)
        axes.set_ylabel(TAU_NAME)
        if share:
            bar = "spectral radius, at most" if found.certified else "spectral radius"
            draw_bar(figure.add_axes((0.885, _PLANE[1], 0.022, _PLANE[3])), edges, look, bar)
        if boxed:
            draw_theorem(labels, found.omega, found.tau, look, proved=proved)
            _keep_off_theorem(labels, found)
        _draw_marks(labels, found, marks, look, boxed=boxed)
        unnamed = name_regions(
            labels, [(REGIONS[region].names, enlarged(mask)) for region, mask in found.regions.items()], look
        )
        if not found.certified:
            name_edge(labels, found.attracting, look, below=0.3)
        _name_several(labels, found, look)
        what = "where a fixed point attracts" if share else "no attracting fixed point found"
        if found.certified:
            what = "where a fixed point is proved to attract" if share else "no tile proved to attract"
        axes.set_title(f"Atlas of {name}: {what}", pad=21)
        axes.text(
            0, 1.022, _note(found, marks, boxed and proved), transform=axes.transAxes, color=look.muted, fontsize=9
        )
    data: dict[str, Any] = {
        "activation": shown.name,
        "method": "certified" if found.certified else "float",
        "omega": list(found.omega),
        "tau": list(found.tau),
        "tiles": list(found.radius.shape[::-1]),
        "counts": found.counts,
        "attracting_share": share,
        "radius_range": [found.lowest, float(np.nanmax(found.radius))] if share else None,
        "several_fixed_points_share": None if found.certified else float(found.several.mean()),
        "certified_ends": {name: [m.value for m in marks if m.name == name] for name in ("ω", "τ")},
        "theorem_1_box": boxed,
        "theorem_1_proved": boxed and proved,
        "status": "proved" if found.certified else "computed",
    }
    return Picture(figure, _caption(name, found, data, unnamed), data)


def _swept(activation: Activation, omega: Range, tau: Range, tiles: int | None) -> Tiles:
    omega, tau = checked(omega, "omega"), checked(tau, "tau")
    if tiles is None:
        tiles = _TILES if activation.is_closed_form else _COARSE_TILES
    count = whole_number("tiles", tiles, 2, int(MOST**0.5))
    return swept(text_of(activation), omega, tau, count, count)


def _stored(store: Atlas | str | Path, activation: Activation | None) -> Tiles:
    if isinstance(store, Atlas):
        found = Tiles.of(store)
    else:
        with Atlas.open(store) as atlas:
            found = Tiles.of(atlas)
    if activation is not None and activation.name != parse_activation(found.activation).name:
        raise InputError(
            f"the store is an atlas of {quoted(found.activation)}, not of {quoted(activation.name)}; "
            "leave the activation out"
        )
    return found


def certified_ends(activation: Activation, tiles: Tiles) -> list[Mark]:
    """Return the proved ends in the plane: of attraction to (0, 1) at tau = 1, of a kept variance at omega = 0."""
    marks = []
    try:
        limits = omega_limits(activation=activation, digits=_DIGITS)
        marks += [Mark("ω", float(end.omega), 1.0) for end in (limits.lower, limits.upper) if end is not None]
    except InputError:
        pass  # (0, 1) is no attracting fixed point, or the activation has no proved moments
    try:
        growth = variance_growth(activation, digits=_DIGITS)
        low, high = growth.tau_at_zero, growth.tau_at_infinity
        if _below(low, high):
            marks += [Mark("τ", 0.0, float(end)) for end in (low, high) if end is not None]
    except InputError:
        pass
    inside = [tiles.omega[0] < m.omega < tiles.omega[1] and tiles.tau[0] < m.tau < tiles.tau[1] for m in marks]
    return [mark for mark, there in zip(marks, inside, strict=True) if there]


def _below(low: Enclosure | None, high: Enclosure | None) -> bool:
    return low is None or high is None or low.upper < high.lower


def _keep_off_theorem(labels: Labels, found: Tiles) -> None:
    """Keep labels off the outline of Theorem 1's box."""
    shares = [
        (np.array(side) - ends[0]) / (ends[1] - ends[0])
        for side, ends in ((theorem.OMEGA, found.omega), (theorem.TAU, found.tau))
    ]
    labels.avoid(shares[0][[0, 1, 1, 0, 0]], shares[1][[0, 0, 1, 1, 0]])


def _draw_marks(labels: Labels, found: Tiles, marks: list[Mark], look: Theme, *, boxed: bool) -> None:
    """Draw the certified ends and the point where the network is normalised, (omega, tau) = (0, 1)."""
    axes = labels.axes
    (left, right), (low, high) = found.omega, found.tau

    def share(omega: float, tau: float) -> tuple[float, float]:
        return (omega - left) / (right - left), (tau - low) / (high - low)

    for mark in marks:
        axes.plot([mark.omega], [mark.tau], "o", markersize=6.5, color=look.second, markeredgecolor=look.ink, zorder=7)
        across = [(1, 0), (-1, 0)] if mark.omega > 0 else [(-1, 0), (1, 0)]
        beside = across if mark.name == "ω" else [(1, 1), (-1, 1)] if mark.tau > 1 else [(1, -1), (-1, -1)]
        text = f"{mark.name} = {number(mark.value, 4)}"
        labels.write(text, [share(mark.omega, mark.tau)], look.ink, beside=beside, gap=8)
    if left < 0 < right and low < 1 < high:
        axes.plot([0], [1], "+", markersize=9, markeredgewidth=1.8, color=look.ink, zorder=7)
        places = [share(0, 1)]
        if boxed:  # below or above the box where the name does not fit into it
            places += [share(0, theorem.TAU[0]), share(0, theorem.TAU[1])]
        labels.write("(ω, τ) = (0, 1)", places, look.ink, beside=[(0, -1), (0, 1), (-1, 0)], gap=14)


def _name_several(labels: Labels, found: Tiles, look: Theme) -> None:
    """Name the outlined tiles, where there are enough of them to be seen."""
    rows, columns = found.several.shape
    if found.several.sum() < found.several.size / 2000:
        return
    places = [
        (float((c + 0.5) / columns), float((r + 0.5) / rows)) for r, c in zip(*np.nonzero(found.several), strict=True)
    ]
    labels.write(
        "several fixed points", places[:: max(1, len(places) // 60)], look.second, beside=[(1, 0), (-1, 0)], gap=12
    )


def _note(found: Tiles, marks: list[Mark], theorem_1: bool) -> str:
    """Return what is proved and what is not."""
    if found.certified:
        return "proved for every (ω, τ) of a tile; the radius is an upper bound over the tile"
    proved = [*(["the round points"] if marks else []), *(["Theorem 1’s box"] if theorem_1 else [])]
    but = f"; proved: {' and '.join(proved)}" if proved else ""
    return f"tiles judged by their centres in float64{but}"


def _caption(name: str, found: Tiles, data: dict[str, Any], unnamed: list[str]) -> str:
    """Return what to see, in plain words."""
    (left, right), (low, high) = found.omega, found.tau
    columns, rows = data["tiles"]
    sentences = [
        f"{name}: the plane of weights in {columns} by {rows} tiles, ω (sum of a unit's weights) from "
        f"{number(left)} to {number(right)} and τ (sum of their squares) from {number(low)} to {number(high)}."
    ]
    if data["radius_range"]:
        share, least = number(100 * data["attracting_share"], 3), number(data["radius_range"][0], 3)
        told = (
            f"some fixed point is proved to attract for every (ω, τ) of the tile, {share} % of them; the colour is an "
            f"upper bound of the spectral radius there, from {least}."
            if found.certified
            else f"mean 0 and variance 1 settle at an attracting fixed point, {share} % of the tiles; the colour is "
            f"the spectral radius there, from {least}. At the thick line it reaches 1 and attraction ends."
        )
        sentences.append(f"Coloured where {told}")
    else:
        sentences.append(
            "Of no tile is it proved that a fixed point attracts."
            if found.certified
            else "Nowhere in it was an attracting fixed point found."
        )
    sentences.append(_elsewhere(found))
    if missing := data["counts"]["missing"]:
        sentences.append(f"{missing} tiles are not computed yet.")
    if unnamed:
        sentences.append(f"Too small for a name: {', '.join(unnamed)}.")
    if found.several.any():
        sentences.append("Outlined: tiles in which more than one fixed point was found.")
    ends = data["certified_ends"]
    told_ends = [
        f"{symbol} = {' and '.join(number(x, 4) for x in ends[symbol])} ({where})"
        for symbol, where in (("ω", "τ = 1, where (0, 1) stops attracting"), ("τ", "ω = 0"))
        if ends[symbol]
    ]
    if told_ends:
        sentences.append(f"The round points are certified ends: {'; '.join(told_ends)}.")
    if data["theorem_1_box"]:
        proved = ", in which contraction is proved" if data["theorem_1_proved"] else ""
        sentences.append(f"The small box is the range of weights in Theorem 1{proved}.")
    if not found.certified:
        sentences.append("The tiles are judged by their centres in float64; of them nothing is proved.")
    return " ".join(sentences)


def _elsewhere(found: Tiles) -> str:
    """Return what the tiles show that do not attract."""
    if found.certified:
        return (
            "Elsewhere it is proved that some fixed point does not attract (warm, lined) or that there is none in a "
            "large region (cool, dotted), or nothing is (grey)."
        )
    return (
        "Elsewhere the variance, started at (0, 1), grows without bound (warm tint, lined) or shrinks to 0 (cool tint, "
        "dotted)."
    )
