"""Moments and gains of smooth activations against mpmath's quadrature, with formulas of f and f' of the tests' own.

mpmath's rule is tanh-sinh on panels of the density's scale; the package's is Gauss-Legendre, adaptive, in balls.
"""

from fractions import Fraction
from functools import cache

import pytest
from helpers import assert_encloses, to_mp
from mpmath import mp, mpf
from smooth import SMOOTH, WAVES
from truth import expectation

from selu_math.activations import CATALOGUE, parse_activation
from selu_math.gains import gains
from selu_math.moments import Moments, moments
from selu_math.numbers.ball import BALL, precision

DIGITS = 50
WHOLE_LINE = {**SMOOTH, **WAVES}
POINTS = ((Fraction(0), Fraction(1)), (Fraction(-2), Fraction(1, 2)), (Fraction(1, 3), Fraction(9)))


def test_every_smooth_activation_of_the_catalogue_is_tried_here():
    assert {name for name in CATALOGUE if not parse_activation(name).is_closed_form} == set(SMOOTH)
    assert set(WAVES) & set(CATALOGUE) == {"sine", "cosine", "snake"}


@cache
def truth(name, m, v):
    """Return E f, E f**2, E f'**2 and, by the density's derivatives, E f' and E f''."""
    with mp.workdps(DIGITS + 15):
        f, slope = WHOLE_LINE[name]
        m, v = to_mp(m), to_mp(v)
        s = mp.sqrt(v)
        # poles and cuts lie off the real axis at distances of the order of 1: panels that small there
        breaks = [mpf(k) / 2 for k in range(-8, 9)]

        def mean(h):
            return expectation(h, m, v, breaks)

        return (
            mean(f),
            mean(lambda x: f(x) ** 2),
            mean(lambda x: slope(x) ** 2),
            mean(lambda x: f(x) * (x - m) / v),
            mean(lambda x: f(x) * (((x - m) / s) ** 2 - 1) / v),
        )


@pytest.mark.parametrize("name", WHOLE_LINE)
def test_gains_to_fifty_digits(name):
    found = gains(parse_activation(name), digits=DIGITS)
    first, second, slope, *_ = truth(name, Fraction(0), Fraction(1))
    with mp.workdps(DIGITS + 15):
        for ours, square in (
            (found.second_moment_gain, second),
            (found.variance_gain, second - first**2),
            (found.gradient_gain, slope),
        ):
            assert ours.digits(DIGITS) == mp.nstr(1 / mp.sqrt(square), DIGITS, strip_zeros=False)


@pytest.mark.parametrize("point", POINTS, ids=str)
@pytest.mark.parametrize("name", WHOLE_LINE)
def test_moments_and_their_derivatives(name, point):
    expected = truth(name, *point)
    with precision(200):
        at = Moments(BALL, parse_activation(name), *map(BALL.rational, point))
        got = (at.mean, at.second_moment, at.slope_square, at.slope, at.curvature)
        for ball, value in zip(got, expected, strict=True):
            assert_encloses(ball, value, 1e-45, mpf(10) ** -48)


@pytest.mark.parametrize("point", POINTS, ids=str)
@pytest.mark.parametrize("name", WHOLE_LINE)
def test_float64_moments(name, point):
    at = moments(*map(float, point), activation=parse_activation(name))
    got = (at.mean, at.second_moment, at.slope_square, at.slope, at.curvature)
    for value, true in zip(got, truth(name, *point), strict=True):
        assert float(value) == pytest.approx(float(true), rel=2e-13, abs=2e-16)
