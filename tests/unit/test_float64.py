"""The float64 kit: shapes, far tails, correctly rounded constants, silence at overflow."""

from fractions import Fraction

import numpy as np
import pytest
from mpmath import mp, mpf

from selu_math.activations import ALPHA, LAMBDA
from selu_math.numbers.exact import Exact
from selu_math.numbers.float64 import FLOAT64

EPS = 2.0**-53


def truth(a, t):
    with mp.workdps(60):
        return mp.exp(mpf(a)) * mp.erfc(-mpf(t) / mp.sqrt(2)) / 2


def cdf(a, t):
    return FLOAT64.tilted_cdf(a, t, FLOAT64.tilted_density(a, t))


@pytest.mark.parametrize("a", [0.0, 1.0, -3.5])
@pytest.mark.parametrize("t", [-37.0, -30.0, -12.5, -5.0, -1.0, -1e-3, 0.0, 1e-8, 0.5, 2.0, 9.0, 40.0])
def test_the_distribution_function_within_a_few_ulp(a, t):
    """The exponent a - t**2/2 is rounded, which costs about half its size in ulp; the rest costs a few."""
    exact = truth(a, t)
    bound = (6 + abs(a) + t * t / 2) * EPS
    assert abs(mpf(float(cdf(a, t))) - exact) <= bound * exact


@pytest.mark.parametrize("t", [-1e2, -1e3, -1e5, -1e8, -1e150])
def test_the_tail_times_a_huge_factor_does_not_overflow(t):
    """exp(t**2/2) Phi(t), given the density that the caller has without cancellation."""
    got = float(FLOAT64.tilted_cdf(t * t / 2, t, 1 / np.sqrt(2 * np.pi)))
    expansion = (1 - 1 / mpf(t) ** 2 + 3 / mpf(t) ** 4) / (-t * mp.sqrt(2 * mp.pi))
    assert got == pytest.approx(float(expansion), rel=2e-11, abs=0)


def test_overflow_and_underflow_are_silent():
    with FLOAT64.evaluating():
        assert FLOAT64.exp(1e4) == np.inf
        assert FLOAT64.exp(-1e4) == 0
        assert cdf(0.0, -1e200) == 0
        assert cdf(0.0, 1e200) == 1
        assert cdf(1e4, 1.0) == np.inf


def test_nan_stays_nan():
    assert np.isnan(cdf(np.nan, 1.0))
    assert np.isnan(cdf(0.0, np.nan))


def test_shapes_broadcast_and_scalars_stay_scalars():
    a, t = np.zeros((3, 1)), np.linspace(-2, 2, 5)
    assert cdf(a, t).shape == (3, 5)
    assert isinstance(cdf(0.0, 1.0), float)
    for i, point in enumerate(t):
        assert cdf(a, t)[1, i] == cdf(0.0, point)


@pytest.mark.parametrize(
    ("value", "nearest"),
    [
        (Exact.of(LAMBDA), 1.0507009873554804934193349852946),
        (Exact.of(ALPHA), 1.6732632423543772848170429916717),
        (Exact.of(LAMBDA) * Exact.of(ALPHA), 1.75809934084737685994021752081228),
        (Exact.of("1/3"), 1 / 3),
        (Exact.exp(Fraction(1)), 2.71828182845904523536028747135266),
    ],
    ids=str,
)
def test_constants_are_rounded_once(value, nearest):
    """Python rounds a decimal literal correctly."""
    assert FLOAT64.exact(value) == nearest


def test_the_product_of_rounded_constants_is_another_double():
    product = FLOAT64.exact(Exact.of(LAMBDA)) * FLOAT64.exact(Exact.of(ALPHA))
    assert product != FLOAT64.exact(Exact.of(LAMBDA) * Exact.of(ALPHA))


def test_a_rational_is_the_nearest_double():
    assert FLOAT64.rational(Fraction(1, 10)) == 0.1
    assert FLOAT64.rational(Fraction(1, 3 * 10**320)) == pytest.approx(3.3333e-321, rel=1e-3, abs=0)
