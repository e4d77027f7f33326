"""All fixed points of the layer map in a box of (mean, variance), isolated, for every (omega, tau) of a box.

A fixed point is a root of ``F(x) = g(x) - x``, with g the layer map.  On a box X with centre c, for any matrix Y,

    K(X) = c - Y F(c) + (I - Y F'(X)) (X - c)

contains every root in X, and where K(X) lies in the interior of X there is exactly one (Krawczyk 1969; Neumaier,
*Interval Methods for Systems of Equations*, 1990, theorem 5.1.8).  F(c) and F'(X) are enclosed for all (omega, tau) at
once, so each statement holds for every one of them.

Boxes have float ends, which are exact.  A box is dropped where it, its image under g, and K are disjoint, and shrunk
to their intersection where not; the rest is cut in two along a shared face.  Around a root that Newton's method finds,
the largest box of a ladder that is proved to hold exactly one root is settled as a whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, isfinite, nextafter, sqrt
from typing import Final, NamedTuple

from flint import arb

from selu_math.layer import Matrix
from selu_math.numbers.ball import precision
from selu_math.proofs.boxes import Box, Pair, Undecided, merged, middle
from selu_math.proofs.image import LayerFamily, Linearised, meet

BITS: Final = 64
MORE_BITS: Final = 192
_OCTAVES: Final = 16.0
"""A box whose variance spans more than this factor is cut before it is looked at."""
_SMALLEST: Final = 2.0**-20
"""Boxes are not cut below this size, relative to the standard deviation and to the variance."""
_WIDE: Final = 0.25
_FLAT: Final = 2.0**-30
_LADDER: Final = tuple(2.0**-n for n in (1, 2, 3, 4, 6, 8, 11, 14, 18, 22, 27, 32, 37, 42))
_MAX_NEWTON: Final = 12
_MAX_INFLATIONS: Final = 8
_MAX_SHARPENING: Final = 40


@dataclass
class Isolated:
    """Exactly one fixed point, for every (omega, tau), which moves with them.

    Attributes:
        boxes: boxes in each of which it is the only fixed point; the first is where it was found.
        enclosure: balls around it, within the first box.
    """

    boxes: list[Box]
    enclosure: Pair


@dataclass(frozen=True)
class Isolation:
    """What a search found; every fixed point of the region is in it.

    Attributes:
        found: the isolated fixed points, some of which may lie beside the region.
        undecided: what is left.
        examined: how many boxes were looked at.
    """

    found: list[Isolated]
    undecided: list[Undecided]
    examined: int


def isolate(family: LayerFamily, region: Box, *, max_boxes: int, bits: int = BITS) -> Isolation:
    """Isolate all fixed points in a region, for every (omega, tau) of the family.

    Args:
        family: the layer maps.
        region: where to look; the variance must be positive.
        max_boxes: how many boxes to look at.
        bits: working precision; what it does not decide is tried once more at a higher one.
    """
    search = _Search(family, max_boxes)
    with precision(bits):
        search.run([region])
    again = [left.box for left in search.undecided if left.reason != "budget"]
    if again and search.examined < max_boxes:
        search.undecided = [left for left in search.undecided if left.reason == "budget"]
        with precision(MORE_BITS):
            search.run(again)
    return Isolation(search.found, list(merged(search.undecided)), search.examined)


def sharpened(family: LayerFamily, x: Pair) -> tuple[Pair, Matrix]:
    """Shrink balls that contain exactly one root as far as the precision goes; return them and the Jacobian there."""
    for _ in range(_MAX_SHARPENING):
        centre = (x[0].mid(), x[1].mid())
        at = family.linearised(*x, centre)
        contracted = _krawczyk(at, x, centre)
        if contracted is None:
            break
        smaller = (meet(x[0], contracted[0]), meet(x[1], contracted[1]))
        if not any(2 * new.rad() < old.rad() for new, old in zip(smaller, x, strict=True)):
            return smaller, at.jacobian
        x = smaller
    return x, family.linearised(*x, (x[0].mid(), x[1].mid())).jacobian


class _Search:
    def __init__(self, family: LayerFamily, max_boxes: int) -> None:
        self.family, self.max_boxes = family, max_boxes
        self.found: list[Isolated] = []
        self.undecided: list[Undecided] = []
        self.failed: list[tuple[float, float]] = []
        self.examined = self.tried = 0

    def run(self, boxes: Iterable[Box]) -> None:
        queue = deque(boxes)
        while queue:
            box = queue.popleft()
            settled = next((b for root in self.found for b in root.boxes if b.overlaps(box)), None)
            if settled is not None:
                queue.extend(box.without(settled))
            elif box.variance_high > _OCTAVES * box.variance_low:
                queue.extend(box.halves(1))
            elif self.examined >= self.max_boxes:
                self.undecided.append(Undecided(box, "budget"))
            else:
                queue.extend(self._examine(box))

    def _examine(self, box: Box) -> Iterable[Box]:
        """Return what is left to look at of a box."""
        self.examined += 1
        mean, variance = box.balls
        c = box.centre
        centre = (arb(c[0]), arb(c[1]))
        at = self.family.linearised(mean, variance, centre)
        if at.growth < 1 or at.growth > 1:
            return ()
        smaller = _met(box, at.image)
        if smaller is None:
            return ()
        step = _newton(at, (mean, variance), centre)
        if step is not None:
            contracted = step.image
            if _strictly_inside(contracted, box) and self._accept(box):
                return (box,)
            x = tuple(float(x.mid()) for x in contracted)
            if self._near(x, box) and self._may_try() and self._find(x):
                return (box,)
            smaller = _met(smaller, contracted)
            if smaller is None:
                return ()
        if _is_flat(at):
            self.undecided.append(Undecided(smaller, "degenerate"))
            return ()
        if self.family.is_thick and step is not None and step.is_blurred:
            self.undecided.append(Undecided(smaller, "weights"))
            return ()
        if _shrunk(box, smaller):
            return (smaller,)
        axis = self._axis(at.jacobian, smaller)
        if axis is None:
            self.undecided.append(Undecided(smaller, _reason(at.jacobian)))
            return ()
        return smaller.halves(axis)

    @staticmethod
    def _axis(jacobian: Matrix, box: Box) -> int | None:
        """Return the side along which F may vary most, or None where the box is too small to cut."""
        a, b, c, d = box
        scale = (sqrt(d), d)
        widths = (b - a, d - c)
        relative = [width / unit if unit else inf for width, unit in zip(widths, scale, strict=True)]
        smear = [
            max(_size(jacobian[i][j] - (i == j)) / scale[i] for i in (0, 1)) * widths[j] if scale[0] else inf
            for j in (0, 1)
        ]
        if max(relative) > _WIDE or not all(map(isfinite, smear)):
            smear = relative  # derivatives over so wide a box say little
        axis = 0 if smear[0] >= smear[1] else 1
        low, high = box[2 * axis : 2 * axis + 2]
        if relative[axis] < _SMALLEST or not low < box.centre[axis] < high:
            return None
        return axis

    @staticmethod
    def _near(x: tuple[float, ...], box: Box) -> bool:
        """Whether a Newton step stays within twice the box."""
        c = box.centre
        reach = (box.mean_high - box.mean_low, box.variance_high - box.variance_low)
        return all(abs(x[i] - c[i]) <= reach[i] for i in (0, 1))

    def _may_try(self) -> bool:
        """Whether Newton's method is worth its time: along a continuum of fixed points it fails again and again."""
        return self.tried <= 8 + self.examined // 32

    def _find(self, x: tuple[float, ...]) -> bool:
        """Follow Newton's method; where it leads to a new root, prove a box around it and return True."""
        self.tried += 1
        for _ in range(_MAX_NEWTON):
            mean, variance = x
            if not (isfinite(mean) and isfinite(variance) and variance > 0):
                return False
            if any(b.holds((arb(mean), arb(variance))) for root in self.found for b in root.boxes):
                return False
            point = (arb(mean), arb(variance))
            at = self.family.linearised(*point, point)
            following = _krawczyk(at, point, point)
            if following is None:
                return False
            x = (float(following[0].mid()), float(following[1].mid()))
            if abs(x[0] - mean) <= 1e-12 * sqrt(variance) and abs(x[1] - variance) <= 1e-12 * variance:
                return self._prove(x)
        return False

    def _prove(self, x: tuple[float, ...]) -> bool:
        mean, variance = x
        deviation = sqrt(variance) if variance > 0 else 0.0
        if any(abs(p - mean) <= 1e-9 * deviation and abs(q - variance) <= 1e-9 * variance for p, q in self.failed):
            return False
        for size in _LADDER:
            box = Box(mean - size * deviation, mean + size * deviation, variance * (1 - size), variance * (1 + size))
            contracted = self._contracted(box)
            if contracted is not None and _strictly_inside(contracted, box) and self._accept(box):
                self.tried -= 1
                return True
            if self.family.is_thick and contracted is not None and self._inflate(contracted):
                self.tried -= 1
                return True
        self.failed.append((mean, variance))
        return False

    def _contracted(self, box: Box) -> Pair | None:
        """Return K of a box around its middle, or None where there is none."""
        a, b, c, d = box
        c_mean, c_variance = middle(a, b), middle(c, d)
        if not (a < c_mean < b and 0 < c < c_variance < d and isfinite(b) and isfinite(d)):
            return None
        self.examined += 1
        centre, balls = (arb(c_mean), arb(c_variance)), box.balls
        return _krawczyk(self.family.linearised(*balls, centre), balls, centre)

    def _inflate(self, image: Pair) -> bool:
        """Look for a box that K maps into its interior, from one that it does not: K of that, a little wider."""
        for _ in range(_MAX_INFLATIONS):
            a, b, c, d = (float(end) for x in image for end in (x.lower(), x.upper()))
            wider = Box(*_wider(a, b), *_wider(c, d))
            contracted = self._contracted(wider)
            if contracted is None:
                return False
            if _strictly_inside(contracted, wider):
                return self._accept(wider)
            if all(x.rad() > 2 * y.rad() for x, y in zip(contracted, image, strict=True)):
                return False
            image = contracted
        return False

    def _accept(self, box: Box) -> bool:
        """Record a box that is proved to hold exactly one root, unless it is not clear whether that one is known."""
        enclosure, _ = sharpened(self.family, box.balls)
        for root in self.found:
            if any(known.holds(enclosure) for known in root.boxes):
                root.boxes.append(box)
                return True
        for root in self.found:
            disjoint = any(not x.overlaps(y) for x, y in zip(enclosure, root.enclosure, strict=True))
            if not disjoint and any(known.overlaps(box) for known in root.boxes):
                return False
        self.found.append(Isolated([box], enclosure))
        return True


def _wider(low: float, high: float) -> tuple[float, float]:
    step = (high - low) / 16
    return low - step, high + step


class _Step(NamedTuple):
    """K(X), and whether the different (omega, tau) alone move it by more than X is wide."""

    image: Pair
    is_blurred: bool


def _newton(at: Linearised, x: Pair, centre: Pair) -> _Step | None:
    (a, b), (c, d) = at.jacobian
    a, d = a - 1, d - 1
    if not all(entry.is_finite() for entry in (a, b, c, d, *at.residual)):
        return None
    p, q, r, s = (entry.mid() for entry in (a, b, c, d))
    # any Y is allowed, so its rounding does not matter; that it is exact keeps I - YF' small
    determinant = (p * s - q * r).mid()
    if determinant == 0:
        return None
    y = [(entry / determinant).mid() for entry in (s, -q, -r, p)]
    if not all(entry.is_finite() for entry in y):
        return None
    reach = (x[0] - centre[0], x[1] - centre[1])
    u, v = at.residual
    steps = (y[0] * u + y[1] * v, y[2] * u + y[3] * v)
    rest = (
        (1 - y[0] * a - y[1] * c) * reach[0] - (y[0] * b + y[1] * d) * reach[1],
        (1 - y[2] * b - y[3] * d) * reach[1] - (y[2] * a + y[3] * c) * reach[0],
    )
    first, second = (where - step + slack for where, step, slack in zip(centre, steps, rest, strict=True))
    if not (first.is_finite() and second.is_finite()):
        return None
    blurred = all(t.rad() > 2 * w.rad() > 2 * r.rad() for t, w, r in zip(steps, reach, rest, strict=True))
    return _Step((first, second), blurred)


def _krawczyk(at: Linearised, x: Pair, centre: Pair) -> Pair | None:
    """Return K(X), or None where the Jacobian at hand has no usable inverse."""
    step = _newton(at, x, centre)
    return None if step is None else step.image


def _met(box: Box, x: Pair) -> Box | None:
    """Return a box around the intersection, or None where it is empty."""
    sides = []
    for ball, low, high in ((x[0], box.mean_low, box.mean_high), (x[1], box.variance_low, box.variance_high)):
        if ball.is_finite():
            if ball < arb(low) or ball > arb(high):
                return None
            low = max(low, nextafter(float(ball.lower()), -inf))
            high = min(high, nextafter(float(ball.upper()), inf))
        sides += [low, high]
    return Box(*sides)


def _shrunk(old: Box, new: Box) -> bool:
    """Whether a side has lost enough to look again before cutting."""
    return any(new[i + 1] - new[i] < 0.7 * (old[i + 1] - old[i]) for i in (0, 2))


def _strictly_inside(x: Pair, box: Box) -> bool:
    return arb(box.mean_low) < x[0] < arb(box.mean_high) and arb(box.variance_low) < x[1] < arb(box.variance_high)


def _is_flat(at: Linearised) -> bool:
    """Whether F and its derivative may vanish on the whole box, and the derivative hardly varies."""
    (a, b), (c, d) = at.jacobian
    entries = (a - 1, b, c, d - 1)
    return all(x.is_finite() and x.contains(0) for x in (*entries, *at.residual)) and all(
        x.abs_upper() < _FLAT for x in entries
    )


def _reason(jacobian: Matrix) -> str:
    (a, b), (c, d) = jacobian
    determinant = (a - 1) * (d - 1) - b * c
    return "degenerate" if not determinant.is_finite() or determinant.contains(0) else "precision"


def _size(x: arb) -> float:
    return float(x.abs_upper()) if x.is_finite() else inf
