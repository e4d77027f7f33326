"""The basins: which fixed point each mean and variance comes near, and after how many layers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
from matplotlib.colors import to_rgb

from selu_math.activations import SELU, Activation
from selu_math.basins import BasinFate
from selu_math.exceptions import whole_number
from selu_math.layer import MAX_LAYERS, MapKind, layer_map
from selu_math.plotting.field import Panel, checked_region, draw_fixed_points, widened
from selu_math.plotting.labels import counted, display_name, number, weights_text
from selu_math.plotting.picture import Picture, new_figure, style
from selu_math.plotting.plane import colours, draw_bar, name_regions, one_number
from selu_math.plotting.search import Array, FixedPoint, LayerMap, Window, fixed_points
from selu_math.plotting.settling import EPSILON, Settled, settle
from selu_math.plotting.theme import Theme
from selu_math.plotting.tiles import REGIONS, Region, draw_hatching

_WINDOW: Final[Window] = ((-2.0, 2.0), (0.01, 100.0))
_SEARCHED: Final[Window] = ((-20.0, 20.0), (1e-3, 1e3))
_OMEGA: Final = 0.8
_GRID, _COARSE_GRID = 200, 64
_MOST: Final = 2000
_SIZE: Final = (8.0, 5.75)
_PLANE: Final = (0.082, 0.1, 0.78, 0.79)
_MOST_BANDS: Final = 12
_TARGET_HATCHES: Final = ("", "\\\\", "--", "||", "++")


def plot_basin(
    activation: Activation = SELU,
    *,
    omega: float | None = None,
    tau: float = 1.0,
    kind: str = "paper",
    region: Window | None = None,
    layers: int = 300,
    grid: int | None = None,
    theme: str | Theme = "light",
) -> Picture:
    """Draw after how many layers means and variances come near the fixed point they go to, and which go to none.

    Args:
        activation: f.
        omega: sum of a unit's weights; by default 0.8, where a saddle bounds the basin under SELU, and 0 in the
            mean-field map, which has none.
        tau: sum of a unit's squared weights, positive.
        kind: ``"paper"`` or ``"mean-field"``.
        region: ranges of mean and variance to start from.
        layers: where starts are given up.
        grid: starts along each side; by default 200, and 64 where moments are integrals.
        theme: ``"light"``, ``"dark"`` or a theme of one's own.

    Raises:
        InputError: for an unknown kind or theme, weights that are not accepted, an empty region, or numbers out of
            range.
    """
    look, which = Theme.of(theme), MapKind.of(kind)
    if omega is None:
        omega = 0.0 if which is MapKind.MEAN_FIELD else _OMEGA
    omega, tau = one_number(omega, "omega"), one_number(tau, "tau")
    layer_map(0.0, 1.0, omega=omega, tau=tau, activation=activation, kind=kind)  # refuses bad weights
    layers = whole_number("layers", layers, 1, MAX_LAYERS)
    if grid is None:
        grid = _GRID if activation.is_closed_form else _COARSE_GRID
    grid = whole_number("grid", grid, 2, _MOST)
    step = LayerMap(activation, omega, tau, which)
    region = None if region is None else checked_region(region)
    points = _found(step, region)
    goals = [point for point in points if point.kind == "attracting"]
    window = widened(_WINDOW, points) if region is None else region
    weights = weights_text(omega, tau, which)
    with style(look):
        figure = new_figure(_SIZE)
        axes = figure.add_axes(_PLANE)
        panel = Panel(axes, window, (_PLANE[2] * _SIZE[0], _PLANE[3] * _SIZE[1]), look)
        settled = _settled(step, tuple(goals), window, panel.logarithmic, grid, layers)
        regions = _regions(settled, layers)
        edges = layer_bands(settled.layers)
        _draw(panel, settled, goals, regions, edges)
        if edges is not None:
            label = f"layers until within {EPSILON:g} of the fixed point"
            draw_bar(figure.add_axes((0.885, _PLANE[1], 0.022, _PLANE[3])), edges, look, label)
        draw_fixed_points(panel, points)
        names = [
            *((region.names, mask) for region, mask in regions),
            *(((f"to {_place(goal)}",), settled.to == n) for n, goal in enumerate(goals) if len(goals) > 1),
        ]
        unnamed = name_regions(panel.labels, names, look)
        axes.set_title(f"{display_name(activation)}, {weights}: {_what(goals, settled)}", pad=21)
        note = f"computed in float64 from {grid} by {grid} starts: sampled, not proved"
        axes.text(0, 1.022, note, transform=axes.transAxes, color=look.muted, fontsize=9)
    data: dict[str, Any] = {
        "activation": activation.name,
        "omega": omega,
        "tau": tau,
        "kind": which.value,
        "region": [list(side) for side in window],
        "grid": [grid, grid],
        "epsilon": EPSILON,
        "max_layers": layers,
        "fixed_points": [point.as_json() for point in points],
        "basins": [
            {
                "mean": goal.mean,
                "variance": goal.variance,
                "share": float((settled.to == n).mean()),
                "most_layers": int(settled.layers[settled.to == n].max(initial=-1)),
            }
            for n, goal in enumerate(goals)
        ],
        "counts": settled.counts,
        "status": "computed",
    }
    return Picture(figure, _caption(display_name(activation), weights, data, unnamed), data)


def _found(step: LayerMap, region: Window | None) -> tuple[FixedPoint, ...]:
    """Return the fixed points of the usual search, and those in the region."""
    (left, right), (low, high) = region or _SEARCHED
    (a, b), (c, d) = _SEARCHED
    return fixed_points(step, ((min(left, a), max(right, b)), (min(low, c), max(high, d))))


@lru_cache(maxsize=16)
def _settled(
    step: LayerMap, goals: tuple[FixedPoint, ...], window: Window, logarithmic: bool, grid: int, layers: int
) -> Settled:
    """Follow a grid of starts, evenly spaced as drawn; kept for the same picture in another theme."""
    (left, right), (low, high) = window
    across = (np.arange(grid) + 0.5) / grid
    variances = low * (high / low) ** across if logarithmic else low + (high - low) * across
    mean, variance = np.meshgrid(left + (right - left) * across, variances)
    return settle(step, goals, mean, variance, layers)


def _regions(settled: Settled, layers: int) -> list[tuple[Region, Any]]:
    """Return the starts that came near no fixed point, by what became of them."""
    given_up = f"not settled after {counted(layers, 'layer')}"
    shown = {
        BasinFate.GROWS: REGIONS["grows"],
        BasinFate.DIES: REGIONS["dies"],
        BasinFate.ELSEWHERE: Region(("rests elsewhere or cycles", "elsewhere"), "neither"),
        BasinFate.UNDECIDED: Region((given_up, "not settled"), "background", "xx"),
    }
    masks = [(region, settled.fate == fate) for fate, region in shown.items()]
    return [(region, mask) for region, mask in masks if mask.any()]


def layer_bands(layers: Any) -> Array | None:
    """Return the edges of the colour bands for numbers of layers, round numbers; None where there are none (all -1)."""
    reached = layers[layers >= 0]
    if not reached.size:
        return None
    low, high = int(reached.min()), int(reached.max())
    steps = (digit * 10**power for power in range(7) for digit in (1, 2, 5))
    step = next(step for step in steps if high // step - low // step < _MOST_BANDS)
    edges: Array = step * np.arange(low // step, high // step + 2, dtype=float)
    return edges


def _draw(
    panel: Panel, settled: Settled, goals: list[FixedPoint], regions: list[tuple[Region, Any]], edges: Array | None
) -> None:
    """Draw the layers in bands of colour, the tints of the regions, and the lines between basins."""
    axes, look = panel.axes, panel.theme
    rows, columns = settled.to.shape
    shown: Any = np.empty((rows, columns, 3))
    if edges is not None:
        listed, norm = colours(edges, look)
        shown[:] = listed(norm(np.maximum(settled.layers, edges[0])))[..., :3]
    for region, mask in regions:
        shown[mask] = to_rgb(getattr(look, region.tint))
    (left, right), (low, high) = panel.window
    # on the page, where starts are evenly spaced: in data's units rows would be taken as evenly spaced variances
    axes.imshow(
        np.round(shown * 255).astype(np.uint8),
        extent=(0, 1, 0, 1),
        transform=axes.transAxes,
        origin="lower",
        interpolation="none",
        zorder=0,
    )
    axes.set_aspect("auto")
    ends = [np.concatenate([[0.0], (np.arange(n) + 0.5) / n, [1.0]]) for n in (columns, rows)]
    mean, variance = panel.at(*ends)
    hatched = [(region.hatch, mask, look.hatching) for region, mask in regions]
    hatched += [(_hatch(n), settled.to == n, look.background) for n in range(len(goals))]
    for hatch, mask, colour in hatched:
        if hatch and mask.any():
            draw_hatching(axes, mean, variance, np.pad(mask.astype(float), 1, mode="edge"), hatch, colour)
    undecided = settled.fate == BasinFate.UNDECIDED
    for n in range(len(goals)):
        inside = settled.to == n
        if inside.any() and not (inside | undecided).all():
            # where paths were given up, a basin need not end
            field = np.pad(np.where(undecided, np.nan, inside), 1, mode="edge")
            line = axes.contour(mean, variance, field, levels=[0.5], colors=[look.ink], linewidths=2, zorder=3)
            for path in line.get_paths():
                vertices = np.asarray(path.vertices)
                breaks = np.flatnonzero(np.asarray(path.codes) == path.MOVETO)[1:]
                for piece in np.split(vertices, breaks):
                    panel.labels.avoid(*panel.share(piece[:, 0], piece[:, 1]))
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def _hatch(n: int) -> str:
    """Return what tells the basin of one fixed point from another's in the same colours."""
    return _TARGET_HATCHES[n % len(_TARGET_HATCHES)]


def _place(point: FixedPoint) -> str:
    return f"({number(point.mean, 3)}, {number(point.variance, 3)})"


def _what(goals: list[FixedPoint], settled: Settled) -> str:
    if (settled.to >= 0).any():
        return "layers until a start settles" if len(goals) == 1 else "where starts settle, and after how many layers"
    return "no start settles at a fixed point"


_FATES: Final = {
    "grows": "grow without bound (warm tint, lined)",
    "dies": "shrink towards variance 0 (cool tint, dotted)",
    "elsewhere": "come to rest elsewhere, to rounding, or cycle (grey)",
    "undecided": "have not settled after {} (crossed)",
}


def _caption(name: str, weights: str, data: dict[str, Any], unnamed: list[str]) -> str:
    """Return what to see, in plain words."""
    (left, right), (low, high) = data["region"]
    total = sum(data["counts"].values())

    def share(count: float) -> str:
        return f"{number(100 * count, 3)} %"

    sentences = [
        f"{name} ({weights}): what becomes of means μ from {number(left)} to {number(right)} and variances ν from "
        f"{number(low)} to {number(high)} in a deep network."
    ]
    for basin in data["basins"]:
        at = f"({number(basin['mean'], 4)}, {number(basin['variance'], 4)})"
        most = f", in at most {counted(basin['most_layers'], 'layer')}" if basin["share"] else ""
        sentences.append(f"{share(basin['share'])} of the starts come within {EPSILON:g} of {at}{most}.")
    if data["basins"]:
        sentences.append(
            "The colour is the number of layers; near means within that many deviations and parts of the variance."
        )
        if len(data["basins"]) > 1:
            sentences.append("Hatching tells the basins apart.")
    else:
        sentences.append("No attracting fixed point was found.")
    sentences += [
        f"{share(data['counts'][fate] / total)} {text.format(counted(data['max_layers'], 'layer'))}."
        for fate, text in _FATES.items()
        if data["counts"][fate]
    ]
    others = [p for p in data["fixed_points"] if p["kind"] != "attracting"]
    sentences += [f"({number(p['mean'], 4)}, {number(p['variance'], 4)}) is {_article(p['kind'])}." for p in others]
    if unnamed:
        sentences.append(f"Too small for a name: {', '.join(unnamed)}.")
    columns, rows = data["grid"]
    sentences.append(f"Sampled from {columns} by {rows} starts in float64; nothing is proved.")
    return " ".join(sentences)


def _article(kind: str) -> str:
    return "a saddle" if kind == "saddle" else kind
