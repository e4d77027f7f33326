"""The whole catalogue at random points: balls to fifty digits and doubles, against quadrature on panels."""

from fractions import Fraction

import pytest
import truth
from comparison import differences, points, units, unsettled
from helpers import assert_encloses
from mpmath import mp, mpf
from panels import TEXTS
from panels import truth as by_panels
from problems import SELU, STEP_TO_LINE

from selu_math.activations import CATALOGUE, parse_activation
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL, precision

EACH = 3
POINTS = points(12)
CORNERS = ((Fraction(-3), Fraction(1, 20)), (Fraction(3), Fraction(20)))
"""Where panels have most to do: the narrowest density far from the kinks, and the widest."""


def test_every_entry_has_a_second_definition():
    known = {parse_activation(text).name.partition("(")[0] for text in TEXTS if ":" not in text}
    assert known == set(CATALOGUE)


@pytest.mark.parametrize("text", TEXTS)
def test_moments_at_random_points(text):
    """Three points for each, not the same for neighbours; the farther end of a ball is what is compared."""
    first = EACH * TEXTS.index(text)
    balls, doubles = differences(text, [POINTS[i % len(POINTS)] for i in range(first, first + EACH)])
    del doubles["variance"]  # judged by its condition, elsewhere
    assert max(balls.values()) <= mpf(10) ** -50
    assert max(doubles.values()) <= 2e-14


@pytest.mark.parametrize("corner", CORNERS, ids=str)
@pytest.mark.parametrize("text", ["selu", "threshold", "relu6", "gelu_tanh", "arctan", "snake(3/2)"])
def test_twice_as_many_nodes_change_nothing(text, corner):
    assert unsettled(text, *corner) <= mpf(10) ** -65


@pytest.mark.parametrize("problem", [SELU, STEP_TO_LINE], ids=str)
def test_panels_of_the_density_give_the_same(problem):
    """The same integrals on cuts that go with the point."""
    m, v = Fraction(-1, 3), Fraction(9)
    expected = truth.moments(problem, m, v)
    with mp.workdps(truth.DPS):
        found = by_panels(problem.text, m, v)
        for name, unit in units(found, v).items():
            assert abs(found[name] - getattr(expected, name)) <= truth.KNOWN_TO * unit


@pytest.mark.parametrize("text", ["lselu", "lselu(-1/3)", "sselu", "sselu(7/2)"])
def test_constants_that_keep_zero_and_one(text):
    with precision(200):
        at = Moments(BALL, parse_activation(text), BALL.rational(Fraction(0)), BALL.rational(Fraction(1)))
        assert_encloses(at.mean, 0, 1e-50)
        assert_encloses(at.variance, 1, 1e-50)
