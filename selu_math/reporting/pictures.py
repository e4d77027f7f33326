"""Pictures with what has been proved drawn in."""

from __future__ import annotations

from typing import Final

from selu_math.activations import SELU, Activation
from selu_math.plotting import PLOTS, Picture, plot_activation, plot_phase, plot_stability
from selu_math.proofs.contraction import Contraction, check_contraction

KINDS: Final = tuple(PLOTS)


def draw(
    kind: str,
    *,
    activation: Activation = SELU,
    omega: float = 0.0,
    tau: float = 1.0,
    map_kind: str = "paper",
    theme: str = "light",
    theorem: Contraction | None = None,
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

    Raises:
        InputError: for an unknown theme or map, or weights that are not accepted.
    """
    if kind == "activation":
        return plot_activation(activation, theme=theme)
    proof = (theorem or check_contraction()) if activation is SELU else None
    if kind == "stability":
        return plot_stability(activation, proved=bool(proof), theme=theme)
    image = (proof.mean.bounds(), proof.variance.bounds()) if proof else None
    return plot_phase(activation, omega=omega, tau=tau, kind=map_kind, image=image, theme=theme)
