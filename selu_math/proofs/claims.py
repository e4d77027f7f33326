"""Claims about the layer map over a domain, and what shows them on a leaf of a split tree.

Everything asked of the map over a box of (mu, omega, nu, tau) is a question about the two numbers m = mu omega and
v = nu tau.  Means and variances depend on these alone.  At given (m, v) the Jacobian's norm is largest for the largest
|omega| and for tau = min(tau_high, v/nu_low), and nu lies between max(nu_low, v/tau_high) and min(nu_high, v/tau_low).
So a tree that splits the box of (m, v) into leaves, on each of which one evaluation decides, is a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, nan
from typing import Any, Final, Literal, TypeAlias

from flint import arb

from selu_math.activations import SELU, Activation
from selu_math.exceptions import InputError
from selu_math.numbers.ball import BALL, interval
from selu_math.numbers.exact import decimal_text
from selu_math.proofs.general import Estimated, moments_over, rough_over
from selu_math.proofs.leaf import BoxMoments, Entries, Span, Valued
from selu_math.proofs.region import Region

Kind: TypeAlias = Literal["inside", "drift", "mean", "variance", "growth", "norm"]
Side: TypeAlias = Literal["above", "below"]
Axis: TypeAlias = Literal["m", "v"]
Plane: TypeAlias = tuple[Fraction, Fraction, Fraction, Fraction]
"""A box of (m, v): the ends of m, then those of v."""
Point: TypeAlias = tuple[Fraction, Fraction]

SLACK: Final = Fraction(1, 1 << 60)
"""What a leaf must have to spare, so that a checker's roundings cannot undo it."""


@dataclass(frozen=True)
class Claim:
    """A claim about every (mu, omega, nu, tau) of a region, or, with a witness, about one.

    Attributes:
        kind: of the new ``mean``, the new ``variance``, its ``growth`` over nu, the ``norm`` of the Jacobian, that
            both moments lie ``inside`` a box, or, from everywhere, ``drift`` into it in finitely many layers.
        side: on which side of the bound it stays, or is somewhere.
        bound: the bound.
        target: of ``inside`` and ``drift``, the ends of mean and variance.
        rows: of ``norm``, whether the Jacobian is that of (mean, variance), of (mean, second moment), or of (mean, log
            of the variance), which depends on (m, v) and the largest omega alone.
        weight: of ``norm``, w in ``sqrt(dmu**2 + (w dnu)**2)``, or with ``d ln nu``.
        at: a witness (mu, omega, nu, tau), where the claim is about one.
        rate: of ``inside``, where positive: below the target's variance a variance may grow by this factor instead.
        activation: f.
    """

    kind: Kind
    side: Side = "below"
    bound: Fraction = Fraction(0)
    target: Plane | None = None
    rows: Literal["variance", "second-moment", "log-variance"] = "variance"
    weight: Fraction = Fraction(1)
    at: tuple[Fraction, ...] | None = None
    rate: Fraction = Fraction(0)
    activation: Activation = SELU

    def roots(self, region: Region) -> list[Plane]:
        """Return the box of (m, v), cut where the nu or tau that counts changes its formula."""
        low, high = region.v
        upward = self.kind == "growth" and self.side == "above"
        cut = region.nu[1] * region.tau[0] if upward else region.nu[0] * region.tau[1]
        parts = [(low, cut), (cut, high)] if low < cut < high else [(low, high)]
        return [(*region.m, *part) for part in parts]

    def __str__(self) -> str:
        if self.target is not None:
            a, b, c, d = map(decimal_text, self.target)
            return f"mean and variance move into [{a}, {b}] and [{c}, {d}]"
        return f"{self.quantity} {'stays' if self.at is None else 'is'} {self.side} {decimal_text(self.bound)}"

    @property
    def quantity(self) -> str:
        """What it is about, in words."""
        what = {"mean": "the new mean", "variance": "the new variance", "growth": "the new variance minus nu"}
        norm = "the largest singular value" + ("" if self.rows == "variance" else f" for (mean, {self.rows})")
        norm += "" if self.weight == 1 else f" in the norm with weight {self.weight}"
        return what.get(self.kind, norm)

    def to_dict(self, tree: str = "") -> dict[str, Any]:
        """Return the claim with its tree, or its witness, as it stands in a certificate."""
        if self.target is not None:
            return {"claim": self.kind, "target": [str(x) for x in self.target], "tree": tree, "rate": str(self.rate)}
        found: dict[str, Any] = {"claim": self.kind, "side": self.side, "bound": str(self.bound)}
        if self.kind == "norm":
            found |= {"rows": self.rows, "weight": str(self.weight)}
        return found | ({"tree": tree} if self.at is None else {"at": [str(x) for x in self.at]})


def halves(box: Plane, axis: Axis) -> tuple[Plane, Plane]:
    """Cut a box; v at ``high/2**k`` where it is wide, so that the cut stays an exact and short number."""
    m0, m1, v0, v1 = box
    if axis == "m":
        middle = (m0 + m1) / 2
        return (m0, middle, v0, v1), (middle, m1, v0, v1)
    middle = (v0 + v1) / 2
    if v1 >= 4 * v0:
        middle = v1 / 2 ** (int(v1 / v0).bit_length() // 2 if v0 else 10)
    return (m0, m1, v0, middle), (m0, m1, middle, v1)


class Leaf:
    """The moments over a box, and at its middle where centred evaluation asks for them."""

    def __init__(self, box: Plane, activation: Activation = SELU) -> None:
        m0, m1, v0, v1 = self.box = box
        self.activation = activation
        self.m, self.v = interval(m0, m1), interval(v0, v1)
        self.rough = rough_over(self.m, self.v, activation)
        self.radii = interval((m0 - m1) / 2, (m1 - m0) / 2), interval((v0 - v1) / 2, (v1 - v0) / 2)
        self._whole: BoxMoments | None = None
        self._middle: tuple[BoxMoments, arb] | None = None

    @property
    def whole(self) -> BoxMoments:
        """The moments over the box."""
        if self._whole is None:
            self._whole = moments_over(self.m, self.v, self.activation)
        return self._whole

    @property
    def ratio(self) -> Span:
        """Of the new variance to v, by moments and without."""
        return self.whole.ratio.meet(self.rough.ratio)

    @property
    def middle(self) -> tuple[BoxMoments, arb]:
        """The moments at the middle, and its v."""
        if self._middle is None:
            m0, m1, v0, v1 = self.box
            v = BALL.rational((v0 + v1) / 2)
            self._middle = moments_over(BALL.rational((m0 + m1) / 2), v, self.activation), v
        return self._middle

    def enclosures(
        self, function: Callable[[BoxMoments, arb], Valued], also: Span | None = None
    ) -> Iterator[tuple[str, Span]]:
        """Yield the tags of plain and of centred evaluation with what they give, the second only when asked for.

        What is known otherwise, ``also``, is intersected with both.
        """
        whole = function(self.whole, self.v)
        yield "0", Span.of(whole.value).meet(also)
        centred = function(*self.middle).value + whole.by_m * self.radii[0] + whole.by_v * self.radii[1]
        yield "1", Span.of(centred).meet(also)

    def steeper(self, function: Callable[[BoxMoments, arb], Valued]) -> Axis:
        """Return the axis along which the function may vary most."""
        m0, m1, v0, v1 = self.box
        if v1 > 2 * v0:
            return "v"
        whole = function(self.whole, self.v)
        if not (whole.by_m.is_finite() and whole.by_v.is_finite()):
            return "m" if (m1 - m0) ** 2 * v1 > (v1 - v0) ** 2 else "v"
        spread = [abs(slope) * radius.upper() for slope, radius in zip(whole[1:], self.radii, strict=True)]
        return "m" if m1 > m0 and spread[0].upper() > spread[1].upper() else "v"


class Test:
    """What has to be shown on each leaf for a claim over a region.

    Args:
        claim: the claim.
        region: where.
        attained: whether values at points are those at witnesses, and not upper bounds.
    """

    def __init__(self, claim: Claim, region: Region, *, attained: bool = False) -> None:
        self.claim, self.region, self.attained = claim, region, attained
        self._below = claim.side == "below"
        self._largest = max(map(abs, region.omega))

    def decide(self, leaf: Leaf) -> str:
        """Return the tag of an evaluation that shows the claim on a leaf; empty where none does."""
        if self.claim.target is not None:
            return self._lies_inside(leaf, self.claim.target)
        function = self.function(leaf.box)
        bound = self.claim.bound
        if self.claim.kind == "norm":
            determinant = self._entries(leaf.whole, leaf.v, leaf.box, self._largest)[1]
            if not (determinant.is_finite() and abs(determinant) < BALL.rational(bound * bound - SLACK)):
                return ""
        for tag, x in leaf.enclosures(function, self._otherwise(leaf)):
            above = self.claim.kind == "norm" or not self._below
            if _above(x, Fraction(0) if self.claim.kind == "norm" else bound) if above else _below(x, bound):
                return tag
        return ""

    def _lies_inside(self, leaf: Leaf, target: Plane) -> str:
        """Return the tag of an evaluation that shows both moments inside the target, or the variance to grow to it."""
        a, b, c, d = target
        rate = BALL.rational(self.claim.rate / self.region.tau[0])

        def inside(mean: Span, variance: Span, ratio: Span, growth: Span) -> bool:
            grows = self.claim.rate > 0 and (
                _above(growth, Fraction(0)) or _above(ratio, self.claim.rate / self.region.tau[0])
            )
            rises = not c or _above(variance, c) or grows
            return rises and _above(mean, a) and _below(mean, b) and _below(variance, d)

        def times(ratio: Span, less: arb) -> Span:
            return ratio.times(leaf.v, less, arb(0))

        rough = leaf.rough
        if inside(rough.near, times(rough.ratio, arb(0)), rough.ratio, times(rough.ratio, rate)):
            return "2"
        if not leaf.box[2]:
            return ""

        def growth(at: BoxMoments, v: arb) -> Valued:
            value, by_m, by_v = at.variance()
            return Valued(value - rate * v, by_m, by_v - rate)

        means = leaf.enclosures(_mean, rough.near)
        variances = leaf.enclosures(_variance, times(leaf.ratio, arb(0)))
        grown = leaf.enclosures(growth, times(leaf.ratio, rate))
        for (tag, x), (_, y), (_, z) in zip(means, variances, grown, strict=True):
            if inside(x, y, leaf.ratio, z):
                return tag
        return ""

    def _otherwise(self, leaf: Leaf) -> Span | None:
        """Return what is known of the new mean by f(m), and of the new variance, or its growth, by its ratio to v."""
        if self.claim.kind == "norm":
            return None
        if self.claim.kind == "mean":
            return leaf.rough.near
        start, rate = self._nu(leaf.box) if self.claim.kind == "growth" else (Fraction(0), Fraction(0))
        return leaf.ratio.times(leaf.v, BALL.rational(rate), BALL.rational(start))

    def _nu(self, box: Plane) -> tuple[Fraction, Fraction]:
        """Return the nu that counts for growth as ``start + rate * v``: at an end of its range, or v/tau."""
        nu, tau = self.region.nu, self.region.tau
        end, weight = (nu[0], tau[1]) if self._below else (nu[1], tau[0])
        at_end = box[3] <= end * weight if self._below else box[2] >= end * weight
        return (end, Fraction(0)) if at_end else (Fraction(0), 1 / weight)

    def function(self, box: Plane) -> Callable[[BoxMoments, arb], Valued]:
        """Return what is bounded on a box; of a norm the polynomial that is positive where it stays below the bound."""
        if self.claim.kind == "mean":
            return _mean
        if self.claim.kind == "variance":
            return _variance
        if self.claim.kind == "growth":
            start, rate = self._nu(box)

            def growth(at: BoxMoments, v: arb) -> Valued:
                value, by_m, by_v = at.variance()
                return Valued(value - BALL.rational(rate) * v - BALL.rational(start), by_m, by_v - BALL.rational(rate))

            return growth
        if self.claim.target is not None:
            return _variance
        return lambda at, v: self._characteristic(at, v, box)

    def value(self, point: Point) -> arb:
        """Return what is bounded at a point (m, v): mean, variance, growth, or the largest singular value.

        The latter for the largest |omega|, whether or not that goes with m for some mu, unless only what is attained
        counts.
        """
        m, v = map(BALL.rational, point)
        return self._value(moments_over(m, v, self.claim.activation), v, point)

    def is_attained(self, point: Point) -> bool:
        """Whether the value at a point is that at its witness."""
        return self.attained or self.claim.kind != "norm" or abs(self.witness(point)[1]) == self._largest

    def estimate(self, point: Point) -> float:
        """Return about as much, in less time where moments are integrals; -inf or inf where it is not finite."""
        if self.claim.activation.is_closed_form:
            value = self.value(point)
        else:
            try:
                m, v = map(float, point)
                value = self._value(Estimated(m, v, self.claim.activation), arb(v), point)
            except (InputError, OverflowError):  # beyond float64
                value = arb("nan")
        found = float(value.mid()) if value.is_finite() else nan
        return found if isfinite(found) else -inf if self._below else inf

    def _value(self, at: BoxMoments, v: arb, point: Point) -> arb:
        box = (point[0], point[0], point[1], point[1])
        if self.claim.kind != "norm":
            return self.function(box)(at, v).value
        (a, b, c, d), _ = self._entries(at, v, box, abs(self.witness(point)[1]) if self.attained else self._largest)
        total = sum((BALL.square(x) for x in (a, b, c, d)), arb(0))
        squared = (total + BALL.sqrt(BALL.square(total) - 4 * BALL.square(a * d - b * c))) / 2
        return BALL.sqrt(squared)

    def witness(self, point: Point) -> tuple[Fraction, ...]:
        """Return (mu, omega, nu, tau) of the region that make m and v, with the largest |omega| and tau that do."""
        m, v = point
        nu, tau = self.region.nu, self.region.tau
        (a, b), (c, d) = self.region.mu, self.region.omega
        pairs = [(m / end, end) for end in (c, d) if end] + [(end, m / end) for end in (a, b) if end]
        fitting = [(mu, omega) for mu, omega in pairs if a <= mu <= b and c <= omega <= d]
        mu, omega = max(fitting, key=lambda pair: abs(pair[1]))
        least = self.claim.kind == "norm" or self._below
        chosen = max(nu[0], v / tau[1]) if least else min(nu[1], v / tau[0])
        return mu, omega, chosen, v / chosen

    def _entries(self, at: BoxMoments, v: arb, box: Plane, omega: Fraction) -> tuple[Entries, arb]:
        scales = self._scales(at, v, box, omega)
        value = [x * scale for x, scale in zip(at.matrix(second=self._second), scales, strict=True)]
        return value, value[0] * value[3] - value[1] * value[2]

    @property
    def _second(self) -> bool:
        return self.claim.rows == "second-moment"

    def _scales(self, at: BoxMoments, v: arb, box: Plane, omega: Fraction) -> Entries:
        """Return what the entries are scaled with: omega, the largest tau on a box, and the weight.

        In (mu, ln nu) tau and nu come as their product v alone, and the second row is divided by the new variance.
        """
        w = self.claim.weight
        tau = min(self.region.tau[1], box[3] / self.region.nu[0])
        scales = [BALL.rational(x) for x in (omega, tau / w, omega * w, tau)]
        if self.claim.rows == "log-variance":
            over = 1 / at.variance().value
            scales = [scales[0], v / BALL.rational(w), scales[2] * over, v * over]
        return scales

    def _characteristic(self, at: BoxMoments, v: arb, box: Plane) -> Valued:
        """Return ``t**4 - t**2 T + D**2``: positive, with ``|D| < t**2``, where the largest singular value is below t.

        T is the sum of squares and D the determinant; t is the bound.
        """
        scales = self._scales(at, v, box, self._largest)
        lost = arb("nan") if self.claim.rows == "log-variance" else arb(0)  # slopes are not at hand where scales change
        matrices = at.matrix(second=self._second), *at.matrix_slopes(second=self._second)
        x, *steps = ([p * scale for p, scale in zip(row, scales, strict=True)] for row in matrices)
        squared = BALL.rational(self.claim.bound**2)
        determinant = x[0] * x[3] - x[1] * x[2]
        total = sum((BALL.square(p) for p in x), arb(0))
        slopes = []
        for z in steps:
            turn = x[0] * z[3] + z[0] * x[3] - x[1] * z[2] - z[1] * x[2]
            stretch = sum((p * q for p, q in zip(x, z, strict=True)), arb(0))
            slopes.append(2 * (determinant * turn - squared * stretch))
        return Valued(
            squared * squared - squared * total + BALL.square(determinant), slopes[0] + lost, slopes[1] + lost
        )


def _above(x: Span, bound: Fraction) -> bool:
    """Whether a span lies above a bound, with something to spare on its scale; nan compares as false."""
    return bool(x.low > BALL.rational(bound + SLACK * min(Fraction(1), abs(bound))))


def _below(x: Span, bound: Fraction) -> bool:
    return bool(x.high < BALL.rational(bound - SLACK * min(Fraction(1), abs(bound))))


def _mean(at: BoxMoments, v: arb) -> Valued:
    return at.mean()


def _variance(at: BoxMoments, v: arb) -> Valued:
    return at.variance()
