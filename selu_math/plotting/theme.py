"""How pictures look: two themes, each with its own solid background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from selu_math.exceptions import InputError, quoted

OKABE_ITO: Final[Mapping[str, str]] = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}
"""Eight colours that readers with any colour vision tell apart (Okabe and Ito 2008)."""


@dataclass(frozen=True)
class Theme:
    """Colours of a picture, by what they stand for.

    Attributes:
        name: what people type.
        background: of the whole figure, solid.
        ink: text, axes and the strongest lines.
        muted: secondary text and reference lines; still readable.
        faint: arrows and comparison curves that stay behind.
        grid: grid lines.
        first, second, third: the colours of the curves, from Okabe and Ito.
        growing, shrinking, neither: flat tints for regions by what the variance does, quiet behind everything else.
        hatching: lines and dots on those tints, which tell them apart in grey print too.
        colormap: perceptually uniform and safe for colour-blind readers.
    """

    name: str
    background: str
    ink: str
    muted: str
    faint: str
    grid: str
    first: str
    second: str
    third: str
    growing: str
    shrinking: str
    neither: str
    hatching: str
    colormap: str = "viridis"

    @classmethod
    def of(cls, theme: str | Theme) -> Theme:
        """Return the theme of that name.

        Raises:
            InputError: for an unknown name.
        """
        if isinstance(theme, Theme):
            return theme
        if theme not in THEMES:
            raise InputError(f"unknown theme {quoted(theme)}; accepted: {', '.join(THEMES)}")
        return THEMES[theme]

    @property
    def style(self) -> dict[str, Any]:
        """Matplotlib's settings for this theme."""
        return {
            "axes.edgecolor": self.muted,
            "axes.facecolor": self.background,
            "axes.grid": False,
            "axes.labelcolor": self.ink,
            "axes.labelsize": 10,
            "axes.linewidth": 0.8,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlecolor": self.ink,
            "axes.titlelocation": "left",
            "axes.titlesize": 10.5,
            "axes.titlepad": 8,
            "figure.facecolor": self.background,
            "font.family": ["DejaVu Sans"],
            "font.size": 9.5,
            "legend.fontsize": 9,
            "lines.linewidth": 1.8,
            "mathtext.fontset": "dejavusans",
            "text.color": self.ink,
            "xtick.color": self.muted,
            "xtick.labelcolor": self.ink,
            "xtick.labelsize": 9,
            "ytick.color": self.muted,
            "ytick.labelcolor": self.ink,
            "ytick.labelsize": 9,
        }


LIGHT: Final = Theme(
    name="light",
    background="#ffffff",
    ink="#1a1a1a",
    muted="#595959",
    faint="#9a9a9a",
    grid="#e4e4e4",
    first=OKABE_ITO["blue"],
    second=OKABE_ITO["vermillion"],
    third="#00795a",
    growing="#fdf1e3",
    shrinking="#e9f3fa",
    neither="#e6e6e6",
    hatching="#d3cbc0",
)
DARK: Final = Theme(
    name="dark",
    background="#15181d",
    ink="#f2f2f2",
    muted="#b4b8be",
    faint="#7d838c",
    grid="#2c3138",
    first=OKABE_ITO["sky"],
    second=OKABE_ITO["orange"],
    third="#2fc79b",
    growing="#2d2418",
    shrinking="#172733",
    neither="#33363b",
    hatching="#454a50",
)
THEMES: Final[Mapping[str, Theme]] = {theme.name: theme for theme in (LIGHT, DARK)}
