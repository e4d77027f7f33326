"""The range of omega in which (0, 1) attracts, against eigenvalues in mpmath from moments by quadrature."""

from fractions import Fraction

import pytest
import sympy as sp
from mpmath import mp, mpf
from scipy.optimize import brentq
from scipy.stats import norm
from truth import selu_constants

import selu_math as sm
from selu_math.activations import TANH, parse_activation
from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact
from selu_math.omega_limits import omega_limits, omega_of_escape


def jacobian(omega):
    """Return SELU's Jacobian at (0, 1), tau = 1, from integrals of f and of the density's derivatives."""
    c = selu_constants()

    def mean(h):
        below = mp.quad(lambda x: h(c.scale_alpha * mp.expm1(x), x) * mp.npdf(x), [-20, -10, -5, -2, -1, 0])
        return below + mp.quad(lambda x: h(c.scale * x, x) * mp.npdf(x), [0, 1, 2, 5, 10, 20])

    a, b = mean(lambda f, x: f * x), mean(lambda f, x: f * (x**2 - 1)) / 2
    by_m, by_v = mean(lambda f, x: f**2 * x), mean(lambda f, x: f**2 * (x**2 - 1)) / 2
    return mp.matrix([[omega * a, b], [omega * by_m, by_v]])


@pytest.mark.parametrize(("which", "eigenvalue"), [("upper", 1), ("lower", -1)])
def test_an_eigenvalue_reaches_the_unit_circle_there(which, eigenvalue):
    limit = getattr(omega_limits(digits=30), which)
    assert limit.event == f"eigenvalue {eigenvalue}"
    with mp.workdps(40):
        values = mp.eig(jacobian(mpf(limit.omega.digits(30))), left=False, right=False)
        assert min(abs(value - eigenvalue) for value in values) < mpf(10) ** -27
        assert max(map(abs, values)) < 1 + mpf(10) ** -27


def test_the_published_range_is_inside():
    """Near 0.90, says everyone who has tried; to twenty digits it is this."""
    found = omega_limits(digits=20)
    assert str(found.upper.omega) == "0.90165910721697098439"
    assert str(found.lower.omega) == "-1.0307872630870970054"


@pytest.mark.parametrize("omega", [-1.1, -1.0, 0.0, 0.9, 0.91])
def test_as_the_float_jacobian_says(omega):
    limits = omega_limits()
    inside = float(limits.lower.omega) < omega < float(limits.upper.omega)
    assert (sm.spectral_radius(sm.jacobian(0.0, 1.0, omega=omega)) < 1) == inside


@pytest.mark.parametrize("text", ["lselu", "sselu", "lselu(-1/2)", "sselu(3)"])
def test_others_with_that_fixed_point(text):
    activation = parse_activation(text)
    limits = omega_limits(activation=activation)
    for limit in (limits.lower, limits.upper):
        radius = sm.spectral_radius(sm.jacobian(0.0, 1.0, omega=float(limit.omega), activation=activation))
        assert radius == pytest.approx(1, abs=1e-13)


@pytest.mark.parametrize("slope", [-3, 1])
def test_waves_scaled_to_that_fixed_point(slope):
    """f = a (sin x + k cos x) + b with sixty digits of a and b; other bends give other ends."""
    x = sp.Symbol("x")
    waves = sm.activation_from_sympy(sp.sin(x) + slope * sp.cos(x))
    found = sm.affine_parameters(waves, digits=60)
    activation = waves.affine(Exact.of(found.scale.digits(60)), Exact.of(found.shift.digits(60)), "waves")
    limits = omega_limits(activation=activation)
    for limit, beyond in ((limits.lower, -1e-6), (limits.upper, 1e-6)):
        for step, stays in ((-beyond, True), (beyond, False)):
            j = sm.jacobian(0.0, 1.0, omega=float(limit.omega) + step, activation=activation)
            assert (sm.spectral_radius(j) < 1) == stays


@pytest.mark.parametrize(
    ("text", "message"),
    [("elu", r"\(0, 1\) is no fixed point of elu\(1\) at tau = 1"), ("identity", "does not attract at omega = 0")],
)
def test_refusals(text, message):
    with pytest.raises(InputError, match=message):
        omega_limits(activation=parse_activation(text))


@pytest.mark.parametrize(("tau", "known"), [("1", 0.9377435107931901), ("3/2", None), ("0.95", None)])
def test_where_a_fixed_point_moves_off_to_infinity(tau, known):
    """At that omega there is a ray along which SELU itself keeps mean and variance, all but 1/s of them."""
    omega = float(omega_of_escape(tau=tau))
    if known is not None:
        assert omega == pytest.approx(known, rel=1e-14)
    scale = float(selu_constants().scale)
    t = brentq(lambda t: _relu(t)[1] * scale**2 * float(Fraction(tau)) - 1, -10, 20, xtol=1e-14)
    assert omega == pytest.approx(t / (scale * _relu(t)[0]), rel=1e-12)
    s = 1e9
    mean, variance = t * s / omega, s * s / float(Fraction(tau))
    image = sm.layer_map(mean, variance, omega=omega, tau=float(Fraction(tau)))
    assert image.mean == pytest.approx(mean, rel=4 / s)
    assert image.variance == pytest.approx(variance, rel=4 / s)


def _relu(t):
    mean = t * norm.cdf(t) + norm.pdf(t)
    return mean, (1 + t * t) * norm.cdf(t) + t * norm.pdf(t) - mean * mean


@pytest.mark.parametrize(("kwargs", "message"), [({"tau": "0.9"}, "above 0.905820"), ({"activation": TANH}, "line")])
def test_what_never_escapes_is_refused(kwargs, message):
    with pytest.raises(InputError, match=message):
        omega_of_escape(**kwargs)
