"""Gains of smooth activations against mpmath's adaptive quadrature, with formulas of f and f' of the tests' own."""

import pytest
from mpmath import mp, mpf
from smooth import SMOOTH, WAVES
from truth import expectation

from selu_math.activations import CATALOGUE, parse_activation
from selu_math.gains import gains

DIGITS = 50
WHOLE_LINE = {**SMOOTH, **WAVES}


def test_every_smooth_activation_of_the_catalogue_is_tried_here():
    assert {name for name in CATALOGUE if not parse_activation(name).is_closed_form} == set(SMOOTH)
    assert set(WAVES) & set(CATALOGUE) == {"sine", "cosine", "snake"}


def truth(name):
    """Return E f, E f**2 and E f'**2 at N(0, 1)."""
    with mp.workdps(DIGITS + 15):
        f, slope = WHOLE_LINE[name]
        # poles and cuts lie off the real axis at distances of the order of 1: panels that small there
        breaks = [mpf(k) / 2 for k in range(-8, 9)]
        return [expectation(h, mpf(0), mpf(1), breaks) for h in (f, lambda x: f(x) ** 2, lambda x: slope(x) ** 2)]


@pytest.mark.parametrize("name", WHOLE_LINE)
def test_gains_to_fifty_digits(name):
    found = gains(parse_activation(name), digits=DIGITS)
    first, second, slope = truth(name)
    with mp.workdps(DIGITS + 15):
        for ours, square in (
            (found.second_moment_gain, second),
            (found.variance_gain, second - first**2),
            (found.gradient_gain, slope),
        ):
            assert ours.digits(DIGITS) == mp.nstr(1 / mp.sqrt(square), DIGITS, strip_zeros=False)
