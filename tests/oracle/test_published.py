"""Figures printed in Klambauer et al. 2017 (arXiv 1706.02515) and its authors' notebook, reproduced."""

from fractions import Fraction

import numpy as np
import pytest
from helpers import assert_encloses
from mpmath import mpf

from selu_math.activations import SELU
from selu_math.layer import Layer, jacobian, layer_map
from selu_math.moments import Moments, moments
from selu_math.numbers.ball import BALL, precision
from selu_math.stability import ball_spectral_norm, ball_spectral_radius, spectral_norm, spectral_radius


def rationals(*texts):
    return [BALL.rational(Fraction(text)) for text in texts]


def test_the_jacobian_at_the_fixed_point():
    got = jacobian(0, 1, omega=0, tau=1)
    assert np.round(got, 7).tolist() == [[0.0, 0.0888348], [0.0, 0.7826479]]
    assert np.round(got[1, 1], 6) == 0.782648


def test_the_largest_singular_value_at_the_fixed_point():
    assert round(float(spectral_norm(jacobian(0, 1))), 7) == 0.7876734
    assert round(float(spectral_radius(jacobian(0, 1))), 6) == 0.782648
    with precision(128):
        matrix = Layer(BALL, *rationals("0", "1", "0", "1")).jacobian
        assert_encloses(ball_spectral_norm(matrix), mpf("0.7876734"), max_radius=1e-30, known_to=mpf("5e-8"))
        assert_encloses(ball_spectral_radius(matrix), mpf("0.782648"), max_radius=1e-30, known_to=mpf("5e-7"))


def test_the_fixed_point_is_one():
    with precision(300):
        layer = Layer(BALL, *rationals("0", "1", "0", "1"))
        assert_encloses(layer.mean, 0, max_radius=1e-80)
        assert_encloses(layer.variance, 1, max_radius=1e-80)


def test_the_gradient_grows():
    """E f'**2 at (0, 1): 100 layers multiply the variance of the gradient by about 1005."""
    assert float(moments(0, 1).slope_square) == pytest.approx(1.0715749924557993, rel=3e-16, abs=0)
    with precision(128):
        gain = Moments(BALL, SELU, *rationals("0", "1")).slope_square
        assert_encloses(gain, mpf("1.0715749924557993"), max_radius=1e-30, known_to=mpf("1e-15"))
        assert round(float(gain.mid()) ** 100) == 1005


@pytest.mark.parametrize(
    ("point", "what", "value", "known_to"),
    [
        (("-0.1", "0.8", "-0.1", "1.1"), "norm", "0.897608", "5e-7"),
        (("-0.1", "0.8", "0.1", "0.95"), "mean", "-0.0310605", "6e-8"),
        (("0.1", "1.5", "0.1", "1.1"), "mean", "0.0677251", "6e-8"),
        (("-0.1", "0.8", "0.1", "0.95"), "variance", "0.803712", "6e-7"),
        (("0.1", "1.5", "0.1", "1.1"), "variance", "1.48157", "6e-6"),
    ],
)
def test_the_authors_numeric_optima(point, what, value, known_to):
    mean, variance, omega, tau = point
    with precision(128):
        layer = Layer(BALL, *rationals(mean, variance, omega, tau))
        got = ball_spectral_norm(layer.jacobian) if what == "norm" else getattr(layer, what)
        assert_encloses(got, mpf(value), max_radius=1e-28, known_to=mpf(known_to))


def test_the_paper_s_bound_on_the_mean_fails_by_5e_7():
    with precision(128):
        low = Layer(BALL, *rationals("-0.1", "0.8", "0.1", "0.95")).mean
        assert_encloses(low, mpf("-0.0310605018"), max_radius=1e-28, known_to=mpf("1e-10"))
        assert low < rationals("-0.03106")[0]


def test_theorem_3_s_printed_minimum_is_not_the_minimum():
    """The authors print 0.00773618; the corner gives 0.00773608."""
    with precision(128):
        values = []
        for mean in ("-0.1", "0.1"):
            for omega in ("-0.1", "0.1"):
                layer = Layer(BALL, *rationals(mean, "0.02", omega, "0.8"))
                values.append(float((layer.variance - rationals("0.02")[0]).mid()))
    assert round(min(values), 8) == 0.00773608


@pytest.mark.parametrize(("kind", "variance"), [("mean-field", 0.0412), ("paper", 0.0292)])
def test_fifty_layers_at_the_gain_of_a_framework(kind, variance):
    """PyTorch's gain 3/4 means tau = 9/16."""
    point = (0.0, 1.0)
    for _ in range(50):
        point = layer_map(*point, tau=9 / 16, kind=kind)
    assert round(float(point[1]), 4) == variance


def test_limits_of_the_variance_gain():
    """At omega = 0 the variance grows by 2.018 tau at zero variance and by 0.376 tau at infinity."""
    assert round(float(layer_map(0, 1e-10).variance) / 1e-10, 3) == 2.018
    assert round(float(layer_map(0, 1e12).variance) / 1e12, 3) == 0.376
