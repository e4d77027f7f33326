"""Certified suprema by branch and bound.

An objective is bounded over a box by its natural enclosure and by the mean-value form (value at the centre plus
gradient times distance).  Where a partial derivative keeps its sign, the box collapses to the face that carries the
maximum.  The box with the largest upper bound is split first, so the search ends as soon as that bound and the best
attained value are within the tolerance.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import inf, isqrt
from typing import NamedTuple, TypeAlias

from flint import arb

from selu_math.numbers.ball import BALL, interval

Box: TypeAlias = tuple[tuple[Fraction, Fraction], ...]
Point: TypeAlias = tuple[Fraction, ...]
Objective: TypeAlias = Callable[[Sequence[arb]], arb]
Gradient: TypeAlias = Callable[[Sequence[arb]], tuple[arb, Sequence[arb]]]


@dataclass(frozen=True)
class Supremum:
    """A supremum, enclosed.

    Attributes:
        lower: a value attained at ``at``, enclosed; the supremum is no smaller.
        upper: a ball whose upper end the objective nowhere exceeds.
        at: where ``lower`` is attained, exact.
        boxes: how many boxes were examined.
        left: boxes that were not settled to the tolerance; empty where it was reached.
    """

    lower: arb
    upper: arb
    at: Point
    boxes: int
    left: tuple[Box, ...]


def supremum(
    value: Objective, gradient: Gradient, boxes: Iterable[Box], *, tolerance: Fraction, max_boxes: int
) -> Supremum:
    """Enclose the supremum of an objective over a union of boxes.

    Args:
        value: the objective at balls.
        gradient: the objective and its partial derivatives at balls; generalised gradients of a Lipschitz function
            do as well.
        boxes: boxes with exact ends; a coordinate may be a single point.
        tolerance: how far apart the two bounds may stay.
        max_boxes: how many boxes to examine at most; beyond that the bounds stay as wide as they are.
    """
    search = _Search(value, gradient)
    for box in boxes:
        search.add(box)
    gap = BALL.rational(tolerance)
    points: list[_Entry] = []  # single points whose value is not known to the tolerance: nothing is left to split
    while search.heap:
        if (search.heap[0].upper - search.best).upper() < gap:
            break
        if search.examined >= max_boxes:
            return search.result(points, tuple(entry.box for entry in (*search.heap, *points)))
        entry = heapq.heappop(search.heap)
        if all(low == high for low, high in entry.box):
            points.append(entry)
            continue
        for half in _split(entry.box, entry.slopes):
            search.add(half)
    return search.result(points, tuple(entry.box for entry in points))


class _Entry(NamedTuple):
    """A box in the queue; the order makes entries comparable without comparing balls."""

    priority: float
    order: int
    upper: arb
    box: Box
    slopes: list[float]


class _Search:
    def __init__(self, value: Objective, gradient: Gradient) -> None:
        self.value, self.gradient = value, gradient
        self.heap: list[_Entry] = []
        self.best = arb("-inf")
        self.at: Point = ()
        self.examined = 0
        self._order = count()

    def result(self, points: Sequence[_Entry], left: tuple[Box, ...]) -> Supremum:
        # the queue is ordered by rounded bounds, so the largest bound is taken over all of it
        upper = self.best
        for entry in (*self.heap, *points):
            upper = upper.max(entry.upper) if entry.upper.is_finite() else arb("inf")
            if not upper.is_finite():
                break
        return Supremum(self.best, upper, self.at, self.examined, left)

    def add(self, box: Box) -> None:
        """Bound a box, collapsing monotone coordinates, and queue it unless it cannot hold the maximum."""
        while True:
            self.examined += 1
            upper, slopes = self._bound(box)
            smaller = tuple(_collapse(side, slope) for side, slope in zip(box, slopes, strict=True))
            if smaller == box:
                break
            box = smaller
        # a bound that is nan is no bound: it stays in the queue, first in line
        if upper.is_finite() and upper < self.best:
            return
        priority = -float(upper.upper()) if upper.is_finite() else -inf
        steepness = [float(abs(slope).upper()) if slope.is_finite() else inf for slope in slopes]
        heapq.heappush(self.heap, _Entry(priority, next(self._order), upper, box, steepness))

    def _bound(self, box: Box) -> tuple[arb, Sequence[arb]]:
        centre = tuple((low + high) / 2 for low, high in box)
        at_centre = self.value([BALL.rational(c) for c in centre])
        if at_centre.is_finite() and (not self.best.is_finite() or at_centre.lower() > self.best.lower()):
            self.best, self.at = at_centre, centre
        if all(low == high for low, high in box):
            return at_centre, [arb(0)] * len(box)
        natural, slopes = self.gradient([interval(low, high) for low, high in box])
        mean_value = at_centre
        for (low, high), c, slope in zip(box, centre, slopes, strict=True):
            if low < high:
                mean_value += slope * interval(low - c, high - c)
        if not natural.is_finite() or (mean_value.is_finite() and mean_value.upper() < natural.upper()):
            return mean_value, slopes
        return natural, slopes


def _collapse(side: tuple[Fraction, Fraction], slope: arb) -> tuple[Fraction, Fraction]:
    """Return the end of a coordinate's range that carries the maximum, where the slope's sign is proved."""
    low, high = side
    if low < high and slope.is_finite():
        if slope > 0:
            return high, high
        if slope < 0:
            return low, low
    return side


def _split(box: Box, slopes: Sequence[float]) -> tuple[Box, Box]:
    """Halve the coordinate along which the objective may vary most; positive ranges over an octave geometrically."""
    spread = [_float(high - low) * slope for (low, high), slope in zip(box, slopes, strict=True)]
    if not all(s < inf for s in spread):
        spread = [_float((high - low) / (1 + abs(low) + abs(high))) for low, high in box]
    axis = max((i for i, (low, high) in enumerate(box) if low < high), key=lambda i: spread[i])
    low, high = box[axis]
    middle = (low + high) / 2
    if low > 0 and high > 2 * low:
        middle = Fraction(isqrt(int(low * high * (1 << 64))), 1 << 32)
        if not low < middle < high:
            middle = (low + high) / 2
    return (*box[:axis], (low, middle), *box[axis + 1 :]), (*box[:axis], (middle, high), *box[axis + 1 :])


def _float(q: Fraction) -> float:
    try:
        return float(q)
    except OverflowError:
        return inf
