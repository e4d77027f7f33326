"""Pictures with what has been proved drawn in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from selu_math.activations import SELU, Activation
from selu_math.plotting import PLOTS, Picture, plot_atlas, plot_phase, plot_stability
from selu_math.proofs.contraction import Contraction, check_contraction

KINDS: Final = tuple(PLOTS)
REPORTED: Final = ("activation", "phase", "stability")
"""Those in the report on SELU."""
_NO_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType({})


def draw(
    kind: str,
    *,
    activation: Activation | None = None,
    theme: str = "light",
    theorem: Contraction | None = None,
    store: Path | None = None,
    options: Mapping[str, Any] = _NO_OPTIONS,
) -> Picture:
    """Return a picture; the phase portrait, the stability picture and the atlas show Theorem 1 with its proof.

    Args:
        kind: one of :data:`KINDS`.
        activation: f; by default SELU, or what the store is an atlas of.
        theme: ``"light"`` or ``"dark"``.
        theorem: the proof of Theorem 1, where the caller has it already.
        store: a store of tiles, for the atlas.
        options: what else that picture's function takes, such as ``omega``.

    Raises:
        InputError: for an unknown theme, options that are not accepted, or a store that cannot be used or is another
            activation's.
    """
    f = SELU if activation is None else activation
    if kind not in {"phase", "stability", "atlas"}:
        return PLOTS[kind](f, theme=theme, **options)
    proof = (theorem or check_contraction()) if f is SELU else None
    if kind == "stability":
        return plot_stability(f, proved=bool(proof), theme=theme, **options)
    if kind == "atlas":
        return plot_atlas(activation, store=store, proved=bool(proof), theme=theme, **options)
    image = (proof.mean.bounds(), proof.variance.bounds()) if proof else None
    return plot_phase(f, image=image, theme=theme, **options)
