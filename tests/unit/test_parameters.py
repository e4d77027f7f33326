"""What ``selu_parameters`` accepts, and what its answer carries."""

from decimal import Decimal
from fractions import Fraction

import pytest

from selu_math.activations import ALPHA, LAMBDA
from selu_math.exceptions import InputError, PrecisionError
from selu_math.layer import Layer, MapKind
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.exact import Exact
from selu_math.parameters import Target, quadratic, selu_parameters


@pytest.mark.parametrize("digits", [0, -5, 10_001, 10**9])
def test_digits_out_of_range_are_refused(digits):
    with pytest.raises(InputError, match=f"from 1 to 10000, not {digits}"):
        selu_parameters(digits=digits)


@pytest.mark.parametrize("digits", [2.5, "50", None, float("nan")])
def test_digits_that_are_no_whole_number_are_refused(digits):
    with pytest.raises(InputError, match="whole number"):
        selu_parameters(digits=digits)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"variance": 0}, "variance must be positive"),
        ({"variance": "-1"}, "variance must be positive"),
        ({"tau": 0}, "tau must be positive"),
        ({"mean": "ten"}, "mean must be a finite"),
        ({"mean": float("nan")}, "mean must be a finite"),
        ({"omega": "inf"}, "omega must be a finite"),
        ({"tau": "1_0"}, "tau must be a finite"),
        ({"variance": ""}, "variance must be a finite"),
    ],
    ids=repr,
)
def test_bad_targets_are_refused_in_one_line(arguments, words):
    with pytest.raises(InputError) as caught:
        selu_parameters(**arguments)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_spelling_of_a_number_is_the_same_target():
    spellings = ("0.25", "1/4", 0.25, Fraction(1, 4), Decimal("0.25"), "2.5e-1", " 0.25 ")
    assert len({selu_parameters(value, 1).target for value in spellings}) == 1


def test_digits_are_the_digits_shown():
    found = selu_parameters(digits=7)
    assert (str(found.scale), str(found.alpha), str(found.scale_alpha)) == ("1.050701", "1.673263", "1.758099")
    assert found.digits == 7


def test_the_other_root_is_the_mirror_image_at_mean_zero():
    first, second = selu_parameters().solutions
    assert first.admissible
    assert not second.admissible
    assert (first.scale.lower, first.alpha.lower) == (-second.scale.upper, second.alpha.lower)


@pytest.mark.parametrize("target", [("0.1", "1", "0", "1"), ("-2", "1", "1", "1"), ("1/4", "3", "-1/2", "7/8")])
def test_the_activation_of_an_answer_has_the_fixed_point(target):
    mean, variance, omega, tau = map(Fraction, target)
    found = selu_parameters(mean, variance, omega=omega, tau=tau)
    activation = found.activation()
    with precision(256):
        assert found.scale.ball.overlaps(BALL.exact(activation.parameters["scale"]))
        assert found.alpha.ball.overlaps(BALL.exact(activation.parameters["alpha"]))
        numbers = (BALL.rational(x) for x in (mean, variance, omega, tau))
        layer = Layer(BALL, *numbers, activation, MapKind.PAPER)
        for got, exact in ((layer.mean, mean), (layer.variance, variance)):
            assert got.contains(BALL.rational(exact).mid())
            assert got.rad() < 1e-55


def test_the_activation_of_an_answer_has_a_readable_name():
    name = selu_parameters("0.1", 1).activation().name
    assert "0x" not in name
    assert "0.1" in name


def test_the_answer_of_the_paper_is_the_catalogue_s_selu():
    found = selu_parameters(digits=40)
    with precision(200):
        assert found.scale.ball.overlaps(BALL.exact(Exact.of(LAMBDA)))
        assert found.alpha.ball.overlaps(BALL.exact(Exact.of(ALPHA)))
        assert float(BALL.exact(Exact.of(LAMBDA)).rad()) < 1e-57


@pytest.mark.parametrize("target", [("0.1", "1", "0", "1"), ("-2", "1", "1", "1"), ("1", "3/2", "0", "1")])
def test_the_quadratic_has_its_roots(target):
    """a x**2 - 2 h x + c = 0, whose quarter discriminant h**2 - a c is computed apart, without cancellation."""
    with precision(300):
        q = quadratic(BALL, Target.of(*target))
        assert (q.h * q.h - q.a * q.c).overlaps(q.quarter_discriminant)
        for scale, _ in q.roots(BALL):
            rest = q.a * scale * scale - 2 * q.h * scale + q.c
            assert rest.contains(0)
            assert rest.rad() < 1e-60


def test_the_solution_does_not_depend_on_the_precision_around_it():
    with precision(30):
        coarse = selu_parameters(digits=50)
    assert str(coarse.alpha) == str(selu_parameters(digits=50).alpha)


@pytest.mark.parametrize(
    ("mean", "variance", "omega", "scale", "alpha"),
    [
        ("0", "1e-300", 0, "1.0000000000", "1.0000000000"),
        ("-100", "1", 1, "6.1004933374e+1088", "1.6392116911e-1087"),
        ("10", "0.01", 1, "1.0000000000", "1.0009998001"),
        ("0", "1e20", 0, "1.1054550831", "7978845608.7"),
    ],
)
def test_extreme_targets_are_solved(mean, variance, omega, scale, alpha):
    """Against mpmath at 6,000 to 20,000 digits, which takes minutes, and at 1e20 by the tail's asymptotic series."""
    found = selu_parameters(mean, variance, omega=omega, digits=11)
    assert (found.scale.digits(11), found.alpha.digits(11)) == (scale, alpha)


@pytest.mark.parametrize("variance", ["1e-20", "1e-30", "1e-40", "1e-60"])
@pytest.mark.parametrize("mean", ["0", "1e-15"])
def test_the_asked_digits_are_there_however_much_cancels(mean, variance):
    for root in selu_parameters(mean, variance, digits=50).solutions:
        assert None not in (root.scale.digits(50), root.alpha.digits(50), root.scale_alpha.digits(50))


def test_beyond_the_precision_limit_is_an_error_that_says_so():
    with pytest.raises(PrecisionError, match="could not be proved"):
        selu_parameters("1e300", "1e-300", omega="1e300")
