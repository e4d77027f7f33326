"""Contraction at the edges of what numbers and sentences can hold."""

from fractions import Fraction

import pytest

from selu_math import InputError, Region, check_contraction, parse_activation
from selu_math.verdict import Answer

HARDTANH = parse_activation("piecewise: x<-1: -1; -1<=x<1: x; x>=1: 1")
IDENTITY = parse_activation("piecewise: x")


def test_a_tolerance_beyond_the_precision_leaves_points_and_still_decides():
    proof = check_contraction(tolerance=Fraction(1, 10**36))
    assert proof
    assert proof.left
    assert all(low == high for box in proof.left for low, high in box)


@pytest.mark.parametrize(
    "arguments",
    [
        {"region": "nu=1e30:2e30"},
        {"region": "nu=1e-330:2e-330,mu=-1e-330:1e-330"},
        {"region": "nu=1:1e400", "max_boxes": 60},
        {"region": "nu=1:1e400", "max_boxes": 60, "norm": "weighted"},
        {"region": "nu=1e-400:1", "max_boxes": 60, "norm": "weighted"},
        {"region": "mu=-1:1,nu=5:40", "activation": parse_activation("piecewise: exp(x)")},
        {
            "region": "mu=-6000:-5900,omega=1:1,nu=0.8:1,tau=1:1",
            "activation": parse_activation("relu"),
            "max_boxes": 60,
        },
    ],
    ids=lambda a: f"{a['region']} {a.get('norm', '')}",
)
def test_extreme_regions_get_a_verdict_and_doubles_around_it(arguments):
    proof = check_contraction(**arguments)
    assert proof.answer is Answer.REFUTED
    for low, high in (proof.norm_sup.bounds(), proof.mean.bounds(), proof.variance.bounds()):
        assert low <= high


def test_a_value_of_zero_is_said_to_be_zero():
    reason = check_contraction("mu=0.2:0.3,omega=0:0.02", activation=HARDTANH, max_boxes=300).invariant.reason
    assert reason.startswith("the new mean is 0, below 0.2")


@pytest.mark.parametrize("tau", ["0.99999999999", "0.999999999999999", "1.00000000000001"])
def test_sentences_stay_true_after_rounding(tau):
    proof = check_contraction(f"omega=0:0,tau={tau}:{tau}", activation=IDENTITY, max_boxes=60)
    if Fraction(tau) < 1:
        shown = proof.contracting.reason.split("below ")[1].split(" <")[0]
        assert Fraction(tau) <= Fraction(shown) < 1
        assert Fraction(proof.invariant.witness["new_variance"]) < Fraction(4, 5)
    else:
        assert Fraction(proof.contracting.witness["norm"]) > 1
        assert Fraction(proof.invariant.witness["new_variance"]) > Fraction(3, 2)


def test_plain_numbers_are_taken_exactly():
    region = Region(mu=(-1, 1), nu=(0.5, 2))
    assert region.mu == (Fraction(-1), Fraction(1))
    assert check_contraction(norm="weighted", weight=0.5).weight == Fraction(1, 2)
    assert check_contraction(tolerance=1e-9)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weight": 0, "norm": "weighted"}, "weight must be positive"),
        ({"weight": "x"}, "weight must be"),
        ({"tolerance": 0}, "tolerance must be positive"),
        ({"max_boxes": 0}, "max_boxes must be a whole number"),
        ({"norm": "taxicab"}, "accepted: euclidean, weighted"),
        ({"region": "mu=0:0"}, "empty"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(InputError, match=words):
        check_contraction(**arguments)
