"""Pictures with what has been proved drawn in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from selu_math.activations import SELU, Activation, parse_activation
from selu_math.atlas import Atlas
from selu_math.exceptions import InputError
from selu_math.plotting import (
    PLOTS,
    Picture,
    plot_activation,
    plot_atlas,
    plot_compare,
    plot_phase,
    plot_stability,
)
from selu_math.proofs.contraction import Contraction, check_contraction

KINDS: Final = tuple(PLOTS)
REPORTED: Final = ("activation", "phase", "stability")
"""Those in the report on SELU."""


def draw(
    kind: str,
    *,
    activation: Activation = SELU,
    omega: float = 0.0,
    tau: float = 1.0,
    map_kind: str = "paper",
    theme: str = "light",
    theorem: Contraction | None = None,
    store: Path | None = None,
) -> Picture:
    """Return a picture; where Theorem 1's box appears in it, its proof and its certified image do, too.

    Args:
        kind: one of :data:`KINDS`.
        activation: f.
        omega: sum of a unit's weights, for the phase portrait.
        tau: sum of a unit's squared weights, for the phase portrait.
        map_kind: the layer map of the phase portrait.
        theme: ``"light"`` or ``"dark"``.
        theorem: the proof of Theorem 1, where the caller has it already.
        store: a store of tiles, for the atlas; it is drawn as what it is an atlas of.

    Raises:
        InputError: for an unknown theme or map, weights that are not accepted, or a store that cannot be used or
            is not of ``activation``, where that is not SELU.
    """
    if kind == "activation":
        return plot_activation(activation, theme=theme)
    if kind == "compare":
        return plot_compare(activation, theme=theme)
    if store is not None:
        with Atlas.open(store) as atlas:
            text = atlas.settings.activation
            if activation is SELU:
                activation = parse_activation(text)
            elif activation.name != parse_activation(text).name:
                raise InputError(f"the store is an atlas of {text}, not of {activation.name}; leave --activation out")
    proof = (theorem or check_contraction()) if activation is SELU else None
    if kind == "stability":
        return plot_stability(activation, proved=bool(proof), theme=theme)
    if kind == "atlas":
        return plot_atlas(activation, store=store, proved=bool(proof), theme=theme)
    image = (proof.mean.bounds(), proof.variance.bounds()) if proof else None
    return plot_phase(activation, omega=omega, tau=tau, kind=map_kind, image=image, theme=theme)
