"""Mean-field companions: special cases, shapes, refused input."""

from math import inf, log

import numpy as np
import pytest

import selu_math as sm
from selu_math.exceptions import InputError, PrecisionError
from selu_math.joint import joint_moment, slope_activation
from selu_math.mean_field import (
    FixedPoint,
    companions,
    correlation_map,
    correlation_slope,
    depth_scale,
    length_map,
)
from selu_math.proved_correlation import prove_correlation

RELU, TANH = sm.relu(), sm.parse_activation("tanh")
STEP = sm.parse_activation("piecewise: x<0: 0; x>=0: 1")


def test_exports():
    assert sm.companions is companions
    assert sm.correlation_map is correlation_map
    assert sm.prove_correlation is prove_correlation


def test_shapes():
    assert np.ndim(correlation_map(0.5)) == 0
    assert correlation_map(np.zeros((2, 3))).shape == (2, 3)
    assert correlation_map(np.zeros((2, 1)), q=[1.0, 2.0, 3.0]).shape == (2, 3)
    assert correlation_slope([]).shape == (0,)
    assert joint_moment(sm.SELU, np.zeros((4, 1)), 1, 0, [1.0, 2.0], 0.5).shape == (4, 2)


def test_many_points_are_taken_in_batches():
    c = np.linspace(-1, 1, 2001)
    some = slice(0, None, 400)
    np.testing.assert_allclose(correlation_map(c)[some], correlation_map(c[some]), rtol=0, atol=1e-15)


def test_selu_in_words():
    found = companions()
    assert found.activation == "selu"
    assert (found.tau, found.bias_variance, found.phase) == (1, 0, "chaotic")
    assert found.length_fixed_points == (FixedPoint(1.0, found.length_slope),)
    assert found.length_depth == pytest.approx(4.0804, abs=1e-4)
    assert found.correlation_depth == pytest.approx(33.6043, abs=1e-4)
    assert found.gradient_depth == pytest.approx(-1 / log(1.0715749924557993))


def test_relu_at_two_keeps_every_length_and_is_critical():
    found = companions(RELU, 2)
    assert found.q_star is None
    assert found.chi == pytest.approx(1, rel=1e-15, abs=0)
    assert (found.length_depth, found.correlation_depth, found.phase) == (inf, inf, "critical")
    assert found.c_star == 1
    assert [p.value for p in found.correlation_fixed_points] == [1]


@pytest.mark.parametrize(("tau", "bias", "q_star"), [(1, 0, 0), (3, 0, inf), (2, 0.5, inf), (1, 0.5, 1)])
def test_relu_elsewhere(tau, bias, q_star):
    found = companions(RELU, tau, bias)
    assert found.q_star == pytest.approx(q_star)
    assert found.chi == pytest.approx(tau / 2)
    assert found.c_star == 1


def test_odd_functions_fix_minus_1_0_and_1():
    found = companions(TANH, 1.5)
    assert [p.value for p in found.correlation_fixed_points] == [-1, 0, 1]
    assert found.correlation_fixed_points[0].slope == pytest.approx(found.chi)
    assert found.c_star == 0
    biased = companions(TANH, 1.5, 0.01)
    assert [p.value for p in biased.correlation_fixed_points] == [biased.c_star, 1]
    assert 0 < biased.c_star < 1


def test_tanh_is_critical_at_tau_1_and_dies_out():
    found = companions(TANH)
    assert (found.q_star, found.length_slope, found.chi, found.phase) == (0, 1, 1, "critical")
    assert found.c_star is None  # near 0 it is linear: every correlation stays


def test_near_0_a_kink_counts_and_a_bend_does_not():
    """SELU's half-tangents at 0 are lambda alpha and lambda: chi is the mean of their squares, times tau."""
    found = companions(sm.SELU, 0.4)
    assert found.q_star == 0
    assert found.chi == pytest.approx(0.4 * (1.0507009873554805**2 + 1.7580993408473768**2) / 2)
    assert found.c_star == 1


def test_rounding_is_no_fixed_point():
    """Below q = 0.01 hardtanh is linear to rounding, so that the length map seems to fix each q."""
    found = companions(sm.parse_activation("hardtanh"))
    assert found.length_fixed_points == ()
    assert found.q_star == 0


def test_a_function_flat_at_0_leaves_no_correlation():
    found = companions(sm.parse_activation("softshrink"))
    assert (found.q_star, found.chi, found.c_star) == (0, 0, None)


def test_lengths_without_bound():
    found = companions(sm.SELU, 3)
    assert (found.q_star, found.chi, found.c_star, found.phase, found.gradient_depth) == (inf, None, None, None, None)


def test_a_repelling_length():
    """Hardshrink at tau = 2: smaller lengths die out, larger ones grow."""
    found = companions(sm.parse_activation("hardshrink"), 2)
    (point,) = found.length_fixed_points
    assert point.slope > 1
    assert found.q_star == inf


def test_biases_below_the_search_count():
    found = companions(TANH, 0.5, 1e-12)
    assert found.q_star == pytest.approx(2e-12, rel=1e-6)


def test_a_jump_makes_chi_infinite():
    found = companions(STEP)
    assert found.chi == inf
    assert 0 < found.c_star < 1
    assert found.correlation_fixed_points[-1] == FixedPoint(1.0, inf)


def test_a_callable_is_mapped():
    own = sm.activation_from_callable(np.tanh)
    c = [-0.5, 0.3, 0.999, 1]
    np.testing.assert_allclose(correlation_map(c, activation=own), correlation_map(c, activation=TANH), atol=1e-12)
    with pytest.raises(InputError, match="known by its values alone"):
        correlation_slope(c, activation=own)
    with pytest.raises(InputError, match="known"):
        prove_correlation("0.5", activation=own)


@pytest.mark.parametrize(("slope", "depth"), [(1, inf), (-1, inf), (0, 0), (0.5, 1 / log(2)), (-0.5, 1 / log(2))])
def test_depth_scales(slope, depth):
    assert depth_scale(slope) == pytest.approx(depth)


def test_depth_scales_of_growth_are_negative():
    assert depth_scale(2.0) == pytest.approx(-1 / log(2))


def test_length_map_with_biases():
    np.testing.assert_allclose(length_map([1.0, 4.0], activation=RELU, tau=3, bias_variance=0.25), [1.75, 6.25])


def test_a_vanished_second_moment_gives_nan():
    assert np.isnan(correlation_map(0.5, activation=sm.parse_activation("softshrink"), q=1e-8))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: correlation_map(1.5), "c must be from -1 to 1"),
        (lambda: correlation_map(np.nan), "c must be finite"),
        (lambda: correlation_map(0.5, q=0), "v must be positive"),
        (lambda: correlation_map(0.5, tau=0), "tau must be positive"),
        (lambda: correlation_map(0.5, bias_variance=-1), "bias_variance must not be negative"),
        (lambda: correlation_map(0.5, tau=[1, 2]), "single numbers"),
        (lambda: companions(tau=-1), "tau must be positive"),
        (lambda: companions(sm.parse_activation("piecewise: 2")), "constant"),
        (lambda: correlation_slope(1, activation=STEP), r"needs \|c\| < 1"),
        (lambda: joint_moment(slope_activation(STEP), 0, 1, 0, 1, -1), r"needs \|c\| < 1"),
        (lambda: prove_correlation(2), "c must be from -1 to 1"),
        (lambda: prove_correlation("0.5", q=0), "q must be positive"),
        (lambda: prove_correlation("0.5", tau=-1), "tau must be positive"),
        (lambda: prove_correlation("0.5", bias_variance=-1), "bias_variance must not be negative"),
        (lambda: prove_correlation("0.5", digits=0), "whole number from 1"),
        (lambda: prove_correlation("0.5", activation=STEP), "jumps at 0"),
        (lambda: prove_correlation("0.5", activation=sm.parse_activation("piecewise: 2")), "constant"),
    ],
)
def test_refused(call, message):
    with pytest.raises(InputError, match=message) as error:
        call()
    assert "\n" not in str(error.value)


def test_a_series_too_slow_says_what_it_reaches():
    with pytest.raises(PrecisionError, match=r"15 digits at c = 0\.9999 need more than 4096 .* which give about 3;"):
        prove_correlation("0.9999")
    assert prove_correlation("0.9999", digits=3).correlation.digits(3) == "1.00"


def test_proved_at_0_and_1():
    at_zero, at_one = prove_correlation(0), prove_correlation(1, digits=100)
    assert str(at_zero.correlation) == "0"
    assert str(at_zero.slope) == "0.970680352300710"
    assert str(at_one.slope).startswith("1.0715749924557992575746563")
    assert at_one.terms == 0
