"""Labels written directly on what they name."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.patheffects import AbstractPathEffect, withStroke

from selu_math.activations import Activation
from selu_math.layer import MapKind
from selu_math.plotting.theme import Theme

_SPELLING: Final = {
    "selu": "SELU",
    "elu": "ELU",
    "celu": "CELU",
    "lselu": "lSELU",
    "sselu": "sSELU",
    "serlu": "SERLU",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "prelu": "PReLU",
    "relu6": "ReLU6",
    "squared_relu": "squared ReLU",
    "hard_sigmoid": "hard sigmoid",
    "hardswish": "hard swish",
    "abs": "|x|",
    "silu": "SiLU",
    "mish": "Mish",
    "gelu": "GELU",
    "gelu_tanh": "GELU by tanh",
    **{
        name: name
        for name in (
            *("threshold", "hardtanh", "hardshrink", "softshrink", "identity", "sine", "cosine", "snake"),
            *("tanh", "sigmoid", "softplus", "erf", "arctan"),
        )
    },
}


def display_name(activation: Activation) -> str:
    """Return the name of an activation for a reader: SELU, ELU(1), leaky ReLU(0.01), or f for a user's own."""
    base, bracket, rest = activation.name.partition("(")
    if base not in _SPELLING:
        return "f"
    if not bracket:
        return _SPELLING[base]
    try:
        numbers = [number(float(Fraction(value))) for value in rest.removesuffix(")").split(",")]
    except ValueError:
        return f"{_SPELLING[base]} with its own λ and α"
    return f"{_SPELLING[base]}({', '.join(numbers)})"


def number(x: float, digits: int = 5) -> str:
    """Return a number for a label, with so many significant digits at most and a true minus sign."""
    nearest = round(x)
    value = float(nearest) if abs(x - nearest) < 1e-12 else x
    return f"{value + 0.0:.{digits}g}".replace("-", "−")


def counted(n: int, what: str) -> str:
    """Return a number with what is counted: 1 layer, 2 layers."""
    return f"{n} {what}{'' if n == 1 else 's'}"


def weights_text(omega: float, tau: float, kind: MapKind) -> str:
    """Return in words which weights a layer has."""
    return f"{'mean-field map' if kind is MapKind.MEAN_FIELD else f'ω = {number(omega)}'}, τ = {number(tau)}"


def halo(theme: Theme, width: float = 2.5) -> list[AbstractPathEffect]:
    """Return the effect that keeps a label readable where it crosses lines."""
    return [withStroke(linewidth=width, foreground=theme.background)]


def write(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float],
    colour: str,
    theme: Theme,
    **style: Any,
) -> None:
    """Write a label beside a point, on the side to which ``offset``, in points, leads."""
    (dx, dy) = offset
    axes.annotate(
        text,
        at,
        offset,
        textcoords="offset points",
        color=colour,
        ha="left" if dx > 0 else "right" if dx < 0 else "center",
        va="bottom" if dy > 0 else "top" if dy < 0 else "center",
        zorder=8,
        path_effects=halo(theme),
        **style,
    )
