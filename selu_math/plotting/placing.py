"""Where labels go: beside what they name, clear of curves and of each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from selu_math.plotting.labels import halo
from selu_math.plotting.theme import Theme

Array: TypeAlias = NDArray[np.float64]
Place: TypeAlias = tuple[float, float]
"""Shares of the width and of the height of the axes."""

BESIDE: Final = ((1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1))
"""Directions from a point to its label, the preferred first."""
_SPACING: Final = 0.04
"""Inches between the points that stand for a curve."""
_CHARACTER: Final = 0.6
"""Width of a character, as a share of the type size."""
_OUTSIDE, _OVER_LABEL = 1000.0, 50.0


class _Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: _Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top


class Labels:
    """The labels of one pair of axes.

    Args:
        axes: where to write.
        inches: width and height of the axes on paper.
        theme: for the halo.
    """

    def __init__(self, axes: Axes, inches: tuple[float, float], theme: Theme) -> None:
        self.axes, self.inches, self.theme = axes, inches, theme
        self._curves: list[Array] = []
        self._taken: list[_Box] = []

    def avoid(self, across: ArrayLike, up: ArrayLike) -> None:
        """Keep labels off a curve, given as shares of width and height."""
        points = np.column_stack([across, up]) * self.inches
        points = points[np.isfinite(points).all(axis=1)]
        lengths = np.hypot(*np.diff(points, axis=0).T)
        if not lengths.size:
            self._curves.append(points)
            return
        # even spacing, so that a long straight line counts as much as a bent one; what lies far outside does not count
        along = np.concatenate([[0.0], np.cumsum(np.minimum(lengths, 4 * sum(self.inches)))])
        steps = np.linspace(0, along[-1], int(along[-1] / _SPACING) + 2)
        self._curves.append(np.column_stack([np.interp(steps, along, points[:, i]) for i in (0, 1)]))

    def write(
        self,
        text: str,
        places: Iterable[Place],
        colour: str,
        *,
        beside: Iterable[tuple[int, int]] = BESIDE,
        gap: float = 7.0,
        size: float = 9.5,
        length: float | None = None,
        **style: Any,
    ) -> None:
        """Write a label beside one of the places, wherever it hides least; the earlier choice wins a tie.

        Args:
            text: what to write.
            places: points that it may name.
            colour: of the text.
            beside: directions from the point in which it may stand.
            gap: points between the place and the text.
            size: type size.
            length: how many characters wide it looks, where that differs from ``text``.
            style: further settings of the text.
        """
        width = _CHARACTER * size / 72 * (len(text) if length is None else length)
        height = 1.35 * size / 72
        if style.get("fontweight") == "bold":
            width *= 1.15
        curves = np.concatenate(self._curves) if self._curves else np.empty((0, 2))
        sides = tuple(beside)
        choices = [(place, side) for place in places for side in sides]
        best = min(
            ((self._cost(_box(place, side, self.inches, gap, width, height), curves) + 0.02 * rank, rank)
             for rank, (place, side) in enumerate(choices)), default=None,
        )  # fmt: skip
        if best is None:
            return
        place, (dx, dy) = choices[best[1]]
        self._taken.append(_box(place, (dx, dy), self.inches, gap, width, height))
        self.axes.annotate(
            text,
            place,
            (gap * dx, (gap if dx == 0 else 0.6 * gap) * dy),
            xycoords="axes fraction",
            textcoords="offset points",
            color=colour,
            ha=("center", "left", "right")[dx],
            va=("center", "bottom", "top")[dy],
            fontsize=size,
            zorder=8,
            path_effects=halo(self.theme),
            **style,
        )

    def _cost(self, box: _Box, curves: Array) -> float:
        width, height = self.inches
        outside = max(0.0, -box.left) + max(0.0, -box.bottom) + max(0.0, box.right - width) + max(0.0, box.top - height)
        hidden = (curves[:, 0] > box.left) & (curves[:, 0] < box.right)
        hidden &= (curves[:, 1] > box.bottom) & (curves[:, 1] < box.top)
        return (
            (_OUTSIDE * (1 + outside) if outside > 0 else 0.0)
            + _OVER_LABEL * sum(box.overlaps(other) for other in self._taken)
            + float(hidden.sum())
        )


def _box(
    place: Place, side: tuple[int, int], inches: tuple[float, float], gap: float, width: float, height: float
) -> _Box:
    """Return the rectangle, in inches, that a label beside a place takes."""
    dx, dy = side
    x = place[0] * inches[0] + gap / 72 * dx + width * (dx - 1) / 2
    y = place[1] * inches[1] + (gap if dx == 0 else 0.6 * gap) / 72 * dy + height * (dy - 1) / 2
    return _Box(x, y, x + width, y + height)
