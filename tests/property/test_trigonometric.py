"""Random trigonometric polynomials: the algebra against direct evaluation, moments against quadrature."""

from fractions import Fraction

import pytest
from flint import ctx
from helpers import assert_encloses, to_mp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from truth import expectation

from selu_math.exceptions import InputError
from selu_math.gaussian import GaussianExpectation
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.exact import Exact
from selu_math.pieces import Piecewise
from selu_math.trigonometric import TrigPoly

small = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 4))
recipes = st.lists(st.tuples(small, st.integers(0, 3), small, st.booleans()), max_size=3)
"""Lists of (c, j, w, sine) for c x**j cos(wx) or c x**j sin(wx), w of either sign."""
CLOSE = mpf(10) ** -40


def build(recipe):
    total = TrigPoly()
    for c, j, w, sine in recipe:
        part = (TrigPoly.sin if sine else TrigPoly.cos)(w) * TrigPoly.constant(Exact.of(c))
        for _ in range(j):
            part = part * TrigPoly.identity()
        total = total + part
    return total


def direct(recipe, x):
    """Return the value straight from the recipe."""
    return mp.fsum(to_mp(c) * x**j * (mp.sin if sine else mp.cos)(to_mp(w) * x) for c, j, w, sine in recipe)


def value(function, x):
    """Return the value read off the terms."""
    return mp.fsum(
        to_mp(c.rational) * x**j * (mp.sin if sine else mp.cos)(to_mp(w) * x)
        for (j, w, sine), c in function.terms.items()
    )


@given(recipes, recipes, small, small)
def test_algebra_is_that_of_functions(left, right, a, x):
    f, g, a_exact = build(left), build(right), Exact.of(a)
    with mp.workdps(50):
        x = to_mp(x)
        by_left, by_right = direct(left, x), direct(right, x)
        for made, expected in (
            (f, by_left),
            (f + g, by_left + by_right),
            (f - g, by_left - by_right),
            (f * g, by_left * by_right),
            (f.affine(a_exact, a_exact), to_mp(a) * (by_left + 1)),
            (f.reflected(), direct(left, -x)),
        ):
            assert abs(value(made, x) - expected) < CLOSE * (1 + abs(expected))


@given(recipes, small)
def test_the_derivative_is_the_slope(recipe, x):
    with mp.workdps(60):
        h, x = mpf(10) ** -30, to_mp(x)
        slope = mp.im(direct(recipe, mp.mpc(x, h))) / h
        assert abs(value(build(recipe).derivative(), x) - slope) < CLOSE * (1 + abs(slope))


@given(recipes)
def test_no_function_is_written_in_two_ways(recipe):
    f = build(recipe)
    assert all(w > 0 or (not w and not sine) for _, w, sine in f.terms)
    assert f.reflected().reflected() == f
    assert not (f - f).terms


def test_the_squares_of_sine_and_cosine_are_1_together():
    for w in (Fraction(1), Fraction(-3, 2)):
        sine, cosine = TrigPoly.sin(w), TrigPoly.cos(w)
        assert sine * sine + cosine * cosine == TrigPoly.constant(Exact.of(1))


@settings(max_examples=15)
@given(recipes, small, st.builds(Fraction, st.integers(1, 6), st.integers(1, 4)))
def test_moments_by_quadrature(recipe, m, v):
    with precision(160):
        got = GaussianExpectation(BALL, BALL.rational(m), BALL.rational(v))(Piecewise((), (build(recipe),)))
        with mp.workdps(45):
            m, v = to_mp(m), to_mp(v)
            true = expectation(lambda x: direct(recipe, x), m, v)
            assert_encloses(got, true, mpf(10) ** -30, mpf(10) ** -35)


def test_waves_take_the_whole_line():
    step = Piecewise((Fraction(0),), (TrigPoly(), TrigPoly.sin(Fraction(1))))
    with pytest.raises(InputError, match="take the whole line"):
        step.derivative()
    assert ctx.prec == 53
