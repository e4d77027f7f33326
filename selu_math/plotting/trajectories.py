"""Trajectories: mean and variance layer by layer, from several starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from selu_math.activations import SELU, Activation
from selu_math.exceptions import InputError, quoted, whole_number
from selu_math.layer import MapKind, Statistics, layer_map
from selu_math.moments import as_parameters
from selu_math.plotting import theorem
from selu_math.plotting.labels import counted, display_name, number, weights_text
from selu_math.plotting.picture import Picture, new_figure, style
from selu_math.plotting.plane import checked, one_number
from selu_math.plotting.search import Array, FixedPoint, LayerMap, fixed_points
from selu_math.plotting.settling import EPSILON, Settled, settle
from selu_math.plotting.theme import Theme
from selu_math.plotting.theorem import Range

STARTS: Final = tuple((mean, variance) for mean in (-1.0, 1.0) for variance in (0.05, 1.0, 20.0))
_SEARCHED: Final = ((-20.0, 20.0), (1e-3, 1e3))
_OMEGA: Final = 0.1
_MOST: Final = 10_000
_MOST_STARTS: Final = 9
_VARYING_LAYERS, _LEAST_SHOWN, _MOST_SHOWN = 40, 10, 200
_SIZE: Final = (8.0, 5.75)
_LEFT, _WIDTH = 0.092, 0.648
_KEY, _SHADE = 0.762, 0.22
_LARGE, _SMALL = 1e6, 1e-6
"""Variances beyond which a path has left the picture; means beyond the square root of the larger."""
_FAR: Final = _LARGE**0.5
_FARTHEST: Final = 1e12
_DASHES: Final[tuple[Any, ...]] = ("-", (0, (4, 1.6)), (0, (1, 1.2)))
_TICKS: Final = 10
_DOTTED: Final = 60
"""With more layers dots would run into each other."""

Weight: TypeAlias = float | Range


class _Paths(NamedTuple):
    """Means and variances, shape (layers + 1, starts), nan after a path has left."""

    mean: Array
    variance: Array


def plot_trajectories(
    activation: Activation = SELU,
    *,
    omega: Weight | None = None,
    tau: Weight = 1.0,
    kind: str = "paper",
    starts: Sequence[tuple[float, float]] = STARTS,
    layers: int | None = None,
    seed: int = 0,
    theme: str | Theme = "light",
) -> Picture:
    """Draw mean and variance against the number of layers, from several starts.

    Args:
        activation: f.
        omega: sum of a unit's weights, or a range from which each layer's is drawn; by default 0.1, and 0 in the
            mean-field map, which has none.
        tau: sum of a unit's squared weights, positive, or a range likewise.
        kind: ``"paper"`` or ``"mean-field"``.
        starts: up to nine pairs (mean, variance).
        layers: how many; by default until the paths have settled or left, at most 200, and 40 where weights vary.
        seed: of the draws, uniform from the ranges and the same for every start.
        theme: ``"light"``, ``"dark"`` or a theme of one's own.

    Raises:
        InputError: for an unknown kind or theme, weights, ranges or starts that are not accepted, or numbers out of
            range.
    """
    look, which = Theme.of(theme), MapKind.of(kind)
    if omega is None:
        omega = 0.0 if which is MapKind.MEAN_FIELD else _OMEGA
    ends = _ends(omega, "omega"), _ends(tau, "tau")
    for end in zip(*ends, strict=True):  # refuses bad weights
        layer_map(0.0, 1.0, omega=end[0], tau=end[1], activation=activation, kind=kind)
    begin = _starts(starts)
    count = None if layers is None else whole_number("layers", layers, 1, _MOST)
    seed = whole_number("seed", seed, 0, 2**63 - 1)
    varying = any(low < high for low, high in ends)
    points: tuple[FixedPoint, ...] = ()
    settled = None
    if varying:
        shown = count or _VARYING_LAYERS
        draws = np.random.default_rng(seed)
        omegas, taus = (draws.uniform(low, high, shown) for low, high in ends)
    else:
        step = LayerMap(activation, ends[0][0], ends[1][0], which)
        points = fixed_points(step, _SEARCHED)
        goals = [point for point in points if point.kind == "attracting"]
        settled = settle(step, goals, begin.mean, begin.variance, count or _MOST_SHOWN)
        shown = count or _MOST_SHOWN
        omegas, taus = (np.full(shown, low) for low, _ in ends)
    paths = _followed([LayerMap(activation, o, t, which) for o, t in zip(omegas, taus, strict=True)], begin)
    if settled is not None and count is None:
        shown = _enough(paths, settled)
        paths = _Paths(paths.mean[: shown + 1], paths.variance[: shown + 1])
    boxed = theorem.speaks_of(activation, which) and all(theorem.covers(o, t) for o, t in zip(*ends, strict=True))
    weights = _drawn(ends, which) if varying else weights_text(ends[0][0], ends[1][0], which)
    with style(look):
        figure = new_figure(_SIZE)
        upper = figure.add_axes((_LEFT, 0.515, _WIDTH, 0.375))
        lower = figure.add_axes((_LEFT, 0.1, _WIDTH, 0.375), sharex=upper)
        _draw(upper, lower, paths, points, look, boxed=boxed)
        _draw_key(figure, begin, points, look, boxed=boxed, dotted=shown <= _DOTTED)
        upper.set_title(f"{display_name(activation)}, {weights}: mean and variance, layer by layer", pad=21)
        drawn = f"weights drawn anew for each layer (seed {seed}); " if varying else ""
        note = f"{drawn}computed in float64 from {counted(begin.mean.size, 'start')}: sampled, not proved"
        upper.text(0, 1.045, note, transform=upper.transAxes, color=look.muted, fontsize=9)
    data: dict[str, Any] = {
        "activation": activation.name,
        "omega": list(ends[0]) if varying else ends[0][0],
        "tau": list(ends[1]) if varying else ends[1][0],
        "kind": which.value,
        "layers": shown,
        "followed": count or (shown if varying else _MOST_SHOWN),
        "varying": varying,
        "weights": {"omega": omegas.tolist(), "tau": taus.tolist(), "seed": seed} if varying else None,
        "fixed_points": [point.as_json() for point in points],
        "trajectories": [_as_json(paths, n) for n in range(begin.mean.size)],
        "fates": None if settled is None else settled.counts,
        "theorem_1_box": boxed,
        "status": "computed",
    }
    return Picture(figure, _caption(display_name(activation), weights, data, settled), data)


def _ends(weight: Weight, name: str) -> Range:
    """Return a weight's range; a single number is one without extent."""
    if isinstance(weight, (tuple, list)):
        return checked(weight, name)
    value = one_number(weight, name)
    return value, value


def _starts(starts: Any) -> Statistics:
    """Return the starts, or raise where they are none."""
    try:
        pairs = [(mean, variance) for mean, variance in starts]
    except (TypeError, ValueError):
        pairs = []
    if not 1 <= len(pairs) <= _MOST_STARTS:
        raise InputError(f"starts must be 1 to {_MOST_STARTS} pairs (mean, variance), not {quoted(starts)}")
    means, variances = zip(*pairs, strict=True)
    mean, variance = as_parameters(mean=means, variance=variances)
    if mean.ndim != 1:
        raise InputError(f"starts must be 1 to {_MOST_STARTS} pairs (mean, variance), not {quoted(starts)}")
    if np.abs(mean).max() > _FARTHEST or variance.max() > _FARTHEST or variance.min() < 1 / _FARTHEST:
        raise InputError(f"starts must have means up to {_FARTHEST:g} and variances from {1 / _FARTHEST:g} to as much")
    return Statistics(mean, variance)


def _followed(steps: Sequence[LayerMap], start: Statistics) -> _Paths:
    """Return what the layers make of the starts; a path ends with the first point far outside, given where it began."""
    far = max(_FAR, 10 * float((np.abs(start.mean) + np.sqrt(start.variance)).max()))
    small, large = min(_SMALL, float(start.variance.min()) / 10), max(_LARGE, 10 * float(start.variance.max()))
    means, variances = [start.mean], [start.variance]
    going = np.ones(start.mean.shape, bool)
    mean, variance = start
    for step in steps:
        new_mean, new_variance = step(mean, variance)
        means.append(np.where(going, new_mean, np.nan))
        variances.append(np.where(going, new_variance, np.nan))
        going = going & (np.abs(new_mean) < far) & (new_variance < large) & (new_variance > small)
        mean, variance = np.where(going, new_mean, start.mean), np.where(going, new_variance, start.variance)
    return _Paths(np.array(means), np.array(variances))


def _enough(paths: _Paths, settled: Settled) -> int:
    """Return how many layers show all: until the last path has settled, left or stopped moving."""
    there = np.isfinite(paths.mean)
    last = there.sum(axis=0) - 1
    mean, variance = (part[last, np.arange(last.size)] for part in paths)
    apart = there & (np.abs(paths.mean - mean) > EPSILON * np.sqrt(variance))
    apart |= there & (np.abs(paths.variance - variance) > EPSILON * variance)
    moving = [int(np.flatnonzero(path).max(initial=-1)) + 1 for path in apart.T]
    needed = int(np.where(settled.layers >= 0, settled.layers, moving).max())
    return min(max(_LEAST_SHOWN, needed + 1), len(paths.mean) - 1)


def _draw(upper: Axes, lower: Axes, paths: _Paths, points: tuple[FixedPoint, ...], look: Theme, *, boxed: bool) -> None:
    """Draw both panels."""
    layers = np.arange(paths.mean.shape[0])
    # what leaves is drawn well beyond the frame, and no farther
    (left, right), (low, high) = _mean_range(paths.mean, points), _variance_range(paths.variance, points)
    means = np.clip(paths.mean, left - 9 * (right - left), right + 9 * (right - left))
    variances = np.clip(paths.variance, low / 1e9, high * 1e9)
    panels = ((upper, means, "mean", theorem.MEAN), (lower, variances, "variance", theorem.VARIANCE))
    for axes, values, part, box in panels:
        if boxed:
            axes.axhspan(*box, color=look.third, alpha=_SHADE, linewidth=0, zorder=0)
        for point in points:
            axes.axhline(getattr(point, part), **_level(point, look), zorder=1)
        for n in range(values.shape[1]):
            axes.plot(
                layers,
                values[:, n],
                **_line(n, look),
                marker="o" if layers[-1] <= _DOTTED else None,
                markersize=3,
                zorder=3,
            )
    upper.set_ylim(left, right)
    lower.set_yscale("log")
    powers = list(range(int(np.ceil(np.log10(low))), int(np.floor(np.log10(high))) + 1))
    powers = powers[:: -(-len(powers) // _TICKS)]
    plain = all(abs(p) <= 3 for p in powers)
    lower.yaxis.set_major_locator(FixedLocator([10.0**p for p in powers]))
    lower.yaxis.set_minor_locator(NullLocator())
    lower.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _power(value, plain)))
    lower.set_ylim(low, high)
    lower.set_xlim(0, layers[-1])
    lower.xaxis.set_major_locator(MaxNLocator(integer=True))
    upper.tick_params(labelbottom=False)
    upper.set_ylabel("mean μ")
    lower.set_ylabel("variance ν (log scale)")
    lower.set_xlabel("layers")
    for axes in (upper, lower):
        axes.yaxis.set_label_coords(-0.092, 0.5)


def _level(point: FixedPoint, look: Theme) -> dict[str, Any]:
    """Return how a fixed point's line looks: full where it attracts."""
    full = point.kind == "attracting"
    return {"color": look.muted, "linewidth": 1.4 if full else 1.0, "linestyle": "-" if full else (0, (5, 3))}


def _power(value: float, plain: bool) -> str:
    """Return the label of a power of ten."""
    exponent = str(round(float(np.log10(value)))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value:g}" if plain else f"10{exponent}"


def _line(n: int, look: Theme) -> dict[str, Any]:
    """Return colour and dashes of a path."""
    colours = (look.first, look.ink, look.second)
    return {"color": colours[n % 3], "linestyle": _DASHES[n // 3], "linewidth": 1.5}


def _mean_range(means: Array, points: tuple[FixedPoint, ...]) -> Range:
    """Return the range of means to show: all there are, unless paths leave."""
    fixed = [point.mean for point in points]
    reach = 5 * max(1.0, *np.abs([*means[0], *fixed]))
    kept = np.concatenate([np.clip(means[np.isfinite(means)], -reach, reach), fixed])
    low, high = float(kept.min()), float(kept.max())
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _variance_range(variances: Array, points: tuple[FixedPoint, ...]) -> Range:
    """Return the range of variances to show."""
    kept = np.concatenate([np.clip(variances[np.isfinite(variances)], _SMALL, _LARGE), [p.variance for p in points]])
    low, high = float(min(kept.min(), 0.5 * variances[0].min())), float(max(kept.max(), 2 * variances[0].max()))
    return low / 1.3, high * 1.3


def _draw_key(
    figure: Figure, begin: Statistics, points: tuple[FixedPoint, ...], look: Theme, *, boxed: bool, dotted: bool
) -> None:
    """Explain the lines on the right."""
    shown: dict[str, Any] = {
        "frameon": False,
        "borderpad": 0,
        "alignment": "left",
        "borderaxespad": 0,
        "handlelength": 2.6,
    }
    mark: dict[str, Any] = {"marker": "o" if dotted else None, "markersize": 3}
    lines = [
        Line2D([], [], **_line(n, look), **mark, label=f"({number(mean, 3)}, {number(variance, 3)})")
        for n, (mean, variance) in enumerate(zip(*begin, strict=True))
    ]
    figure.legend(handles=lines, title="from (μ, ν)", loc="upper left", bbox_to_anchor=(_KEY, 0.89), **shown)
    rest: list[Line2D | Patch] = []
    for point in points:
        place = f"({number(point.mean, 3)}, {number(point.variance, 3)})"
        kind = "attracts" if point.kind == "attracting" else point.kind
        rest.append(Line2D([], [], **_level(point, look), label=f"{place}\n{kind}"))
    if boxed:
        rest.append(Patch(facecolor=look.third, alpha=_SHADE, linewidth=0, label="Theorem 1’s box"))
    if rest:
        title = {0: "", 1: "fixed point"}.get(len(points), "fixed points")
        figure.legend(handles=rest, title=title, loc="upper left", bbox_to_anchor=(_KEY, 0.475), **shown)


def _as_json(paths: _Paths, n: int) -> dict[str, Any]:
    """Return a path as far as it goes."""
    there = np.isfinite(paths.mean[:, n]) & np.isfinite(paths.variance[:, n])
    left = not bool(there.all())
    return {"mean": paths.mean[there, n].tolist(), "variance": paths.variance[there, n].tolist(), "left": left}


def _drawn(ends: tuple[Range, Range], which: MapKind) -> str:
    """Return in words from where the weights are drawn."""
    names = [
        f"{name} from {number(low)} to {number(high)}" if low < high else f"{name} = {number(low)}"
        for name, (low, high) in zip(("ω", "τ"), ends, strict=True)
    ]
    return f"mean-field map, {names[1]}" if which is MapKind.MEAN_FIELD else ", ".join(names)


_FATES: Final = {
    "grows": "grow without bound",
    "dies": "shrink towards variance 0",
    "elsewhere": "come to rest elsewhere, to rounding, or cycle",
    "undecided": "have not settled after {}",
}


def _caption(name: str, weights: str, data: dict[str, Any], settled: Settled | None) -> str:
    """Return what to see, in plain words."""
    paths = data["trajectories"]
    sentences = [
        f"{name} ({weights}): mean μ (above) and variance ν (below) after each of "
        f"{counted(data['layers'], 'layer')}, from {counted(len(paths), 'start')}."
    ]
    if settled is None:
        sentences.append(f"Each layer has its own weights, drawn once for all starts (seed {data['weights']['seed']}).")
        ends = [(path["mean"][-1], path["variance"][-1]) for path in paths if not path["left"]]
        if len(ends) > 1:
            means, variances = zip(*ends, strict=True)
            sentences.append(
                f"At the end the means are {number(max(means) - min(means), 2)} apart, the variances "
                f"{number(100 * (max(variances) / min(variances) - 1), 2)} %."
            )
        if gone := len(paths) - len(ends):
            sentences.append(f"{gone} of the paths leave the range of the picture.")
    else:
        if reached := int((settled.to >= 0).sum()):
            most = int(settled.layers.max())
            sentences.append(
                f"{reached} of them come within {EPSILON:g} of an attracting fixed point, the last after "
                f"{counted(most, 'layer')}."
            )
        sentences += [
            f"{count} {text.format(counted(data['followed'], 'layer'))}."
            for fate, text in _FATES.items()
            if (count := data["fates"][fate])
        ]
        sentences += [
            f"Lines at ({number(p['mean'], 4)}, {number(p['variance'], 4)}): a fixed point, {p['kind']}, spectral "
            f"radius {number(p['radius'])}."
            for p in data["fixed_points"]
        ]
        if not data["fixed_points"]:
            sentences.append("No isolated fixed point with positive variance was found.")
    if data["theorem_1_box"]:
        sentences.append("The shaded bands are the region of Theorem 1.")
    sentences.append("Sampled in float64; nothing is proved.")
    return " ".join(sentences)
