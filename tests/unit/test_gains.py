"""Gains against closed forms and quadrature that share nothing with the package."""

import pytest
from mpmath import mp

from selu_math.activations import SELU, elu, leaky_relu, parse_activation, relu
from selu_math.exceptions import InputError
from selu_math.gains import gains

TEXTS = ("second_moment_gain", "variance_gain", "gradient_gain")


def shown(found):
    return [getattr(found, name).digits(found.digits) for name in TEXTS]


def test_relu_is_the_square_root_of_two():
    with mp.workdps(60):
        truth = [mp.sqrt(2), 1 / mp.sqrt(mp.mpf(1) / 2 - 1 / (2 * mp.pi)), mp.sqrt(2)]
        assert shown(gains(relu(), digits=40)) == [mp.nstr(x, 40, strip_zeros=False) for x in truth]


@pytest.mark.parametrize("slope", ["0.01", "0.2", "-0.5"])
def test_leaky_relu(slope):
    found = gains(leaky_relu(slope), digits=20)
    with mp.workdps(40):
        truth = mp.nstr(mp.sqrt(2 / (1 + mp.mpf(slope) ** 2)), 20, strip_zeros=False)
    assert found.second_moment_gain.digits(20) == found.gradient_gain.digits(20) == truth


def test_selu_needs_no_gain_forwards_and_three_quarters_is_none_of_its_gains():
    found = gains(SELU, digits=17)
    assert found.second_moment_gain.digits(15) == found.variance_gain.digits(15) == "1.00000000000000"
    assert found.gradient_gain.nearest_float() == pytest.approx(1.0715749924557993**-0.5, rel=1e-15, abs=0)


@pytest.mark.parametrize("alpha", ["1", "2.5"])
def test_elu_against_quadrature(alpha):
    found = gains(elu(alpha), digits=25)
    with mp.workdps(50):
        a = mp.mpf(alpha)

        def mean(below, above):
            weight = mp.npdf
            return mp.quad(lambda z: below(z) * weight(z), [-20, -5, 0]) + mp.quad(
                lambda z: above(z) * weight(z), [0, 5, 20]
            )

        second = mean(lambda z: (a * mp.expm1(z)) ** 2, lambda z: z * z)
        first = mean(lambda z: a * mp.expm1(z), lambda z: z)
        slope = mean(lambda z: (a * mp.exp(z)) ** 2, lambda z: mp.mpf(1))
        truth = [mp.nstr(1 / mp.sqrt(x), 25, strip_zeros=False) for x in (second, second - first**2, slope)]
    assert shown(found) == truth


def test_a_constant_has_no_gain():
    with pytest.raises(InputError, match="is constant"):
        gains(parse_activation("piecewise: 3"))


def test_a_jump_leaves_the_forward_gains():
    """A step has mean square 1/2 and variance 1/4; E f'**2 is infinite."""
    found = gains(parse_activation("piecewise: x<0: 0; x>=0: 1"), digits=20)
    assert found.second_moment_gain.digits(20) == "1.4142135623730950488"
    assert found.variance_gain.digits(20) == "2.0000000000000000000"
    assert found.gradient_gain is None


@pytest.mark.parametrize("digits", [0, 10_001, "5"])
def test_digits_outside_the_range(digits):
    with pytest.raises(InputError, match="digits for relu must be a whole number from 1 to 10000"):
        gains(relu(), digits=digits)
