"""Boxes and weights of norms, found by trial: a proof has to confirm what it uses of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, isfinite, log10
from typing import Final

from selu_math.activations import SELU, Activation
from selu_math.exceptions import InputError
from selu_math.numbers.ball import precision
from selu_math.proofs.bounds import extreme
from selu_math.proofs.claims import Claim, Plane, Test
from selu_math.proofs.region import Region

TINY: Final = Fraction(1, 1 << 30)
"""Nobody tries to keep variances above less than this."""
_BITS: Final = 96
_MARGIN: Final = Fraction(1, 200)
_SETTLED: Final = _MARGIN / 20
_LAYERS: Final = 300
_NARROWEST: Final = Fraction(1, 1 << 20)
_WEIGHTS: Final = tuple(Fraction(n, 20) for n in (1, 2, 4, 6, 8, 10, 12, 16, 20, 25, 30, 40, 60, 100))


def smallest_box(weights: Region, *, activation: Activation = SELU) -> Region:
    """Return nearly the smallest box of (mu, nu) that the layer map keeps under all omega and tau of a region.

    Boxes around images of boxes, each wider by a two-hundredth, are followed until they change no more.

    Args:
        weights: its omega and tau count.
        activation: f.

    Raises:
        InputError: where boxes grow without bound, or variances fall to 0.
    """
    start = Fraction(-1), Fraction(1), Fraction(1, 10), Fraction(8)
    with precision(_BITS):
        here = _with(start, weights)
        for _ in range(_LAYERS):
            found = image_box(here, _MARGIN, activation)
            if found[2] < TINY or found[3] > 1 / TINY:
                break
            if settled(found, here, _SETTLED):
                return here
            here = _with(found, weights)
    raise InputError(f"no box of (mu, nu) is kept under omega and tau of {weights}: give smaller ranges")


def settled(target: Plane, here: Region, share: Fraction) -> bool:
    """Whether a box differs from another by this share of it at most."""
    (a, b), (c, d) = here.mu, here.nu
    moved = max(abs(target[0] - a), abs(target[1] - b)) <= share * (b - a)
    return moved and all(abs(x - y) <= share * y for x, y in ((target[2], c), (target[3], d)))


def best_weight(region: Region, rows: str, activation: Activation) -> Fraction:
    """Return the weight of a norm, of a few, under which the Jacobian is smallest over a region, by trial."""

    def largest(weight: Fraction) -> float:
        test = Test(Claim("norm", rows=rows, weight=weight, activation=activation), region)  # type: ignore[arg-type]
        return test.estimate(extreme(test))

    with precision(_BITS):
        return min(_WEIGHTS, key=largest)


def image_box(region: Region, margin: Fraction, activation: Activation) -> Plane:
    """Return a box around the image of a region, by trial, a little wider on each side; a tree has to show it."""
    region = replace(region, nu=(max(region.nu[0], region.nu[1] * TINY**2), region.nu[1]))
    values: dict[tuple[str, str], Fraction] = {}
    for kind in ("mean", "variance"):
        for side in ("above", "below"):
            test = Test(Claim(kind, side, activation=activation), region)
            found = test.estimate(extreme(test))
            if not isfinite(found):
                raise InputError(f"the new {kind} is beyond what can be computed on {region}: give a smaller region")
            values[kind, side] = Fraction(found)
    low, high = values["mean", "above"], values["mean", "below"]
    # of an odd function with omega = 0 the mean is 0, and no box so narrow that roundings count
    gap = max((high - low) * margin, _NARROWEST * Fraction(float(values["variance", "below"]) ** 0.5))
    return (
        outward(low - gap, -1),
        outward(high + gap, 1),
        outward(values["variance", "above"] * (1 - margin), -1),
        outward(values["variance", "below"] * (1 + margin), 1),
    )


def outward(x: Fraction, sign: int) -> Fraction:
    """Round to six digits, up or down."""
    if not x:
        return x
    unit = Fraction(10) ** (floor(log10(abs(x))) - 5)
    return (ceil(x / unit) if sign > 0 else floor(x / unit)) * unit


def _with(plane: Plane, weights: Region) -> Region:
    return Region(mu=plane[:2], omega=weights.omega, nu=plane[2:], tau=weights.tau)
