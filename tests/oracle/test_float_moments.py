"""Moments in float64 against balls of many bits, on ordinary and on hostile points, at the borders between formulas."""

from fractions import Fraction

import numpy as np
import pytest

from selu_math.activations import parse_activation
from selu_math.moments import Moments, moments
from selu_math.numbers.ball import BALL, precision

MEANS = (
    *(sign * m for m in (1e-12, 1e-8, 1e-3, 0.1, 0.5, 1.0, 3.0, 5.0, 20.0, 100.0, 1000.0) for sign in (1, -1)),
    0.0,
)
VARIANCES = (1e-12, 1e-8, 1e-4, 0.01, 0.05, 0.1, 0.159, 0.161, 0.3, 1.0, 4.0, 30.0, 35.9, 36.1, 1e3, 1e6, 1e12)
"""The power series ends at s = 0.4, v = 0.16, for rate 1; exp(rate m) is no common factor beyond s = 6, v = 36."""
TEXTS = {
    "selu": 1e-14,
    "elu(1)": 1e-14,
    "relu": 1e-14,
    "leaky_relu(0.01)": 1e-14,
    "leaky_relu(-0.2)": 1e-14,
    "piecewise: x<0: 0; x>=0: x^2": 1e-14,
    "piecewise: x<-1: -1; -1<=x<1: x; x>=1: 1": 1e-14,
    "piecewise: x<-3: 0; -3<=x<3: x*(x+3)/6; x>=3: x": 2e-14,
    "piecewise: x<-1/2: x+1/2; -1/2<=x<1/2: 0; x>=1/2: x-1/2": 1e-14,
    # exponentials seen from several deviations away, or next to powers, lose a little more
    "piecewise: x<-1: 0; -1<=x<1: exp(x)-exp(-1); x>=1: exp(1)-exp(-1)": 1e-13,
    "piecewise: x<0: 3*exp(x/2)-3; x>=0: 1-exp(-2*x)": 1e-13,
}
"""What is granted where the condition number is below 100."""
FLAT = (
    "piecewise: x<-1: -1; -1<=x<1: x; x>=1: 1",
    "piecewise: x<-1/2: x+1/2; -1/2<=x<1/2: 0; x>=1/2: x-1/2",
    "piecewise: x<-1: 0; -1<=x<1: exp(x)-exp(-1); x>=1: exp(1)-exp(-1)",
    "piecewise: x<0: 3*exp(x/2)-3; x>=0: 1-exp(-2*x)",
)
"""Whose response to one of m and v vanishes beside the other's, far out."""


def exact(activation, m, v):
    """Return the moments in balls of enough bits, and the variance's condition number; None where it underflows."""
    for bits in (200, 800, 3200):
        with precision(bits):
            at = Moments(BALL, activation, BALL.rational(Fraction(m)), BALL.rational(Fraction(v)))
            if at.variance.rel_accuracy_bits() > 80 and at.gradient[1][1].rad() < 1e-60:
                variance = float(at.variance)
                if variance < 1e-290:
                    return None
                (_, _), (by_m, by_v) = at.gradient
                condition = float((abs(by_m) * abs(m) + abs(by_v) * v) / at.variance)
                return at, condition
    with precision(3200):
        assert at.variance.is_zero() or at.variance.abs_upper() < 1e-290
    return None


@pytest.mark.parametrize("text", TEXTS)
def test_mean_and_variance_everywhere(text):
    activation = parse_activation(text)
    checked = 0
    for v in VARIANCES:
        got = moments(np.array(MEANS), v, activation=activation)
        for i, m in enumerate(MEANS):
            found = exact(activation, m, v)
            if found is None:
                continue
            at, condition = found
            granted = TEXTS[text] if condition < 100 else condition * 4.5e-16 * TEXTS[text] / 1e-14
            assert got.variance[i] == pytest.approx(float(at.variance), rel=granted, abs=0), (m, v, condition)
            spread = float(at.second_moment) ** 0.5
            assert abs(got.mean[i] - float(at.mean)) <= 1e-14 * spread, (m, v)
            checked += 1
    assert checked > 250


@pytest.mark.parametrize("text", [text for text in TEXTS if text not in FLAT])
def test_the_derivatives_by_mean_and_variance(text):
    """Each to 1e-13 of the larger in its row; functions flat on both sides, seen from afar, are tried below."""
    activation = parse_activation(text)
    for v in VARIANCES:
        got = moments(np.array(MEANS), v, activation=activation).gradient
        for i, m in enumerate(MEANS):
            found = exact(activation, m, v)
            if found is None or not found[0].gradient[1][1].abs_lower() > 1e-290:
                continue
            at, condition = found
            for row, true in zip(got, at.gradient, strict=True):
                size = max(abs(float(x)) for x in true)
                granted = max(1e-13, condition * 1e-15) * size
                assert all(abs(a[i] - float(b)) <= granted for a, b in zip(row, true, strict=True)), (m, v)


@pytest.mark.parametrize("v", [1.0, 30.0, 1e3, 1e6])
def test_a_function_flat_on_both_sides_from_afar(v):
    activation = parse_activation("piecewise: x<-1: -1; -1<=x<1: x; x>=1: 1")
    for m in (0.0, 0.5, -3.0):
        got = moments(m, v, activation=activation).gradient
        at, _ = exact(activation, m, v)
        # a step in m is worth s times one in v
        size = max(abs(float(at.gradient[1][0])), abs(float(at.gradient[1][1])) * v**0.5)
        granted = 1e-12 * size
        assert abs(got[1][0] - float(at.gradient[1][0])) <= granted
        assert abs(got[1][1] - float(at.gradient[1][1])) <= granted / v**0.5


@pytest.mark.parametrize("border", [0.159999, 0.16, 0.160001, 35.99999, 36.0, 36.00001])
def test_formulas_meet_at_their_borders(border):
    """On both sides of a border the same function: it moves no more than its slope lets it."""
    activation = parse_activation("selu")
    m = np.linspace(-3, 3, 41)
    below, above = (moments(m, border * (1 + sign * 1e-13), activation=activation).variance for sign in (-1, 1))
    np.testing.assert_allclose(below, above, rtol=1.5e-12)
