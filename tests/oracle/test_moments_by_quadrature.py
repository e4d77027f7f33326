"""The three kits against 50-digit quadrature: every moment, every first and second derivative."""

import numpy as np
import pytest
import sympy as sp
import truth
from helpers import assert_encloses, to_mp
from mpmath import mp, mpf
from problems import CASES, JUMPING_CASES, MAIN, POINTS

from selu_math.activations import parse_activation
from selu_math.moments import Moments
from selu_math.moments import moments as float_moments
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.symbolic import SYMBOLIC

SCALARS = ("mean", "second_moment", "variance", "slope", "curvature")
ALL = (*SCALARS, "slope_square", "gradient", "hessian")


def name(case):
    return "-".join(map(str, case))


def flatten(value):
    """Return the numbers of a scalar or of nested tuples, in order."""
    return [x for part in value for x in flatten(part)] if isinstance(value, tuple) else [value]


def pairs(got, expected, names):
    for quantity in names:
        yield from zip(flatten(getattr(got, quantity)), flatten(getattr(expected, quantity)), strict=True)


@pytest.mark.parametrize("case", CASES, ids=name)
@pytest.mark.parametrize("bits", [64, 128, 224])
def test_balls_enclose_quadrature(case, bits):
    problem, m, v = case
    with precision(bits):
        got = Moments(BALL, parse_activation(problem.text), BALL.rational(m), BALL.rational(v))
        for ball, value in pairs(got, truth.moments(problem, m, v), ALL):
            assert_encloses(ball, value, max_radius=mpf(2) ** (22 - bits), known_to=truth.KNOWN_TO)


@pytest.mark.parametrize("case", JUMPING_CASES, ids=name)
@pytest.mark.parametrize("bits", [128, 224])
def test_balls_enclose_quadrature_where_f_jumps(case, bits):
    problem, m, v = case
    with precision(bits):
        got = Moments(BALL, parse_activation(problem.text), BALL.rational(m), BALL.rational(v))
        for ball, value in pairs(got, truth.moments(problem, m, v), (*SCALARS, "gradient", "hessian")):
            assert_encloses(ball, value, max_radius=mpf(2) ** (22 - bits), known_to=truth.KNOWN_TO)


@pytest.mark.parametrize("case", [*CASES, *JUMPING_CASES], ids=name)
def test_doubles_agree_with_quadrature(case):
    problem, m, v = case
    expected = truth.moments(problem, m, v)
    names = ALL if case in CASES else (*SCALARS, "gradient", "hessian")
    size = 1 + float(expected.second_moment) + abs(float(m))
    got = float_moments(float(m), float(v), activation=parse_activation(problem.text))
    for value, exact in pairs(got, expected, names):
        assert float(value) == pytest.approx(float(exact), rel=1e-14, abs=2e-14 * size)


@pytest.mark.parametrize("problem", MAIN, ids=str)
@pytest.mark.parametrize(("m", "v"), POINTS[:3])
def test_symbols_agree_with_quadrature_to_50_digits(problem, m, v):
    expected = truth.moments(problem, m, v)
    got = Moments(SYMBOLIC, parse_activation(problem.text), SYMBOLIC.rational(m), SYMBOLIC.rational(v))
    for expression, exact in pairs(got, expected, (*SCALARS, "slope_square", "gradient")):
        with mp.workdps(truth.DPS):
            value = sp.N(expression, 55)._to_mpmath(mp.prec)
            assert abs(value - exact) <= truth.KNOWN_TO * (1 + abs(exact))


def test_all_points_at_once_equal_the_points_one_by_one():
    m, v = (np.array([float(p[i]) for p in POINTS]) for i in (0, 1))
    together = float_moments(m, v)
    for i in range(len(POINTS)):
        alone = float_moments(m[i], v[i])
        for quantity in (*SCALARS, "slope_square"):
            assert getattr(together, quantity)[i] == pytest.approx(getattr(alone, quantity), rel=1e-15, abs=0)


def test_the_truth_is_converged():
    """The same integrals by another rule (double exponential) on other cuts."""
    problem, m, v = CASES[3]
    with mp.workdps(truth.DPS):
        f, mean, s = truth.function(problem), to_mp(m), mp.sqrt(to_mp(v))
        cuts = sorted({mpf(0), *(mean + k * s for k in (-22, -9, -3, 3, 9, 22))})
        again = mp.quad(lambda x: f(x) ** 2 * mp.npdf(x, mean, s), cuts, method="tanh-sinh")
        assert abs(again - truth.moments(problem, m, v).second_moment) < truth.KNOWN_TO
