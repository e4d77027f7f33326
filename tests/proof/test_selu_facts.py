"""What is settled about SELU's fixed points: each a proof, beside figures known from elsewhere."""

from fractions import Fraction
from itertools import pairwise

import pytest

import selu_math as sm
from selu_math.asymptotics import end_above, end_below
from selu_math.numbers.ball import precision
from selu_math.proofs.boxes import Box
from selu_math.proofs.image import LayerFamily
from selu_math.proofs.krawczyk import isolate

LOW = ("0.001", "0.01", "0.1", "0.4", "0.47", "0.485", "0.49", "0.495")
HIGH = ("2.658", "2.66", "2.7", "3", "4", "6", "10", "20", "50", "100")


def test_zero_and_one_is_the_only_fixed_point_of_a_large_region():
    found = sm.find_fixed_points(within=(-1000, 1000, 0, "inf"))
    assert found.complete
    (point,) = found.fixed_points
    assert point.kind == "attracting"
    assert point.mean.ball.contains(0)
    assert point.variance.ball.contains(1)


@pytest.mark.parametrize("tau", [*pairwise(LOW), *pairwise(HIGH)], ids=":".join)
def test_at_omega_zero_no_variance_is_kept_for_small_and_large_tau(tau):
    """For every tau of the interval and every mean within 1000."""
    low, high = map(Fraction, tau)
    pieces = [low + (high - low) * n / 4 for n in range(5)]
    for ends in pairwise(pieces):
        family, mean = LayerFamily(sm.SELU, tau=ends), Fraction(1000)
        with precision(64):
            above, below = end_above(family, mean), end_below(family, mean)
        assert above is not None
        assert below is not None
        if below < above:
            rest = isolate(family, Box(-1000.0, 1000.0, below, above), max_boxes=4000)
            assert not rest.found
            assert not rest.undecided


@pytest.mark.parametrize("tau", ["0.4957", "0.51", "1", "2.6", "2.65"])
def test_between_them_exactly_one_variance_is_kept(tau):
    found = sm.find_fixed_points(tau=tau, within=(-1000, 1000, 0, "inf"))
    assert found.complete
    assert [point.kind for point in found.fixed_points] == ["attracting"]


@pytest.mark.parametrize(
    ("omega", "kinds"),
    [
        ("-1.05", ["saddle"]),
        ("0.5", ["attracting"]),
        ("0.9", ["saddle", "attracting"]),
        ("0.903", ["saddle", "attracting"]),
        ("1", ["saddle"]),
    ],
)
def test_what_happens_where_zero_and_one_loses_its_stability(omega, kinds):
    found = sm.find_fixed_points(omega=omega, within=(-10, 10, "0.001", 1000))
    assert found.complete
    assert [point.kind for point in found.fixed_points] == kinds
    stable = float(sm.omega_limits().lower.omega) < float(omega) < float(sm.omega_limits().upper.omega)
    zero = next(point for point in found.fixed_points if point.variance.ball.contains(1))
    assert (zero.kind == "attracting") == stable


def test_relu_keeps_no_mean_of_zero():
    for tau in ("0.5", "1", "2.9", "2.95", "4"):
        found = sm.find_fixed_points(activation=sm.relu(), tau=tau, within=(-100, 100, 0, "inf"))
        assert found.complete
        assert not found.fixed_points
