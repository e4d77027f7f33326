"""Lambda and alpha: the literals that frameworks copy, and 10,000 digits by a second way."""

import pytest
from mpmath import mp
from series import constants, rounded

from selu_math.activations import ALPHA, LAMBDA
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.enclosure import Enclosure, bits_for
from selu_math.numbers.exact import Exact
from selu_math.parameters import selu_parameters

# copied by torch.nn.functional.selu, jax.nn.selu and tf.nn.selu alike
FRAMEWORKS = {"scale": "1.0507009873554804934193349852946", "alpha": "1.6732632423543772848170429916717"}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_32_digits_are_the_literals_of_the_frameworks(name):
    assert getattr(selu_parameters(digits=32), name).digits(32) == FRAMEWORKS[name]


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("scale", "1.05070098735548049341933498529460635"),
        ("alpha", "1.67326324235437728481704299167165204"),
        ("scale_alpha", "1.75809934084737685994021752081228"),
    ],
)
def test_leading_digits_of_all_three(name, digits):
    assert getattr(selu_parameters(digits=60), name).digits(len(digits) - 1) == digits


@pytest.fixture(scope="module")
def second_computation():
    return dict(zip(("scale", "alpha", "scale_alpha"), constants(10_000), strict=True))


@pytest.mark.parametrize("name", ["scale", "alpha", "scale_alpha"])
@pytest.mark.parametrize("digits", [1, 2, 15, 50, 333, 2500, 10_000])
def test_digits_equal_a_second_computation(second_computation, name, digits):
    text = getattr(selu_parameters(digits=digits), name).digits(digits)
    assert text == str(rounded(second_computation[name], digits))


@pytest.mark.parametrize(("name", "constant"), [("scale", LAMBDA), ("alpha", ALPHA)])
def test_the_closed_forms_equal_a_second_computation(second_computation, name, constant):
    with precision(bits_for(10_000)):
        ball = BALL.exact(Exact.of(constant))
    assert Enclosure(ball).digits(10_000) == str(rounded(second_computation[name], 10_000))


def test_the_second_computation_agrees_with_mpmath(second_computation):
    """mpmath's erfc is a third implementation; at 300 digits it is quick."""
    with mp.workdps(320):
        a = mp.sqrt(mp.e) * mp.erfc(1 / mp.sqrt(2))
        alpha = mp.sqrt(2 / mp.pi) / (1 - a)
        exact = second_computation["alpha"]
        assert abs(alpha - mp.mpf(exact.numerator) / exact.denominator) < mp.mpf(10) ** -315
