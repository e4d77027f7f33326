"""Smooth activations' moments in float64 against balls, half of the points hostile: tiny deviations, saturation."""

from fractions import Fraction

import numpy as np
import pytest

from selu_math.activations import CATALOGUE, parse_activation
from selu_math.centred import FAR, CentredPlan
from selu_math.moments import Moments, moments
from selu_math.numbers.ball import BALL, precision

SMOOTH = [name for name in CATALOGUE if CentredPlan.suits(parse_activation(name).function)]
POINTS = 8


def points(seed):
    random = np.random.default_rng(seed)
    hostile = random.choice([-1, 1], POINTS) * 10 ** random.uniform(-12, 1.3, POINTS)
    m = np.concatenate([[0.0, 9.0, -9.0, 3.0, -6.0, 12.0], random.uniform(-3, 3, POINTS), hostile])
    powers = [random.uniform(-1.5, 1.5, POINTS), random.uniform(-12, 4, POINTS)]
    v = np.concatenate([[1e-10, 1e-4, 0.01, 0.09, 1.0, 0.25], *(10**power for power in powers)])
    return m, v


def exact(activation, m, v):
    """Return moments in balls of enough bits to tell the variance and its derivatives to a double's last place."""
    for bits in (128, 256, 512, 1024, 4096):
        with precision(bits):
            at = Moments(BALL, activation, BALL.rational(Fraction(m)), BALL.rational(Fraction(v)))
            if at.variance.abs_upper() < 1e-290:
                return at
            settled = at.variance.rel_accuracy_bits() > 60 and at.slope_square.rel_accuracy_bits() > 50
            unit = at.slope_square.abs_lower().sqrt() * 1e-15
            rates = (at.slope, at.curvature, at.slope_square)
            by_m, by_v = at.gradient[1]
            turned = (by_m, by_v * v**0.5)
            size = max(abs(float(x)) for x in turned) * 1e-15
            if settled and all(x.rad() < unit for x in rates) and (not size or all(x.rad() < size for x in turned)):
                return at
    raise AssertionError((activation, m, v))


def test_these_are_all_that_are_not_piecewise():
    assert {"sine", "snake", "tanh", "gelu", "mish", "erf"} <= set(SMOOTH)
    assert len(SMOOTH) == 12


@pytest.mark.parametrize("name", SMOOTH)
def test_mean_variance_and_their_derivatives(name):
    activation = parse_activation(name)
    m, v = points(SMOOTH.index(name))
    got = moments(m, v, activation=activation)
    for i in range(m.size):
        at = exact(activation, m[i], v[i])
        variance, (by_m, by_v) = float(at.variance), map(float, at.gradient[1])
        if variance < 1e-290:
            continue
        condition = (abs(by_m * m[i]) + abs(by_v) * v[i]) / variance
        granted = 1e-14 if condition < 100 else condition * 4.5e-16
        assert got.variance[i] == pytest.approx(variance, rel=granted, abs=0), (m[i], v[i], condition)
        spread = float(at.second_moment) ** 0.5
        assert abs(got.mean[i] - float(at.mean)) <= 1e-14 * spread, (m[i], v[i])
        # a step in m is worth s times one in v
        s = v[i] ** 0.5
        size = max(abs(by_m), s * abs(by_v), 1e-290)
        assert abs(got.gradient[1][0][i] - by_m) <= max(1e-13, condition * 1e-15) * size, (m[i], v[i])
        assert abs(got.gradient[1][1][i] - by_v) * s <= max(1e-13, condition * 1e-15) * size, (m[i], v[i])
        for ours, true in ((got.slope, at.slope), (got.curvature, at.curvature), (got.slope_square, at.slope_square)):
            unit = max(float(at.slope_square) ** 0.5, abs(float(true)), 1e-290)
            assert abs(ours[i] - float(true)) <= 1e-13 * unit, (m[i], v[i])


def test_a_saturated_sigmoid_is_reached_from_far_out():
    """E s(z)**2 at m = -50, s = 5 comes from 10 deviations above m: exp(2z) there, and nothing else."""
    at = moments(-50.0, 25.0, activation=parse_activation("sigmoid"))
    true = exact(parse_activation("sigmoid"), -50.0, 25.0)
    assert at.variance == pytest.approx(float(true.variance), rel=1e-14, abs=0)
    assert at.mean == pytest.approx(float(true.mean), rel=1e-14, abs=0)
    assert FAR[-1] > 38


def test_an_affine_image_and_any_shape():
    tanh, m = parse_activation("tanh"), np.linspace(-2, 2, 6).reshape(2, 3)
    from selu_math.numbers.exact import Exact

    image = tanh.affine(Exact.of(-3), Exact.of(5), "5 - 3 tanh")
    at, moved = moments(m, 1e-8, activation=tanh), moments(m, 1e-8, activation=image)
    assert moved.variance.shape == (2, 3)
    np.testing.assert_allclose(moved.variance, 9 * at.variance, rtol=4e-15)
    np.testing.assert_allclose(moved.mean, 5 - 3 * at.mean, rtol=1e-15)
    assert moments(np.empty(0), 1.0, activation=tanh).variance.shape == (0,)
