"""Laws that hold for every activation at every (m, v)."""

from fractions import Fraction

import numpy as np
import pytest
from helpers import ball_ends
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import CATALOGUE, CONTINUOUS

from selu_math.activations import SELU, Activation, parse_activation
from selu_math.layer import MapKind, jacobian, layer_map
from selu_math.moments import Moments, moments
from selu_math.numbers.ball import BALL, interval, precision
from selu_math.numbers.exact import Exact
from selu_math.pieces import ExpPoly, Piecewise

ACTIVATIONS = {problem.text: parse_activation(problem.text) for problem in CONTINUOUS}
RISING = ("selu", "elu", "elu(3/2)", "relu", "leaky_relu")
CONVEX = ("relu", "leaky_relu", "leaky_relu(-0.2)")
QUANTITIES = ("mean", "second_moment", "variance", "slope", "curvature", "slope_square")

activations = st.sampled_from(list(ACTIVATIONS.values()))
catalogue = st.sampled_from([ACTIVATIONS[problem.text] for problem in CATALOGUE])
rational_means = st.fractions(-4, 4, max_denominator=64)
rational_variances = st.fractions(Fraction(1, 16), 12, max_denominator=64)
factors = st.fractions(-3, 3, max_denominator=8)
means = st.floats(-4, 4)
variances = st.floats(1 / 16, 12)


@given(activations, rational_means, rational_variances)
def test_doubles_agree_with_balls(activation, m, v):
    """Within 1e-13 of 1 + E f**2, whose rounding dominates, at moderate points."""
    m, v = Fraction(float(m)), Fraction(float(v))
    got = moments(float(m), float(v), activation=activation)
    with precision(128):
        exact = Moments(BALL, activation, BALL.rational(m), BALL.rational(v))
        size = 1 + float(exact.second_moment) + float(exact.slope_square)
        for quantity in QUANTITIES:
            assert abs(float(getattr(got, quantity)) - float(getattr(exact, quantity))) <= 1e-13 * size


@given(catalogue, means, variances)
def test_the_variance_is_positive(activation, m, v):
    got = moments(m, v, activation=activation)
    assert got.variance > 0
    assert got.second_moment >= got.mean**2


@given(activations, rational_means, rational_variances)
def test_the_variance_is_proved_positive(activation, m, v):
    with precision(128):
        assert Moments(BALL, activation, BALL.rational(m), BALL.rational(v)).variance > 0


@given(st.sampled_from(RISING), rational_means, rational_means, rational_variances)
def test_the_mean_of_a_rising_function_rises_with_m(name, m, other, v):
    if m == other:
        return
    low, high = sorted((m, other))
    with precision(128):
        at = [Moments(BALL, ACTIVATIONS[name], BALL.rational(x), BALL.rational(v)) for x in (low, high)]
        assert at[0].mean < at[1].mean
        assert at[0].slope > 0


@given(st.sampled_from(CONVEX), rational_means, rational_variances, rational_variances)
def test_the_mean_of_a_convex_function_rises_with_v(name, m, v, other):
    if v == other:
        return
    low, high = sorted((v, other))
    with precision(128):
        at = [Moments(BALL, ACTIVATIONS[name], BALL.rational(m), BALL.rational(x)) for x in (low, high)]
        assert at[0].mean < at[1].mean
        assert at[0].curvature > 0


def affine(activation, a, b):
    """Return a f + b."""
    factor, offset = ExpPoly.constant(Exact.of(a)), ExpPoly.constant(Exact.of(b))
    parts = tuple(part * factor + offset for part in activation.function.parts)
    return Activation("a f + b", Piecewise(activation.function.breaks, parts))


@given(activations, factors, factors, rational_means, rational_variances)
def test_an_affine_image_moves_the_moments_with_it(activation, a, b, m, v):
    with precision(128):
        at = (BALL.rational(m), BALL.rational(v))
        plain, moved = Moments(BALL, activation, *at), Moments(BALL, affine(activation, a, b), *at)
        x, y = BALL.rational(a), BALL.rational(b)
        for got, expected in (
            (moved.mean, x * plain.mean + y),
            (moved.variance, x * x * plain.variance),
            (moved.slope, x * plain.slope),
            (moved.curvature, x * plain.curvature),
            (moved.slope_square, x * x * plain.slope_square),
        ):
            assert got.overlaps(expected)
            assert got.rad() < 1e-25
            assert expected.rad() < 1e-25


@given(factors, factors, rational_means, rational_variances)
def test_an_affine_activation_is_textbook(a, b, m, v):
    line = affine(parse_activation("leaky_relu(1)"), a, b)
    with precision(128):
        got = Moments(BALL, line, BALL.rational(m), BALL.rational(v))
        expected = (a * m + b, a * a * v, a, Fraction(0))
        for ball, exact in zip((got.mean, got.variance, got.slope, got.curvature), expected, strict=True):
            low, high = ball_ends(ball)
            assert low <= exact <= high
            assert high - low < Fraction(1, 10**25)


@settings(max_examples=30)
@given(activations, rational_means, rational_variances, st.integers(1, 12), st.floats(-1, 1), st.floats(-1, 1))
def test_a_wide_box_contains_the_moments_of_each_point_in_it(activation, m, v, halvings, right, up):
    """What every proof rests on; and the box must shrink with its input."""
    radius = Fraction(1, 2**halvings) * v / 4
    point = (m + radius * Fraction(right), v + radius * Fraction(up))
    with precision(64):
        box = Moments(BALL, activation, interval(m - radius, m + radius), interval(v - radius, v + radius))
        inner = Moments(BALL, activation, BALL.rational(point[0]), BALL.rational(point[1]))
        for quantity in QUANTITIES:
            wide, narrow = getattr(box, quantity), getattr(inner, quantity)
            assert wide.is_finite()
            assert wide.overlaps(narrow)
            assert narrow.rad() < 1e-9
            if halvings >= 8:
                size = 1 + float(inner.second_moment) + float(inner.slope_square) + float(abs(inner.curvature).upper())
                assert float(wide.rad()) < 5000 * size * float(radius)


@given(catalogue, variances, st.floats(0.1, 3))
def test_both_maps_agree_for_centred_inputs_and_centred_weights(activation, variance, tau):
    paper = layer_map(0.0, variance, omega=0.0, tau=tau, activation=activation)
    mean_field = layer_map(0.0, variance, tau=tau, activation=activation, kind=MapKind.MEAN_FIELD)
    assert paper == mean_field
    matrices = [jacobian(0.0, variance, tau=tau, activation=activation, kind=kind) for kind in MapKind]
    np.testing.assert_array_equal(*matrices)


@given(means, variances, st.floats(0.1, 3))
def test_the_mean_field_map_sees_the_second_moment_alone(mean, variance, tau):
    moved = layer_map(mean, variance, tau=tau, kind="mean-field")
    centred = layer_map(0.0, variance + mean**2, tau=tau, kind="mean-field")
    assert moved.mean == pytest.approx(centred.mean, rel=1e-12, abs=1e-13)
    assert moved.variance == pytest.approx(centred.variance, rel=1e-12)


@given(means, variances, st.floats(-1, 1), st.floats(0.1, 3))
def test_the_paper_s_map_sees_products_alone(mean, variance, omega, tau):
    """m = mean * omega and v = variance * tau, so factors may be exchanged."""
    one = layer_map(mean, variance, omega=omega, tau=tau)
    other = layer_map(omega, tau, omega=mean, tau=variance)
    assert one == other


@given(st.lists(st.tuples(means, variances), min_size=1, max_size=5))
def test_an_array_is_its_entries(points):
    m, v = np.array(points).T
    together = moments(m, v, activation=SELU)
    for i, (x, y) in enumerate(points):
        assert together.variance[i] == pytest.approx(float(moments(x, y).variance), rel=1e-13, abs=1e-15)
        assert together.mean[i] == pytest.approx(float(moments(x, y).mean), rel=1e-13, abs=1e-15)
