"""An atlas as pictures show it: which tiles attract and how strongly, and what happens in the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from selu_math.activations import Activation, parse_activation
from selu_math.atlas import Atlas, Fate, sweep
from selu_math.atlas.certified import Verdict
from selu_math.exceptions import InputError, quoted
from selu_math.plotting.plane import colours
from selu_math.plotting.search import Array
from selu_math.plotting.theme import Theme
from selu_math.plotting.theorem import Range

Mask = NDArray[np.bool_]

MOST: Final = 4_000_000
"""Tiles in a picture; a page shows fewer."""

_FINE: Final = 240


@dataclass(frozen=True)
class Region:
    """How tiles that do not attract are shown.

    Attributes:
        names: in words, the longest first.
        tint: which of the theme's tints.
        hatch: Matplotlib's, so that grey print shows it too.
    """

    names: tuple[str, ...]
    tint: str
    hatch: str = ""


REGIONS: Final[Mapping[str, Region]] = {
    "grows": Region(("variance grows without bound", "variance grows", "grows"), "growing", "//"),
    "dies": Region(("variance → 0",), "shrinking", ".."),
    "neither": Region(("neither settles nor leaves", "neither"), "neither"),
    "unstable": Region(("a fixed point that does not attract", "does not attract"), "growing", "//"),
    "none": Region(("no fixed point",), "shrinking", ".."),
    "undecided": Region(("undecided",), "neither"),
    "missing": Region(("not computed yet",), "background", "xx"),
}


@dataclass(frozen=True)
class Tiles:
    """The tiles of a plane of weights; rows are tau, columns are omega.

    Attributes:
        activation: the activation, as text.
        certified: whether all is proved for whole tiles, rather than computed at their centres.
        omega: lowest and highest omega.
        tau: lowest and highest tau.
        radius: spectral radius at the attracting fixed point (proved: an upper bound); nan where none is.
        several: where a search found more than one fixed point, attracting or not.
        regions: the tiles that do not attract, by a name in :data:`REGIONS`.
    """

    activation: str
    certified: bool
    omega: Range
    tau: Range
    radius: Array
    several: Mask
    regions: Mapping[str, Mask]

    @property
    def attracting(self) -> Mask:
        """Where there is an attracting fixed point."""
        return np.isfinite(self.radius)

    @property
    def lowest(self) -> float | None:
        """The lowest radius; None where nothing attracts."""
        return float(np.nanmin(self.radius)) if self.attracting.any() else None

    @property
    def counts(self) -> dict[str, int]:
        """How many tiles attract, and how many are in each region."""
        rest = {name: int(mask.sum()) for name, mask in self.regions.items()}
        return {"attracting": int(self.attracting.sum()), **rest}

    @classmethod
    def of(cls, atlas: Atlas) -> Tiles:
        """Return the tiles of an atlas, complete or not.

        Raises:
            InputError: for one of the mean-field map, which has no omega, of a single row or column, or of too many
                tiles.
        """
        settings = atlas.settings
        if min(settings.shape) < 2 or not 4 <= settings.tiles <= MOST:
            raise InputError(
                f"the picture needs 2 tiles or more along omega and along tau, and at most {MOST} in all; "
                f"this atlas has {settings.shape[0]} by {settings.shape[1]}"
            )
        certified = settings.method == "certified"
        columns = {name: values.T for name, values in atlas.arrays().items()}
        if certified:
            verdict = columns["verdict"]
            radius = np.where(verdict == Verdict.ATTRACTING, columns["radius_high"], np.nan)
            several = np.zeros(radius.shape, bool)
            names = {"unstable": Verdict.UNSTABLE, "none": Verdict.NONE, "undecided": Verdict.UNDECIDED}
            regions = {name: verdict == value for name, value in names.items()}
        else:
            verdict = columns["fate"]
            reached = (verdict == Fate.FINITE) & (columns["spectral_radius"] < 1)
            radius = np.where(reached, columns["spectral_radius"], np.nan)
            there = verdict != np.iinfo(verdict.dtype).max
            several = there & (columns["fixed_points"] > 1)
            regions = {"grows": verdict == Fate.GROWS, "dies": verdict == Fate.DIES}
            regions["neither"] = there & ~reached & ~regions["grows"] & ~regions["dies"]
        regions["missing"] = verdict == np.iinfo(verdict.dtype).max
        omega, tau = ((float(side.low), float(side.high)) for side in (settings.omega, settings.tau))
        return cls(settings.activation, certified, omega, tau, radius, several, regions)


@lru_cache(maxsize=16)
def swept(text: str, omega: Range, tau: Range, columns: int, rows: int) -> Tiles:
    """Return the tiles of a float sweep; kept for the same picture in another theme."""
    with sweep((omega[0], omega[1], columns), (tau[0], tau[1], rows), activation=text, workers=1) as atlas:
        return Tiles.of(atlas)


def text_of(activation: Activation) -> str:
    """Return the text by which a sweep knows an activation.

    Raises:
        InputError: where there is none, as for a Python function.
    """
    try:
        known = parse_activation(activation.name).name == activation.name
    except InputError:
        known = False
    if not known:
        raise InputError(
            f"an atlas takes activations that have a text, such as selu(1.05, 1.67); {quoted(activation.name)} is none"
        )
    return activation.name


def draw_tiles(axes: Axes, tiles: Tiles, edges: Array, look: Theme, *, line: float = 2.0) -> None:
    """Draw the tiles in the colours of the bands and of the regions, the line 1, and an outline of several points."""
    listed, norm = colours(edges, look)
    shown: Any = listed(norm(np.where(tiles.attracting, tiles.radius, edges[-1])))[..., :3]
    for name, mask in tiles.regions.items():
        shown[mask] = to_rgb(getattr(look, REGIONS[name].tint))
    ends = (*tiles.omega, *tiles.tau)
    axes.imshow(np.round(shown * 255).astype(np.uint8), extent=ends, origin="lower", interpolation="none", zorder=0)
    axes.set_aspect("auto")
    for name, mask in tiles.regions.items():
        if REGIONS[name].hatch and mask.any():
            draw_hatching(axes, *_padded(tiles, mask), REGIONS[name].hatch, look.hatching)
    for mask, colour, width in ((tiles.attracting, look.ink, line), (tiles.several, look.second, line * 0.75)):
        if mask.any() and not mask.all():
            axes.contour(*_padded(tiles, mask), levels=[0.5], colors=[colour], linewidths=width, zorder=3)
    axes.set_xlim(tiles.omega)
    axes.set_ylim(tiles.tau)


def draw_hatching(axes: Axes, x: Array, y: Array, mask: Array | Mask, hatch: str, colour: str) -> None:
    """Hatch where a mask holds at the points with those coordinates."""
    hatched = axes.contourf(x, y, mask, levels=[0.5, 1.5], colors="none", hatches=[hatch], zorder=1)
    hatched.set_edgecolor(colour)
    hatched.set_linewidth(0.0)


def enlarged(mask: Mask) -> Mask:
    """Return a mask in which few, large tiles are many small ones."""
    rows, columns = (-(-_FINE // count) for count in mask.shape)
    return mask.repeat(rows, axis=0).repeat(columns, axis=1)


def _padded(tiles: Tiles, mask: Mask) -> tuple[Array, Array, Array]:
    """Return the centres with the plane's ends, and the mask with its outermost tiles repeated there."""
    if tiles.certified:  # what is proved ends at the edge of a tile, not half-way between two centres
        mask = enlarged(mask)
    rows, columns = mask.shape
    sides = []
    for (low, high), count in ((tiles.omega, columns), (tiles.tau, rows)):
        centres = low + (high - low) * (np.arange(count) + 0.5) / count
        sides.append(np.concatenate([[low], centres, [high]]))
    return sides[0], sides[1], np.pad(mask.astype(float), 1, mode="edge")
