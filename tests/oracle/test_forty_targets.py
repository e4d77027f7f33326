"""Forty fixed points over the whole range: each solution, put back into the layer map, returns its target.

The map is first the package's own, in balls to 60 digits, on the activation of the answer; then, where z does not lie
beyond forty deviations on one side of 0, mpmath's, in the textbook form with as many digits as that form cancels.
"""

import pytest
from mpmath import mp, mpf

from selu_math.parameters import selu_parameters
from selu_math.proved_map import prove_map

TARGETS = (
    *((mean, variance, "0", "1") for mean, variance in (
        ("0", "1e-12"), ("0", "1e-9"), ("0", "1e-6"), ("0", "1e-3"), ("0", "0.1"), ("0", "0.5"), ("0", "1"),
        ("0", "1.5"), ("0", "10"), ("0", "100"), ("0", "360"), ("0", "1000"), ("0", "1e6"), ("0", "1e9"), ("0", "1e12"),
        ("0.1", "1"), ("-0.1", "1"), ("-0.5", "2"), ("1e-6", "1e-6"), ("-1", "10"), ("100", "1e6"), ("-100", "1e6"),
    )),
    ("0", "1", "0", "0.5"), ("0", "1", "0", "2.6"), ("0", "1e12", "0", "1e-12"),
    ("0.1", "1", "1", "1"), ("-2", "1", "1", "1"), ("-3", "1", "1", "1"), ("-10", "1", "1", "1"), ("5", "1", "1", "1"),
    ("10", "1", "1", "1"), ("0.3", "2", "-1", "9/16"), ("-0.3", "2", "-1", "9/16"), ("0.2", "1", "0.5", "1.2"),
    ("-100", "1", "1", "1"), ("1000", "1", "1", "1"), ("-1000", "1", "1", "1"), ("1000", "1e12", "1", "1"),
    ("-1000", "1e12", "1", "1"), ("-1000", "1e-12", "1", "1"),
)  # fmt: skip


def test_there_are_forty():
    assert len(set(TARGETS)) == 40


@pytest.mark.parametrize("target", TARGETS, ids="_".join)
def test_each_solution_returns_its_target_in_sixty_digits(target):
    mean, variance, omega, tau = target
    found = selu_parameters(mean, variance, omega=omega, tau=tau, digits=60)
    assert found.solution is not None
    back = prove_map(mean, variance, omega=omega, tau=tau, activation=found.activation(), digits=60)
    for got, asked in ((back.mean, found.target.mean), (back.variance, found.target.variance)):
        assert got.lower <= asked <= got.upper
        size = max(abs(asked), abs(found.target.variance) ** 0.5 if asked == 0 else 0)
        assert float(got.upper - got.lower) <= 1e-59 * float(size)


@pytest.mark.parametrize("target", [t for t in TARGETS if t[0] not in ("100", "-100", "1000", "-1000")], ids="_".join)
def test_the_same_by_the_textbook_formulas(target):
    found = selu_parameters(target[0], target[1], omega=target[2], tau=target[3], digits=60)
    with mp.workdps(400):
        mean, variance, omega, tau = (mp.mpf(a) / mp.mpf(b or 1) for a, _, b in (x.partition("/") for x in target))
        m, v = mean * omega, variance * tau
        s = mp.sqrt(v)
        p, q, n = mp.ncdf(m / s), mp.ncdf(-m / s), mp.npdf(m / s)
        i1, i2 = mp.exp(m + v / 2) * mp.ncdf(-(m + v) / s), mp.exp(2 * m + 2 * v) * mp.ncdf(-(m + 2 * v) / s)
        e1, e2, d, c = m * p + s * n, (m * m + v) * p + m * s * n, i1 - q, i2 - 2 * i1 + q
        scale, b = mpf(str(found.scale)), mpf(str(found.scale_alpha))
        first = scale * e1 + b * d
        second = scale**2 * e2 + b**2 * c - first**2
        # sixty digits of two numbers that are weighed against each other
        assert abs(first - mean) <= mpf(10) ** -58 * (scale * e1 + abs(b * d))
        assert abs(second - variance) <= mpf(10) ** -58 * (scale**2 * e2 + b**2 * c)
