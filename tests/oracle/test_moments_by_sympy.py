"""The kits against SymPy's own ``integrate`` of f(x) N(x; m, v) over each piece, and its ``diff`` in m and v."""

from fractions import Fraction
from functools import cache
from types import SimpleNamespace

import pytest
import sympy as sp
from helpers import assert_encloses
from mpmath import mp
from problems import MAIN, POINTS, SELU

from selu_math.activations import parse_activation
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.symbolic import SYMBOLIC

X = sp.Symbol("x", real=True)
M = sp.Symbol("m", real=True)
V = sp.Symbol("v", positive=True)
DENSITY = sp.exp(-((X - M) ** 2) / (2 * V)) / sp.sqrt(2 * sp.pi * V)
SCALE, SCALE_ALPHA = sp.symbols("scale scale_alpha", positive=True)
DIGITS = 50


def constants():
    """Return SELU's closed form (Klambauer et al. 2017, eq. 14)."""
    a, b = sp.sqrt(sp.E) * sp.erfc(1 / sp.sqrt(2)), sp.exp(2) * sp.erfc(sp.sqrt(2))
    alpha = sp.sqrt(2 / sp.pi) / (1 - a)
    root = sp.sqrt(2 * b + sp.pi * a**2 - 2 * (2 + sp.pi) * a + sp.pi + 2)
    scale = (1 - a) * sp.sqrt(2 * sp.pi) / root
    return {SCALE: scale, SCALE_ALPHA: scale * alpha}


@cache
def over(term, low, high):
    """Return the integral of a term against the density, as SymPy finds it."""
    return sp.integrate(term * DENSITY, (X, low, high))


@cache
def integral(problem, which, power):
    """Return the integral of f**power (``which=0``) or f'**power (``which=1``)."""
    names = SimpleNamespace(scale=SCALE, scale_alpha=SCALE_ALPHA)
    edges = [-sp.oo, *map(sp.sympify, problem.breaks), sp.oo]
    total = sp.Integer(0)
    for low, high, piece in zip(edges, edges[1:], problem.pieces, strict=False):
        for summand in sp.Add.make_args(sp.expand(piece[which](sp.exp, X, names) ** power)):
            coefficient, term = summand.as_independent(X)
            total += coefficient * over(term, low, high)
    return total


@cache
def closed_forms(problem):
    """Return every moment and derivative as an expression in m and v (for m != 0: SymPy's integral divides by it)."""
    mean, second = integral(problem, 0, 1), integral(problem, 0, 2)
    variance = second - mean**2
    return {
        "mean": [mean],
        "second_moment": [second],
        "variance": [variance],
        "slope": [integral(problem, 1, 1)],
        "slope_square": [integral(problem, 1, 2)],
        "curvature": [sp.diff(mean, M, 2)],
        "gradient": [sp.diff(h, by) for h in (mean, variance) for by in (M, V)],
        "hessian": [sp.diff(h, *by) for h in (mean, variance) for by in ((M, M), (M, V), (V, V))],
    }


def number(expression, m, v):
    """Return the value of an expression at a rational point."""
    at = {M: sp.Rational(m.numerator, m.denominator), V: sp.Rational(v.numerator, v.denominator)}
    value = expression.subs({**at, **constants()})
    return sp.N(value, DIGITS + 10, maxn=400)._to_mpmath(400)


def test_the_fixed_point_equations_hold_in_sympys_integral():
    """At m = 0 the general integral divides by m, so the numbers go in before integrating."""
    at = {M: 0, V: 1}
    names = SimpleNamespace(scale=SCALE, scale_alpha=SCALE_ALPHA)
    (below, _), (above, _) = SELU.pieces
    for power, expected in ((1, 0), (2, 1)):
        total = sum(
            sp.integrate(sp.expand(f(sp.exp, X, names) ** power) * DENSITY.subs(at), (X, low, high))
            for f, low, high in ((below, -sp.oo, 0), (above, 0, sp.oo))
        )
        assert abs(number(total, Fraction(0), Fraction(1)) - expected) < mp.mpf(10) ** -DIGITS


def flatten(value):
    return [x for part in value for x in flatten(part)] if isinstance(value, tuple) else [value]


@pytest.mark.parametrize("quantity", ["mean", "second_moment", "variance", "slope", "slope_square", "curvature"])
@pytest.mark.parametrize("problem", MAIN, ids=str)
def test_moments_equal_sympys_integral(problem, quantity):
    (expression,) = closed_forms(problem)[quantity]
    for m, v in POINTS[1:5]:
        expected = number(expression, m, v)
        with precision(200):
            got = Moments(BALL, parse_activation(problem.text), BALL.rational(m), BALL.rational(v))
            assert_encloses(getattr(got, quantity), expected, max_radius=1e-50, known_to=mp.mpf(10) ** -DIGITS)


@pytest.mark.parametrize("quantity", ["gradient", "hessian"])
@pytest.mark.parametrize("problem", MAIN, ids=str)
def test_derivatives_equal_sympys_derivatives_of_its_integral(problem, quantity):
    for m, v in POINTS[1:3]:
        with precision(200):
            got = Moments(BALL, parse_activation(problem.text), BALL.rational(m), BALL.rational(v))
            balls = flatten(getattr(got, quantity))
            for ball, expression in zip(balls, closed_forms(problem)[quantity], strict=True):
                value = number(expression, m, v)
                assert_encloses(ball, value, max_radius=1e-50, known_to=mp.mpf(10) ** -DIGITS)


@pytest.mark.parametrize("problem", MAIN, ids=str)
def test_the_symbolic_kit_gives_the_same_function_of_m_and_v(problem):
    """Not only equal numbers: the expressions in the symbols m and v have equal values and equal derivatives."""
    got = Moments(SYMBOLIC, parse_activation(problem.text), M, V)
    m, v = POINTS[1]
    for mine, theirs in (
        (got.mean, closed_forms(problem)["mean"][0]),
        (got.second_moment, closed_forms(problem)["second_moment"][0]),
        (sp.diff(got.mean, V), closed_forms(problem)["gradient"][1]),
        (got.gradient[0][1], sp.diff(got.mean, V)),
        (got.gradient[1][0], sp.diff(got.variance, M)),
    ):
        assert abs(number(mine, m, v) - number(theirs, m, v)) < mp.mpf(10) ** -DIGITS
