"""Correlation maps against closed forms of the literature, double integrals and each other.

Double integrals are taken in polar coordinates, ``z1 = s rho cos(theta)``, ``z2 = s rho cos(theta - arccos c)``: a kink
at 0 is then a ray and not a curve, so panels in theta leave smooth integrands however near c is to 1.  The package
integrates over z1 what is known of z2, or sums Hermite series; neither is done here.
"""

import itertools
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from helpers import assert_encloses, to_mp
from mpmath import mp, mpf
from problems import CLIPPED, ELU_STEEP, SELU
from scipy.integrate import quad
from scipy.optimize import brentq
from smooth import SMOOTH
from truth import function

from selu_math.activations import CATALOGUE, parse_activation
from selu_math.joint import joint_moment, slope_activation
from selu_math.mean_field import companions, correlation_map, correlation_slope
from selu_math.proved_correlation import MAX_INTEGRALS, hermite_coefficients, prove_correlation

CORRELATIONS = np.array([-1, -0.999999, -0.999, -0.5, 0, 1e-9, 0.3, 0.9, 0.999, 1 - 1e-6, 1 - 1e-12, 1 - 2.0**-53, 1])
NEAR = np.sqrt((1 - CORRELATIONS) * (1 + CORRELATIONS))
ANGLE = np.arctan2(NEAR, CORRELATIONS)


def relu_kernel(v1, v2):
    """Cho and Saul 2009, the arc-cosine kernel of degree 1."""
    return np.sqrt(v1 * v2) / (2 * np.pi) * (NEAR + (np.pi - ANGLE) * CORRELATIONS)


def step_kernel(v1, v2):
    """The same of degree 0, which is also E f'(z1) f'(z2) for ReLU."""
    return (np.pi - ANGLE) / (2 * np.pi)


def erf_kernel(v1, v2):
    """Williams 1997, eq. 11."""
    return 2 / np.pi * np.arcsin(2 * np.sqrt(v1 * v2) * CORRELATIONS / np.sqrt((1 + 2 * v1) * (1 + 2 * v2)))


def erf_slope_kernel(v1, v2):
    """Its derivative with respect to the covariance."""
    return 4 / np.pi / np.sqrt((1 + 2 * v1) * (1 + 2 * v2) - 4 * v1 * v2 * CORRELATIONS**2)


def sine_kernel(v1, v2):
    """Characteristic functions of z1 - z2 and z1 + z2."""
    half, cross = (v1 + v2) / 2, np.sqrt(v1 * v2) * CORRELATIONS
    return (np.exp(cross - half) - np.exp(-cross - half)) / 2


def cosine_kernel(v1, v2):
    half, cross = (v1 + v2) / 2, np.sqrt(v1 * v2) * CORRELATIONS
    return (np.exp(cross - half) + np.exp(-cross - half)) / 2


STEP = "piecewise: x<0: 0; x>=0: 1"
KERNELS = (
    ("relu", 0, relu_kernel),
    ("relu", 1, step_kernel),
    (STEP, 0, step_kernel),
    ("erf", 0, erf_kernel),
    ("erf", 1, erf_slope_kernel),
    ("sine", 0, sine_kernel),
    ("sine", 1, cosine_kernel),
    ("cosine", 0, cosine_kernel),
)


@pytest.mark.parametrize(("v1", "v2"), [(1.0, 1.0), (0.01, 0.01), (100.0, 100.0), (0.3, 7.0)])
@pytest.mark.parametrize(("name", "slope", "kernel"), KERNELS, ids=lambda x: getattr(x, "__name__", str(x)))
def test_joint_moments_with_a_closed_form(name, slope, kernel, v1, v2):
    f = parse_activation(name)
    got = joint_moment(slope_activation(f) if slope else f, 0, v1, 0, v2, CORRELATIONS)
    square = joint_moment(slope_activation(f) if slope else f, 0, [v1, v2], 0, [v1, v2], 1)
    assert np.max(np.abs(got - kernel(v1, v2))) <= 1e-13 * np.sqrt(np.prod(square))


def test_the_slope_of_a_function_that_jumps():
    """Two atoms at 0: the bivariate normal density there."""
    inside = CORRELATIONS[1:-1]
    got = joint_moment(slope_activation(parse_activation(STEP)), 0, 1, 0, 1, inside)
    np.testing.assert_allclose(got, 1 / (2 * np.pi * NEAR[1:-1]), rtol=1e-12)


@cache
def legendre(nodes):
    return np.polynomial.legendre.leggauss(nodes)


def polar(f, q, c):
    """Return E f(z1) f(z2) for an f with a kink at 0, by a double integral."""
    turn = np.arctan2(np.sqrt((1 - c) * (1 + c)), c)
    rays = sorted({x % (2 * np.pi) for x in (np.pi / 2, 3 * np.pi / 2, turn + np.pi / 2, turn + 3 * np.pi / 2)})
    rays = np.array([*rays, rays[0] + 2 * np.pi])
    # where z1 and z2 are small against rho, f bends in theta as fast as it does in z
    theta_edges = np.concatenate([np.linspace(a, b, 13) for a, b in itertools.pairwise(rays)])
    rho_edges = np.linspace(0, 12, 13)
    nodes, weights = legendre(20)

    def grid(edges):
        half = np.diff(edges)[:, None] / 2
        return (edges[:-1, None] + half + half * nodes).ravel(), (half * weights).ravel()

    (theta, by_theta), (rho, by_rho) = grid(theta_edges), grid(rho_edges)
    z1 = np.sqrt(q) * rho * np.cos(theta)[:, None]
    z2 = np.sqrt(q) * rho * np.cos(theta - turn)[:, None]
    return by_theta @ (f(z1) * f(z2)) @ (by_rho * rho * np.exp(-rho * rho / 2)) / (2 * np.pi)


def numeric(problem):
    """Return f and f' of a problem with a kink at 0, for arrays."""
    from truth import selu_constants

    constants = selu_constants()
    rounded = type(constants)(**{name: float(x) for name, x in vars(constants).items()})

    def make(which):
        below, above = (piece[which] for piece in problem.pieces)
        return lambda x: np.where(x < 0, below(np.exp, np.minimum(x, 0), rounded), above(np.exp, x, rounded))

    return make(0), make(1)


@pytest.mark.parametrize("c", [-0.999, -0.5, 0.0, 0.3, 0.9, 0.999, 0.999999])
@pytest.mark.parametrize("q", [0.05, 1.0, 4.0])
@pytest.mark.parametrize("problem", [SELU, ELU_STEEP], ids=str)
def test_maps_and_slopes_by_double_integrals(problem, q, c):
    (f, slope), activation = numeric(problem), parse_activation(problem.text)
    square = polar(f, q, 1.0)
    assert correlation_map(c, activation=activation, q=q) == pytest.approx(polar(f, q, c) / square, rel=0, abs=1e-13)
    expected = q * polar(slope, q, c) / square
    assert correlation_slope(c, activation=activation, q=q) == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize("c", [-0.8, 0.3, 0.95, 0.999])
@pytest.mark.parametrize("problem", [SELU, CLIPPED], ids=str)
def test_unequal_means_and_variances_by_iterated_quad(problem, c):
    m1, v1, m2, v2 = 0.3, 2.0, -0.7, 0.5
    f = function(problem)
    breaks = [float(b) for b in problem.breaks]
    rest = np.sqrt((1 - c) * (1 + c))

    def split(a, b, points):
        return [a, *sorted(p for p in points if a < p < b), b]

    def total(h, edges):
        return sum(quad(h, a, b, epsabs=1e-13, epsrel=1e-11)[0] for a, b in itertools.pairwise(edges))

    def density(t):
        return np.exp(-t * t / 2) / np.sqrt(2 * np.pi)

    def given(t):
        mean = m2 + c * np.sqrt(v2) * t
        width = np.sqrt(v2) * rest
        edges = split(-8.0, 8.0, [(b - mean) / width for b in breaks])
        return total(lambda u: float(f(mean + width * u)) * density(u), edges)

    layers = [(b - m2) / (c * np.sqrt(v2)) + k * rest / abs(c) for b in breaks for k in (-8, -2, 0, 2, 8)]
    edges = split(-8.0, 8.0, [*((b - m1) / np.sqrt(v1) for b in breaks), *layers])
    expected = total(lambda t: float(f(m1 + np.sqrt(v1) * t)) * given(t) * density(t), edges)
    got = joint_moment(parse_activation(problem.text), m1, v1, m2, v2, c)
    assert got == pytest.approx(expected, rel=0, abs=1e-9)


@pytest.mark.parametrize("q", [0.3, 1.0, 5.0])
@pytest.mark.parametrize("c", ["-0.9", "0.1", "0.5", "0.95"])
@pytest.mark.parametrize("name", [n for n in CATALOGUE if n not in SMOOTH and not parse_activation(n).function.jumps])
def test_panels_agree_with_hermite_series(name, c, q):
    """Two ways that share neither the integral nor the arithmetic."""
    activation = parse_activation(name)
    proved = prove_correlation(c, activation=activation, q=q)
    steepest = float(prove_correlation(1, activation=activation, q=q).slope)
    x = float(c)
    assert correlation_map(x, activation=activation, q=q) == pytest.approx(float(proved.correlation), rel=0, abs=1e-13)
    got = correlation_slope(x, activation=activation, q=q)
    assert got == pytest.approx(float(proved.slope), rel=0, abs=1e-13 * steepest)


@pytest.mark.parametrize("name", SMOOTH)
def test_panels_agree_with_proved_series_of_smooth_activations(name):
    activation = parse_activation(name)
    proved = prove_correlation("0.3", activation=activation, digits=8)
    assert correlation_map(0.3, activation=activation) == pytest.approx(float(proved.correlation), rel=1e-8)
    assert correlation_slope(0.3, activation=activation) == pytest.approx(float(proved.slope), rel=1e-8)
    assert proved.terms <= MAX_INTEGRALS


@pytest.mark.parametrize("c", ["-0.5", "0.3", "0.9"])
def test_proved_relu_to_forty_digits(c):
    proved = prove_correlation(c, activation=parse_activation("relu"), q="2.5", tau=2, digits=40)
    with mp.workdps(60):
        x = to_mp(Fraction(c))
        kernel = (mp.sqrt(1 - x * x) + (mp.pi - mp.acos(x)) * x) / mp.pi
        assert proved.correlation.digits(40) == mp.nstr(kernel, 40, strip_zeros=False)
        assert proved.slope.digits(40) == mp.nstr(1 - mp.acos(x) / mp.pi, 40, strip_zeros=False)
        assert_encloses(proved.new_q.ball, mpf("2.5"), 1e-45, mpf(10) ** -50)


def test_proved_erf_and_sine_with_biases():
    q, tau, bias, c = Fraction(3, 4), Fraction(3, 2), Fraction(1, 10), Fraction(2, 5)
    weights = {"q": q, "tau": tau, "bias_variance": bias}
    erf = prove_correlation(c, activation=parse_activation("erf"), digits=20, **weights)
    sine = prove_correlation(c, activation=parse_activation("sine"), digits=50, **weights)
    with mp.workdps(70):
        q, tau, bias, c = map(to_mp, (q, tau, bias, c))

        def arcsine(x):
            return tau * 2 / mp.pi * mp.asin(2 * q * x / (1 + 2 * q)) + bias

        def wave(x):
            return tau * mp.exp(-q) * mp.sinh(q * x) + bias

        for proved, kernel, digits in ((erf, arcsine, 20), (sine, wave, 50)):
            assert proved.correlation.digits(digits) == mp.nstr(kernel(c) / kernel(1), digits, strip_zeros=False)
            slope = mp.diff(kernel, c, h=mpf(10) ** -20) / kernel(1)
            assert_encloses(proved.slope.ball, slope, mpf(10) ** (1 - digits), mpf(10) ** -35)


def test_proved_selu_by_a_double_integral():
    """In mpmath, polar; SELU at its fixed point, c = 1/2."""
    proved = prove_correlation("0.5", digits=30)
    with mp.workdps(20):
        f, turn = function(SELU), mp.pi / 3
        rays = [-mp.pi / 2, turn - mp.pi / 2, mp.pi / 2, turn + mp.pi / 2, 3 * mp.pi / 2]

        def integrand(theta, rho):
            return f(rho * mp.cos(theta)) * f(rho * mp.cos(theta - turn)) * rho * mp.exp(-rho * rho / 2)

        expected = mp.quad(integrand, rays, [0, 3, 6, 10], method="gauss-legendre", maxdegree=4) / (2 * mp.pi)
        assert_encloses(proved.correlation.ball, expected, 1e-29, mpf(10) ** -16)


@pytest.mark.parametrize("c", ["-0.9", "0.9"])
@pytest.mark.parametrize("digits", [1, 3, 6])
def test_a_short_series_is_wide_enough(c, digits):
    """Where few digits are asked few terms are summed, and what they leave out is inside the enclosure."""
    few, many = prove_correlation(c, digits=digits), prove_correlation(c, digits=30)
    assert few.terms < many.terms
    for name in ("correlation", "slope"):
        middle = (getattr(many, name).lower + getattr(many, name).upper) / 2
        assert_encloses(getattr(few, name).ball, middle, 10.0**-digits)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 24])
@pytest.mark.parametrize("problem", [SELU, CLIPPED], ids=str)
def test_hermite_coefficients_by_quadrature(problem, n):
    from truth import expectation

    from selu_math.numbers.ball import precision

    q = Fraction(7, 4)
    with mp.workdps(50), precision(200):
        f, s = function(problem), mp.sqrt(to_mp(q))
        expected = expectation(
            lambda x: f(x) * mp.hermite(n, x / s / mp.sqrt(2)) / mp.sqrt(mpf(2) ** n * mp.factorial(n)),
            mpf(0),
            to_mp(q),
            [to_mp(b) for b in problem.breaks],
        )
        found = hermite_coefficients(parse_activation(problem.text), q)
        *_, last = (next(found) for _ in range(n + 1))
        assert_encloses(last, expected, 1e-50, mpf(10) ** -35)


def test_selu_s_published_companions():
    """chi = 1.0715749924557993 is lambda**2 (1/2 + alpha**2 e**2 erfc(sqrt 2)/2); the map fixes 0 and 1."""
    from truth import selu_constants

    found = companions()
    with mp.workdps(30):
        k = selu_constants()
        chi = k.scale**2 / 2 * (1 + k.alpha**2 * mp.exp(2) * mp.erfc(mp.sqrt(2)))
        # the coefficient of c is (E f')**2
        linear = (k.scale / 2 * (1 + k.alpha * mp.sqrt(mp.e) * mp.erfc(1 / mp.sqrt(2)))) ** 2
    assert found.chi == pytest.approx(1.0715749924557993, rel=3e-16, abs=0)
    assert found.chi == pytest.approx(float(chi), rel=3e-16, abs=0)
    assert found.q_star == 1
    assert found.length_slope == pytest.approx(0.782648, rel=0, abs=5e-7)
    assert [p.value for p in found.correlation_fixed_points] == [0, 1]
    assert found.correlation_slope == pytest.approx(float(linear), rel=1e-15, abs=0)
    assert found.correlation_depth == pytest.approx(-1 / float(mp.log(linear)), rel=1e-13)


@pytest.mark.parametrize(("tau", "bias"), [(2.0, 0.0), (2.0, 0.2), (0.5, 0.1)])
def test_companions_of_erf(tau, bias):
    """All of it follows from Williams' arcsine."""

    def length(q):
        return tau * 2 / np.pi * np.arcsin(2 * q / (1 + 2 * q)) + bias

    found = companions(parse_activation("erf"), tau, bias)
    q = brentq(lambda x: length(x) - x, 1e-3, 10, xtol=1e-15)
    assert found.q_star == pytest.approx(q, rel=1e-13)
    assert found.length_slope == pytest.approx(tau * 4 / np.pi / ((1 + 2 * q) * np.sqrt(1 + 4 * q)), rel=1e-13)
    assert found.chi == pytest.approx(tau * 4 / np.pi / np.sqrt(1 + 4 * q), rel=1e-13)

    def image(c):
        return (tau * 2 / np.pi * np.arcsin(2 * q * c / (1 + 2 * q)) + bias) / q

    c = 1.0 if found.chi <= 1 else 0.0 if not bias else brentq(lambda x: image(x) - x, 0, 0.999, xtol=1e-15)
    slope = tau * 4 / np.pi / np.sqrt((1 + 2 * q) ** 2 - (2 * q * c) ** 2)
    assert found.c_star == pytest.approx(c, rel=1e-12, abs=1e-15)
    assert found.correlation_slope == pytest.approx(slope, rel=1e-12)
