"""What ``selu_parameters`` accepts, and what its answer carries."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from mpmath import mp, mpf

from selu_math.activations import ALPHA, LAMBDA
from selu_math.exceptions import InputError, PrecisionError
from selu_math.layer import Layer, MapKind, layer_map
from selu_math.numbers.ball import BALL, precision, refine
from selu_math.numbers.exact import Exact
from selu_math.parameters import quadratic, selu_parameters
from selu_math.target import Target
from selu_math.verdict import Answer


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
    assert first.scale.digits(50) == second.scale.digits(50).lstrip("-")
    assert first.alpha.digits(50) == second.alpha.digits(50)


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
    """Put back into both equations; k is computed apart, without cancellation."""
    with precision(300):
        q = quadratic(BALL, Target.of(*target))
        k = q.second_moment * q.e1 * q.e1 - q.e2 * q.mean * q.mean
        assert k.overlaps(q.k)
        scales = [scale for scale, _ in q.roots(BALL)]
        assert scales[0] > scales[1]
        for scale, b in q.roots(BALL):
            for rest in (
                scale * q.e1 + b * q.d - q.mean,
                scale * scale * q.e2 + b * b * q.c - q.second_moment,
            ):
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


@pytest.mark.parametrize(
    ("mean", "variance", "omega"),
    [("1000", "1", "1"), ("1e6", "1e-6", "1"), ("-1000", "1e-12", "1"), ("1", "1e-9", "1")],
)
def test_where_almost_all_of_z_is_on_one_side_both_equations_hold(mean, variance, omega):
    """The tails are as small as exp(-10**17); they carry the whole solution, and nothing of them is rounded away."""
    target = Target.of(mean, variance, omega, 1)
    found = selu_parameters(mean, variance, omega=omega, digits=20)
    assert found.solution is not None
    with precision(6000):
        q = quadratic(BALL, target)
        for scale, b in q.roots(BALL):
            assert scale.rel_accuracy_bits() > 100 < b.rel_accuracy_bits()
            size = abs(scale) * q.e1 + abs(b * q.d)
            assert (scale * q.e1 + b * q.d - q.mean).contains(0)
            assert (scale * q.e1 + b * q.d - q.mean).rad() < size * 2.0**-150


def test_a_solution_that_one_layer_leaves_in_place_to_a_thousand_digits():
    """Beside mpmath at a thousand and more digits, by another solution of the equations: b from its own quadratic."""
    found = selu_parameters(30, 1, omega=1, digits=25)
    with mp.workdps(700):
        m, s = mpf(30), mpf(1)
        q, n = mp.ncdf(-m / s), mp.npdf(m / s)
        e1, e2 = m * (1 - q) + s * n, (m * m + s * s) * (1 - q) + m * s * n
        i1, i2 = mp.exp(m + mpf(1) / 2) * mp.ncdf(-m - 1), mp.exp(2 * m + 2) * mp.ncdf(-m - 2)
        d, c = i1 - q, i2 - 2 * i1 + q
        half = e2 * m * d
        a = e2 * d * d + c * e1 * e1
        b = (half + mp.sqrt(half * half - a * (e2 * m * m - 901 * e1 * e1))) / a
        scale = (m - b * d) / e1
        assert found.scale_alpha.digits(25) == mp.nstr(b, 25, strip_zeros=False)
        assert found.alpha.digits(25) == mp.nstr(b / scale, 25, strip_zeros=False)


@pytest.mark.parametrize(
    "target", [("0", "1", "0", "1"), ("0.1", "1", "1", "1"), ("-2", "1", "1", "1"), ("0", "9", "0", "1/2")]
)
def test_whether_each_root_attracts(target):
    """Against the eigenvalues of a Jacobian differenced in float64."""
    mean, variance, omega, tau = map(Fraction, target)
    for root in selu_parameters(mean, variance, omega=omega, tau=tau).solutions:
        at, h = (float(mean), float(variance)), 1e-5
        columns = []
        for step in ((h, 0.0), (0.0, h)):
            ahead, behind = (
                layer_map(
                    at[0] + sign * step[0],
                    at[1] + sign * step[1],
                    omega=float(omega),
                    tau=float(tau),
                    activation=root.activation,
                )
                for sign in (1, -1)
            )
            columns.append(((ahead.mean - behind.mean) / (2 * h), (ahead.variance - behind.variance) / (2 * h)))
        radius = np.abs(np.linalg.eigvals(np.array(columns).T)).max()
        assert float(root.attraction.spectral_radius) == pytest.approx(radius, rel=1e-6, abs=0)
        assert root.attraction.answer is (Answer.PROVED if radius < 1 else Answer.REFUTED)


def test_a_spectral_radius_too_close_to_one_is_undecided_and_says_so():
    found = selu_parameters(1000, 1, omega=1, digits=10).solution.attraction
    assert found.answer is Answer.UNDECIDED
    assert "not told apart from 1" in str(found)


def test_nothing_beyond_the_precision_limit_is_claimed():
    with pytest.raises(PrecisionError, match="could not be proved within"):
        refine(lambda: None, bits=64, max_bits=128, what="nothing")
