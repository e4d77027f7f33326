"""The derivation of SELU's lambda and alpha, for people to read."""

from selu_math.derivation.derivation import Derivation, derive
from selu_math.derivation.formula import Formula, Step

__all__ = ["Derivation", "Formula", "Step", "derive"]
