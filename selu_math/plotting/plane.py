"""What pictures of the plane of weights share: its ranges, the bands of the spectral radius, where region names go."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, minimum_filter

from selu_math.exceptions import InputError, quoted
from selu_math.moments import as_parameters
from selu_math.plotting import theorem
from selu_math.plotting.placing import Labels, Place
from selu_math.plotting.search import Array
from selu_math.plotting.theme import Theme
from selu_math.plotting.theorem import Range

OMEGA: Final[Range] = (-1.5, 1.5)
TAU: Final[Range] = (0.3, 3.0)
OMEGA_NAME: Final = "sum of weights ω"
TAU_NAME: Final = "sum of squared weights τ"
_STEPS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_MOST_BANDS: Final = 7
_CHOICES: Final = 40


def overlap(one: Range, other: Range) -> bool:
    """Return whether two ranges have more than an end in common."""
    return one[0] < other[1] and other[0] < one[1]


def checked(given: Range, name: str) -> Range:
    """Return the range, or raise where it is none."""
    try:
        low, high = (float(end) for end in given)
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high and (name != "tau" or low > 0)):
        positive = ", above 0" if name == "tau" else ""
        raise InputError(
            f"the range of {name} needs two finite numbers, the lower first{positive}; got {quoted(given)}"
        )
    return low, high


def one_number(given: float, name: str) -> float:
    """Return omega or tau as a float, or raise where it is none, not finite or not positive where it must be."""
    value = as_parameters(**{name: given})[0]
    if np.ndim(value):
        raise InputError(f"{name} must be one number, not {quoted(given)}")
    return float(value)


def bands(low: float | None) -> Array:
    """Return the edges of the colour bands, from about the lowest radius, if there is one, up to 1."""
    low = 0.7 if low is None else low
    step = next((step for step in _STEPS if (1 - low) / step <= _MOST_BANDS), _STEPS[-1])
    count = max(1, int(np.ceil(round((1 - low) / step, 9))))
    return np.round(1 - step * np.arange(count, -1, -1), 9)


def colours(edges: Array, look: Theme) -> tuple[ListedColormap, BoundaryNorm]:
    """Return the colour of each band."""
    # the darkest end of the map would drown in a dark background
    start = 0.12 if look.name == "light" else 0.22
    listed = ListedColormap(list(colormaps[look.colormap](np.linspace(start, 1.0, len(edges) - 1))))
    return listed, BoundaryNorm(edges, len(edges) - 1)


def draw_bar(axes: Axes, edges: Array, look: Theme, label: str = "spectral radius", *, flat: bool = False) -> None:
    """Draw the scale of the bands."""
    listed, norm = colours(edges, look)
    mappable = ScalarMappable(norm=norm, cmap=listed)
    direction = "horizontal" if flat else "vertical"
    bar = axes.figure.colorbar(mappable, cax=axes, ticks=edges, orientation=direction)
    (bar.ax.set_xticklabels if flat else bar.ax.set_yticklabels)([f"{edge:g}" for edge in edges])
    bar.outline.set_edgecolor(look.muted)
    bar.set_label(label)


def draw_theorem(labels: Labels, omega: Range, tau: Range, look: Theme, *, proved: bool) -> None:
    """Draw Theorem 1's box into a plane of those ranges and name it."""
    theorem.draw_box(labels.axes, theorem.OMEGA, theorem.TAU, look.ink, width=2)
    right = (theorem.OMEGA[1] - omega[0]) / (omega[1] - omega[0])
    top = (theorem.TAU[1] - tau[0]) / (tau[1] - tau[0])
    if 0 <= right <= 1 and 0 <= top <= 1:
        name = "Theorem 1: proved" if proved else "Theorem 1’s box"
        labels.write(name, [(right, top)], look.ink, beside=[(1, 1), (-1, 1), (-1, -1)], gap=4, fontweight="bold")


def middles(region: NDArray[np.bool_], text: str, inches: tuple[float, float]) -> list[Place]:
    """Return places inside a region at which the text fits into it, that farthest inside first."""
    rows, columns = region.shape
    width, height = 0.083 * len(text) / inches[0] * columns, 0.25 / inches[1] * rows
    fits = minimum_filter(region, size=(int(height) or 1, int(width) or 1), mode="constant", cval=False)
    if not fits.any():
        return []
    depth = np.where(fits, distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1], -1.0).ravel()
    order = np.argsort(-depth, kind="stable")[: int(fits.sum())]
    chosen = order[:: max(1, len(order) // _CHOICES)]
    return [(float(at % columns / (columns - 1)), float(at // columns / (rows - 1))) for at in chosen]


def name_regions(labels: Labels, regions: list[tuple[tuple[str, ...], NDArray[np.bool_]]], look: Theme) -> list[str]:
    """Write the first of its names that fits into each region, and return those regions' first names that got none."""
    left = []
    for names, region in regions:
        found = ((name, middles(region, name, labels.inches)) for name in names)
        name, places = next(((name, places) for name, places in found if places), ("", []))
        if places:
            labels.write(name, places, look.ink, beside=[(0, 0)])
        elif region.any():
            left.append(names[0])
    return left


def name_edge(labels: Labels, inside: NDArray[np.bool_], look: Theme, *, below: float = 0.06) -> None:
    """Name the line at 1 on its right side, from that share of the height down where other labels leave room."""
    rows, columns = inside.shape
    edge = inside[:, :-1] & ~inside[:, 1:]
    places = [(float(c / (columns - 1)), float(r / (rows - 1))) for r, c in zip(*np.nonzero(edge[::-1]), strict=True)]
    places = [(across, 1 - down) for across, down in places if down > below]
    labels.write("radius 1", places[:: max(1, len(places) // 24)], look.ink, beside=[(1, 0)], gap=9)
