"""Any activation, scaled and shifted so that a fixed point is kept."""

import pytest
from mpmath import mp, mpf
from smooth import SMOOTH
from truth import expectation

from selu_math.activations import CATALOGUE, SELU, TANH, parse_activation, relu
from selu_math.exceptions import InputError
from selu_math.families import affine_parameters
from selu_math.layer import layer_map
from selu_math.verdict import Answer

TARGETS = (("0", "1", "0", "1"), ("-1/3", "2", "1", "9/16"), ("1", "1/2", "-1", "2"))


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize("name", [*CATALOGUE, "piecewise: x<-1: -1; -1<=x<1: x; x>=1: 1"])
def test_both_ways_keep_the_target(name, target):
    mean, variance, omega, tau = target
    found = affine_parameters(parse_activation(name), mean, variance, omega=omega, tau=tau, digits=20)
    up, down = found.solutions
    assert up.scale.ball > 0 > down.scale.ball
    numbers = [float(mpf(x.partition("/")[0]) / mpf(x.partition("/")[2] or 1)) for x in target]
    for solution in (up, down):
        kept = layer_map(*numbers[:2], omega=numbers[2], tau=numbers[3], activation=solution.activation)
        assert kept.mean == pytest.approx(numbers[0], rel=1e-9, abs=1e-12)
        assert kept.variance == pytest.approx(numbers[1], rel=1e-9, abs=0)


@pytest.mark.parametrize("name", ["tanh", "gelu", "softplus"])
def test_scale_and_shift_by_quadrature(name):
    found = affine_parameters(parse_activation(name), "1/4", 3, omega="-1/2", tau="7/8", digits=40)
    with mp.workdps(60):
        m, v = mpf(-1) / 8, mpf(21) / 8
        first = expectation(SMOOTH[name][0], m, v)
        second = expectation(lambda x: SMOOTH[name][0](x) ** 2, m, v)
        scale = mp.sqrt(3 / (second - first**2))
        assert found.scale.digits(40) == mp.nstr(scale, 40, strip_zeros=False)
        assert found.shift.digits(40) == mp.nstr(mpf(1) / 4 - scale * first, 40, strip_zeros=False)


@pytest.mark.parametrize(
    "name", ["tanh", "erf", "arctan", "piecewise: x^3 - x", "piecewise: x<-1: -1; -1<=x<1: x; x>=1: 1"]
)
def test_an_odd_function_needs_no_shift_and_that_is_exact(name):
    found = affine_parameters(parse_activation(name), 0, 3, digits=12)
    assert found.shift.is_exact
    assert found.shift.digits(12) == "0"
    assert found.solution.activation.parameters["shift"].rational == 0


@pytest.mark.parametrize("name", ["selu", "gelu", "softplus", "piecewise: x^2", "piecewise: x<0: -1; x>=0: x"])
def test_others_are_not_odd(name):
    assert not parse_activation(name).is_odd


def test_selu_needs_neither():
    found = affine_parameters(SELU, digits=30)
    assert found.scale.digits(30) == "1.00000000000000000000000000000"
    assert found.shift.bounded_digits(30) == "0"


def test_tanh_attracts_and_relu_stands_still():
    assert affine_parameters(TANH, digits=10).solution.attraction.answer is Answer.PROVED
    # scaled ReLU keeps every variance at mean 0: the spectral radius is 1, which no ball can tell from 1
    still = affine_parameters(relu(), digits=10).solution.attraction
    assert still.answer is Answer.UNDECIDED
    assert "not told apart from 1" in str(still)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("piecewise: 3", {}, "is constant"),
        ("tanh", {"digits": 1001}, "digits for tanh must be a whole number from 1 to 1000"),
        ("relu", {"digits": 0}, "digits for relu must be a whole number from 1 to 10000"),
        ("relu", {"variance": 0}, "variance must be positive"),
        ("relu", {"mean": "x"}, "mean must be a finite"),
    ],
)
def test_bad_arguments(name, options, words):
    with pytest.raises(InputError, match=words):
        affine_parameters(parse_activation(name), **options)
