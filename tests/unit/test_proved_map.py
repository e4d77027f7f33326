"""The layer map with proved digits, against an independent evaluation in 60-digit arithmetic."""

import pytest
from mpmath import mp

from selu_math import InputError, PrecisionError, prove_map
from selu_math.activations import TANH, parse_activation


def step(mean, variance, omega, tau):
    """Return the paper's map by its published closed form."""
    a = mp.sqrt(mp.e) * mp.erfc(1 / mp.sqrt(2))
    b = mp.e**2 * mp.erfc(mp.sqrt(2))
    alpha = mp.sqrt(2 / mp.pi) / (1 - a)
    scale = (1 - a) * mp.sqrt(2 * mp.pi) / mp.sqrt(2 * b + mp.pi * a**2 - 2 * (2 + mp.pi) * a + mp.pi + 2)
    m, v = mean * omega, variance * tau
    s = mp.sqrt(v)
    below, above, density = mp.ncdf(-m / s), mp.ncdf(m / s), mp.npdf(m / s)
    one = mp.exp(m + v / 2) * mp.ncdf(-(m + v) / s)
    two = mp.exp(2 * m + 2 * v) * mp.ncdf(-(m + 2 * v) / s)
    first = scale * (m * above + s * density + alpha * (one - below))
    second = scale**2 * ((m * m + v) * above + m * s * density + alpha**2 * (two - 2 * one + below))
    return first, second - first**2


@pytest.mark.parametrize("layers", [1, 2, 7])
@pytest.mark.parametrize("start", [("0.1", "1.5", "-0.1", "1.1"), ("-2", "0.3", "0.7", "9/16"), ("3", "10", "-1", "1")])
def test_trajectory_and_jacobian(start, layers):
    found = prove_map(start[0], start[1], omega=start[2], tau=start[3], layers=layers, digits=30)
    with mp.workdps(60):
        mean, variance, omega, tau = (mp.mpf(x.partition("/")[0]) / int(x.partition("/")[2] or 1) for x in start)

        def whole(mean, variance, which):
            for _ in range(layers):
                mean, variance = step(mean, variance, omega, tau)
            return (mean, variance)[which]

        path = [(mean, variance)]
        for _ in range(layers):
            path.append(step(*path[-1], omega, tau))
        for (m, v), (x, y) in zip(found.trajectory, path, strict=True):
            assert mp.almosteq(mp.mpf(str(m)), x, 1e-29, 1e-29)
            assert mp.almosteq(mp.mpf(str(v)), y, 1e-29, 0)
        jacobian = [
            [mp.diff(lambda a, b, i=i: whole(a, b, i), (mean, variance), n) for n in ((1, 0), (0, 1))] for i in (0, 1)
        ]
        size = max(abs(x) for row in jacobian for x in row)
        for row, truth in zip(found.jacobian, jacobian, strict=True):
            for x, y in zip(row, truth, strict=True):
                assert abs(mp.mpf(str(x)) - y) < size * mp.mpf(10) ** -18
        matrix = mp.matrix(jacobian)
        assert abs(mp.mpf(str(found.spectral_norm)) - max(mp.svd_r(matrix, compute_uv=False))) < size * 1e-17
        radius = max(abs(x) for x in mp.eig(matrix, left=False, right=False))
        assert abs(mp.mpf(str(found.spectral_radius)) - radius) < size * 1e-8  # an eigenvalue may be ill-conditioned


def test_the_order_of_layers_in_the_product():
    two = prove_map("0.5", 2, omega="0.3", layers=2)
    first = prove_map("0.5", 2, omega="0.3")
    second = prove_map(first.mean.lower, first.variance.lower, omega="0.3")
    (a, b), (c, d) = ([float(x) for x in row] for row in second.jacobian)
    (p, q), (r, s) = ([float(x) for x in row] for row in first.jacobian)
    assert float(two.jacobian[0][1]) == pytest.approx(a * q + b * s, rel=1e-12)
    assert float(two.jacobian[1][0]) == pytest.approx(c * p + d * r, rel=1e-12)


def test_zero_is_shown_as_zero_and_bounded():
    found = prove_map(0, 1, digits=40)
    assert str(found.mean) == "0"
    assert abs(found.mean.upper) < 1e-40
    assert str(found.variance) == "1." + "0" * 39


def test_far_from_the_fixed_point_digits_are_still_proved():
    found = prove_map(-1000, "0.001", omega=1, digits=12)
    # there f is nearly constant: Var f is nearly f'(m)**2 v, with f' = lambda alpha exp(m), up to the factor 1 + 3v/2
    with mp.workdps(30):
        slope = mp.mpf("1.75809934084737685994") * mp.exp(-1000)
        ratio = mp.mpf(str(found.variance)) / (slope**2 * mp.mpf("0.001"))
    assert abs(ratio - (mp.expm1(mp.mpf("0.001")) * mp.exp(mp.mpf("0.001")) / mp.mpf("0.001"))) < 1e-10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"layers": 0}, "layers must be a whole number from 1 to 10000"),
        ({"layers": 2.5}, "layers must be"),
        ({"layers": "3"}, "layers must be"),
        ({"digits": 0}, "digits for selu must be a whole number from 1 to 10000"),
        ({"digits": 1001, "activation": TANH}, "digits for tanh must be a whole number from 1 to 1000"),
        ({"kind": "papr"}, "did you mean 'paper'"),
        ({"kind": "mean-field", "omega": "0.1"}, "leave omega at 0"),
        ({"tau": 0}, "tau must be positive"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(InputError, match=words):
        prove_map(0, 1, **arguments)


def test_growth_without_end_is_followed_or_refused_in_words():
    assert float(prove_map(0, 1, tau=3, layers=100, digits=5).variance) > 1e3
    with pytest.raises(PrecisionError, match="could not be proved within"):
        prove_map(0, 1, tau=3, omega=1, layers=3000, digits=3)


def test_identity_keeps_everything():
    found = prove_map("0.3", "0.7", omega=1, activation=parse_activation("piecewise: x"), layers=5)
    assert (str(found.mean), str(found.variance)) == ("0.300000000000000", "0.700000000000000")
    assert [[str(x) for x in row] for row in found.jacobian] == [
        ["1.00000000000000", "0"],
        ["0", "1.00000000000000"],
    ]
