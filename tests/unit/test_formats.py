"""Binary formats against the machine's own conversions, and against mpmath where the machine has none."""

import math
import struct
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp

from selu_math.activations import LAMBDA
from selu_math.exceptions import InputError, PrecisionError
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.enclosure import Enclosure
from selu_math.numbers.exact import Exact
from selu_math.numbers.formats import FORMATS, binary_format

NUMPY = {"float16": np.float16, "float32": np.float32, "float64": np.float64}
PACK = {"float16": ">e", "float32": ">f", "float64": ">d"}
MACHINE = sorted(NUMPY)

finite = st.floats(allow_nan=False, allow_infinity=False)
ratios = st.builds(
    lambda n, d, e: Fraction(n, d) * Fraction(2) ** e,
    st.integers(-(2**80), 2**80),
    st.integers(1, 2**80),
    st.integers(-1200, 1100),
)


@pytest.mark.parametrize("name", MACHINE)
@given(finite)
def test_rounding_a_double_is_what_numpy_does(name, value):
    form = FORMATS[name]
    with np.errstate(over="ignore"):
        machine = NUMPY[name](value)
    number = form.round(Fraction(value))
    assert float(number) == float(machine)
    if value:  # a fraction has no negative zero
        assert number.bits == struct.pack(PACK[name], machine).hex()


@given(ratios)
def test_rounding_any_ratio_to_a_double_is_what_division_does(value):
    try:
        right = value.numerator / value.denominator
    except OverflowError:
        right = math.inf if value > 0 else -math.inf
    assert float(FORMATS["float64"].round(value)) == right


@pytest.mark.parametrize("name", MACHINE)
def test_ties_go_to_the_even_neighbour_everywhere(name):
    kind, form = NUMPY[name], FORMATS[name]
    for start in (0.0, float(form.smallest_normal) / 2, float(form.smallest_normal), 1.0, 3.0):
        low = kind(start)
        for _ in range(4):
            high = np.nextafter(low, kind(np.inf))
            middle = (Fraction(float(low)) + Fraction(float(high))) / 2
            even = low if int(form.round(Fraction(float(low))).significand) % 2 == 0 else high
            assert float(form.round(middle)) == float(even)
            nudge = form.smallest / 2**20
            assert float(form.round(middle - nudge)) == float(low)
            assert float(form.round(middle + nudge)) == float(high)
            low = high


@pytest.mark.parametrize("name", FORMATS)
def test_overflow_begins_half_a_step_above_the_largest_number(name):
    form = FORMATS[name]
    step = form.ulp(form.overflow / 2)
    edge = form.overflow - step / 2
    assert form.round(edge).is_infinite
    assert form.round(-edge).hex == "-inf"
    assert form.round(form.overflow * 3 / 2) == form.round(edge) == form.round(form.overflow**2)
    largest = form.round(edge - Fraction(1, 1000))
    assert largest.fraction == form.overflow - step
    with pytest.raises(InputError, match="no fraction"):
        _ = form.round(edge).fraction


@pytest.mark.skipif(np.finfo(np.longdouble).nmant != 63, reason="long double is not the x87 format here")
@given(st.integers(-(2**62), 2**62), st.integers(1, 2**62))
def test_longdouble_is_what_x87_division_gives(n, d):
    machine = np.array([np.longdouble(n) / np.longdouble(d)])
    number = FORMATS["longdouble"].round(Fraction(n, d))
    assert number.bits == machine.tobytes()[:10][::-1].hex()
    assert FORMATS["longdouble"].round(Fraction(number.decimal)) == number


@given(st.integers(-(2**200), 2**200), st.integers(1, 2**200))
def test_binary128_is_what_mpmath_rounds_to_at_113_bits(n, d):
    with mp.workprec(113):
        # both operands are exact at their own size; only the division rounds
        right = mp.fdiv(mp.mpf(n, prec=300), mp.mpf(d, prec=300))
    sign, man, exp, _ = right._mpf_
    assert FORMATS["binary128"].round(Fraction(n, d)).fraction == (-1) ** sign * int(man) * Fraction(2) ** exp


@pytest.mark.parametrize("name", MACHINE)
@given(finite)
def test_spacing_is_numpys(name, value):
    with np.errstate(over="ignore", invalid="ignore"):
        machine = NUMPY[name](value)
        spacing = np.spacing(abs(machine))
    if np.isfinite(machine) and np.isfinite(spacing):
        assert FORMATS[name].ulp(Fraction(float(machine))) == Fraction(float(spacing))


@given(finite)
def test_hexadecimal_text_reads_back(value):
    number = FORMATS["float64"].round(Fraction(value))
    assert float.fromhex(number.hex) == value
    assert number.hex.removeprefix("-").startswith(("0x1", "0x0p+0"))


@pytest.mark.parametrize("name", [*MACHINE, "bfloat16"])
@given(finite)
@example(2.0**-24)
@example(-(2.0**-44))
@example(9007199254740992.0)
def test_the_decimal_is_the_shortest_that_reads_back(name, value):
    form = FORMATS[name]
    number = form.round(Fraction(value))
    if number.is_infinite or not number.significand:
        return
    assert form.round(Fraction(number.decimal)) == number
    if name in NUMPY:
        shortest = repr(float(number)) if name == "float64" else str(NUMPY[name](float(number)))
        assert digits(number.decimal) == digits(shortest)


def digits(text):
    """Return how many significant digits a decimal has."""
    return len(text.lower().partition("e")[0].replace(".", "").replace("-", "").strip("0"))


def test_lambda_in_every_format():
    texts = {
        "float16": ("0x1.0dp+0", "3c34"),
        "bfloat16": ("0x1.0cp+0", "3f86"),
        "float32": ("0x1.0cfabep+0", "3f867d5f"),
        "float64": ("0x1.0cfabd6a91132p+0", "3ff0cfabd6a91132"),
        "longdouble": ("0x1.0cfabd6a911322ep+0", "3fff867d5eb548899170"),
        "binary128": ("0x1.0cfabd6a911322df8fa4e5e4d2c6p+0", "3fff0cfabd6a911322df8fa4e5e4d2c6"),
    }
    literal = Fraction("1.05070098735548049341933498529460635")
    for name, (text, bits) in texts.items():
        number = FORMATS[name].nearest(lambda: Enclosure(BALL.exact(Exact.of(LAMBDA))), "lambda")
        assert (number.hex, number.bits) == (text, bits)
        assert number == FORMATS[name].round(literal)


def test_signed_zero_and_the_smallest_number():
    form = FORMATS["float32"]
    assert form.round(form.smallest).bits == "00000001"
    assert form.round(-form.smallest / 2).bits == "80000000"  # a tie, to the even neighbour
    assert math.copysign(1.0, float(form.round(-form.smallest / 2))) == -1.0
    assert form.round(Fraction(0)).hex == "0x0p+0"


def test_an_enclosure_over_a_tie_decides_nothing():
    form = FORMATS["float32"]
    with precision(100):
        tie = arb(1) + arb(2) ** -24
        assert form.round_enclosure(Enclosure(tie)) == form.round(Fraction(1))  # exact: to even
        assert form.round_enclosure(Enclosure(tie + arb(0, 2**-40))) is None
        assert form.round_enclosure(Enclosure(tie + arb(2) ** -40 + arb(0, 2**-60))).hex == "0x1.000002p+0"
        assert form.round_enclosure(Enclosure(arb("nan"))) is None


def test_precision_is_raised_until_the_rounding_is_proved():
    offset = Fraction(1, 2**500)
    form = FORMATS["float64"]
    tie = 1 + Fraction(1, 2**53)

    def just_above():
        return Enclosure(BALL.rational(tie + offset))

    assert form.nearest(just_above, "a near tie").fraction == 1 + Fraction(1, 2**52)
    with pytest.raises(PrecisionError, match="a tie could not be proved"):
        form.nearest(lambda: Enclosure(BALL.rational(tie) + arb(0, 2.0**-300)), "a tie")


def test_an_error_is_bounded_on_both_sides():
    form = FORMATS["float32"]
    with precision(80):
        truth = Enclosure(arb(1) / 3)
    low, high = form.error(form.round(Fraction(1, 3)).fraction, truth)
    exact = abs(form.round(Fraction(1, 3)).fraction - Fraction(1, 3)) / form.ulp(Fraction(1, 3))
    assert low <= exact <= high < low + Fraction(1, 10**10)
    assert 0.3 < exact < 0.5
    assert form.error(truth.lower, truth)[0] == 0


def test_around_a_power_of_two_the_bounds_take_both_spacings():
    form = FORMATS["float32"]
    with precision(80):
        around_one = Enclosure(arb(1, 2**-60))
    low, high = form.error(Fraction(2), around_one)
    assert low == (2 - around_one.upper) * 2**23
    assert high == (2 - around_one.lower) * 2**24


@pytest.mark.parametrize(("name", "hint"), [("float23", "float"), ("Half", "accepted: float16, bfloat16, float32")])
def test_an_unknown_format_is_one_line(name, hint):
    with pytest.raises(InputError, match=hint) as caught:
        binary_format(name)
    assert "\n" not in str(caught.value)


def test_names_do_not_mind_case():
    assert binary_format(" Float32 ") is FORMATS["float32"]
