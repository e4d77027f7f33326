"""The (omega, tau) plane in tiles: what a layer map does there, swept, stored and resumed."""

from selu_math.atlas.grid import Range, Settings
from selu_math.atlas.orbits import Fate
from selu_math.atlas.result import Atlas
from selu_math.atlas.sweep import Progress, sweep

__all__ = ["Atlas", "Fate", "Progress", "Range", "Settings", "sweep"]
