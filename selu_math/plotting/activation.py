"""The activation picture: f and f' on the left, what f does to a standard normal on the right."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
from matplotlib.axes import Axes

from selu_math.activations import SELU, Activation
from selu_math.analytic import Analytic
from selu_math.moments import moments
from selu_math.numbers.float64 import round_exact
from selu_math.pieces import ExpPoly, Part
from selu_math.plotting.labels import display_name, number, write
from selu_math.plotting.picture import Picture, new_figure, style
from selu_math.plotting.pushforward import Pushforward, evaluate, normal_density, pushforward
from selu_math.plotting.theme import Theme
from selu_math.trigonometric import TrigPoly

_RANGE: Final = (-4.0, 3.0)
_VALUE_LIMIT: Final = 6.0
_DENSITY_LIMIT: Final = 1.0
_SAME: Final = 1e-12
_DOTTED: Final = (0, (1, 1.6))
_DASHED: Final = (0, (4, 3))

Kinks: TypeAlias = dict[Fraction, tuple[float, float]]
"""Slopes just left and just right of each point where f' jumps."""
Limits: TypeAlias = dict[str, float]
"""What f approaches, without being constant, on the far left and on the far right."""


def plot_activation(activation: Activation = SELU, *, theme: str | Theme = "light") -> Picture:
    """Draw f and f' with kinks and asymptotes, and the densities of z ~ N(0, 1) and of f(z).

    Args:
        activation: f.
        theme: ``"light"``, ``"dark"`` or a theme of one's own.

    Raises:
        InputError: for an unknown theme.
    """
    look = Theme.of(theme)
    distribution = pushforward(activation.function)
    at_normal = moments(0.0, 1.0, activation=activation)
    mean, variance = float(at_normal.mean), float(at_normal.variance)
    kinks, limits = _kinks(activation), _limits(activation)
    with style(look):
        figure = new_figure()
        left = figure.add_axes((0.082, 0.115, 0.44, 0.795))
        right = figure.add_axes((0.612, 0.115, 0.368, 0.795))
        _draw_function(left, activation, kinks, limits, look)
        _draw_densities(right, distribution, mean, variance, look)
    data: dict[str, Any] = {
        "activation": activation.name,
        "mean": mean,
        "variance": variance,
        "jumps": [{"x": float(c), "by": round_exact(jump)} for c, jump in activation.function.jumps.items()],
        "kinks": [{"x": float(c), "left_slope": a, "right_slope": b} for c, (a, b) in kinks.items()],
        "limits": dict(limits),
        "point_masses": [{"value": y, "probability": p} for y, p in distribution.atoms],
        "status": "computed",
    }
    return Picture(figure, _caption(activation, mean, variance, kinks, limits), data)


def _kinks(activation: Activation) -> Kinks:
    slope = activation.function.derivative()
    found = {}
    for i, c in enumerate(slope.breaks):
        left, right = slope.parts[i].at(c), slope.parts[i + 1].at(c)
        if left != right:
            found[c] = (round_exact(left), round_exact(right))
    return found


def _limits(activation: Activation) -> Limits:
    parts = activation.function.parts
    found = {"left": _limit(parts[0], -1), "right": _limit(parts[-1], 1)}
    return {side: value for side, value in found.items() if value is not None}


def _limit(part: Part, sign: int) -> float | None:
    if isinstance(part, Analytic):
        near, far = evaluate(part, [sign * 1e15, sign * 1e16])
        return float(far) if abs(far - near) < _SAME else None
    if not isinstance(part, ExpPoly):
        return None
    rates = [rate for (_, rate) in part.terms if rate]
    grows = any(power for (power, rate) in part.terms if not rate) or any(sign * rate > 0 for rate in rates)
    if grows or not rates:
        return None
    constant = part.terms.get((0, Fraction(0)))
    return round_exact(constant) if constant else 0.0


def _draw_function(axes: Axes, activation: Activation, kinks: Kinks, limits: Limits, look: Theme) -> None:
    """Draw f, f', what they approach and where they bend."""
    function, slope = activation.function, activation.function.derivative()
    breaks = [float(c) for c in function.breaks]
    low, high = min([_RANGE[0], *(c - 2 for c in breaks)]), max([_RANGE[1], *(c + 2 for c in breaks)])
    axes.axhline(0, color=look.grid, linewidth=1, zorder=0)
    axes.axvline(0, color=look.grid, linewidth=1, zorder=0)
    edges = [low, *breaks, high]
    drawn = [np.zeros(1)]
    for i, (a, b) in enumerate(pairwise(edges)):
        x = np.linspace(a, b, 200)
        drawn += [evaluate(function.parts[i], x), evaluate(slope.parts[i], x)]
        axes.plot(x, drawn[-2], color=look.first, linewidth=2.8, zorder=4)
        # thinner and on top, so that both show where they coincide
        axes.plot(x, drawn[-1], color=look.second, linewidth=1.6, zorder=5)
    extent = np.clip(np.concatenate(drawn), -_VALUE_LIMIT, _VALUE_LIMIT)
    bottom, top = float(extent.min()), float(extent.max())
    pad = 0.09 * (top - bottom) or 1.0
    axes.set_xlim(low, high)
    axes.set_ylim(bottom - pad, top + pad)
    if not activation.name.startswith(("relu", "leaky_relu")) and not isinstance(function.parts[0], TrigPoly):
        axes.plot([low, 0, high], [0, 0, high], color=look.faint, linewidth=1.1, linestyle=_DOTTED, zorder=2)
        # on the side of the line where f is not
        beside = -0.3 * (top - bottom) < float(evaluate(function.parts[0], low)) < 0
        write(axes, "ReLU", (low, 0), (4, 3 if beside else -3), look.muted, look)
    for side, value in limits.items():
        axes.axhline(value, color=look.muted, linewidth=1, linestyle=_DASHED, zorder=1)
        at, dx = (high, -1) if side == "left" else (low, 1)
        write(axes, f"asymptote {'−λα = ' if _is_selu(activation) else ''}{number(value)}", (at, value), (dx, 3),
              look.muted, look)  # fmt: skip
    _draw_kinks(axes, activation, kinks, look)
    _label_curves(axes, activation, look)
    axes.set_xlabel("input x")
    axes.set_ylabel("value")
    axes.set_title(f"{display_name(activation)} and its derivative")


def _draw_kinks(axes: Axes, activation: Activation, kinks: Kinks, look: Theme) -> None:
    """Mark both one-sided slopes at each kink; name them where there is only one kink."""
    rings: dict[str, Any] = {"markersize": 5, "markerfacecolor": look.background, "markeredgewidth": 1.5}
    for c, slopes in kinks.items():
        x = [float(c)] * 2
        axes.plot(x, slopes, color=look.second, linewidth=0.8, linestyle=_DOTTED, zorder=2)
        axes.plot(x, slopes, linestyle="none", marker="o", markeredgecolor=look.second, zorder=6, **rings)
    if len(kinks) != 1:
        return
    ((c, (left, right)),) = kinks.items()
    place = number(float(c))
    by_left, by_right = (" = λα", " = λ") if _is_selu(activation) else ("", "")
    write(axes, f"f′({place}−){by_left} = {number(left)}", (float(c), left), (-7, 5), look.second, look)
    if c == activation.function.breaks[-1] and right > left - 2:
        # the far end has room under the line, away from f
        text = f"f′({place}+){by_right}\n= {number(right)}" if by_right else f"f′({place}+) = {number(right)}"
        write(axes, text, (axes.get_xlim()[1], right), (-2, -5), look.second, look)
    else:
        write(axes, f"f′({place}+) = {number(right)}", (float(c), right), (8, -2), look.second, look)


def _label_curves(axes: Axes, activation: Activation, look: Theme) -> None:
    """Write f on its last piece and f' on its first, where they have room."""
    function = activation.function
    low, high = axes.get_xlim()
    name = display_name(activation)
    text = "f(x)" if name == "f" else f"{name}  f(x)"
    slope = function.derivative().parts[0]
    x, offset = 0.72 * high, (-10.0, 4.0)
    if isinstance(slope, TrigPoly):
        x, offset = _right_of(function.parts[-1], slope, low, high)
    write(axes, text, (x, float(evaluate(function.parts[-1], x))), offset, look.first, look, fontweight="bold")
    if not function.breaks:
        x, dy = _beside(slope, function.parts[0], low, high)
        write(axes, "f′(x)", (x, float(evaluate(slope, x))), (-12, dy), look.second, look, fontweight="bold")
        return
    flat = not slope.derivative().terms
    x, dx = (low, 4) if flat else (0.7 * float(function.breaks[0]) + 0.3 * low, -5)
    if not flat and float(evaluate(slope, np.linspace(low, float(function.breaks[0]), 50)).min()) < 0:
        x = 0.1 * low  # above the line at 0
    write(axes, "f′(x)", (x, float(evaluate(slope, x))), (dx, 5), look.second, look, fontweight="bold")


def _beside(curve: Part, other: Part, low: float, high: float) -> tuple[float, int]:
    """Return where to name a curve, and above (positive) or below it: far from another, where it is itself level."""
    x = np.linspace(low, high, 141)
    first, second = evaluate(curve, x), evaluate(other, x)
    best = (-np.inf, 0.0, 5)
    for i in range(28, 113, 4):
        window = slice(i - 14, i + 15)
        side = 1 if first[i] > second[i] else -1
        room = float(np.min(side * (first[i] - second[window])) - np.max(side * (first[window] - first[i])))
        best = max(best, (room, float(x[i]), 5 if side > 0 else -9))
    return best[1], best[2]


def _right_of(curve: Part, slope: Part, low: float, high: float) -> tuple[float, tuple[float, float]]:
    """Return where to name a wave, to its right, and how far off: under a rise or over a fall, clear of its slope."""
    x = np.linspace(low, high, 141)
    first, second = evaluate(curve, x), evaluate(slope, x)
    best = (-np.inf, 0.0, 0.0)
    for i in range(10, 100):
        side = -float(np.sign(second[i]))
        y, window = first[i] + side * 0.06 * np.ptp(first), slice(i + 4, i + 38)
        room = float(min(np.abs(second[window] - y).min(), np.abs(first[window] - y).min()))
        best = max(best, (room, float(x[i]), side))
    return best[1], (8, 2 * best[2])


def _draw_densities(axes: Axes, distribution: Pushforward, mean: float, variance: float, look: Theme) -> None:
    """Draw the density of z, the density and point masses of f(z), and mean and deviation of both as bars below."""
    z = np.linspace(-3.7, 3.7, 300)
    axes.fill_between(z, normal_density(z), color=look.faint, alpha=0.22, linewidth=0, zorder=1)
    axes.plot(z, normal_density(z), color=look.muted, linewidth=1.2, zorder=2)
    peak = float(normal_density(0.0))
    for y, density in distribution.segments:
        axes.plot(y, density, color=look.first, linewidth=2.2, zorder=4)
        axes.fill_between(y, density, color=look.first, alpha=0.16, linewidth=0, zorder=3)
        peak = max(peak, float(density.max()))
    top = 1.25 * min(peak, _DENSITY_LIMIT)
    for value, probability in distribution.atoms:
        axes.plot([value, value], [0, 0.9 * top], color=look.third, linewidth=2.2, zorder=5)
        axes.plot([value], [0.9 * top], marker="o", markersize=6, color=look.third, zorder=5)
        first_of_many = len(distribution.atoms) > 1 and value == distribution.atoms[0][0]
        side = -8 if value < 0 or first_of_many else 8
        write(axes, f"mass {number(probability, 3)}", (value, 0.9 * top), (side, 0), look.third, look)
    axes.axhline(0, color=look.muted, linewidth=0.8, zorder=5)
    rows = (("z", 0.0, 1.0, look.muted, 0.2), ("f(z)", mean, variance, look.first, 0.39))
    for name, centre, spread, colour, below in rows:
        height, deviation = -top * below, float(np.sqrt(max(spread, 0.0)))
        axes.plot([centre - deviation, centre + deviation], [height, height], color=colour, linewidth=2)
        axes.plot([centre], [height], marker="o", markersize=5.5, color=colour)
        write(axes, f"{name}: mean {number(centre)}, variance {number(spread)}", (0, height), (0, 6), colour, look)
    axes.set_xlim(-3.9, 3.9)
    axes.set_ylim(-0.47 * top, top)
    axes.set_yticks(np.arange(0, top, 0.1 if top < 0.6 else 0.25))
    axes.set_xlabel("value (bars: mean ± one deviation)")
    axes.set_ylabel("probability density", y=0.66)
    axes.set_title("z ~ N(0, 1), before and after f")
    write(axes, "z", (-1.9, float(normal_density(-1.9))), (-4, 4), look.muted, look, fontweight="bold")
    if distribution.segments:
        y, density = (np.concatenate(parts) for parts in zip(*distribution.segments, strict=True))
        half_way = np.flatnonzero(density >= 0.5 * min(float(density.max()), 0.4))[-1]
        at = (float(y[half_way]), float(density[half_way]))
        write(axes, "f(z)", at, (7, 4), look.first, look, fontweight="bold")


def _is_selu(activation: Activation) -> bool:
    return activation.name.startswith("selu")


def _caption(activation: Activation, mean: float, variance: float, kinks: Kinks, limits: Limits) -> str:
    sentences = [f"Left: {display_name(activation)} and its derivative."]
    sentences += [
        f"At x = {number(float(c))} the slope jumps from {number(left)} on the left to {number(right)} on the right."
        for c, (left, right) in kinks.items()
    ]
    sentences += [
        f"At x = {number(float(c))} the function itself jumps by {number(round_exact(jump))}."
        for c, jump in activation.function.jumps.items()
    ]
    sentences += [f"On the far {side} the function approaches {number(value)}." for side, value in limits.items()]
    end = (
        "the same as z: the squeezed left half balances the stretched right half."
        if abs(mean) < 1e-9 and abs(variance - 1) < 1e-9
        else "where z has 0 and 1."
    )
    sentences.append(
        "Right: the density of a standard normal z (grey) and of f(z) (coloured), by change of variables and not by "
        "sampling. The bars show the mean and one standard deviation to each side: f(z) has mean "
        f"{number(mean)} and variance {number(variance)}, {end}"
    )
    return " ".join(sentences)
