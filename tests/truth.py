"""Gaussian moments by quadrature in mpmath: the truth that shares no code and no identity with the package.

Derivatives in ``m`` and ``v`` come from the density, which has them in closed form, and not from derivatives of f: with
``t = (x - m)/s`` they multiply the density by Hermite polynomials, ``d/dm = He1(t)/s``, ``d/dv = He2(t)/(2 s**2)``,
``d2/dm2 = He2(t)/s**2``, ``d2/dmdv = He3(t)/(2 s**3)``, ``d2/dv2 = He4(t)/(4 s**4)``.

The line is cut 20 deviations from the mean.  The density there is ``exp(-200) < 1e-86``; an exponential ``exp(kx)``
in the integrand shifts its mode by ``k s`` deviations, at most 2 in the shared problems, which leaves ``exp(-162) <
1e-70`` times a polynomial, far below what is granted.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import SimpleNamespace

from helpers import to_mp
from mpmath import mp, mpf

DPS = 60
KNOWN_TO = mpf(10) ** -50
"""The error granted to a truth: ten digits below what it is computed with."""
_CUT = 20
_HERMITE = (
    lambda t: 1,
    lambda t: t,
    lambda t: t**2 - 1,
    lambda t: t**3 - 3 * t,
    lambda t: t**4 - 6 * t**2 + 3,
)


@cache
def selu_constants():
    """Return SELU's constants from the two equations of its fixed point (0, 1), solved for half-line integrals."""
    with mp.workdps(DPS + 10):
        inf = mp.inf
        below = mp.quad(lambda x: (mp.exp(x) - 1) * mp.npdf(x), [-_CUT, -8, -4, -2, 0])
        below_square = mp.quad(lambda x: (mp.exp(x) - 1) ** 2 * mp.npdf(x), [-_CUT, -8, -4, -2, 0])
        above, above_square = mp.npdf(0), mpf(1) / 2
        alpha = -above / below
        scale = 1 / mp.sqrt(above_square + alpha**2 * below_square)
        assert mp.isfinite(scale)
        assert scale < inf
        return SimpleNamespace(scale=scale, alpha=alpha, scale_alpha=scale * alpha)


def expectation(h, m, v, breaks=()):
    """Return the integral of ``h(x) N(x; m, v)``; complex ``m`` and ``v`` make complex steps possible."""
    s, centre = mp.sqrt(mp.re(v)), mp.re(m)
    cuts = [centre + k * s for k in range(-_CUT, _CUT + 1, 4)]
    points = sorted({*cuts, *(b for b in breaks if cuts[0] < b < cuts[-1])})
    integral = mp.quad(lambda x: h(x) * mp.exp(-((x - m) ** 2) / (2 * v)), points, method="gauss-legendre")
    return integral / mp.sqrt(2 * mp.pi * v)


def function(problem, which=0):
    """Return f (``which=0``) or f' (``which=1``) of a problem, in mpmath."""
    breaks, constants = [to_mp(c) for c in problem.breaks], selu_constants()

    def evaluate(x):
        piece = problem.pieces[sum(x >= c for c in breaks)]
        return piece[which](mp.exp, x, constants)

    return evaluate


@dataclass(frozen=True)
class Truth:
    """Moments of a problem's f at z ~ N(m, v), named as in the package."""

    mean: mpf
    second_moment: mpf
    variance: mpf
    slope: mpf
    curvature: mpf
    slope_square: mpf
    gradient: tuple
    hessian: tuple


@cache
def moments(problem, m: Fraction, v: Fraction):
    """Return the truth at a rational point."""
    with mp.workdps(DPS):
        m, v = to_mp(m), to_mp(v)
        s, breaks = mp.sqrt(v), [to_mp(c) for c in problem.breaks]
        f, slope = function(problem), function(problem, 1)

        def scores(h):
            weighted = [lambda x, he=he: h(x) * he((x - m) / s) for he in _HERMITE]
            return [expectation(w, m, v, breaks) / s**n for n, w in enumerate(weighted)]

        e, g = scores(f), scores(lambda x: f(x) ** 2)
        by_m, by_v = e[1], e[2] / 2
        return Truth(
            mean=e[0],
            second_moment=g[0],
            variance=g[0] - e[0] ** 2,
            slope=e[1],
            curvature=e[2],
            slope_square=expectation(lambda x: slope(x) ** 2, m, v, breaks),
            gradient=((by_m, by_v), (g[1] - 2 * e[0] * by_m, g[2] / 2 - 2 * e[0] * by_v)),
            hessian=(
                (e[2], e[3] / 2, e[4] / 4),
                (
                    g[2] - 2 * by_m**2 - 2 * e[0] * e[2],
                    g[3] / 2 - 2 * by_m * by_v - e[0] * e[3],
                    g[4] / 4 - 2 * by_v**2 - e[0] * e[4] / 2,
                ),
            ),
        )


def layer(problem, kind, mean, variance, omega, tau):
    """Return (new mean, new variance); arguments are mpmath numbers, real or complex."""
    if kind == "paper":
        m, v = mean * omega, variance * tau
    else:
        m, v = mpf(0), tau * (variance + mean**2)
    f, breaks = function(problem), [to_mp(c) for c in problem.breaks]
    first = expectation(f, m, v, breaks)
    return first, expectation(lambda x: f(x) ** 2, m, v, breaks) - first**2


@cache
def layer_with_jacobian(problem, kind, numbers):
    """Return the image and the Jacobian of a layer, the latter by complex steps of the whole map.

    For a real-analytic g, ``Im g(x + ih)/h = g'(x) + O(h**2)`` without cancellation; with h = 1e-30 that leaves 60
    digits where the quadrature has 90.
    """
    with mp.workdps(DPS + 30):
        mean, variance, omega, tau = map(to_mp, numbers)
        h = mpf(10) ** -30
        image = layer(problem, kind, mean, variance, omega, tau)
        by_mean = layer(problem, kind, mp.mpc(mean, h), variance, omega, tau)
        by_variance = layer(problem, kind, mean, mp.mpc(variance, h), omega, tau)
        jacobian = tuple((a.imag / h, b.imag / h) for a, b in zip(by_mean, by_variance, strict=True))
        return tuple(image), jacobian
