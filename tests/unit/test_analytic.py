"""Sums, products and derivatives of a smooth function, and the bound that the tails of its integrals rest on."""

from fractions import Fraction

import pytest
from flint import arb
from mpmath import mp, mpc, mpf
from smooth import SMOOTH

from selu_math.activations import GELU, TANH, parse_activation
from selu_math.analytic import Analytic
from selu_math.exceptions import InputError
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.exact import Exact
from selu_math.numbers.float64 import FLOAT64
from selu_math.numbers.float_quadrature import FUNCTIONS

POINTS = (-20.0, -3.0, -0.7, 0.0, 0.1, 1.5, 8.0)


def part(name):
    return parse_activation(name).function.parts[0]


def at(h, x):
    return h.combination(FLOAT64)(h.derivatives(FUNCTIONS, x, h.order))


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("x", POINTS)
def test_derivatives_up_to_the_fourth(name, x):
    h = part(name)
    with mp.workdps(60):
        for order in range(5):
            true = float(mp.diff(SMOOTH[name][0], mpf(x), order))
            assert at(h, x) == pytest.approx(true, rel=1e-9, abs=1e-14)
            h = h.derivative()


@pytest.mark.parametrize("x", [-1.2, 0.3, 2.0])
def test_algebra_is_that_of_functions(x):
    f, g = part("mish"), part("mish").derivative()
    for made, expected in (
        (f + g, at(f, x) + at(g, x)),
        (f - g, at(f, x) - at(g, x)),
        (-f, -at(f, x)),
        (f * g, at(f, x) * at(g, x)),
        (f * f * g, at(f, x) ** 2 * at(g, x)),
        (f.affine(Exact.of("-1/2"), Exact.of(3)), 3 - at(f, x) / 2),
    ):
        assert at(made, x) == pytest.approx(expected, rel=1e-14, abs=1e-16)


def test_a_product_is_differentiated_by_leibniz_rule():
    f = part("gelu")
    assert (f * f).derivative().terms == {(0, 1): Exact.of(2)}
    assert (f * f).derivative().derivative().terms == {(1, 1): Exact.of(2), (0, 2): Exact.of(2)}
    assert f.affine(Exact.of(0), Exact.of(3)).derivative().terms == {}


def test_what_is_refused():
    with pytest.raises(InputError, match="gelu and tanh cannot be combined"):
        part("gelu") + part("tanh")
    with pytest.raises(InputError, match="without breakpoints"):
        part("gelu").at(Fraction(0))
    assert isinstance(TANH.function.parts[0], Analytic)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_bound_on_the_strip_holds(name):
    """Sampled, the edge of the strip and far out included; the reason it holds stands beside each bound."""
    smooth = part(name).base
    with mp.workdps(30):
        for x in (mpf(k) / 4 for k in range(-200, 201, 3)):
            half = mpf(smooth.strip.numerator) / smooth.strip.denominator / (1 + abs(x)) ** smooth.narrowing
            for y in (-half, -half / 2, half / 3, half):
                z = mpc(x, y)
                bound = mpf(smooth.growth.numerator) / smooth.growth.denominator * (1 + abs(z)) ** smooth.power
                assert abs(SMOOTH[name][0](z)) <= bound


@pytest.mark.parametrize("name", SMOOTH)
def test_the_bound_on_derivatives_holds_on_the_line(name):
    smooth = part(name).base
    for order in range(4):
        factor, power = smooth.bound(order)
        with mp.workdps(40):
            for x in (-30, -4, -1, 0, mpf("0.3"), 2, 10):
                assert (
                    abs(mp.diff(SMOOTH[name][0], mpf(x), order))
                    <= factor.numerator / factor.denominator * (2 + abs(x)) ** power
                )


def test_a_short_reach_is_paid_for_by_the_tail(monkeypatch):
    """With the line cut off far too early the enclosure is wide, and still holds the value."""
    from selu_math.numbers import ball_quadrature

    with precision(128):
        m, s = BALL.rational(Fraction(1, 3)), BALL.rational(Fraction(2))
        h = GELU.square.parts[0]
        true = ball_quadrature.expectation(BALL, h, m, s)
        monkeypatch.setattr(ball_quadrature, "sqrt", lambda _: 1.0)
        short = ball_quadrature.expectation(BALL, h, m, s)
    assert true.rad() < 1e-30
    assert short.rad() > 0.1
    assert short.contains(true)


def test_wide_parameters_make_wide_enclosures():
    with precision(128):
        boxed = BALL.integrator(arb(0, "0.1"), arb(1, "0.05"))(GELU.function.parts[0])
        assert 0.01 < boxed.rad() < 1
        for m in (-0.1, 0.0, 0.1):
            for s in (0.95, 1.0, 1.05):
                assert boxed.contains(BALL.integrator(arb(m), arb(s))(GELU.function.parts[0]))
