"""Prove statements about the layer map of SELU, with certificates that anyone can check, or of any activation without.

Every quantity is enclosed over the statement's region: the mean, the variance and its growth from both sides, and the
largest singular value.  What the statement claims follows from these, or a witness refutes it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, inf, isfinite
from typing import Any, Final

from selu_math.activations import SELU, Activation
from selu_math.exceptions import InputError, unknown_name, whole_number
from selu_math.numbers.ball import BALL, ends, precision
from selu_math.numbers.exact import Rational, as_fraction, decimal_text
from selu_math.proofs.bounds import Bound, enclose, extreme
from selu_math.proofs.certificate import certificate
from selu_math.proofs.claims import Claim, Plane, Test
from selu_math.proofs.leaf import least_slope, shape_of
from selu_math.proofs.region import Region, RegionFromZero
from selu_math.proofs.statements import STATEMENTS, Statement, of_basin, of_region
from selu_math.proofs.trees import Tree, grow
from selu_math.proofs.trial import TINY, best_weight, image_box, outward, settled
from selu_math.verdict import Answer, Verdict

BITS: Final = 96
TOLERANCE: Final = Fraction(1, 10**8)
MAX_LEAVES: Final = 20_000
MAX_STEPS: Final = 200
_MARGINS: Final = tuple(Fraction(1, n) for n in (2000, 500, 100, 20))
_RATES: Final = (
    Fraction(6, 5),
    Fraction(11, 10),
    Fraction(26, 25),
    Fraction(51, 50),
    Fraction(101, 100),
    Fraction(251, 250),
)
_STEP_LEAVES: Final = 4000
_CLIMB_LEAVES: Final = 2000
_SMALLEST: Final = Fraction(1, 10**150)
_STALLED: Final = Fraction(1, 1000)
NORMS: Final = ("euclidean", "logarithmic")
_QUANTITIES: Final = (
    Claim("norm"),
    Claim("norm", rows="second-moment"),
    *(Claim(kind, side) for kind in ("mean", "variance", "growth") for side in ("above", "below")),
)


@dataclass(frozen=True)
class Step:
    """One layer of a statement about many, a climb or a drift: every image of one box lies inside the next.

    A climb takes many layers, in each of which a variance grows by a factor at least until it has reached the target's,
    while the rest of the box is kept.  A drift leads from everywhere into a box, as ``W = mu**2 + nu`` becomes at most
    ``r W + (lambda alpha)**2`` in each layer, with ``r = lambda**2 max(tau (1/2 + o/5), o**2 + 4 o/5)``, o the largest
    |omega|: ``E max(0, z)**2 <= v/2 + m**2 + 4 s |m|/5``.

    Attributes:
        region: the box, with all weights; of a drift only these count.
        claim: where its images lie.
        tree: what shows it.
    """

    region: Region
    claim: Claim
    tree: Tree

    @property
    def target(self) -> Plane:
        """The next box: ends of mean and of variance."""
        assert self.claim.target is not None  # noqa: S101  every step has one
        return self.claim.target

    def to_dict(self) -> dict[str, Any]:
        """Return the step as it stands in a certificate."""
        return self.claim.to_dict(self.tree.letters)

    def layers(self, places: float) -> tuple[float, float]:
        """Return after how many layers trajectories are in the target, and ``places`` there.

        Args:
            places: n where all variances lie above ``2**-n``, inf where they only lie above 0.
        """
        low = self.target[2]
        if self.claim.kind == "drift":
            return inf, inf
        if not self.claim.rate:
            if low:
                return 1, _places(low)
            # with n = max(0, -m): E f' > K 2**-max(5.5, 7n/4), since f'(z) >= K exp(min(0, z)), where s < n/2 by
            # Jensen's inequality, otherwise as E f' > K Phi(-2)
            shape = shape_of(self.claim.activation)
            assert shape is not None  # noqa: S101  no other has steps down to 0
            with precision(BITS):
                slope = ends(least_slope(*map(BALL.exact, shape)))[0]
            lost = max(11, ceil(-self.region.m[0] * 7 / 2)) + _places(self.region.tau[0] * slope**2)
            return 1, places + lost
        doubling = 1
        while self.claim.rate**doubling < 2:
            doubling += 1
        return doubling * max(1, places - _places(low) + 1), _places(low)


@dataclass(frozen=True)
class Proof:
    """The answer of :func:`prove`.

    Attributes:
        statement: what was asked.
        verdict: proved, refuted with a witness, or undecided.
        bounds: certified suprema and infima over the region (over the attractor, where there is one).
        steps: of a statement about many layers, the boxes on the way.
        seconds: wall time.
    """

    statement: Statement
    verdict: Verdict
    bounds: tuple[Bound, ...]
    steps: tuple[Step, ...]
    seconds: float

    def __bool__(self) -> bool:
        return bool(self.verdict)

    @property
    def leaves(self) -> int:
        """How many boxes of (m, v) the proof rests on."""
        trees = (*(bound.tree for bound in self.bounds), *(step.tree for step in self.steps))
        return sum(tree.letters.count(tag) for tree in trees for tag in "012")

    @property
    def layers(self) -> int | None:
        """After how many layers all trajectories are in the attractor; None where that varies, or is not proved."""
        if not self:
            return None
        places = inf if self.statement.everywhere else float(_places(self.statement.region.nu[0]))
        total = 0.0
        for step in self.steps:
            layers, places = step.layers(places)
            total += layers
        return None if total == inf else int(total)

    @property
    def certificate(self) -> dict[str, Any] | None:
        """The certificate; None where the checker would not know what to do with it.

        That is where the statement is undecided, or has a name of its own; where f is not of SELU's form; where an
        attractor is refuted, or a bound is open beside a refuted one, or the norm is not the Euclidean one.
        """
        if self.statement.shape is None or self.statement.name not in {*STATEMENTS, "region", "basin"}:
            return None
        norm = self.bounds[0].shown
        whole = norm.rows == "variance" and norm.weight == 1 and all(bound.is_proved for bound in self.bounds)
        refuted = self.verdict.answer is Answer.REFUTED and self.statement.attractor is None and whole
        if not (self or refuted):
            return None
        shown = [bound for bound in self.bounds if bound.is_proved]
        claims = [found for b in shown for found in (b.shown.to_dict(b.tree.letters), b.witness.to_dict())]
        return certificate(self.statement, [step.to_dict() for step in self.steps], claims)


def prove(
    statement: str | Statement | None = None,
    *,
    region: Region | str | None = None,
    activation: Activation = SELU,
    norm: str = "euclidean",
    weight: Rational | None = None,
    tolerance: Rational = TOLERANCE,
    max_leaves: int = MAX_LEAVES,
) -> Proof:
    """Decide a statement about the layer map of SELU, or of another activation.

    Args:
        statement: one of :data:`~selu_math.proofs.statements.STATEMENTS` by name, or one of one's own.
        region: in place of a statement: the region that the map is to keep and to contract, or its text.
        activation: of a region of one's own, any; certificates are for those of SELU's form, ``lambda x`` for
            ``x > 0``, ``lambda alpha (exp(x) - 1)`` otherwise.  Smooth ones, such as GELU, take minutes.
        norm: in which it is to contract: ``"euclidean"``, ``sqrt(dmu**2 + (w dnu)**2)``, or ``"logarithmic"``, with
            ``d ln nu``, which contracts where variances differ much; for a region of one's own.
        weight: w; None is 1, the paper's, or, in the logarithmic norm, what does best of a few.
        tolerance: width of each certified supremum (relative beyond 10); not of the logarithmic norm's, which is known
            half as far from 1 only.
        max_leaves: how many boxes one claim may take.

    Raises:
        InputError: for an unknown statement, a malformed region, an activation without moments in balls, or a
            tolerance or weight that is not positive.
    """
    asked = _asked(statement, region, activation)
    _check_size(asked.region if asked.attractor is None else asked.attractor, asked.region)
    exact_weight = None if weight is None else as_fraction(weight, "weight")
    width = as_fraction(tolerance, "tolerance")
    if (exact_weight is not None and exact_weight <= 0) or width <= 0:
        raise InputError("weight and tolerance must be positive")
    if norm not in NORMS:
        raise unknown_name("norm", norm, NORMS)
    if (norm != "euclidean" or exact_weight not in {None, 1}) and asked.name in STATEMENTS:
        raise InputError(f"{asked.name} is about the Euclidean norm; others go with a region of your own")
    max_leaves = whole_number("max_leaves", max_leaves, 1, 1 << 20)
    started = time.perf_counter()
    with precision(BITS):
        around = asked.attractor or asked.region
        bounds = tuple(
            enclose(claim, around, _width(claim, around) if claim.rows == "log-variance" else width, max_leaves)
            for claim in _quantities(norm, exact_weight, around, asked.activation)
        )
        steps: tuple[Step, ...] = ()
        verdict = _verdict(asked, bounds)
        if verdict and asked.attractor is not None:
            steps, verdict = _chain(asked, asked.attractor, max_leaves)
    return Proof(asked, verdict, bounds, steps, time.perf_counter() - started)


def _check_size(*regions: Region) -> None:
    ends = [abs(x) for r in regions for x in (*r.mu, *r.omega, *r.nu, *r.tau) if x]
    if max(ends) > 1 / _SMALLEST or any(min(*r.nu, *r.tau) < _SMALLEST for r in regions):
        raise InputError("ranges must lie within 1e150, those of nu and tau above 1e-150")


def _quantities(norm: str, weight: Fraction | None, region: Region, activation: Activation) -> list[Claim]:
    quantities = [replace(c, activation=activation) for c in _QUANTITIES]
    if norm == "euclidean":
        return [replace(c, weight=weight or Fraction(1)) if c.kind == "norm" else c for c in quantities]
    chosen = weight or best_weight(region, "log-variance", activation)
    logarithmic = Claim("norm", rows="log-variance", weight=chosen, activation=activation)
    return [logarithmic, *(c for c in quantities if c.kind != "norm")]


def _width(claim: Claim, region: Region) -> Fraction:
    """Return a tolerance for a norm without slopes, whose leaves are many: three quarters of what is left below 1."""
    test = Test(claim, region)
    found = test.estimate(extreme(test))
    left = 1 - Fraction(found) if isfinite(found) else Fraction(0)
    return max(Fraction(1, 100), left * Fraction(3, 4)).limit_denominator(1000)


def _asked(statement: str | Statement | None, region: Region | str | None, activation: Activation) -> Statement:
    if isinstance(statement, Statement):
        if region is not None or activation not in {SELU, statement.activation}:
            raise InputError("a statement of one's own has its region and activation with it")
        return statement
    if (statement is None) is (region is None):
        raise InputError("give either a statement or a region")
    if region is not None:
        return of_region(region if isinstance(region, Region) else Region.parse(region), activation)
    if statement is None or statement not in STATEMENTS:
        raise unknown_name("statement", str(statement), tuple(STATEMENTS))
    if activation is not SELU:
        raise InputError(f"{statement} is about SELU; another activation goes with a region of your own")
    return STATEMENTS[statement]


def _verdict(statement: Statement, bounds: Iterable[Bound]) -> Verdict:
    """Decide the claims of a statement by the suprema and infima of its quantities."""
    found = {(b.shown.kind, b.shown.side): b for b in bounds if b.shown.rows != "second-moment"}
    open_: list[Claim] = []
    failed: list[tuple[Claim, Bound]] = []
    for claim in statement.claims:
        bound, sign = found[claim.kind, claim.side], 1 if claim.side == "above" else -1
        if bound.is_proved and sign * bound.shown.bound >= sign * claim.bound:
            continue
        if sign * bound.witness.bound <= sign * claim.bound:
            failed.append((claim, bound))
        else:
            open_.append(claim)
    if failed:
        claim, bound = failed[0]
        names = ("mu", "omega", "nu", "tau")
        witness = {name: decimal_text(x) for name, x in zip(names, bound.witness.at or (), strict=True)}
        where = ", ".join(f"{name} = {text}" for name, text in witness.items())
        return Verdict(Answer.REFUTED, f"{bound.witness} at {where}, where {claim} was claimed", witness)
    if open_:
        return Verdict(Answer.UNDECIDED, "; ".join(f"not shown: {claim}" for claim in open_))
    return Verdict(Answer.PROVED, statement.words)


def _chain(statement: Statement, attractor: Region, max_leaves: int) -> tuple[tuple[Step, ...], Verdict]:
    """Follow a box of (mu, nu) through layers, all weights in each, until it lies in the attractor."""
    first: list[Step] = []
    start = statement.region
    if statement.everywhere:
        drift = _drift(start, statement.activation)
        if drift is None:
            return (), Verdict(Answer.UNDECIDED, "omega and tau are so large that no bound on mu^2 + nu is known")
        first, start = [drift], _box(drift.target, start)
    steps, here = first, start
    for margin in _MARGINS:
        steps, here, leaves = list(first), start, 0
        while not _within(here, attractor) and len(steps) < MAX_STEPS:
            step = _climb(here, attractor, max_leaves, statement.activation)
            step = step or _layer(here, margin, max_leaves, statement.activation)
            leaves += sum(map(step.tree.letters.count, "012"))
            if step.tree.left is not None or leaves > max_leaves:
                break
            if settled(step.target, here, _STALLED):
                return tuple(steps), _left(steps, here)
            steps.append(step)
            here = _box(step.target, start)
        if _within(here, attractor):
            return tuple(steps), Verdict(Answer.PROVED, "all trajectories enter the attractor")
    return tuple(steps), _left(steps, here)


def _left(steps: Sequence[Step], here: Region) -> Verdict:
    where = f"mu in {_shown(here.mu)}, nu in {_shown(here.nu)}"
    return Verdict(Answer.UNDECIDED, f"after {len(steps)} steps {where} is not in the attractor")


def _box(target: Plane, weights: Region) -> Region:
    """Return a box of (mu, nu) with the weights of a region."""
    return RegionFromZero(target[:2], weights.omega, target[2:], weights.tau)


def _drift(weights: Region, activation: Activation) -> Step | None:
    """Return the step from everywhere into a box; None where trajectories are not known to enter one."""
    shape = shape_of(activation)
    if shape is None:
        return None
    scale, omega = BALL.exact(shape[0]), max(map(abs, weights.omega))
    limit = BALL.square(scale * BALL.exact(shape[1]))
    rate = BALL.square(scale) * BALL.rational(
        max(weights.tau[1] * (omega / 5 + Fraction(1, 2)), omega * (omega + Fraction(4, 5)))
    )
    if not rate < 1:
        return None
    half = outward(Fraction(1.02 * float((limit / (1 - rate)).upper()) ** 0.5), 1)
    claim = Claim("drift", target=(-half, half, Fraction(0), half * half), activation=activation)
    return Step(weights, claim, Tree("")) if BALL.rational(half * half) * (1 - rate) > limit else None


def _layer(here: Region, margin: Fraction, max_leaves: int, activation: Activation) -> Step:
    a, b, low, high = image_box(here, margin, activation)
    if not here.nu[0] or (low <= TINY and shape_of(activation) is not None):
        low = Fraction(0)
    claim = Claim("inside", target=(a, b, low, high), activation=activation)
    return Step(here, claim, grow(claim, here, min(max_leaves, _STEP_LEAVES)))


def _climb(here: Region, attractor: Region, max_leaves: int, activation: Activation) -> Step | None:
    """Return many layers in one step, where small variances are all that is left outside; None where it does not show.

    The box is kept but for its lower end: small variances grow by a factor in every layer.
    """
    low, (a, b), top, shape = here.nu[0], here.mu, here.nu[1], shape_of(activation)
    reached = min(outward(attractor.nu[0] / 8, -1), Fraction(1))
    if (
        shape is None
        or low >= reached / 2
        or top > 2 * attractor.nu[1]
        or max(abs(a), abs(b)) > 4 * max(map(abs, attractor.mu))
    ):
        return None
    inner = image_box(replace(here, nu=(reached, top)), _MARGINS[0], activation)
    if not (a <= inner[0] and inner[1] <= b and inner[3] <= top):
        return None
    for rate in _RATES:
        if here.m[1] > 0 and not BALL.square(BALL.exact(shape[0])) * BALL.rational(here.tau[0]) > BALL.rational(rate):
            continue  # small variances about a mean above 0 grow by lambda**2 tau
        claim = Claim("inside", target=(a, b, reached, top), rate=rate, activation=activation)
        tree = grow(claim, here, min(max_leaves, _CLIMB_LEAVES))
        if tree.left is None:
            return Step(here, claim, tree)
    return None


def _within(inner: Region, outer: Region) -> bool:
    pairs = ((inner.mu, outer.mu), (inner.nu, outer.nu))
    return all(b[0] <= a[0] and a[1] <= b[1] for a, b in pairs)


def _places(x: Fraction) -> int:
    """Return the least n >= 0 with ``x > 2**-n``."""
    return int(1 / x).bit_length()


def _shown(ends: tuple[Fraction, Fraction]) -> str:
    return f"[{decimal_text(ends[0])}, {decimal_text(ends[1])}]"


def prove_basin(start: Region | None, attractor: Region, *, activation: Activation = SELU, **options: Any) -> Proof:
    """Decide whether trajectories from a region, or with None from everywhere, enter an attractor.

    Options are those of :func:`prove`.

    Raises:
        InputError: where the two have different weights, or a start from everywhere has an activation that is not of
            SELU's form.
    """
    if start is None and shape_of(activation) is None:
        raise InputError(f"from everywhere is for activations of SELU's form; give a start for {activation.name}")
    if start is not None and (start.omega, start.tau) != (attractor.omega, attractor.tau):
        raise InputError("start and attractor must have the same ranges of omega and tau")
    return prove(of_basin(start, attractor, activation), **options)
