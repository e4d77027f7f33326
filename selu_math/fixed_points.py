"""All fixed points of the layer map in a region of (mean, variance), each with its kind, proved."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, nextafter
from typing import Final, TypeAlias

from flint import arb

from selu_math.activations import SELU, Activation
from selu_math.asymptotics import end_above, end_below
from selu_math.exceptions import InputError, quoted, whole_number
from selu_math.layer import MapKind, Matrix
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.enclosure import Enclosure, bits_for
from selu_math.numbers.exact import Rational, as_fraction, decimal_text
from selu_math.proofs.boxes import Box, Pair, Undecided
from selu_math.proofs.image import LayerFamily
from selu_math.proofs.krawczyk import Isolated, isolate, sharpened
from selu_math.stability import ball_spectral_radius

Within: TypeAlias = tuple[Rational, Rational, Rational, Rational]
DEFAULT_WITHIN: Final[Within] = (-10, 10, "1e-6", "1e6")
MAX_BOXES: Final = 20_000
MAX_QUADRATURE_BOXES: Final = 1_000
"""The same where moments are integrals, and a box takes some hundred times as long."""
_QUADRATURE_BITS: Final = 32
_FAR, _NEAR = 2.0**40, 2.0**-40
"""As far the search goes by itself where nothing is proved of all variances beyond."""
_WITHIN: Final = "write MU_LO,MU_HI,NU_LO,NU_HI with MU_LO < MU_HI and 0 <= NU_LO < NU_HI, which may be inf"
_SMALLEST, _LARGEST = Fraction(1, 10**300), Fraction(10**300)


@dataclass(frozen=True)
class SearchRegion:
    """A closed rectangle of (mean, variance) with exact ends.

    Attributes:
        mean: lowest and highest mean.
        variance: lowest and highest variance; the lowest may be 0, which is then left out, the highest None: infinity.
    """

    mean: tuple[Fraction, Fraction]
    variance: tuple[Fraction, Fraction | None]

    @classmethod
    def of(cls, within: Sequence[Rational] | str) -> SearchRegion:
        """Return the region from its four ends, or from their text, separated by commas.

        Raises:
            InputError: for anything but four ends in order, finite but for the highest variance.
        """
        ends = within.split(",") if isinstance(within, str) else list(within)
        if len(ends) != 4:
            raise InputError(f"the region {quoted(within)} has {len(ends)} ends, not 4; {_WITHIN}")
        text = str(ends[3]).strip().lower()
        high = None if text in {"inf", "+inf", "infinity"} else as_fraction(ends[3], "the highest variance")
        names = ("the lowest mean", "the highest mean", "the lowest variance")
        left, right, low = (as_fraction(end, name) for end, name in zip(ends, names, strict=False))
        if not (left < right and low >= 0 and (high is None or low < high)):
            raise InputError(f"the region {quoted(str(within))} is empty or below 0; {_WITHIN}")
        sizes = [abs(end) for end in (left, right, low, high) if end]
        if any(not _SMALLEST <= size <= _LARGEST for size in sizes):
            raise InputError("the region's ends must be 0 or between 1e-300 and 1e300 in modulus")
        return cls((left, right), (low, high))

    def __str__(self) -> str:
        low, high = self.variance
        ends = [*map(decimal_text, (*self.mean, low)), "inf" if high is None else decimal_text(high)]
        return ",".join(ends)

    def tells(self, mean: Enclosure, variance: Enclosure) -> bool | None:
        """Return whether a point lies inside; None where its enclosure does not tell."""
        told: bool | None = True
        for x, (low, high) in ((mean, self.mean), (variance, self.variance)):
            if x.upper < low or (high is not None and x.lower > high):
                return False
            if x.lower < low or (high is not None and x.upper > high):
                told = None
        return told


@dataclass(frozen=True)
class Eigenvalue:
    """An eigenvalue; one of a pair of conjugates where it is not real.

    Attributes:
        real: its real part.
        imaginary: its imaginary part, exactly 0 where it is proved to be real.
    """

    real: Enclosure
    imaginary: Enclosure

    @property
    def is_real(self) -> bool:
        """Whether it is proved to be real."""
        return bool(self.imaginary.ball.is_zero())

    def __str__(self) -> str:
        if self.is_real:
            return str(self.real)
        sign = "-" if self.imaginary.ball < 0 else "+"
        return f"{self.real} {sign} {Enclosure(abs(self.imaginary.ball), self.imaginary.shown)}i"


@dataclass(frozen=True)
class FixedPoint:
    """A fixed point, proved to exist.

    Attributes:
        mean: its mean.
        variance: its variance.
        radius: no other fixed point is as near as that in mean and in variance.
        box: lowest and highest mean, lowest and highest variance of a box in which it is the only one.
        eigenvalues: of the Jacobian there, the larger modulus first.
        spectral_radius: their largest modulus.
        kind: ``"attracting"`` (both eigenvalues are below 1 in modulus), ``"repelling"`` (both above), ``"saddle"`` or
            ``"undecided"``.
        status: ``"proved"``, or ``"boundary"`` where it is not told from a border of the region, on which it may lie.
    """

    mean: Enclosure
    variance: Enclosure
    radius: float
    box: Box
    eigenvalues: tuple[Eigenvalue, Eigenvalue]
    spectral_radius: Enclosure
    kind: str
    status: str


@dataclass(frozen=True)
class FixedPoints:
    """The answer of :func:`find_fixed_points`.

    Attributes:
        fixed_points: those found, by variance and mean.
        complete: whether every fixed point of the region is among them; then nothing is undecided.
        undecided: what is left, each box with the reason: ``"degenerate"``, ``"precision"``, ``"budget"``, or
            ``"zero"`` and ``"infinity"`` for variances below and above all that was searched.
        region: where was searched.
        omega: sum of a unit's weights.
        tau: sum of a unit's squared weights.
        kind: which map.
        activation: the activation's name.
        digits: significant digits that are proved where they are shown.
        boxes: how many boxes were examined.
        seconds: wall time.
    """

    fixed_points: tuple[FixedPoint, ...]
    complete: bool
    undecided: tuple[Undecided, ...]
    region: SearchRegion
    omega: Fraction
    tau: Fraction
    kind: MapKind
    activation: str
    digits: int
    boxes: int
    seconds: float

    def __bool__(self) -> bool:
        return self.complete


def find_fixed_points(
    *,
    omega: Rational = 0,
    tau: Rational = 1,
    within: Within | str = DEFAULT_WITHIN,
    activation: Activation = SELU,
    kind: str = "paper",
    digits: int = 15,
    max_boxes: int | None = None,
) -> FixedPoints:
    """Find every fixed point of the layer map in a region, and prove that there is no other.

    Args:
        omega: sum of a unit's weights; decimal text is exact, a float is the dyadic number it is.
        tau: sum of a unit's squared weights, positive.
        within: lowest and highest mean, lowest and highest variance, or their text.  The lowest variance may be 0 (a
            variance of 0 itself is left out) and the highest ``"inf"``.
        activation: f.
        kind: ``"paper"`` or ``"mean-field"``.
        digits: significant digits to prove of each number; a number whose digits stay open is shown with its radius.
        max_boxes: how many boxes to examine; by default 20,000, or 1,000 where moments are integrals.

    Raises:
        InputError: for arguments outside these ranges, or an activation known by its values alone.
    """
    started = time.perf_counter()
    digits = whole_number(f"digits for {activation.name}", digits, 1, activation.max_digits)
    if max_boxes is None:
        max_boxes = MAX_BOXES if activation.is_closed_form else MAX_QUADRATURE_BOXES
    max_boxes = whole_number("max_boxes", max_boxes, 1, 1 << 62)
    region = SearchRegion.of(within)
    sums = tuple((q, q) for q in (as_fraction(omega, "omega"), as_fraction(tau, "tau")))
    family = LayerFamily(activation, MapKind.of(kind), *sums)
    box, undecided = _bounded(family, region)
    boxes, found = 0, []
    if box is not None:
        bits = {} if activation.is_closed_form else {"bits": _QUADRATURE_BITS}
        isolation = isolate(family, box, max_boxes=max_boxes, **bits)
        undecided += isolation.undecided
        boxes = isolation.examined
        candidates = (_refined(family, root, region, digits) for root in isolation.found)
        found = [point for point in candidates if point is not None]
    return FixedPoints(
        fixed_points=tuple(sorted(found, key=lambda p: (float(p.variance), float(p.mean)))),
        complete=not undecided,
        undecided=tuple(undecided),
        region=region,
        omega=sums[0][0],
        tau=sums[1][0],
        kind=family.kind,
        activation=activation.name,
        digits=digits,
        boxes=boxes,
        seconds=time.perf_counter() - started,
    )


def _bounded(family: LayerFamily, region: SearchRegion) -> tuple[Box | None, list[Undecided]]:
    """Return the part of a region that has to be searched, with float ends around it, and what is beyond proof."""
    left, right = _below(region.mean[0]), _above(region.mean[1])
    low, high = region.variance
    undecided = []
    size = max(map(abs, region.mean))
    bottom, top = _below(low), inf if high is None else _above(high)
    with precision(64):
        if high is None:
            end = end_above(family, size)
            top = max(_FAR, 2 * bottom) if end is None else end
            if end is None:
                undecided.append(Undecided(Box(left, right, top, inf), "infinity"))
        if not low:
            end = end_below(family, size)
            bottom = min(_NEAR, top / 2) if end is None else end
            if end is None:
                undecided.append(Undecided(Box(left, right, 0.0, bottom), "zero"))
    return (Box(left, right, bottom, top) if bottom < top else None), undecided


def _below(q: Fraction) -> float:
    x = float(q)
    return nextafter(x, -inf) if x > q else x


def _above(q: Fraction) -> float:
    x = float(q)
    return nextafter(x, inf) if x < q else x


def _refined(family: LayerFamily, root: Isolated, region: SearchRegion, digits: int) -> FixedPoint | None:
    """Return a fixed point with its digits, or None where it lies outside of the region."""
    bits = bits_for(digits) + 32
    max_bits = 4 * bits + 512 if family.activation.is_closed_form else 2 * bits
    x = root.enclosure
    centred = _is_centred(family, root)
    while True:
        with precision(bits):
            x, jacobian = sharpened(family, x)
            if centred:
                x = (arb(0), x[1])
            mean, variance = (Enclosure(ball, digits) for ball in x)
            inside = region.tells(mean, variance)
            if inside is False:
                return None
            point = _point(family, root, x, jacobian, digits, "boundary" if inside is None else "proved")
            if bits >= max_bits or _is_settled(point):
                return point
        bits = min(2 * bits, max_bits)


def _is_centred(family: LayerFamily, root: Isolated) -> bool:
    """Whether the mean is exactly 0: an odd f has (-mean, variance) as a fixed point, too, and it is the only one."""
    mean, variance = root.enclosure
    return family.activation.is_odd and any(box.holds((-mean, variance)) for box in root.boxes)


def _is_settled(point: FixedPoint) -> bool:
    digits = point.mean.shown
    unit = min(1.0, abs(float(point.variance)) ** 0.5)
    parts = [part for value in point.eigenvalues for part in (value.real, value.imaginary)]
    return (
        point.status == "proved"
        and point.kind != "undecided"
        and point.variance.digits(digits) is not None
        and point.mean.bounded_digits(digits, unit) is not None
        and all(part.bounded_digits(digits) is not None for part in (*parts, point.spectral_radius))
    )


def _point(family: LayerFamily, root: Isolated, x: Pair, jacobian: Matrix, digits: int, status: str) -> FixedPoint:
    (a, b), (c, d) = jacobian
    # the mean-field map is a function of one number, q = variance + mean**2
    determinant = arb(0) if family.kind is MapKind.MEAN_FIELD else a * d - b * c
    values, moduli = eigenvalues(jacobian, determinant)
    radius, box = max(((_radius(box, x), box) for box in root.boxes), key=lambda pair: pair[0])
    return FixedPoint(
        mean=Enclosure(x[0], digits),
        variance=Enclosure(x[1], digits),
        radius=radius,
        box=box,
        eigenvalues=_shown(values, digits),
        spectral_radius=Enclosure(moduli[0], digits),
        kind=_kind(*moduli),
        status=status,
    )


def _shown(values: Iterable[Pair], digits: int) -> tuple[Eigenvalue, Eigenvalue]:
    first, second = (Eigenvalue(Enclosure(real, digits), Enclosure(imaginary, digits)) for real, imaginary in values)
    return first, second


def _kind(larger: arb, smaller: arb) -> str:
    if not (larger.is_finite() and smaller.is_finite()):
        return "undecided"
    if larger < 1:
        return "attracting"
    if smaller > 1:
        return "repelling"
    return "saddle" if larger > 1 and smaller < 1 else "undecided"


def _radius(box: Box, x: Pair) -> float:
    """Return how far every point of balls inside a box is from its sides, at least."""
    gaps = [
        gap.lower()
        for ball, low, high in ((x[0], box.mean_low, box.mean_high), (x[1], box.variance_low, box.variance_high))
        for gap in (ball - arb(low), arb(high) - ball)
    ]
    return min(nextafter(float(gap), -inf) for gap in gaps)


def eigenvalues(matrix: Matrix, determinant: arb) -> tuple[tuple[Pair, Pair], Pair]:
    """Enclose the eigenvalues of a 2 x 2 matrix whose determinant is given, and their moduli, the larger first.

    Returns:
        Two pairs (real part, imaginary part), and the two moduli.
    """
    (a, b), (c, d) = matrix
    half, zero = (a + d) / 2, arb(0)
    discriminant = BALL.square((a - d) / 2) + b * c
    if discriminant < 0:
        root, modulus = BALL.sqrt(-discriminant), BALL.sqrt(determinant)
        return ((half, root), (half, -root)), (modulus, modulus)
    if discriminant > 0:
        root = BALL.sqrt(discriminant)
        if half > 0 or half < 0:
            # the smaller one by the product, without cancellation
            first = half + root if half > 0 else half - root
            second = determinant / first
        else:
            first, second = half + root, half - root
        larger, smaller = abs(first).max(abs(second)), abs(first).min(abs(second))
        return ((first, zero), (second, zero)), (larger, smaller)
    # a double eigenvalue, nearly: real or not
    reach = BALL.sqrt(discriminant.abs_upper())
    span = arb(0, reach.upper()) if reach.is_finite() else arb("nan")
    pair = ((half + span, span), (half + span, span))
    smaller = (abs(half) - abs(span)).union(abs(half) + abs(span))
    return pair, (ball_spectral_radius(matrix), smaller)
