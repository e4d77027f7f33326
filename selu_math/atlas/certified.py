"""The certified sweep: what holds of a tile is proved for every (omega, tau) in it, ends included.

The float search proposes fixed points at the tile's centre; each is followed over the whole tile in ball arithmetic
(:mod:`selu_math.proofs.tracking`), and a tile over which it cannot be followed at once is cut in four.  Where the
search finds none, none in a bounded region of (mean, variance) is proved by branch and bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from math import inf, nan, nextafter
from typing import Any, Final, TypeAlias

import numpy as np
from flint import arb

from selu_math.activations import Activation, parse_activation
from selu_math.atlas.grid import Settings
from selu_math.atlas.search import fixed_points, table
from selu_math.layer import MapKind
from selu_math.numbers.ball import precision
from selu_math.proofs.boxes import Box
from selu_math.proofs.image import LayerFamily
from selu_math.proofs.krawczyk import isolate
from selu_math.proofs.region import Interval
from selu_math.proofs.tracking import Point, Tracked, track

VERSION: Final = 2
REGION: Final = Box(-100.0, 100.0, 1e-3, 1e4)
"""Where the absence of fixed points is proved: mean and variance."""
_BITS: Final = 64
_CUTS: Final = 5
"""A tile is cut in four so often at most."""
_MAX_BOXES: Final = 1500
Weights: TypeAlias = tuple[Interval, Interval]


class Verdict(IntEnum):
    """What is proved of a tile, for every (omega, tau) in it."""

    UNDECIDED = 0
    ATTRACTING = 1
    """There is a fixed point that attracts."""
    UNSTABLE = 2
    """There is a fixed point, and it does not attract."""
    NONE = 3
    """There is no fixed point in :data:`REGION`."""


COLUMNS: Final = {
    "verdict": "|u1",
    "pieces": "<u2",
    "mean_low": "<f8",
    "mean_high": "<f8",
    "variance_low": "<f8",
    "variance_high": "<f8",
    "radius_low": "<f8",
    "radius_high": "<f8",
}
"""Of each tile: a :class:`Verdict`; how many pieces it was cut into; and of the fixed point that the verdict is about,
over the tile, lowest and highest mean, variance and spectral radius, rounded outward (nan where there is none)."""


@dataclass(frozen=True)
class _Proof:
    verdict: Verdict
    pieces: int
    ends: tuple[float, ...] = (nan,) * 6


def block_size(activation: Activation) -> int:
    """Return how many tiles make a block."""
    return 64 if activation.is_closed_form else 4


def compute(settings: Settings, block: int) -> dict[str, Any]:
    """Return the columns of a block."""
    activation, kind = parse_activation(settings.activation), settings.kind
    omega, tau = settings.centres(block)
    found = fixed_points(table(settings.activation, kind), omega, tau)
    proofs = []
    for i, tile in enumerate(settings.extent(block)):
        column, row = divmod(tile, settings.tau.parts)
        order = np.argsort(found.radius[:, i])  # nan, which stands for none, comes last
        starts = [
            (float(found.mean[n, i]), float(found.variance[n, i])) for n in order if np.isfinite(found.variance[n, i])
        ]
        proofs.append(prove(activation, kind, (settings.omega.cell(column), settings.tau.cell(row)), starts))
    columns = [[proof.verdict for proof in proofs], [proof.pieces for proof in proofs]]
    columns += zip(*(proof.ends for proof in proofs), strict=True)
    return dict(zip(COLUMNS, map(np.array, columns), strict=True))


def prove(activation: Activation, kind: MapKind, weights: Weights, starts: list[Point], cuts: int = _CUTS) -> _Proof:
    """Return what is proved for every (omega, tau) of a tile.

    Args:
        activation: f.
        kind: the map.
        weights: exact ranges of omega and tau.
        starts: fixed points at the centre as floats know them, the most attracting first.
        cuts: how often the tile may be cut in four.
    """
    family = LayerFamily(activation, kind, *weights)
    with precision(_BITS):
        if not starts:
            searched = isolate(family, REGION, max_boxes=_MAX_BOXES)
            if not searched.found and not searched.undecided:
                return _Proof(Verdict.NONE, 1)
            reasons = {left.reason for left in searched.undecided}
            return _split(activation, kind, weights, starts, cuts) if "weights" in reasons else _Proof(Verdict(0), 1)
        tracked = track(family, starts[0])
    if tracked is not None and (verdict := _verdict(tracked)) is not Verdict.UNDECIDED:
        return _Proof(verdict, 1, _ends(tracked))
    return _split(activation, kind, weights, starts, cuts)


def _verdict(tracked: Tracked) -> Verdict:
    if tracked.spectral_radius < 1:
        return Verdict.ATTRACTING
    return Verdict.UNSTABLE if tracked.spectral_radius > 1 else Verdict.UNDECIDED


def _split(activation: Activation, kind: MapKind, weights: Weights, starts: list[Point], cuts: int) -> _Proof:
    """Return what the four parts have in common; undecided as soon as one is, or two differ."""
    if not cuts:
        return _Proof(Verdict.UNDECIDED, 1)
    omega, tau = (_halves(side) for side in weights)
    proofs: list[_Proof] = []
    for left in omega:
        for right in tau:
            proof = prove(activation, kind, (left, right), starts, cuts - 1)
            proofs.append(proof)
            if proof.verdict is Verdict.UNDECIDED or proof.verdict is not proofs[0].verdict:
                return _Proof(Verdict.UNDECIDED, sum(part.pieces for part in proofs))
    ends = np.array([proof.ends for proof in proofs])
    hull = [(np.min, np.max)[n % 2](ends[:, n]) for n in range(6)]
    return _Proof(proofs[0].verdict, sum(part.pieces for part in proofs), tuple(map(float, hull)))


def _halves(side: Interval) -> Iterable[Interval]:
    low, high = side
    if low == high:
        return (side,)
    middle: Fraction = (low + high) / 2
    return (low, middle), (middle, high)


def _ends(tracked: Tracked) -> tuple[float, ...]:
    balls = (tracked.mean, tracked.variance, tracked.spectral_radius)
    return tuple(end for ball in balls for end in (_below(ball.lower()), _above(ball.upper())))


def _below(x: arb) -> float:
    return nextafter(float(x), -inf)


def _above(x: arb) -> float:
    return nextafter(float(x), inf)
