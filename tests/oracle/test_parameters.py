"""Parameters for other fixed points: published values, and every answer put back into an independent map."""

from fractions import Fraction

import pytest
from helpers import to_mp
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from truth import DPS, KNOWN_TO, expectation

from selu_math.exceptions import SeluMathError
from selu_math.parameters import selu_parameters

TARGETS = (
    # mean, variance, omega, tau
    ("0", "1", "0", "1"),
    ("0.1", "1", "0", "1"),
    ("0.1", "1", "1", "1"),
    ("0", "360", "0", "1"),
    ("-2", "1", "1", "1"),
    ("-3", "1", "1", "1"),
    ("1/4", "3", "-1/2", "7/8"),
    ("0", "1/1000", "0", "2"),
    ("-1/10", "1/2", "1/3", "9/10"),
)


def image(scale, scale_alpha, mean, variance, omega, tau):
    """Return (E f, Var f) by quadrature of f as the paper defines it."""

    def f(x):
        return scale * x if x > 0 else scale_alpha * (mp.exp(x) - 1)

    m, v = mean * omega, variance * tau
    first = expectation(f, m, v, [mpf(0)])
    return first, expectation(lambda x: f(x) ** 2, m, v, [mpf(0)]) - first**2


@pytest.mark.parametrize("target", TARGETS, ids="_".join)
def test_every_root_maps_the_target_to_itself(target):
    found = selu_parameters(target[0], target[1], omega=target[2], tau=target[3], digits=60)
    assert found.solution is not None
    with mp.workdps(DPS):
        mean, variance, omega, tau = (to_mp(Fraction(x)) for x in target)
        for root in found.solutions:
            got = image(mpf(str(root.scale)), mpf(str(root.scale_alpha)), mean, variance, omega, tau)
            size = 1 + mpf(str(root.scale)) ** 2
            assert abs(got[0] - mean) < KNOWN_TO * size
            assert abs(got[1] - variance) < KNOWN_TO * size
            alpha = mpf(str(root.scale_alpha)) / mpf(str(root.scale))
            assert abs(alpha - mpf(str(root.alpha))) < mpf(10) ** -55 * (1 + abs(alpha))


@pytest.mark.parametrize(
    ("omega", "alpha", "scale"),
    [(0, "1.3119574562734102", "1.1608585070504001"), (1, "1.6650774255244751", "1.0382096627359875")],
    ids=["omega=0", "omega=1"],
)
def test_the_answer_at_mean_one_tenth_depends_on_omega(omega, alpha, scale):
    found = selu_parameters("0.1", 1, omega=omega, digits=30)
    assert float(found.alpha) == pytest.approx(float(alpha), rel=3e-16, abs=0)
    assert float(found.scale) == pytest.approx(float(scale), rel=3e-16, abs=0)


def test_the_mean_one_tenth_as_text_and_as_a_float_are_two_targets():
    exact, dyadic = selu_parameters("0.1", 1, digits=40), selu_parameters(0.1, 1, digits=40)
    assert exact.target.mean == Fraction(1, 10)
    assert str(exact.scale) != str(dyadic.scale)
    assert str(exact.scale)[:16] == str(dyadic.scale)[:16]


@given(
    mean=st.fractions(-3, 3, max_denominator=20),
    variance=st.fractions(Fraction(1, 20), 30, max_denominator=20),
    omega=st.fractions(-2, 2, max_denominator=10),
    tau=st.fractions(Fraction(1, 10), 3, max_denominator=10),
)
def test_at_most_one_root_is_admissible(mean, variance, omega, tau):
    found = selu_parameters(mean, variance, omega=omega, tau=tau, digits=20)
    admissible = [root for root in found.solutions if root.scale.lower > 0 and root.alpha.lower > 0]
    assert len(admissible) <= 1
    assert [found.solution] == admissible or (found.solution is None and not admissible)
    assert bool(found.reason) == (not admissible)
    assert len(found.solutions) in {0, 2}
    assert all(root.scale.upper < 0 or root.alpha.upper < 0 for root in found.solutions if root not in admissible)


def test_a_target_without_an_activation_says_why():
    found = selu_parameters(5, 1)
    assert found.solution is None
    assert "discriminant" in found.reason
    with pytest.raises(SeluMathError, match="no activation of this family"):
        found.scale  # noqa: B018
    with pytest.raises(SeluMathError, match="no activation of this family"):
        found.activation()


def test_roots_that_are_no_activation_are_listed_with_the_reason():
    found = selu_parameters("1", "3/2")
    assert len(found.solutions) == 2
    assert found.solution is None
    assert "λ or α not positive" in found.reason
    assert "\n" not in found.reason
