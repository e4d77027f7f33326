"""The phase portrait: where one layer takes every (mean, variance), and where many layers lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from selu_math.activations import SELU, Activation
from selu_math.layer import MapKind, layer_map
from selu_math.plotting import theorem
from selu_math.plotting.field import (
    Panel,
    checked_region,
    draw_arrows,
    draw_fixed_points,
    draw_growth,
    draw_paths,
    name_nullclines,
    paths,
    widened,
)
from selu_math.plotting.labels import display_name, number, weights_text
from selu_math.plotting.picture import Picture, new_figure, style
from selu_math.plotting.search import Array, FixedPoint, LayerMap, Window, fixed_points
from selu_math.plotting.theme import Theme

_WINDOW: Final[Window] = ((-1.0, 1.0), (0.02, 16.0))
_SEARCHED: Final[Window] = ((-20.0, 20.0), (1e-3, 1e3))
_CLOSE: Final[Window] = ((-0.13, 0.13), (0.71, 1.6))
_STARTS: Final = ((0.06, 0.1), (0.97, 0.16), (0.03, 0.93), (0.97, 0.84), (0.03, 0.5), (0.97, 0.5))
_LAYERS: Final = 60
_LAYERS_FOLLOWED: Final = 400
_GRID: Final = 9
_CLOSE_TITLES: Final = {True: "Close-up: Theorem 1’s box", False: "Close-up of the fixed point"}


def plot_phase(
    activation: Activation = SELU,
    *,
    omega: float = 0.0,
    tau: float = 1.0,
    kind: str = "paper",
    region: Window | None = None,
    image: Window | None = None,
    theme: str | Theme = "light",
) -> Picture:
    """Draw the phase portrait of the layer map in the plane of mean and variance.

    Args:
        activation: f.
        omega: sum of a unit's weights.
        tau: sum of a unit's squared weights, positive.
        kind: ``"paper"`` or ``"mean-field"``.
        region: ranges of mean and variance to show; by default wide enough for the attracting fixed points, with a
            close-up of Theorem 1's box, or of the fixed point where the theorem does not apply.
        image: ranges of mean and variance that the caller has certified to hold the image of Theorem 1's box.
        theme: ``"light"``, ``"dark"`` or a theme of one's own.

    Raises:
        InputError: for an unknown kind or theme, weights that are not accepted, or an empty region.
    """
    look, which = Theme.of(theme), MapKind.of(kind)
    layer_map(0.0, 1.0, omega=omega, tau=tau, activation=activation, kind=kind)  # refuses bad weights
    step = LayerMap(activation, float(omega), float(tau), which)
    region, image = (None if box is None else checked_region(box) for box in (region, image))
    points = fixed_points(step, region or _SEARCHED)
    boxed = theorem.speaks_of(activation, which) and theorem.covers(omega, tau)
    windows = [widened(_WINDOW, points) if region is None else region]
    if region is None and (close := _close_up(points, boxed)):
        windows.append(close)
    told = _Told(_outcome(step, windows[0], points), boxed, boxed and image is not None)
    weights = weights_text(omega, tau, which)
    with style(look):
        figure = new_figure()
        width, height = figure.get_size_inches()
        places = [(0.085, 0.39), (0.59, 0.39)] if len(windows) > 1 else [(0.085, 0.89)]
        for i, ((left, share), window) in enumerate(zip(places, windows, strict=True)):
            axes = figure.add_axes((left, 0.115, share, 0.8))
            panel = Panel(axes, window, (share * float(width), 0.8 * float(height)), look)
            nullclines = draw_growth(panel, step)
            draw_arrows(panel, step)
            if boxed:
                last = i == len(windows) - 1
                _draw_theorem(panel, image if last else None, named=last)
            starts = _corners() if boxed and i else panel.at(*np.array(_STARTS).T)
            draw_paths(panel, *paths(step, *starts, _LAYERS), numbered=0 if i else 5)
            draw_fixed_points(panel, points)
            name_nullclines(panel, nullclines)
            axes.set_title(_title(activation, weights, points, told) if not i else _CLOSE_TITLES[boxed])
    data: dict[str, Any] = {
        "activation": activation.name,
        "omega": float(omega),
        "tau": float(tau),
        "kind": which.value,
        "region": [list(side) for side in windows[0]],
        "fixed_points": [point.as_json() for point in points],
        "starts": told.counts,
        "theorem_1_box": boxed,
        "image": [list(side) for side in image] if image else None,
        "status": "computed",
    }
    return Picture(figure, _caption(activation, weights, points, told), data)


@dataclass(frozen=True)
class _Told:
    """What title and caption speak of besides the fixed points."""

    counts: dict[str, int]
    boxed: bool
    image: bool


def _title(activation: Activation, weights: str, points: tuple[FixedPoint, ...], told: _Told) -> str:
    head = f"{display_name(activation)}, {weights}"
    if points:
        return head
    total = sum(told.counts.values())
    common = next((_FATES[name] for name, n in told.counts.items() if n == total), "differ")
    return f"{head}: no isolated fixed point found; paths {common}"


def _close_up(points: tuple[FixedPoint, ...], boxed: bool) -> Window | None:
    """Return the close-up's window: Theorem 1's box, else around the attracting fixed point, if there is one."""
    if boxed:
        return _CLOSE
    point = next((p for p in points if p.kind == "attracting"), None)
    if point is None:
        return None
    reach = 0.4 * point.variance**0.5
    return (point.mean - reach, point.mean + reach), (0.6 * point.variance, 1.6 * point.variance)


def _corners() -> tuple[Array, Array]:
    """Return the corners of Theorem 1's box as starts."""
    mean, variance = np.meshgrid(theorem.MEAN, theorem.VARIANCE)
    return mean.ravel(), variance.ravel()


def _draw_theorem(panel: Panel, image: Window | None, *, named: bool) -> None:
    """Draw Theorem 1's box and, where given, the certified box of its image."""
    boxes: list[tuple[Window, str]] = [((theorem.MEAN, theorem.VARIANCE), "Theorem 1’s box")]
    if image:
        boxes.append((image, "image, certified"))
    for i, ((mean, variance), text) in enumerate(boxes):
        theorem.draw_box(panel.axes, mean, variance, panel.theme.third, dashed=i > 0)
        across, up = panel.share(np.array(mean)[[0, 1, 1, 0, 0]], np.array(variance)[[0, 0, 1, 1, 0]])
        panel.labels.avoid(across, up)
        if named:
            corners = [(float(across[0]), float(up[2])), (float(across[0]), float(up[0]))]
            beside = [(1, 1), (1, -1)] if not i else [(1, -1), (1, 1)]
            panel.labels.write(text, corners, panel.theme.third, beside=beside, gap=5)


def _outcome(step: LayerMap, window: Window, points: tuple[FixedPoint, ...]) -> dict[str, int]:
    """Count where paths from a grid of starts in the window go."""
    (left, right), (low, high) = window
    mean, variance = np.meshgrid(np.linspace(left, right, _GRID), np.geomspace(low, high, _GRID))
    means, variances = paths(step, mean, variance, _LAYERS_FOLLOWED)
    beyond = step(means[-1], variances[-1])[1]
    settled = np.zeros(mean.shape, bool)
    for point in (p for p in points if p.kind == "attracting"):
        distance = np.hypot(means - point.mean, np.log(variances / point.variance))
        # near, or where convergence is slow still on the way
        settled |= (distance[-1] < 1e-3) | (distance[-1] < 0.8 * distance[-_LAYERS_FOLLOWED // 2])
    falling = ~settled & ((variances[-1] < 1e-9) | (beyond < 0.9999 * variances[-1]))
    growing = ~settled & ~falling & (beyond > 1.0001 * variances[-1])
    counts = {"settle": settled, "variance_to_0": falling, "variance_grows": growing}
    counts["other"] = ~(settled | falling | growing)
    return {name: int(chosen.sum()) for name, chosen in counts.items()}


_FATES: Final = {
    "settle": "settle at an attracting fixed point",
    "variance_to_0": "shrink towards variance 0",
    "variance_grows": "grow without bound",
    "other": "neither settle, shrink nor grow",
}


def _fate(counts: dict[str, int]) -> str:
    """Return in words where the paths go."""
    total = sum(counts.values())
    told = [f"{'all' if n == total else n} {_FATES[name]}" for name, n in counts.items() if n]
    return f"of {total} starts spread over the window, {', '.join(told)}"


def _caption(activation: Activation, weights: str, points: tuple[FixedPoint, ...], told: _Told) -> str:
    """Return what to see, in plain words."""
    sentences = [
        f"Phase portrait of {display_name(activation)} ({weights}): what one layer does to mean μ and variance ν. "
        "Arrows point where one layer leads (drawn shorter than the step, length by its square root); connected dots "
        "are paths, one dot for each layer from the hollow start. "
        "In the warm tint the variance grows, in the cool one it falls; the curves are where mean (μ̃ = μ) and "
        "variance (ν̃ = ν) stay as they are, and fixed points lie where they cross."
    ]
    for point in points:
        what = (
            "attracts" if point.kind == "attracting" else f"is {'a saddle' if point.kind == 'saddle' else 'repelling'}"
        )
        sentences.append(
            f"({number(point.mean, 4)}, {number(point.variance, 4)}) {what}: spectral radius {number(point.radius)}."
        )
    if not points:
        sentences.append("No isolated fixed point with positive variance was found.")
    sentences.append(f"{_fate(told.counts).capitalize()} (computed in float64, {_LAYERS_FOLLOWED} layers).")
    if told.boxed:
        sentences.append("The solid green box is the region of Theorem 1.")
    if told.image:
        sentences.append("The dashed box inside it is certified to hold its image after one layer.")
    return " ".join(sentences)
