"""The region of Theorem 1 (Klambauer et al. 2017), which pictures of SELU show."""

from __future__ import annotations

from typing import Final, TypeAlias

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from selu_math.activations import Activation
from selu_math.layer import MapKind

Range: TypeAlias = tuple[float, float]

MEAN: Final[Range] = (-0.1, 0.1)
VARIANCE: Final[Range] = (0.8, 1.5)
OMEGA: Final[Range] = (-0.1, 0.1)
TAU: Final[Range] = (0.95, 1.1)


def speaks_of(activation: Activation, kind: MapKind = MapKind.PAPER) -> bool:
    """Return whether the theorem is about this activation and this map."""
    return activation.name == "selu" and kind is MapKind.PAPER


def covers(omega: float, tau: float) -> bool:
    """Return whether the theorem is about these weights."""
    return OMEGA[0] <= omega <= OMEGA[1] and TAU[0] <= tau <= TAU[1]


def draw_box(axes: Axes, x: Range, y: Range, colour: str, *, dashed: bool = False, width: float = 1.6) -> None:
    """Draw the outline of a box."""
    axes.add_patch(
        Rectangle(
            (x[0], y[0]),
            x[1] - x[0],
            y[1] - y[0],
            fill=False,
            edgecolor=colour,
            linewidth=width,
            linestyle=(0, (3, 2)) if dashed else "-",
            zorder=6,
        )
    )
