"""Is a box of (mu, nu) mapped into itself, and does the layer map contract there, for every (omega, tau) of a box?

Two facts keep this cheap.  The image depends on ``m = mu * omega`` and ``v = nu * tau`` alone, and (m, v) fills a box,
so ranges of the image are two-dimensional questions.  The Jacobian is ``A(m, v) diag(omega, tau)``: at fixed (m, v) its
norm grows with |omega| and with tau, because a diagonal factor with entries of modulus at most 1 cannot enlarge it.
Trading mu for omega and nu for tau at fixed (m, v) therefore moves any point, without lowering the norm, onto a face
where omega is at an end of its range (or mu at its end nearest zero, where zero is not in the range) and where tau is
at its upper end or nu at its lower end.  Only those two-dimensional faces are searched.

A box is convex, so a norm of the Jacobian below 1 on it makes the map a contraction in that norm; with invariance,
Banach's theorem gives one attracting fixed point for every (omega, tau) (Klambauer et al. 2017, Theorem 1).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Final

from flint import arb

from selu_math.activations import SELU, Activation
from selu_math.exceptions import InputError, unknown_name, whole_number
from selu_math.layer import Matrix
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL, ends, precision
from selu_math.numbers.enclosure import Enclosure
from selu_math.numbers.exact import Rational, as_fraction, decimal_text
from selu_math.proofs.region import Interval, Region
from selu_math.proofs.supremum import Box, Supremum, supremum
from selu_math.stability import ball_spectral_norm, singular_vectors
from selu_math.verdict import Answer, Verdict, both

BITS: Final = 128
TOLERANCE: Final = Fraction(1, 10**9)
MAX_BOXES: Final = 50_000
NORMS: Final = ("euclidean", "weighted")
_NAMES: Final = ("mu", "omega", "nu", "tau")


@dataclass(frozen=True)
class Range:
    """The range of a quantity over a region: both ends enclosed.

    Attributes:
        lowest: the infimum, enclosed.
        highest: the supremum, enclosed.
        lowest_at: where the infimum is nearly attained, as (m, v) or (mu, omega, nu, tau).
        highest_at: the same for the supremum.
    """

    lowest: Enclosure
    highest: Enclosure
    lowest_at: tuple[Fraction, ...]
    highest_at: tuple[Fraction, ...]

    def bounds(self) -> tuple[float, float]:
        """Return doubles between which the whole range lies, rounded outward."""
        return self.lowest.bounds()[0], self.highest.bounds()[1]


@dataclass(frozen=True)
class Contraction:
    """The answer of :func:`check_contraction`.

    Attributes:
        region: the box asked about.
        activation: the activation's name.
        norm: ``"euclidean"`` or ``"weighted"``.
        weight: w of the norm ``sqrt(dmu**2 + (w dnu)**2)``; 1 is Euclidean.
        invariant: whether the (mu, nu) box is mapped into its own interior.
        contracting: whether the Jacobian's norm stays below 1.
        norm_sup: the supremum of that norm, enclosed.
        norm_at: the point (mu, omega, nu, tau) at which the lower end is attained.
        mean: range of the new mean.
        variance: range of the new variance.
        boxes: how many boxes the whole proof examined.
        left: boxes of (mu, omega, nu, tau) or (m, v) on which a bound did not reach its tolerance.
        seconds: wall time.
    """

    region: Region
    activation: str
    norm: str
    weight: Fraction
    invariant: Verdict
    contracting: Verdict
    norm_sup: Enclosure
    norm_at: tuple[Fraction, ...]
    mean: Range
    variance: Range
    boxes: int
    left: tuple[Box, ...]
    seconds: float

    @property
    def answer(self) -> Answer:
        """The answer to invariant and contracting together."""
        return both(self.invariant, self.contracting)

    def __bool__(self) -> bool:
        return self.answer is Answer.PROVED


def check_contraction(
    region: Region | str | None = None,
    *,
    activation: Activation = SELU,
    norm: str = "euclidean",
    weight: Rational | None = None,
    tolerance: Rational = TOLERANCE,
    max_boxes: int = MAX_BOXES,
) -> Contraction:
    """Decide whether the paper's layer map keeps a box and contracts on it.

    Args:
        region: a :class:`Region` or its text; None is Theorem 1's.
        activation: f.
        norm: ``"euclidean"``, the largest singular value, or ``"weighted"``: the norm ``sqrt(dmu**2 + (w dnu)**2)``,
            which may contract where the Euclidean one does not.
        weight: w of the weighted norm, positive; None chooses one by a float search (any w is a valid proof).
        tolerance: width of each certified supremum.
        max_boxes: how many boxes to spend on each of the five suprema.

    Raises:
        InputError: for a malformed region, an unknown norm or a weight that is not positive.
    """
    if norm not in NORMS:
        raise unknown_name("norm", norm, NORMS)
    exact_weight = None if weight is None else as_fraction(weight, "weight")
    exact_tolerance = as_fraction(tolerance, "tolerance")
    if exact_weight is not None and exact_weight <= 0:
        raise InputError(f"weight must be positive, not {weight}")
    if exact_tolerance <= 0:
        raise InputError(f"tolerance must be positive, not {tolerance}")
    max_boxes = whole_number("max_boxes", max_boxes, 1, 1 << 62)
    box = region if isinstance(region, Region) else Region.parse(region) if region is not None else Region()
    started = time.perf_counter()
    if norm == "euclidean":
        exact_weight = Fraction(1)
    elif exact_weight is None:
        exact_weight = _choose_weight(box, activation)
    limits = {"tolerance": exact_tolerance, "max_boxes": max_boxes}
    with precision(BITS):
        image = [[_extreme(activation, box, row, sign, limits) for sign in (-1, 1)] for row in (0, 1)]
        steep = _norm_supremum(activation, box, exact_weight, limits)
        mean, variance = (_range(low, high) for low, high in image)
        invariant = _invariance(box, image)
        contracting = _contracting(steep)
        norm_sup = Enclosure.between(steep.lower, steep.upper)
    runs = [steep, *image[0], *image[1]]
    return Contraction(
        region=box,
        activation=activation.name,
        norm=norm,
        weight=exact_weight,
        invariant=invariant,
        contracting=contracting,
        norm_sup=norm_sup,
        norm_at=steep.at,
        mean=mean,
        variance=variance,
        boxes=sum(run.boxes for run in runs),
        left=tuple(left for run in runs for left in run.left),
        seconds=time.perf_counter() - started,
    )


def _extreme(activation: Activation, region: Region, row: int, sign: int, limits: dict[str, Any]) -> Supremum:
    """Enclose the supremum of sign * (new mean, new variance)[row] over the (m, v) box."""

    def value(x: Sequence[arb]) -> arb:
        at = Moments(BALL, activation, x[0], x[1])
        found: arb = at.variance if row else at.mean
        return sign * found

    def gradient(x: Sequence[arb]) -> tuple[arb, Sequence[arb]]:
        at = Moments(BALL, activation, x[0], x[1])
        by_m, by_v = at.gradient[row]
        return sign * (at.variance if row else at.mean), (sign * by_m, sign * by_v)

    return supremum(value, gradient, [(region.m, region.v)], **limits)


def _range(low: Supremum, high: Supremum) -> Range:
    return Range(Enclosure.between(-low.upper, -low.lower), Enclosure.between(high.lower, high.upper), low.at, high.at)


def _norm_supremum(activation: Activation, region: Region, weight: Fraction, limits: dict[str, Any]) -> Supremum:
    w = BALL.rational(weight)

    def weigh(matrix: Matrix) -> Matrix:
        (a, b), (c, d) = matrix
        return (a, b / w), (c * w, d)

    def value(x: Sequence[arb]) -> arb:
        mu, omega, nu, tau = x
        (a, b), (c, d) = Moments(BALL, activation, mu * omega, nu * tau).gradient
        return ball_spectral_norm(weigh(((a * omega, b * tau), (c * omega, d * tau))))

    def gradient(x: Sequence[arb]) -> tuple[arb, Sequence[arb]]:
        mu, omega, nu, tau = x
        at = Moments(BALL, activation, mu * omega, nu * tau)
        first, second = at.gradient, at.hessian
        matrix = weigh(((first[0][0] * omega, first[0][1] * tau), (first[1][0] * omega, first[1][1] * tau)))
        slopes = []
        # dm, dv, d(omega), d(tau) for a step in mu, omega, nu, tau
        for dm, dv, d_omega, d_tau in ((omega, 0, 0, 0), (mu, 0, 1, 0), (0, tau, 0, 0), (0, nu, 0, 1)):
            rows = []
            for (by_m, by_v), (mm, mv, vv) in zip(first, second, strict=True):
                rows.append(
                    (
                        (mm * dm + mv * dv) * omega + by_m * d_omega,
                        (mv * dm + vv * dv) * tau + by_v * d_tau,
                    )
                )
            slopes.append(_norm_slope(matrix, weigh((rows[0], rows[1]))))
        return ball_spectral_norm(matrix), slopes

    return supremum(value, gradient, _faces(region), **limits)


def _norm_slope(matrix: Matrix, step: Matrix) -> arb:
    """Enclose the derivative of the largest singular value in the direction ``step``."""
    total = arb(0)
    for vector, change in zip(singular_vectors(matrix), singular_vectors(step), strict=True):
        length = BALL.sqrt(BALL.square(vector[0]) + BALL.square(vector[1]))
        if length > 0:
            total += (vector[0] * change[0] + vector[1] * change[1]) / length
        else:
            # at the zero vector the length is not differentiable, but its slope is at most the step's length
            bound = BALL.sqrt(BALL.square(change[0]) + BALL.square(change[1])).upper()
            total += (-bound).union(bound)
    return total / 2


def _faces(region: Region) -> list[Box]:
    """Return the two-dimensional faces on which the norm attains its supremum over the region."""

    def point(x: Fraction) -> Interval:
        return x, x

    low, high = region.omega
    sides = [(region.mu, point(end)) for end in sorted({low, high}) if (end == high >= 0) or (end == low <= 0)]
    if not region.mu[0] <= 0 <= region.mu[1]:
        sides.append((point(min(region.mu, key=abs)), region.omega))
    tops = [(region.nu, point(region.tau[1])), (point(region.nu[0]), region.tau)]
    return [(mu, omega, nu, tau) for mu, omega in sides for nu, tau in tops]


def _contracting(steep: Supremum) -> Verdict:
    if steep.upper.is_finite() and steep.upper < 1:
        return Verdict(Answer.PROVED, f"the norm of the Jacobian stays below {_upward(steep.upper)} < 1")
    if steep.lower.is_finite() and steep.lower > 1:
        witness = {**_witness(_NAMES, steep.at), "norm": _beyond(steep.lower, Fraction(1), 1)}
        return Verdict(
            Answer.REFUTED, f"the norm of the Jacobian is {witness['norm']} > 1 at {_where(witness)}", witness
        )
    return Verdict(
        Answer.UNDECIDED,
        f"the supremum of the norm lies between "
        f"{Enclosure(steep.lower)} and {Enclosure(steep.upper)}; more boxes may decide",
    )


def _invariance(region: Region, image: list[list[Supremum]]) -> Verdict:
    undecided = []
    for name, (least, greatest), runs in (("mean", region.mu, image[0]), ("variance", region.nu, image[1])):
        for run, sign, end, word in ((runs[0], -1, least, "below"), (runs[1], 1, greatest, "above")):
            bound = sign * BALL.rational(end)
            if run.lower.is_finite() and run.lower > bound:
                value = _beyond(sign * run.lower, end, sign)
                witness = {**_preimage(region, *run.at), f"new_{name}": value}
                reason = f"the new {name} is {value}, {word} {decimal_text(end)}, at {_where(witness)}"
                return Verdict(Answer.REFUTED, reason, witness)
            if not (run.upper.is_finite() and run.upper < bound):
                undecided.append(f"the new {name} may reach {decimal_text(end)}")
    if undecided:
        return Verdict(Answer.UNDECIDED, "; ".join(undecided))
    return Verdict(Answer.PROVED, "the image of the (mean, variance) box lies in its interior")


def _preimage(region: Region, m: Fraction, v: Fraction) -> dict[str, str]:
    """Return a point (mu, omega, nu, tau) of the region with mu * omega = m and nu * tau = v, exactly.

    The curve mu * omega = m meets the border of the (mu, omega) box wherever it meets the box.
    """
    tau = min(region.tau[1], v / region.nu[0])
    pairs = [(end, m / end) for end in region.omega if end] + [(m / end, end) for end in region.mu if end]
    omega, mu = next(
        (omega, mu)
        for omega, mu in pairs
        if region.omega[0] <= omega <= region.omega[1] and region.mu[0] <= mu <= region.mu[1]
    )
    return _witness(_NAMES, (mu, omega, v / tau, tau))


def _witness(names: Sequence[str], point: Sequence[Fraction]) -> dict[str, str]:
    return {name: decimal_text(x) for name, x in zip(names, point, strict=True)}


def _where(witness: dict[str, str]) -> str:
    return ", ".join(f"{name} = {witness[name]}" for name in _NAMES)


def _beyond(value: arb, bound: Fraction, sign: int) -> str:
    """Return a value, above the bound (sign 1) or below it, with so many digits that they are beyond it, too."""
    x = Enclosure(value)
    for digits in (12, 24, 36):
        text = x.bounded_digits(digits)
        if text is not None and sign * (Fraction(text) - bound) > 0:
            return text
    return str(value.str(36))


def _upward(x: arb) -> str:
    """Return a decimal below 1 that is no smaller than a ball's upper end, itself below 1."""
    if x < arb(10) ** -10:
        return "1e-10"
    for places in (10, 20, 40):
        scaled = ceil(ends(x)[1] * 10**places)
        if scaled < 10**places:
            return f"0.{str(scaled).rjust(places, '0')}"
    return "1"


def _choose_weight(region: Region, activation: Activation) -> Fraction:
    """Return a weight that makes the weighted norm small, found in float64; its quality is not a matter of proof."""
    import numpy as np

    from selu_math.layer import jacobian

    def grid(ends: Interval, n: int) -> Any:
        return np.linspace(float(ends[0]), float(ends[1]), n)

    try:
        mu, omega, nu, tau = np.meshgrid(*(grid(getattr(region, name), 5) for name in _NAMES), indexing="ij")
        matrices = jacobian(mu.ravel(), nu.ravel(), omega=omega.ravel(), tau=tau.ravel(), activation=activation)
    except (InputError, OverflowError):
        return Fraction(1)  # beyond float64
    matrices = matrices[np.isfinite(matrices).all(axis=(-2, -1))]
    if not len(matrices):
        return Fraction(1)
    weights = np.geomspace(1 / 64, 64, 97)
    scaled = matrices[None] * np.stack(
        [np.ones_like(weights), 1 / weights, weights, np.ones_like(weights)], axis=-1
    ).reshape(-1, 1, 2, 2)
    worst = np.linalg.norm(scaled, ord=2, axis=(-2, -1)).max(axis=-1)
    return Fraction(float(weights[worst.argmin()])).limit_denominator(64)
