"""Pictures: each function returns a Matplotlib figure with its caption and the numbers it shows.

>>> from selu_math.plotting import plot_phase, save
>>> save(plot_phase(omega=0.05), "phase.svg")  # doctest: +SKIP
"""

from collections.abc import Callable, Mapping
from typing import Final

from selu_math.plotting.activation import plot_activation
from selu_math.plotting.atlas import plot_atlas
from selu_math.plotting.basin import plot_basin
from selu_math.plotting.compare import plot_compare
from selu_math.plotting.errors import plot_errors
from selu_math.plotting.phase import plot_phase
from selu_math.plotting.picture import FORMATS, Picture, format_of, render, save
from selu_math.plotting.stability import plot_stability
from selu_math.plotting.theme import DARK, LIGHT, THEMES, Theme
from selu_math.plotting.trajectories import plot_trajectories

PLOTS: Final[Mapping[str, Callable[..., Picture]]] = {
    "activation": plot_activation,
    "phase": plot_phase,
    "stability": plot_stability,
    "atlas": plot_atlas,
    "trajectories": plot_trajectories,
    "basin": plot_basin,
    "compare": plot_compare,
}
"""Every kind of picture of an activation by name; each takes that and ``theme`` and returns a :class:`Picture`."""

__all__ = [
    "DARK",
    "FORMATS",
    "LIGHT",
    "PLOTS",
    "THEMES",
    "Picture",
    "Theme",
    "format_of",
    "plot_activation",
    "plot_atlas",
    "plot_basin",
    "plot_compare",
    "plot_errors",
    "plot_phase",
    "plot_stability",
    "plot_trajectories",
    "render",
    "save",
]
