"""Integrals in scaled units against quadrature, and over boxes against points of them."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from flint import arb
from multistart import layer

from selu_math.activations import parse_activation
from selu_math.numbers.ball import precision
from selu_math.proofs.expansion import expansion
from selu_math.proofs.half_lines import HalfLines
from selu_math.proofs.scaled import Numbers, ScaledExpectation, _Ladder

SCALE, ALPHA = mp.mpf("1.0507009873554804934193349852946"), mp.mpf("1.6732632423543772848170429916717")
FUNCTIONS = {
    "selu": ((0,), lambda z: SCALE * (z if z > 0 else ALPHA * mp.expm1(z))),
    "celu(2)": ((0,), lambda z: z if z > 0 else 2 * mp.expm1(z / 2)),
    "serlu": ((0,), lambda z: mp.mpf("1.07862") * (z if z > 0 else mp.mpf("2.90427") * z * mp.exp(z))),
    "relu6": ((0, 6), lambda z: min(max(z, mp.mpf(0)), mp.mpf(6))),
    "squared_relu": ((0,), lambda z: max(z, mp.mpf(0)) ** 2),
    "threshold": ((1,), lambda z: z if z > 1 else mp.mpf(0)),
}
POINTS = [(0.3, 1.2, 0.01), (-1.0, 0.5, 1.5), (-0.4, 0.8, 40.0), (-4.0, 1.5, 3.0)]


def by_quadrature(name, square, n, times, a, w, q, p):
    """Return ``E_p`` of z**times times the n-th derivative of f or its square, times first if n is 0."""
    breaks, f = FUNCTIONS[name]
    with mp.workdps(25):
        a, q, sigma = mp.mpf(a), mp.mpf(q), mp.sqrt(w)

        def integrand(t):
            # z**times D**n h moved on to the density: (-D)**n (z**times density)
            x = a + sigma * t
            z, value = x / q, f(x / q) ** (2 if square else 1)
            he = mp.hermite(n, t / mp.sqrt(2)) / mp.sqrt(2) ** n
            before = mp.hermite(n - 1, t / mp.sqrt(2)) / mp.sqrt(2) ** (n - 1) if n else 0
            weight = he if not times else z * he - n * before * sigma / q
            return value * weight * mp.npdf(t)

        cuts = {(c * q - a) / sigma for c in breaks} | {
            ((c * q - a) - k * q) / sigma for c in breaks for k in (1, 3, 9)
        }
        edges = sorted({mp.mpf(-13), mp.mpf(13), *range(-12, 13, 3), *(c for c in cuts if abs(c) < 13)})
        return mp.quad(integrand, edges) * (q / sigma) ** n * q**p


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_each_form_of_each_integral_agrees_with_quadrature(name, point):
    activation = parse_activation(name)
    for square, h in ((False, activation.function), (True, activation.square)):
        p = 1 + square
        for n, times in ((0, 0), (1, 0), (4, 0), (0, 1), (3, 1)):
            with precision(128):
                lines = HalfLines.of(h)
                for _ in range(n):
                    lines = lines.derivative()
                for _ in range(times):
                    lines = lines.times_z()
                numbers = Numbers.of(lines)
                expect = ScaledExpectation(*map(arb, point))
                expected = by_quadrature(name, square, n, times, *point, p - n)
                # as many digits as the form has: powers have few where the exponent is not small
                k = float(lines.rate) * (1 + abs(point[0]) / point[1] ** 0.5) * point[1] ** 0.5 / point[2]
                forms = {"derived": numbers.derived, "steep": numbers.steep}
                if 0 < k < 0.5:
                    forms["flat"] = numbers.flat
                for which, form in forms.items():
                    found = expect.of(form, p - n)
                    off = abs(mp.mpf(str(found.mid().str(30, radius=False))) - expected)
                    room = mp.mpf(str(found.rad().str(5, radius=False, more=True))) * 2
                    size = max(abs(expected), mp.mpf(10) ** -12)
                    assert off <= room + size * mp.mpf(10) ** -11, (which, n, times, square)
                    assert found.rad() < (1e-3 if which == "flat" else 1e-9) * float(size) + 1e-12, (which, n, times)


@pytest.mark.parametrize("name", ["selu", "elu(3/2)", "relu6", "hardtanh", "threshold", "serlu", "sine", "tanh"])
@pytest.mark.parametrize(
    ("a", "w", "q"),
    [
        ((0.2, 0.4), (1.1, 1.3), (0.05, 0.15)),
        ((-1.3, -1.1), (0.5, 0.55), (0.9, 1.2)),
        ((0.1, 0.101), (0.9, 0.91), (20.0, 21.0)),
        ((-4.1, -4.0), (1.5, 1.6), (3.0, 3.1)),
        ((0.5, 0.52), (2.9, 2.95), (1e-9, 0.01)),
    ],
)
def test_boxes_contain_what_other_code_gives_at_points_of_them(name, a, w, q):
    rng = np.random.default_rng(4)
    with precision(64):
        balls = [arb(low).union(arb(high)) for low, high in (a, w, q)]
        over = expansion(parse_activation(name))(*balls, second=True)
    if name in {"sine", "tanh"} and q[0] < 1e-3:
        pytest.skip("bounded functions have no fixed points there, and the other code cannot follow")

    def at(z):
        mean, variance = layer(name, z[0] / z[2], 1 / z[2] ** 2, 1.0, z[1], "paper")
        return np.array([mean * z[2], variance * z[2] ** 2])

    for _ in range(6):
        z = np.array([rng.uniform(*side) for side in (a, w, q)])
        z[2] = max(z[2], 1e-3)
        h = 1e-4 * np.array([max(abs(z[0]), 0.1), z[1], z[2]])
        e = np.diag(h)
        value = at(z)
        slopes = [(at(z + e[j]) - at(z - e[j])) / (2 * h[j]) for j in range(3)]
        for i in (0, 1):
            # doubles have few digits of a difference of differences
            unit = float(over[i].value.abs_upper()) + 1
            assert over[i].value.overlaps(arb(value[i], 1e-9 * unit))
            for j in range(3):
                assert over[i].slopes[j].overlaps(arb(slopes[j][i], 1e-6 * unit / h[j] * 1e-3)), (i, j)
                for k in range(3):
                    mixed = (at(z + e[j] + e[k]) - at(z + e[j] - e[k]) - at(z - e[j] + e[k]) + at(z - e[j] - e[k]))[i]
                    room = 1e-6 * unit + 1e-13 * unit / (h[j] * h[k]) + 1e-3 * abs(mixed / (4 * h[j] * h[k]))
                    assert over[i].curvatures[j][k].overlaps(arb(mixed / (4 * h[j] * h[k]), room)), (i, j, k)


def test_what_does_not_decay_has_no_such_form():
    assert HalfLines.of(parse_activation("sine").function) is None
    assert HalfLines.of(parse_activation("gelu").function) is None
    assert HalfLines.of(parse_activation("selu").function).rate == Fraction(1)


@pytest.mark.parametrize(("low", "high"), [(-3.0, -1.0), (-0.5, 1.5), (2.0, 9.0), (100.0, 101.0)])
@pytest.mark.parametrize("i", [0, 1, 3, 6])
def test_each_integral_over_a_ball_is_what_it_is_at_the_ends(low, high, i):
    def integral(y):
        return mp.quad(lambda t: t**i * mp.exp(-y * t - t * t / 2), [0, 1 / (1 + abs(y)), 1, 5, 20, 40])

    with precision(64), mp.workdps(25):
        ladder = _Ladder(arb(low).union(arb(high)))
        found = [ladder.plain(i), ladder.tilted(i)]
        expected = [(integral(y), mp.npdf(y) * integral(y)) for y in map(mp.mpf, (low, high))]
        if low > 0:
            found.append(ladder.scaled(i))
            expected = [(*pair, y ** (i + 1) * pair[0]) for pair, y in zip(expected, (low, high), strict=True)]
        for n, ball in enumerate(found):
            least, most = sorted(float(values[n]) for values in expected)
            assert float(ball.lower()) == pytest.approx(least, rel=0, abs=1e-7 * most)
            assert float(ball.upper()) == pytest.approx(most, rel=0, abs=1e-7 * most)
