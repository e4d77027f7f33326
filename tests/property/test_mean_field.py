"""Laws of correlation maps: power series with coefficients that are not negative and add up to 1."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from problems import CONTINUOUS

from selu_math.activations import parse_activation
from selu_math.joint import joint_moment
from selu_math.mean_field import companions, correlation_map, correlation_slope

NAMES = (*(problem.text for problem in CONTINUOUS[:-1]), "tanh", "gelu", "sine", "hardswish")
GRID = np.linspace(0, 1, 21)

activations = st.sampled_from([parse_activation(name) for name in NAMES])
lengths = st.floats(0.1, 10)
correlations = st.floats(-1, 1)
weights = st.fixed_dictionaries({"q": lengths, "tau": st.floats(0.2, 4), "bias_variance": st.floats(0, 2)})


@given(activations, weights)
def test_equal_inputs_stay_equal(activation, given_weights):
    assert correlation_map(1, activation=activation, **given_weights) == pytest.approx(1, rel=0, abs=1e-13)


@given(activations, weights)
def test_the_map_rises_and_is_convex_between_0_and_1(activation, given_weights):
    values = correlation_map(GRID, activation=activation, **given_weights)
    assert np.all(np.diff(values) >= -1e-13)
    assert np.all(np.diff(values, 2) >= -1e-12)


@given(activations, weights, correlations)
def test_the_image_is_a_correlation_and_larger_at_positive_c(activation, given_weights, c):
    at, mirrored = correlation_map([abs(c), -abs(c)], activation=activation, **given_weights)
    assert abs(mirrored) <= at + 1e-13
    assert at <= 1 + 1e-13


@given(activations, weights, st.floats(-0.95, 0.95))
def test_the_slope_is_the_derivative(activation, given_weights, c):
    h = 1e-5
    low, high = correlation_map([c - h, c + h], activation=activation, **given_weights)
    slope = correlation_slope(c, activation=activation, **given_weights)
    assert slope == pytest.approx((high - low) / (2 * h), rel=1e-6, abs=1e-8)


@given(st.floats(0.1, 4), lengths, correlations)
def test_a_linear_function_changes_no_correlation(slope, q, c):
    activation = parse_activation(f"piecewise: {slope:.3f}*x")
    assert correlation_map(c, activation=activation, q=q) == pytest.approx(c, rel=0, abs=1e-14)


@given(st.sampled_from(["relu", "leaky_relu", "leaky_relu(-0.2)", "abs"]), lengths, correlations)
def test_the_map_of_a_homogeneous_function_does_not_see_q(name, q, c):
    activation = parse_activation(name)
    at_one = correlation_map(c, activation=activation)
    assert correlation_map(c, activation=activation, q=q) == pytest.approx(at_one, rel=0, abs=1e-14)


@given(activations, st.floats(-2, 2), lengths, st.floats(-2, 2), lengths, correlations)
def test_the_two_inputs_may_be_exchanged(activation, m1, v1, m2, v2, c):
    one = joint_moment(activation, m1, v1, m2, v2, c)
    other = joint_moment(activation, m2, v2, m1, v1, c)
    size = np.sqrt(np.prod(joint_moment(activation, [m1, m2], [v1, v2], [m1, m2], [v1, v2], 1)))
    assert one == pytest.approx(other, rel=0, abs=1e-13 * size)


@settings(max_examples=20)
@given(st.sampled_from(["selu", "elu", "tanh", "gelu", "sine"]), st.floats(0.3, 2.5), st.floats(0.01, 0.5))
def test_layers_settle_where_companions_say(name, tau, bias):
    activation = parse_activation(name)
    found = companions(activation, tau, bias)
    assume(found.q_star < np.inf and found.correlation_slope < 0.9)
    c = 0.3
    for _ in range(250):
        c = min(correlation_map(c, activation=activation, tau=tau, bias_variance=bias, q=found.q_star), 1.0)
    assert c == pytest.approx(found.c_star, rel=0, abs=1e-10)
