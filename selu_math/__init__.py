"""Derives, computes, proves and checks the fixed-point mathematics of SELU and self-normalising activations.

Names are loaded when they are first used, so that importing the package stays light.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selu_math.activations import SELU, Activation, elu, leaky_relu, parse_activation, relu, selu_activation
    from selu_math.atlas import Atlas, sweep
    from selu_math.basins import basin
    from selu_math.continuation import follow_branch
    from selu_math.derivation import derive
    from selu_math.exceptions import InputError, MissingExtraError, PrecisionError, SeluMathError
    from selu_math.families import affine_parameters
    from selu_math.fixed_points import find_fixed_points
    from selu_math.gains import gains
    from selu_math.layer import jacobian, layer_map, propagate
    from selu_math.mean_field import companions, correlation_map
    from selu_math.moments import moments
    from selu_math.numbers.enclosure import Enclosure
    from selu_math.omega_limits import omega_limits
    from selu_math.own import activation_from_callable, activation_from_sympy
    from selu_math.parameters import selu_parameters
    from selu_math.proofs.contraction import check_contraction
    from selu_math.proofs.prover import prove, prove_basin
    from selu_math.proofs.region import Region
    from selu_math.proofs.trial import smallest_box
    from selu_math.proved_correlation import prove_correlation
    from selu_math.proved_map import prove_map
    from selu_math.reference import selu, selu_grad
    from selu_math.stability import spectral_norm, spectral_radius
    from selu_math.verdict import Answer, Verdict

__version__ = "0.1.0"

_HOME = {
    "selu_math.activations": ("SELU", "Activation", "elu", "leaky_relu", "parse_activation", "relu", "selu_activation"),
    "selu_math.atlas": ("Atlas", "sweep"),
    "selu_math.basins": ("basin",),
    "selu_math.continuation": ("follow_branch",),
    "selu_math.derivation": ("derive",),
    "selu_math.exceptions": ("InputError", "MissingExtraError", "PrecisionError", "SeluMathError"),
    "selu_math.families": ("affine_parameters",),
    "selu_math.fixed_points": ("find_fixed_points",),
    "selu_math.gains": ("gains",),
    "selu_math.layer": ("jacobian", "layer_map", "propagate"),
    "selu_math.mean_field": ("companions", "correlation_map"),
    "selu_math.moments": ("moments",),
    "selu_math.numbers.enclosure": ("Enclosure",),
    "selu_math.omega_limits": ("omega_limits",),
    "selu_math.own": ("activation_from_callable", "activation_from_sympy"),
    "selu_math.parameters": ("selu_parameters",),
    "selu_math.proofs.contraction": ("check_contraction",),
    "selu_math.proofs.prover": ("prove", "prove_basin"),
    "selu_math.proofs.region": ("Region",),
    "selu_math.proofs.trial": ("smallest_box",),
    "selu_math.proved_correlation": ("prove_correlation",),
    "selu_math.proved_map": ("prove_map",),
    "selu_math.reference": ("selu", "selu_grad"),
    "selu_math.stability": ("spectral_norm", "spectral_radius"),
    "selu_math.verdict": ("Answer", "Verdict"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "SELU",
    "Activation",
    "Answer",
    "Atlas",
    "Enclosure",
    "InputError",
    "MissingExtraError",
    "PrecisionError",
    "Region",
    "SeluMathError",
    "Verdict",
    "activation_from_callable",
    "activation_from_sympy",
    "affine_parameters",
    "basin",
    "check_contraction",
    "companions",
    "correlation_map",
    "derive",
    "elu",
    "find_fixed_points",
    "follow_branch",
    "gains",
    "jacobian",
    "layer_map",
    "leaky_relu",
    "moments",
    "omega_limits",
    "parse_activation",
    "propagate",
    "prove",
    "prove_basin",
    "prove_correlation",
    "prove_map",
    "relu",
    "selu",
    "selu_activation",
    "selu_grad",
    "selu_parameters",
    "smallest_box",
    "spectral_norm",
    "spectral_radius",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'selu_math' has no attribute {name!r}")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


class _Package(ModuleType):
    """The package as a module: importing ``selu_math.moments`` must not hide the function of that name."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _MODULE_OF or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})
