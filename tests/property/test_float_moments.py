"""Laws of the float64 moments on the whole domain, hostile corners included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selu_math.activations import CATALOGUE, parse_activation
from selu_math.moments import moments
from selu_math.numbers.exact import Exact

CLOSED = [
    name for name in CATALOGUE if name not in ("sine", "cosine", "snake") and parse_activation(name).is_closed_form
]
means = st.one_of(
    st.just(0.0),
    st.builds(lambda sign, e: sign * 10.0**e, st.sampled_from([1, -1]), st.floats(-12, 3)),
    st.floats(-4, 4),
)
variances = st.one_of(st.builds(lambda e: 10.0**e, st.floats(-12, 12)), st.floats(0.01, 32))
activations = st.sampled_from(CLOSED).map(parse_activation)
RISING = ["selu", "elu", "celu", "relu", "leaky_relu", "hardtanh", "relu6", "hard_sigmoid", "softshrink"]


@given(activations, means, variances)
def test_nothing_is_nan_infinite_or_negative(activation, m, v):
    at = moments(m, v, activation=activation)
    assert np.isfinite([at.mean, at.variance, at.slope, at.curvature]).all()
    assert at.variance >= 0
    assert np.isfinite(np.array(at.gradient)).all()


@given(activations, means, variances)
def test_scaled_and_shifted(activation, m, v):
    """Powers of two round nothing: mean and variance of 3 - 2 f follow those of f to the last digits."""
    image = activation.affine(Exact.of(-2), Exact.of(3), "3 - 2 f")
    at, moved = moments(m, v, activation=activation), moments(m, v, activation=image)
    assert moved.variance == pytest.approx(4 * at.variance, rel=2e-14, abs=1e-300)
    assert moved.mean == pytest.approx(3 - 2 * at.mean, rel=1e-14, abs=4e-15 + 2e-14 * at.variance**0.5)


@given(activations, means, variances)
def test_mirrored(activation, m, v):
    """f(-x) at -m is f(x) at m."""
    parts = activation.function
    mirrored = type(parts)(
        tuple(-c for c in reversed(parts.breaks)), tuple(part.reflected() for part in reversed(parts.parts))
    )
    image = type(activation)("mirrored", mirrored)
    at, other = moments(m, v, activation=activation), moments(-m, v, activation=image)
    assert other.variance == pytest.approx(at.variance, rel=4e-14, abs=1e-300)
    assert other.slope == pytest.approx(-at.slope, rel=1e-12, abs=1e-14)


@given(st.sampled_from(RISING), means, means, variances)
def test_a_rising_function_of_a_larger_mean_has_a_larger_mean(name, m, other, v):
    low, high = sorted((m, other))
    at, above = (moments(x, v, activation=parse_activation(name)) for x in (low, high))
    assert above.mean >= at.mean - 4e-16 * (abs(at.mean) + at.variance**0.5)


@given(activations, st.lists(st.tuples(means, variances), min_size=2, max_size=40))
def test_points_in_company_are_points_alone(activation, points):
    """Formulas are chosen point by point; who stands beside does not matter but for the last digit."""
    m, v = map(np.array, zip(*points, strict=True))
    together = moments(m, v, activation=activation)
    for i, point in enumerate(points):
        alone = moments(*point, activation=activation)
        assert together.variance[i] == pytest.approx(alone.variance, rel=1e-14, abs=1e-300)
        assert together.mean[i] == pytest.approx(alone.mean, rel=1e-14, abs=1e-15)
