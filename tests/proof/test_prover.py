"""Statements decided: the paper's figures lie in the certified bounds, which are narrow; witnesses attain them."""

import itertools
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from claims_by_sampling import quantities
from half_lines import derivatives
from mpmath import mp, mpf

from selu_math import (
    Answer,
    InputError,
    Region,
    check_contraction,
    elu,
    parse_activation,
    prove,
    prove_basin,
    selu_activation,
    smallest_box,
)
from selu_math.proofs import checker
from selu_math.proofs.certificate import canonical
from selu_math.proofs.claims import Claim
from selu_math.proofs.statements import STATEMENTS

CONSTANT = parse_activation("piecewise: x<0: 1; x>=0: 1")
PUBLISHED = {
    # Klambauer et al. 2017 and the authors' notebook; the last one is a grid's, for the second moment
    ("theorem-1", "norm", "below", "variance"): (0.897608, 1e-6),
    ("theorem-1", "mean", "above", "variance"): (-0.0310605, 1e-7),
    ("theorem-1", "mean", "below", "variance"): (0.0677251, 1e-7),
    ("theorem-1", "variance", "above", "variance"): (0.803712, 1e-6),
    ("theorem-1", "variance", "below", "variance"): (1.48157, 1e-5),
    ("theorem-2", "growth", "below", "variance"): (-0.119744, 1e-6),
    ("theorem-3b", "growth", "above", "variance"): (0.0110293, 1e-7),
    ("lemma-12", "norm", "below", "second-moment"): (0.9912524171058772, 1e-8),
}


@pytest.fixture(scope="module")
def proofs():
    return {name: prove(name) for name in STATEMENTS}


def bound_of(proof, kind, side, rows):
    return next(b for b in proof.bounds if (b.shown.kind, b.shown.side, b.shown.rows) == (kind, side, rows))


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_named_statement_is_decided(proofs, name):
    answer = Answer.REFUTED if name == "image-bounds" else Answer.PROVED
    assert proofs[name].verdict.answer is answer
    assert all(bound.is_proved for bound in proofs[name].bounds)


def test_the_paper_states_a_mean_that_is_attained_below_its_bound(proofs):
    verdict = proofs["image-bounds"].verdict
    assert verdict.witness == {"mu": "0.1", "omega": "-0.1", "nu": "0.8", "tau": "0.95"}
    with mp.workdps(30):
        mean = quantities(*map(Fraction, verdict.witness.values()))["mean"]
    assert mpf("-0.0310606") < mean < mpf("-0.03106")


@pytest.mark.parametrize("key", PUBLISHED, ids=" ".join)
def test_published_figures(proofs, key):
    value, known_to = PUBLISHED[key]
    low, high = bound_of(proofs[key[0]], *key[1:]).ends
    assert high - low <= Fraction(1, 10**8)
    assert low - Fraction(known_to) <= Fraction(value) <= high + Fraction(known_to)


def test_the_minimum_that_an_optimiser_missed(proofs):
    low, high = bound_of(proofs["theorem-3a"], "growth", "above", "variance").ends
    assert Fraction("0.00773607") < low < high < Fraction("0.00773609") < Fraction("0.00773618")


@pytest.mark.parametrize("name", STATEMENTS)
def test_witnesses_attain_what_is_said_of_them(proofs, name):
    """By an evaluation in mpmath that shares nothing with the prover."""
    region = proofs[name].statement.attractor or proofs[name].statement.region
    with mp.workdps(30):
        for bound in proofs[name].bounds:
            point = bound.witness.at
            assert all(
                a <= x <= b for x, (a, b) in zip(point, (region.mu, region.omega, region.nu, region.tau), strict=True)
            )
            found = quantities(*point)[bound.witness.kind]
            value = found(bound.witness.rows, 1) if callable(found) else found
            low, high = (mpf(x.numerator) / x.denominator for x in bound.ends)
            assert low < value < high


def test_global_takes_25_layers_into_theorem_1(proofs):
    proof = proofs["global"]
    assert proof.layers == 25
    target = proof.steps[-1].target
    assert target[0] > Fraction(-1, 10)
    assert target[1] < Fraction(1, 10)
    assert Fraction(4, 5) < target[2] < target[3] < Fraction(3, 2)


def test_trajectories_stay_in_the_boxes_of_their_layer(proofs):
    """Random weights in every layer, from the corners of the start: a simulation in mpmath."""
    draw = random.Random(3)
    steps = proofs["global"].steps
    with mp.workdps(20):
        for mu, nu in itertools.product((-1, 0, 1), (Fraction(1, 50), 1, 16)):
            mean, variance = mpf(mu), mpf(Fraction(nu).numerator) / Fraction(nu).denominator
            for step in steps:
                omega, tau = (
                    draw.choice((-0.1, 0.1, draw.uniform(-0.1, 0.1))),
                    draw.choice((0.95, 1.1, draw.uniform(0.95, 1.1))),
                )
                f, g = derivatives(mean * mpf(omega), variance * mpf(tau))
                mean, variance = f[0], g[0] - f[0] ** 2
                a, b, c, d = (mpf(x.numerator) / x.denominator for x in step.target)
                assert a < mean < b
                assert c < variance < d


def test_a_region_of_ones_own():
    assert prove(region="omega=-0.2:0.2,nu=0.75:1.6")
    refuted = prove(region="tau=0.8:1.25")
    assert refuted.verdict.answer is Answer.REFUTED
    assert "the new variance is below 0.70156" in refuted.verdict.reason
    assert refuted.certificate["statement"] == "region"


@pytest.mark.parametrize("name", STATEMENTS)
def test_certificates_are_those_that_the_report_hands_over(name):
    """Byte by byte, whatever the machine."""
    handed = Path(__file__).parents[2] / "reports" / "selu" / "certificates" / f"{name}.json"
    assert canonical(prove(name, tolerance="1e-9").certificate) + b"\n" == handed.read_bytes()


def test_what_the_budget_does_not_reach_is_undecided_and_has_no_certificate():
    proof = prove("theorem-1", max_leaves=2)
    assert proof.verdict.answer is Answer.UNDECIDED
    assert "not shown" in proof.verdict.reason
    assert proof.certificate is None
    assert not proof


def test_small_variances_climb_in_one_step():
    start = Region(nu=(Fraction(1, 10**12), Fraction(3, 2)))
    proof = prove_basin(start, Region())
    climb = proof.steps[0]
    assert climb.claim.rate == Fraction(26, 25)
    # 2^-40 < 1e-12, 2^-4 < 0.1 = the target's nu, and 18 layers make 26/25 more than 2
    assert climb.layers(40) == (18 * 37, 4)
    assert proof.layers == 18 * 37 + len(proof.steps) - 1
    # the slowest growth there is: all of z lies above 0, where SELU is linear with slope lambda, and tau = 0.95
    assert Fraction(26, 25) < Fraction(105070, 10**5) ** 2 * Fraction(95, 100)
    assert proof.leaves < 1000


def test_from_everywhere():
    proof = prove("everywhere")
    assert proof
    assert proof.layers is None
    assert proof.steps[0].claim.kind == "drift"
    assert "every mu, every nu > 0" in proof.statement.start
    assert prove_basin(None, Region(omega=(Fraction(0), Fraction(0)), tau=(Fraction(1), Fraction(1))))
    far = prove_basin(None, Region(omega=(Fraction(-3, 5), Fraction(3, 5))))
    assert far.verdict.answer is not Answer.PROVED


def test_the_smallest_box_is_kept_and_nothing_much_smaller_is():
    weights = Region(omega=(Fraction(-1, 5), Fraction(1, 5)), tau=(Fraction(9, 10), Fraction(11, 10)))
    box = smallest_box(weights)
    assert (box.omega, box.tau) == (weights.omega, weights.tau)
    assert prove(region=box)
    (a, b), (c, d) = box.mu, box.nu
    for mu, nu in (
        ((a, b - (b - a) / 12), (c, d)),
        ((a + (b - a) / 12, b), (c, d)),
        ((a, b), (c * Fraction(13, 12), d)),
        ((a, b), (c, d * Fraction(11, 12))),
    ):
        assert prove(region=Region(mu, box.omega, nu, box.tau)).verdict.answer is Answer.REFUTED
    with pytest.raises(InputError, match="give smaller ranges"):
        smallest_box(Region(tau=(Fraction(1), Fraction(3))))


def test_in_the_logarithm_of_the_variance_it_contracts_far_more_widely():
    """Ranges of tau under which the Euclidean norm exceeds 1 in every box that the map keeps."""
    box = smallest_box(Region(tau=(Fraction(7, 10), Fraction(7, 5))))
    euclidean = prove(region=box)
    assert euclidean.verdict.answer is Answer.REFUTED
    assert "singular value is above 1" in euclidean.verdict.reason
    start = Region((Fraction(-1), Fraction(1)), box.omega, (Fraction(1, 50), Fraction(16)), box.tau)
    proof = prove_basin(start, box, norm="logarithmic")
    assert proof
    assert proof.bounds[0].shown.rows == "log-variance"
    assert proof.certificate is not None
    assert prove_basin(start, box).certificate is None


def test_six_times_the_omega_of_the_paper_from_everywhere():
    box = smallest_box(Region(omega=(Fraction(-3, 5), Fraction(3, 5))))
    assert prove_basin(None, box, norm="logarithmic")


def test_another_activation_of_the_form_from_everywhere():
    activation = selu_activation("1.05", "1.7")
    box = smallest_box(Region(), activation=activation)
    proof = prove_basin(None, box, activation=activation)
    assert proof
    assert checker.check(canonical(proof.certificate))["words"][0].endswith(
        "alpha in [17/10, 17/10], lambda in [21/20, 21/20]:"
    )
    slack = prove_basin(
        Region(nu=(Fraction(1, 10**9), Fraction(2))), Region(), activation=selu_activation("1.05", "1.67")
    )
    if slack:
        assert f"after {slack.layers} layers" in checker.check(canonical(slack.certificate))["words"][1]


def test_bounds_are_so_tight_that_few_leaves_do(proofs):
    """What makes an enclosure tighter shows only in the number of leaves."""
    most = {"theorem-1": 360, "lemma-12": 380, "theorem-2": 450, "theorem-3a": 750, "theorem-3b": 480, "global": 1300}
    assert all(proofs[name].leaves <= limit for name, limit in most.items())
    wide = prove(region="mu=-9:2,nu=0.0001:20,omega=-1:1,tau=0.5:2")  # 22,000 without what is known of ratios
    assert all(bound.is_proved for bound in wide.bounds)
    assert wide.leaves < 2000


@pytest.mark.parametrize(
    ("region", "wide"),
    [
        ("mu=1:2,omega=-1:-0.5,nu=0.5:2,tau=0.9:1", True),
        ("mu=0.5:1,omega=0.1:1,nu=0.5:2,tau=0.9:1", False),
        ("mu=-0.1:0.3,omega=-0.5:0.2,nu=0.5:2,tau=0.9:1", True),
        ("mu=-0.3:0.3,omega=-0.5:0.2,nu=0.5:2,tau=0.9:1", False),
        ("mu=-1:-0.2,omega=0:0,nu=0.5:2,tau=0.9:1", False),
    ],
)
def test_bounds_are_attained_at_their_witnesses_where_omega_does_not_go_with_every_m(region, wide):
    """Values at witnesses by other code; the true supremum, by branch and bound over four sides, lies in between."""
    proof = prove(region=region)
    assert checker.check(canonical(proof.certificate))["verdict"] == str(proof.verdict.answer)
    for bound in proof.bounds:
        mu, omega, nu, tau = bound.witness.at
        sides = zip((mu, omega, nu, tau), ("mu", "omega", "nu", "tau"), strict=True)
        assert all(
            getattr(Region.parse(region), name)[0] <= x <= getattr(Region.parse(region), name)[1] for x, name in sides
        )
        with mp.workdps(30):
            value = quantities(mu, omega, nu, tau)[bound.shown.kind]
            value = value(bound.shown.rows, mpf(1)) if bound.shown.kind == "norm" else value
            assert abs(value - mpf(float(bound.witness.bound))) < 2e-8
    low, high = map(float, proof.bounds[0].ends)
    other = check_contraction(region).norm_sup.bounds()
    assert other[0] - 2e-3 < low <= other[1]
    assert other[0] <= high
    assert (high - low > 1.1e-8) is wide


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (Claim("norm", bound=Fraction(1)), "the largest singular value stays below 1"),
        (
            Claim("norm", bound=Fraction(3, 2), rows="second-moment", weight=Fraction(2)),
            "the largest singular value for (mean, second-moment) in the norm with weight 2 stays below 1.5",
        ),
        (Claim("growth", "above", at=(Fraction(1),) * 4), "the new variance minus nu is above 0"),
        (
            Claim("inside", target=(Fraction(-1, 2), Fraction(1), Fraction(0), Fraction(1, 3))),
            "mean and variance move into [-0.5, 1] and [0, 1/3]",
        ),
    ],
)
def test_claims_in_words(claim, says):
    assert str(claim) == says


def test_a_climb_ends_at_1_at_most():
    activation = elu(10)
    weights = Region(omega=(Fraction(0), Fraction(0)), tau=(Fraction(19, 20), Fraction(1)))
    box = smallest_box(weights, activation=activation)
    assert box.nu[0] > 50
    start = Region(box.mu, box.omega, (Fraction(1, 10**4), Fraction(100)), box.tau)
    proof = prove_basin(start, box, activation=activation, norm="logarithmic")
    assert proof
    assert f"after {proof.layers} layers" in checker.check(canonical(proof.certificate))["words"][1]
    assert any(step.claim.rate and step.target[2] == 1 for step in proof.steps)


def test_no_layers_and_no_certificate_of_what_is_not_proved():
    start = Region(mu=(Fraction(-1), Fraction(1)), nu=(Fraction(1, 50), Fraction(16)))
    proof = prove_basin(start, Region(), max_leaves=300)
    assert proof.verdict.answer is Answer.UNDECIDED
    assert proof.steps
    assert proof.layers is None
    partly = prove("image-bounds", max_leaves=2)
    assert partly.verdict.answer is Answer.REFUTED
    assert partly.certificate is None
    weighted = prove(region="tau=0.8:1.25", weight=2)
    assert weighted.verdict.answer is Answer.REFUTED
    assert weighted.certificate is None
    assert prove(replace(STATEMENTS["lemma-12"], name="mine")).certificate is None


def test_where_omega_and_mu_are_zero_there_is_a_witness():
    region = Region(omega=(Fraction(0), Fraction(0)), tau=(Fraction(1), Fraction(6, 5)))
    for bound in prove(region=region).bounds:
        mu, omega, nu, tau = bound.witness.at
        assert omega == 0
        assert region.mu[0] <= mu <= region.mu[1]
        assert region.nu[0] <= nu <= region.nu[1]
        assert 1 <= tau <= Fraction(6, 5)


def test_the_layers_of_the_prover_are_those_of_the_checker():
    wide = Region(mu=(Fraction(-20), Fraction(20)), nu=(Fraction(1, 10**6), Fraction(10**3)))
    proof = prove_basin(wide, Region())
    assert proof
    words = checker.check(canonical(proof.certificate))["words"]
    assert f"after {proof.layers} layers" in words[1]
    assert proof.layers > 400


def test_a_basin_that_does_not_enter_its_attractor_is_undecided():
    start = Region(mu=(Fraction(-1), Fraction(1)), nu=(Fraction(1, 50), Fraction(16)))
    narrow = Region(mu=(Fraction(-1, 25), Fraction(7, 100)), nu=(Fraction("0.83"), Fraction("1.49")))
    proof = prove_basin(start, narrow)
    assert proof.verdict.answer is not Answer.PROVED


def test_a_tolerance_and_a_weight():
    fine = prove("theorem-1", tolerance="1e-11")
    low, high = bound_of(fine, "norm", "below", "variance").ends
    assert high - low <= Fraction(1, 10**11)
    assert float(low) == pytest.approx(0.8976083584089181, abs=1e-11)
    weighted = prove(region=Region(), weight="0.5")
    assert weighted
    assert weighted.bounds[0].ends != fine.bounds[0].ends


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"statement": "theorem-4"}, "theorem-1, lemma-12"),
        ({}, "give either a statement or a region"),
        ({"statement": "global", "region": "mu=0:1"}, "give either a statement or a region"),
        ({"region": "mu=1:0"}, "inverted"),
        ({"statement": "theorem-1", "tolerance": 0}, "must be positive"),
        ({"statement": "theorem-1", "weight": 2}, "Euclidean norm"),
        ({"statement": "theorem-1", "max_leaves": 0}, "max_leaves"),
        ({"statement": "theorem-1", "norm": "logarithmic"}, "Euclidean norm"),
        ({"region": "tau=1:1.1", "norm": "manhattan"}, "euclidean, logarithmic"),
        ({"region": "tau=1:1.1", "weight": -1}, "must be positive"),
        ({"statement": "theorem-1", "activation": elu()}, "is about SELU"),
        ({"statement": STATEMENTS["lemma-12"], "activation": elu()}, "has its region and activation with it"),
        ({"statement": STATEMENTS["lemma-12"], "region": "tau=1:2"}, "has its region and activation with it"),
        ({"region": "mu=-1e200:1"}, "within 1e150"),
        ({"region": "nu=1e-200:1"}, "above 1e-150"),
        ({"region": "tau=1:1.1", "norm": "logarithmic", "activation": CONSTANT}, "has no finite value"),
    ],
)
def test_bad_input(arguments, says):
    with pytest.raises(InputError, match=says):
        prove(**arguments)
    with pytest.raises(InputError, match="same ranges"):
        prove_basin(Region(), Region(tau=(Fraction(1), Fraction(1))))
