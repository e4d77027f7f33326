"""Boxes of (mean, variance) with float ends, which are exact: cut, met, and joined again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite, sqrt
from typing import NamedTuple, TypeAlias

from flint import arb

Pair: TypeAlias = tuple[arb, arb]


class Box(NamedTuple):
    """Closed ranges of mean and variance, with exact ends."""

    mean_low: float
    mean_high: float
    variance_low: float
    variance_high: float

    @property
    def centre(self) -> tuple[float, float]:
        """A point in it: the middle of the mean's range, the geometric one of the variance's where it is wide."""
        a, b, c, d = self
        return middle(a, b), _geometric(c, d)

    @property
    def balls(self) -> Pair:
        """Balls that contain the two ranges."""
        return arb(self.mean_low).union(arb(self.mean_high)), arb(self.variance_low).union(arb(self.variance_high))

    def halves(self, axis: int) -> tuple[Box, Box]:
        """Cut it through its centre, across the mean (0) or the variance (1)."""
        a, b, c, d = self
        cut = self.centre[axis]
        if axis == 0:
            return Box(a, cut, c, d), Box(cut, b, c, d)
        return Box(a, b, c, cut), Box(a, b, cut, d)

    def overlaps(self, other: Box) -> bool:
        """Whether the interiors meet."""
        return (
            self.mean_low < other.mean_high
            and other.mean_low < self.mean_high
            and self.variance_low < other.variance_high
            and other.variance_low < self.variance_high
        )

    def without(self, other: Box) -> list[Box]:
        """Return boxes that cover the rest of it, where the interiors meet."""
        a, b, c, d = self
        p, q, r, s = other
        left, right = max(a, p), min(b, q)
        rest = [(a, p, c, d), (q, b, c, d), (left, right, c, r), (left, right, s, d)]
        return [Box(*box) for box in rest if box[0] < box[1] and box[2] < box[3]]

    def holds(self, x: Pair) -> bool:
        """Whether a pair of balls lies inside."""
        return _inside(x[0], self.mean_low, self.mean_high) and _inside(x[1], self.variance_low, self.variance_high)


class Undecided(NamedTuple):
    """A box of which it is not known whether it holds fixed points.

    Attributes:
        box: the box.
        reason: ``"degenerate"`` (the Jacobian may have the eigenvalue 1 there: fixed points that are about to merge, or
            a continuum of them), ``"weights"`` (those of the different (omega, tau) lie too far apart),
            ``"precision"`` or ``"budget"``.
    """

    box: Box
    reason: str


def merged(left: Iterable[Undecided]) -> Iterator[Undecided]:
    """Join boxes that were cut from one another and left for the same reason."""
    by_reason: dict[str, list[Box]] = {}
    for box, reason in left:
        by_reason.setdefault(reason, []).append(box)
    for reason, boxes in by_reason.items():
        before = None
        while len(boxes) != before:
            before = len(boxes)
            # first along the mean's axis, then along the variance's
            for axis in (0, 1):
                boxes = _joined(boxes, axis)
        yield from (Undecided(box, reason) for box in boxes)


def _joined(boxes: list[Box], axis: int) -> list[Box]:
    def along(box: Box) -> tuple[float, float]:
        return (box[0], box[1]) if axis == 0 else (box[2], box[3])

    def across(box: Box) -> tuple[float, float]:
        return (box[2], box[3]) if axis == 0 else (box[0], box[1])

    joined: list[Box] = []
    for box in sorted(boxes, key=lambda b: (across(b), along(b))):
        last = joined[-1] if joined else None
        if last is not None and across(last) == across(box) and along(last)[1] >= along(box)[0]:
            end = max(along(last)[1], along(box)[1])
            joined[-1] = last._replace(mean_high=end) if axis == 0 else last._replace(variance_high=end)
        else:
            joined.append(box)
    return joined


def _inside(x: arb, low: float, high: float) -> bool:
    return bool(x.is_finite() and arb(low) <= x <= arb(high))


def middle(a: float, b: float) -> float:
    """Return a number between two, their mean as far as floats tell."""
    return a + (b - a) / 2 if isfinite(b - a) else a / 2 + b / 2


def _geometric(a: float, b: float) -> float:
    return sqrt(a) * sqrt(b) if b > 2 * a else middle(a, b)
