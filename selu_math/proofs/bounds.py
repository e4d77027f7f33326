"""Certified suprema over a region: a bound that a split tree shows, and a witness that comes near it.

A point where the quantity is nearly largest is looked for by trial; how good it is decides only whether the proof
succeeds, not whether it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor, log10
from typing import Final

from flint import arb

from selu_math.exceptions import InputError
from selu_math.numbers.ball import BALL
from selu_math.proofs.claims import Claim, Plane, Point, Test
from selu_math.proofs.region import Region
from selu_math.proofs.trees import Tree, grow

_GRID: Final = 8
_FINEST: Final = Fraction(1, 1 << 30)
_RETRIES: Final = 8
_TRIES: Final = 2000


@dataclass(frozen=True)
class Bound:
    """A supremum, or of a claim that something stays above an infimum, enclosed.

    Attributes:
        shown: the claim that the quantity stays on this side of a bound.
        tree: what shows it.
        witness: the claim that it comes nearer than the tolerance at a point.
    """

    shown: Claim
    tree: Tree
    witness: Claim

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The enclosure, lower end first."""
        return min(self.shown.bound, self.witness.bound), max(self.shown.bound, self.witness.bound)

    @property
    def is_proved(self) -> bool:
        """Whether the tree is complete; the witness holds in any case."""
        return self.tree.left is None


def enclose(claim: Claim, region: Region, tolerance: Fraction, max_leaves: int) -> Bound:
    """Enclose the supremum of what a claim is about (``below``), or its infimum (``above``); its bound is ignored.

    Beyond 10 the tolerance grows with the size, by powers of ten.  A norm is bounded as if the largest |omega| went
    with every m; where mu and omega are lopsided, so that it does not, the enclosure is wider.

    Raises:
        InputError: where a value is not finite.
    """
    test, reached = Test(claim, region), Test(claim, region, attained=True)
    sign = 1 if claim.side == "below" else -1
    point = extreme(test)
    place = point if test.is_attained(point) else extreme(reached)
    for _ in range(_RETRIES):
        place = point if test.is_attained(point) else place
        value, attained = test.value(point), reached.value(place)
        if not (value.is_finite() and attained.is_finite()):
            raise InputError(f"{claim.quantity} has no finite value somewhere on {region}")
        unit = tolerance / 4 * 10 ** floor(log10(max(1.0, abs(float(value.mid())))))
        bound = sign * (_below(sign * value, unit) + 4 * unit)
        shown = replace(claim, bound=bound)
        near = sign * _below(sign * attained, unit)
        witness = replace(claim, side="above" if sign > 0 else "below", bound=near, at=test.witness(place))
        tree = grow(shown, region, max_leaves)
        if tree.left is None:
            break
        # where the tree stopped there may be a larger value
        better = _climb(test, _middle(tree.left), Fraction(1, 64))
        if not sign * (test.value(better) - value) > 0:
            break
        point = better
    return Bound(shown, tree, witness)


def _below(value: arb, unit: Fraction) -> Fraction:
    """Return a multiple of the unit below a value, by less than a unit or nearly."""
    near = Fraction(floor(float(value.mid()) / unit)) * unit
    while not value > BALL.rational(near):
        near -= unit
    return near


def extreme(test: Test) -> Point:
    """Return a point of the box of (m, v) where the quantity is nearly extreme: a grid, then steps uphill."""
    points = [p for root in test.claim.roots(test.region) for p in _grid(root)]
    return _climb(test, max(points, key=lambda p: _height(test, p)), Fraction(1, _GRID))


def _climb(test: Test, start: Point, step: Fraction) -> Point:
    """Go uphill along the axes in ever smaller steps; the point's coordinates stay short."""
    (m0, m1), (v0, v1) = test.region.m, test.region.v
    best, height, tries = start, _height(test, start), 0
    while step >= _FINEST and tries < _TRIES:
        tries += 1
        for dm, dv in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            m = min(max(best[0] + dm * step * (m1 - m0), m0), m1)
            v = min(max(best[1] + dv * step * min(v1 - v0, best[1]), v0), v1)
            point = _short(m, m0, m1), _short(v, v0, v1)
            found = _height(test, point)
            if found > height:
                best, height = point, found
                break
        else:
            step /= 4
    return best


def _height(test: Test, point: Point) -> float:
    return test.estimate(point) * (1 if test.claim.side == "below" else -1)


def _grid(box: Plane) -> list[Point]:
    m0, m1, v0, v1 = box
    ratio = float(v1 / v0)
    ms = sorted({m0 + (m1 - m0) * Fraction(i, _GRID) for i in range(_GRID + 1)})
    inner = {_short(Fraction(float(v0) * ratio ** (j / _GRID)), v0, v1) for j in range(1, _GRID)}
    return [(m, v) for m in ms for v in sorted({v0, v1, *inner})]


def _short(x: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """Return a number near x, between two, with few digits unless it is one of these."""
    if not x or x in {low, high}:
        return x
    unit = Fraction(10) ** (floor(log10(abs(x))) - 12)
    return min(max(round(x / unit) * unit, low), high)


def _middle(box: Plane) -> Point:
    return (box[0] + box[1]) / 2, (box[2] + box[3]) / 2
