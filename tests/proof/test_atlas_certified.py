"""Certified tiles: what is proved of a tile is compared with other code at points of it, its corners among them."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from multistart import reached

import selu_math as sm
from selu_math.activations import parse_activation
from selu_math.atlas import certified, sweep
from selu_math.atlas.certified import COLUMNS, REGION, Verdict, prove
from selu_math.layer import MapKind


def tile(omega, tau, width="0.02"):
    return tuple((Fraction(low), Fraction(low) + Fraction(width)) for low in (omega, tau))


def at_points(weights):
    """Return the corners of a tile and points inside."""
    random = np.random.default_rng(3)
    corners = list(product(*(tuple(map(float, side)) for side in weights)))
    inside = [tuple(random.uniform(*map(float, side)) for side in weights) for _ in range(6)]
    return corners + inside


@pytest.mark.parametrize(
    ("omega", "tau", "verdict"),
    [
        ("0", "1", Verdict.ATTRACTING),
        ("0.5", "1.2", Verdict.ATTRACTING),
        ("-1.4", "2.4", Verdict.ATTRACTING),
        ("0.2", "2", Verdict.ATTRACTING),
        ("1.2", "1", Verdict.UNSTABLE),
        ("-1.2", "1", Verdict.UNSTABLE),
        ("0", "2.8", Verdict.NONE),
        ("0", "0.4", Verdict.NONE),
        ("0.6", "2.9", Verdict.NONE),
    ],
)
def test_the_verdict_holds_at_points_of_the_tile(omega, tau, verdict):
    weights = tile(omega, tau)
    starts = []
    if verdict is not Verdict.NONE:
        centre = [float(sum(side) / 2) for side in weights]
        found = sm.find_fixed_points(omega=centre[0], tau=centre[1], within=(-100, 100, "1e-4", "1e5"))
        points = sorted(found.fixed_points, key=lambda p: float(p.spectral_radius))
        starts = [(float(p.mean), float(p.variance)) for p in points]
    proof = prove(sm.SELU, MapKind.PAPER, weights, starts)
    assert proof.verdict is verdict
    ends = dict(zip(list(COLUMNS)[2:], proof.ends, strict=True))
    for o, t in at_points(weights):
        if verdict is Verdict.NONE:
            for start in product((-3.0, 0.0, 3.0), (0.01, 1.0, 100.0)):
                mean, variance, off = reached("selu", "paper", start, o, t)
                inside = REGION[0] <= mean <= REGION[1] and REGION[2] <= variance <= REGION[3]
                assert not (off < 1e-9 and inside)
            continue
        mean, variance, off = reached("selu", "paper", starts[0], o, t)
        assert off < 1e-10
        assert ends["mean_low"] - 1e-9 <= mean <= ends["mean_high"] + 1e-9
        assert ends["variance_low"] * (1 - 1e-9) <= variance <= ends["variance_high"] * (1 + 1e-9)
        radius = sm.spectral_radius(sm.jacobian(mean, variance, omega=o, tau=t))
        assert ends["radius_low"] - 1e-9 <= radius <= ends["radius_high"] + 1e-9
        assert (radius < 1) == (verdict is Verdict.ATTRACTING)


@pytest.mark.parametrize(
    ("omega", "tau"),
    [("0.895", "0.99"), ("-1.04", "0.99"), ("0", "2.65"), ("0", "0.49")],
    ids=["1", "-1", "far", "near"],
)
def test_a_tile_with_a_bifurcation_inside_is_undecided(omega, tau):
    """Where an eigenvalue reaches 1 or -1, or a fixed point leaves for infinity or 0, nothing holds of the whole."""
    weights = tile(omega, tau)
    assert prove(sm.SELU, MapKind.PAPER, weights, [(0.0, 1.0)], cuts=1).verdict is Verdict.UNDECIDED


def test_it_agrees_with_the_float_atlas_and_does_not_depend_on_who_computes():
    given = {"omega": "0.8:1.1:12", "tau": "0.995:1.005:2"}
    with (
        sweep(**given, method="certified", workers=1) as proved,
        sweep(**given, method="certified", workers=2) as again,
        sweep(**given) as floats,
    ):
        assert proved.content_hash() == again.content_hash()
        verdict, attracting = proved.array("verdict"), floats.array("attracting")
        count = floats.array("fixed_points")
    assert (attracting[verdict == Verdict.ATTRACTING] > 0).all()
    assert (count[verdict == Verdict.UNSTABLE] > 0).all()
    assert (count[verdict == Verdict.NONE] == 0).all()
    assert set(np.unique(verdict)) >= {Verdict.ATTRACTING, Verdict.UNSTABLE}
    assert (verdict == Verdict.UNDECIDED).mean() < 0.5


def test_a_search_that_is_not_finished_proves_nothing():
    assert prove(sm.SELU, MapKind.PAPER, tile("0.97", "0.76", "0.018"), [], cuts=0).verdict is Verdict.UNDECIDED


def test_parts_that_differ_leave_the_whole_undecided(monkeypatch):
    weights = tile("0.89", "0.99")

    def half(activation, kind, part, starts, cuts):
        verdict = Verdict.ATTRACTING if part[0][0] == weights[0][0] else Verdict.UNSTABLE
        return certified._Proof(verdict, 1)

    monkeypatch.setattr(certified, "prove", half)
    assert certified._split(sm.SELU, MapKind.PAPER, weights, [(0.0, 1.0)], 1).verdict is Verdict.UNDECIDED


def test_other_activations_and_the_mean_field_map():
    with sweep(omega="-0.2:0.2:3", tau="1.6:1.8:3", activation="hardtanh", method="certified") as found:
        assert found.counts()["attracting"] == 9
    with sweep(tau="0.9:1.2:5", kind="mean-field", method="certified") as found:
        assert found.counts()["attracting"] == 5
    weights = tile("0.3", "1.9", "0.002")
    proof = prove(parse_activation("tanh"), MapKind.PAPER, weights, [(0.0, 0.2)], cuts=1)
    assert proof.verdict in {Verdict.ATTRACTING, Verdict.UNDECIDED}
