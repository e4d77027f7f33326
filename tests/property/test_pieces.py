"""Random exponential polynomials: the algebra against direct evaluation, distributions against quadrature."""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

from helpers import assert_encloses, to_mp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from truth import expectation

from selu_math.gaussian import GaussianExpectation
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.exact import Exact
from selu_math.pieces import ExpPoly, Piecewise

small = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 4))
rates = st.sampled_from([Fraction(0), Fraction(0), Fraction(1), Fraction(-1, 2), Fraction(2, 3)])
terms = st.lists(st.tuples(small, st.integers(0, 3), rates), max_size=3)


@dataclass(frozen=True)
class Recipe:
    """Breakpoints and, between them, lists of (c, j, k) for c x**j exp(kx)."""

    breaks: tuple
    parts: tuple

    def build(self):
        return Piecewise(self.breaks, tuple(polynomial(part) for part in self.parts))

    def __call__(self, x):
        """Return the value in mpmath, straight from the recipe."""
        part = self.parts[bisect_right(self.breaks, x)]
        x = to_mp(x)
        return mp.fsum(to_mp(c) * x**j * mp.exp(to_mp(k) * x) for c, j, k in part)


def polynomial(part):
    total = ExpPoly()
    for c, j, k in part:
        total = total + ExpPoly({(j, k): Exact.of(c)})
    return total


@st.composite
def recipes(draw, max_breaks=3):
    breaks = tuple(sorted(draw(st.sets(small, max_size=max_breaks))))
    return Recipe(breaks, tuple(tuple(draw(terms)) for _ in range(len(breaks) + 1)))


def value(function, x):
    """Return the value of a piecewise function in mpmath, read off its terms."""
    part = function.parts[bisect_right(function.breaks, x)]
    total = mpf(0)
    for (j, k), c in part.terms.items():
        coefficient = mp.fsum(to_mp(q) * mp.exp(to_mp(r)) for (_, r), q in c.terms.items())
        total += coefficient * to_mp(x) ** j * mp.exp(to_mp(k * x))
    return total


def made_continuous(function):
    """Return the function with constants added from left to right until it has no jump."""
    parts = [function.parts[0]]
    for c, part in zip(function.breaks, function.parts[1:], strict=True):
        parts.append(part + ExpPoly.constant(parts[-1].at(c) - part.at(c)))
    return Piecewise(function.breaks, tuple(parts))


def close(a, b):
    return abs(a - b) <= mpf(10) ** -40 * (1 + abs(a) + abs(b))


@given(recipes(), recipes(), small)
def test_sum_and_product_are_pointwise(f, g, x):
    with mp.workdps(60):
        assert close(value(f.build() + g.build(), x), f(x) + g(x))
        assert close(value(f.build() * g.build(), x), f(x) * g(x))


@given(recipes(), recipes())
def test_sum_and_product_commute(f, g):
    f, g = f.build(), g.build()
    assert f + g == g + f
    assert f * g == g * f


@given(recipes())
def test_jumps_are_differences_of_one_sided_values(f):
    function = f.build()
    with mp.workdps(60):
        for i, c in enumerate(function.breaks):
            left = Recipe((), (f.parts[i],))(c)
            right = Recipe((), (f.parts[i + 1],))(c)
            jump = mp.fsum(to_mp(q) * mp.exp(to_mp(r)) for (_, r), q in function.jump(c).terms.items())
            assert close(jump, right - left)
    assert set(function.jumps) == {c for c in function.breaks if function.jump(c)}


@given(recipes(), small)
def test_the_derivative_between_breakpoints(f, x):
    """Against mpmath's numerical derivative of the recipe's own piece."""
    part = f.parts[bisect_right(f.breaks, x)]
    with mp.workdps(50):
        expected = mp.diff(lambda t: mp.fsum(to_mp(c) * t**j * mp.exp(to_mp(k) * t) for c, j, k in part), to_mp(x))
        got = value(f.build().derivative(), x)
        assert abs(got - expected) <= mpf(10) ** -20 * (1 + abs(expected))


@given(recipes())
def test_made_continuous_means_exactly_no_jump(f):
    function = made_continuous(f.build())
    assert function.jumps == {}
    assert function.derivative().atoms == {}


@given(recipes(), recipes())
def test_the_product_rule_for_continuous_functions(f, g):
    """(fg)' = f'g + fg' and (fg)'' = f''g + 2f'g' + fg'', the atoms at kinks included."""
    f, g = made_continuous(f.build()), made_continuous(g.build())
    product = f * g
    assert product.derivative() == f.derivative() * g + f * g.derivative()
    second = product.derivative().derivative()
    kinks = {}
    for one, other in ((f, g), (g, f)):
        for c, jump in one.derivative().jumps.items():
            there = other.parts[bisect_right(other.breaks, c)].at(c)
            kinks[c, 0] = kinks.get((c, 0), Exact()) + jump * there
    assert dict(second.atoms) == {atom: c for atom, c in kinks.items() if c}


@given(recipes())
def test_the_derivative_is_linear(f):
    f = f.build()
    twice = f + f
    assert twice.derivative() == f.derivative() + f.derivative()


@settings(max_examples=8)
@given(
    recipes(max_breaks=2),
    st.builds(Fraction, st.integers(-8, 8), st.just(4)),
    st.builds(Fraction, st.integers(1, 12), st.just(4)),
)
def test_derivatives_of_an_expectation_are_expectations_of_derivatives_even_with_jumps(f, m, v):
    """E f' and E f'' against quadratures of f times the derivatives of the density, which know no derivative of f."""
    function = f.build()
    with mp.workdps(30):
        breaks, mean, s = [to_mp(c) for c in f.breaks], to_mp(m), mp.sqrt(to_mp(v))

        def weighted(weight):
            def integrand(x):
                part = f.parts[sum(x >= c for c in breaks)]
                return mp.fsum(to_mp(c) * x**j * mp.exp(to_mp(k) * x) for c, j, k in part) * weight((x - mean) / s)

            return expectation(integrand, mean, s**2, breaks)

        slope, curvature = weighted(lambda t: t) / s, weighted(lambda t: t**2 - 1) / s**2
    with precision(128):
        expect = GaussianExpectation(BALL, BALL.rational(m), BALL.rational(v))
        derivative = function.derivative()
        for got, exact in ((expect(derivative), slope), (expect(derivative.derivative()), curvature)):
            assert_encloses(got, exact, max_radius=mpf(10) ** -22, known_to=mpf(10) ** -22)
