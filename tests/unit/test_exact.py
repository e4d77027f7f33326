"""Numbers from outside, and exact sums of rationals times exponentials and named constants."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from helpers import assert_encloses
from mpmath import mp

from selu_math.activations import ALPHA, LAMBDA
from selu_math.exceptions import InputError
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.exact import Exact, as_fraction
from selu_math.numbers.float64 import FLOAT64

ACCEPTED = {
    "0.1": Fraction(1, 10),
    "-0.1": Fraction(-1, 10),
    "−0.1": Fraction(-1, 10),
    "1e−3": Fraction(1, 1000),
    "+2.50": Fraction(5, 2),
    ".5": Fraction(1, 2),
    "5.": Fraction(5),
    " 7 ": Fraction(7),
    "9/16": Fraction(9, 16),
    "-9/16": Fraction(-9, 16),
    "1e-3": Fraction(1, 1000),
    "1E+3": Fraction(1000),
    "1e300": Fraction(10**300),
    "1e-300": Fraction(1, 10**300),
}
REJECTED = (
    *("", " ", ".", "e5", "ten", "nan", "inf", "-inf", "infinity", "0x10", "0b1", "1_000", "1e1_0", "1,5", "1 2"),
    *("- 1", "1/0", "1/2/3", "1.5/2", "1/-2", "1e", "1e5.5", "1e--5", "1e²"),
    *("1e99999999", "-1e-99999999", "1e000000001234567", "1e٩٩٩٩٩", "٣", "１.5"),
    *("9" * 5000, "1" * 100_000, "True", "1j", "1+1", "x", "__import__('os')"),
    *(float("nan"), float("inf"), -float("inf"), Decimal("nan"), Decimal("sNaN"), Decimal("Infinity")),
    *(Decimal("1e999999999"), None, 1j, b"1", [1], object(), np.array([1.0, 2.0])),
)


@pytest.mark.parametrize(("text", "value"), ACCEPTED.items())
def test_text_is_the_decimal_or_ratio_it_spells(text, value):
    assert as_fraction(text) == value


@pytest.mark.parametrize("value", REJECTED, ids=lambda v: repr(v)[:30])
def test_what_is_no_finite_number_is_refused_in_one_line(value):
    with pytest.raises(InputError) as caught:
        as_fraction(value, "omega")
    message = str(caught.value)
    assert message.startswith("omega ")
    assert "\n" not in message
    assert len(message) < 200


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (0.1, Fraction(3602879701896397, 2**55)),
        (np.float64(0.1), Fraction(3602879701896397, 2**55)),
        (5e-324, Fraction(1, 2**1074)),
        (-0.0, Fraction(0)),
        (3, Fraction(3)),
        (np.int64(3), Fraction(3)),
        (np.float32(0.1), Fraction(13421773, 2**27)),
        (True, Fraction(1)),
        (10**400, Fraction(10**400)),
        (Fraction(1, 3), Fraction(1, 3)),
        (Decimal("0.1"), Fraction(1, 10)),
        (Decimal("1e300"), Fraction(10**300)),
    ],
    ids=lambda v: repr(v)[:20],
)
def test_a_number_is_taken_exactly(value, exact):
    assert as_fraction(value) == exact


def exponential(exponent):
    return Exact.exp(Fraction(exponent))


def test_sums_and_products_are_exact():
    e = exponential(1)
    assert e * e == exponential(2)
    assert exponential("1/3") * exponential("2/3") == e
    assert not e - e
    assert (e + Exact.of(1)) * (e - Exact.of(1)) == exponential(2) - Exact.of(1)
    assert hash(e + Exact.of(1)) == hash(Exact.of(1) + e)
    assert Exact.of("0.1") + Exact.of("0.2") == Exact.of("0.3")


def test_constants_are_indeterminates_that_commute():
    scale, alpha = Exact.of(LAMBDA), Exact.of(ALPHA)
    assert scale * alpha == alpha * scale
    assert scale * scale != scale
    assert not scale * alpha - alpha * scale


@pytest.mark.parametrize(
    ("value", "rational"),
    [
        (Exact(), 0),
        (Exact.of("1/3"), Fraction(1, 3)),
        (exponential(0), 1),
        (exponential(1), None),
        (exponential(1) + Exact.of(1), None),
        (Exact.of(LAMBDA), None),
    ],
)
def test_a_rational_is_recognised(value, rational):
    assert value.rational == rational


@pytest.mark.parametrize("bits", [53, 128, 1000])
def test_evaluation_in_balls_is_near_and_narrow(bits):
    value = exponential(2) * Exact.of("3/7") - exponential("-1/2") + Exact.of(5)
    with precision(bits), mp.workdps(330):
        expected = mp.exp(2) * 3 / 7 - mp.exp(-mp.mpf(1) / 2) + 5
        assert_encloses(BALL.exact(value), expected, mp.mpf(2) ** (6 - bits), known_to=mp.mpf(10) ** -320)


def test_a_cached_ball_is_not_reused_at_higher_precision():
    value = exponential("1/7")
    with precision(53):
        coarse = BALL.exact(value)
    with precision(500):
        assert BALL.exact(value).rad() < coarse.rad() * 1e-50


def test_a_double_is_the_nearest_one_even_after_cancellation():
    """e - 2.718281828459045 computed in doubles is 0."""
    value = exponential(1) - Exact.of("2.718281828459045")
    with mp.workdps(60):
        assert FLOAT64.exact(value) == float(mp.e - mp.mpf("2.718281828459045"))
    assert FLOAT64.exact(Exact.of("0.1")) == 0.1
    assert FLOAT64.exact(Exact.of(LAMBDA) * Exact.of(ALPHA)) == 1.7580993408473768


def test_repr_reads_as_a_formula():
    assert repr(Exact()) == "0"
    assert repr(Exact.of("-1/2") * exponential(1)) == "(-1/2)·exp(1)"
    assert repr(Exact.of(LAMBDA) * Exact.of(LAMBDA) + Exact.of(3)) == "lambda^2 + 3"
