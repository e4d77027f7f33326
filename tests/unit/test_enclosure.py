"""A proved number shows correctly rounded digits, or says that it cannot."""

import copy
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import inf, nextafter
from multiprocessing.reduction import ForkingPickler

import pytest
from flint import arb, fmpq
from helpers import ball_ends
from hypothesis import example, given
from hypothesis import strategies as st

from selu_math.exceptions import PrecisionError
from selu_math.numbers.ball import precision
from selu_math.numbers.enclosure import Enclosure, bits_for, prove

NAN, INFINITE = arb("nan"), arb("inf")


def enclose(value, bits):
    with precision(bits):
        return Enclosure(arb(fmpq(value.numerator, value.denominator)))


def rounded(value, count, rounding=ROUND_HALF_EVEN):
    """Return the correctly rounded decimal by the standard library."""
    context = Context(prec=count, rounding=rounding, Emin=-999999, Emax=999999)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def is_tie(value, count):
    """Return whether the value lies in the middle between two decimals, where only an exact ball can decide."""
    return rounded(value, count, ROUND_HALF_UP) != rounded(value, count, ROUND_HALF_DOWN)


def significant(text):
    """Return how many significant digits a decimal text shows."""
    return len(text.lstrip("-").partition("e")[0].replace(".", "").lstrip("0"))


rationals = st.builds(
    lambda p, q, e: Fraction(p, q) * Fraction(10) ** e,
    st.integers(-(10**30), 10**30).filter(bool),
    st.integers(1, 10**20),
    st.integers(-60, 60),
)


@given(rationals, st.integers(1, 60))
@example(Fraction(9996, 1000), 3)
@example(Fraction(-999996, 1000), 5)
@example(Fraction(9994999, 1000000), 3)
@example(Fraction(-99999, 10), 4)
@example(Fraction(10) ** -200 / 3, 7)
@example(Fraction(10) ** 250 * 2 / 3, 7)
def test_digits_are_correctly_rounded(value, count):
    enclosure = enclose(value, bits_for(200))
    text = enclosure.digits(count)
    if text is None:
        assert is_tie(value, count)
        assert not enclosure.is_exact
        return
    assert Decimal(text) == rounded(value, count)
    assert significant(text) == count


@given(st.integers(-(2**200), 2**200).filter(bool), st.integers(-300, 300), st.integers(1, 80))
def test_exact_numbers_are_rounded_from_their_fraction(mantissa, exponent, count):
    text = Enclosure(arb((mantissa, exponent))).digits(count)
    assert text is not None
    assert Decimal(text) == rounded(Fraction(mantissa) * Fraction(2) ** exponent, count)


@pytest.mark.parametrize(
    ("value", "count", "text"),
    [
        ("0.5", 1, "0.5"),
        ("2.5", 1, "2"),
        ("3.5", 1, "4"),
        ("-2.5", 1, "-2"),
        ("0.125", 2, "0.12"),
        ("0.375", 2, "0.38"),
        ("9.5", 1, "1e+01"),
        ("9.75", 2, "9.8"),
        ("99.5", 2, "1.0e+02"),
        ("98.5", 2, "98"),
        ("1048576.5", 7, "1048576"),
        ("1048577.5", 7, "1048578"),
    ],
)
def test_ties_go_to_even(value, count, text):
    """Each of these is a dyadic number in the middle between two decimals."""
    assert enclose(Fraction(value), 64).digits(count) == text


@pytest.mark.parametrize("power", [100, 380])
def test_ties_of_huge_numbers_go_to_even(power):
    assert Enclosure(arb((25 * 10**power, 0))).digits(1) == f"2e+{power + 1}"
    assert Enclosure(arb((35 * 10**power, 0))).digits(1) == f"4e+{power + 1}"


@pytest.mark.parametrize(
    ("value", "count", "text"),
    [
        ("1", 3, "1.00"),
        ("-123.456", 4, "-123.5"),
        ("0.00001", 3, "0.0000100"),
        ("0.0000099999", 3, "0.0000100"),
        ("0.0000099949", 3, "9.99e-06"),
        ("123456", 3, "1.23e+05"),
        ("123456", 6, "123456"),
        ("123456", 8, "123456.00"),
        ("123456789012345678901", 21, "123456789012345678901"),
        ("1234567890123456789012", 22, "1.234567890123456789012e+21"),
        ("1e-400", 2, "1.0e-400"),
        ("-1e400", 2, "-1.0e+400"),
    ],
)
def test_the_form_of_the_digits(value, count, text):
    assert enclose(Fraction(value), 2000).digits(count) == text


def test_an_exact_zero_is_0():
    assert Enclosure(arb(0)).digits(10) == "0"
    assert str(Enclosure(arb(0))) == "0"


@pytest.mark.parametrize("ball", [NAN, INFINITE, arb(0, 1), arb(1, 1), arb(1, 0.1), arb(0, "inf")], ids=str)
def test_unproved_digits_are_not_shown(ball):
    assert Enclosure(ball).digits(2) is None


def test_a_ball_across_a_rounding_boundary_has_no_digits_there_but_fewer_elsewhere():
    with precision(128):
        ball = arb(fmpq(1250001, 10**6)).union(arb(fmpq(1249999, 10**6)))
    assert Enclosure(ball).digits(1) == "1"
    assert Enclosure(ball).digits(2) is None
    assert Enclosure(ball).digits(3) == "1.25"
    assert Enclosure(ball).digits(6) == "1.25000"
    assert Enclosure(ball).digits(7) is None


@given(rationals, st.integers(1, 25), st.integers(20, 90))
def test_digits_of_a_wide_ball_hold_for_both_ends(value, count, bits):
    enclosure = enclose(value, bits)
    text = enclosure.digits(count)
    if text is not None:
        assert {rounded(end, count) for end in ball_ends(enclosure.ball)} == {Decimal(text)}
    else:
        assert rounded(enclosure.lower, count) != rounded(enclosure.upper, count) or bits < 4 * count + 80


def test_bounded_digits_say_0_only_below_the_unit():
    assert Enclosure(arb(0, 1e-12)).bounded_digits(10) == "0"
    assert Enclosure(arb(0, 1e-9)).bounded_digits(10) is None
    assert Enclosure(arb(0, 1e-9)).bounded_digits(10, unit=100.0) == "0"
    assert Enclosure(arb(1e-12)).bounded_digits(3) == "1.00e-12"
    assert Enclosure(NAN).bounded_digits(3) is None


@given(st.fractions(), st.integers(53, 300))
def test_ends_are_exact_and_contain_the_value(value, bits):
    enclosure = enclose(value, bits)
    assert (enclosure.lower, enclosure.upper) == ball_ends(enclosure.ball)
    assert enclosure.lower <= value <= enclosure.upper


def nearest(value):
    """Return the double nearest to a fraction: true division of integers is correctly rounded."""
    return value.numerator / value.denominator


@given(rationals)
@example(Fraction(1, 10))
@example(Fraction(2**53 + 1))
@example(Fraction(2**54 + 3))
@example(Fraction(5, 2) / 2**1074)
@example(Fraction(1, 3) / 2**1070)
@example(Fraction(2**1024 - 2**970) - Fraction(1, 3))
def test_the_nearest_double(value):
    assert enclose(value, 2300).nearest_float() == nearest(value)


@given(st.integers(-(2**120), 2**120), st.integers(-1200, 800))
def test_the_nearest_double_of_an_exact_number(mantissa, exponent):
    assert Enclosure(arb((mantissa, exponent))).nearest_float() == nearest(Fraction(mantissa) * Fraction(2) ** exponent)


@pytest.mark.parametrize("ball", [NAN, INFINITE, arb(1, 1e-3), arb(1, 3e-16)], ids=str)
def test_no_nearest_double_where_it_is_open(ball):
    assert Enclosure(ball).nearest_float() is None


@pytest.mark.parametrize("carry", [copy.deepcopy, lambda x: ForkingPickler.loads(ForkingPickler.dumps(x))])
@pytest.mark.parametrize(
    "ball", [arb(0), arb("0.1"), arb(1, 1e-3), arb(0, 1), arb(3, 0.5), arb((3**500, -2000)), NAN, INFINITE], ids=str
)
def test_an_enclosure_travels_to_another_process_unchanged(carry, ball):
    sent = Enclosure(ball, 7)
    got = carry(sent)
    assert got.shown == 7
    assert got.is_finite == sent.is_finite
    if sent.is_finite:
        assert got.lower <= sent.lower
        assert got.upper >= sent.upper
        assert got.upper - got.lower <= (sent.upper - sent.lower) * Fraction(1 + 1e-6)


def test_precision_does_not_change_what_travels():
    with precision(500):
        sent = Enclosure(arb(2).sqrt())
    with precision(53):
        got = copy.copy(sent)
    assert (got.lower, got.upper) == (sent.lower, sent.upper)


def test_float_is_the_midpoint_and_radius_is_shown():
    assert float(Enclosure(arb(0.5, 0.25))) == 0.5
    assert Enclosure(arb(0.5, 0.25)).radius == pytest.approx(0.25, rel=1e-8)
    assert Enclosure(arb(0.5)).is_exact
    assert not Enclosure(NAN).is_finite
    assert Enclosure(NAN).contains_zero
    assert Enclosure(arb(0, 1)).contains_zero
    assert not Enclosure(arb(2, 1)).contains_zero


def test_between_joins_the_outer_ends():
    joined = Enclosure.between(arb(1, 0.125), arb(2, 0.125))
    assert joined.lower <= Fraction(7, 8)
    assert joined.upper >= Fraction(17, 8)
    assert joined.upper - joined.lower < Fraction(126, 100)


def test_prove_raises_precision_until_it_is_enough():
    def third():
        return Enclosure(arb(1) / 3)

    assert prove(third, lambda x: x.digits(100), bits=20, what="a third") == f"0.{'3' * 100}"
    with pytest.raises(PrecisionError, match="a third"):
        prove(third, lambda x: x.digits(100), bits=20, what="a third", max_bits=64)


@given(rationals, st.integers(10, 90))
@example(Fraction(10) ** 400, 60)
@example(-(Fraction(10) ** 400) / 3, 60)
@example(Fraction(1, 10**400), 60)
def test_bounds_are_doubles_rounded_outward(value, bits):
    enclosure = enclose(value, bits)
    low, high = enclosure.bounds()
    assert low == -inf or Fraction(low) <= enclosure.lower
    assert high == inf or Fraction(high) >= enclosure.upper
    assert nextafter(low, inf) > enclosure.lower or abs(low) == inf
    assert nextafter(high, -inf) < enclosure.upper or abs(high) == inf


@pytest.mark.parametrize("ball", [NAN, INFINITE], ids=str)
def test_nothing_known_is_bounded_by_nothing(ball):
    assert Enclosure(ball).bounds() == (-inf, inf)
