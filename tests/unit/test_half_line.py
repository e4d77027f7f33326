"""The half-line integrals in float64 against mpmath's quadrature."""

from functools import cache

import numpy as np
import pytest
from mpmath import mp, mpf

from selu_math.numbers.half_line import PHI0, nearest, rays, reach, tilted

POINTS = (0.0, 1e-9, 0.3, 0.999, 1.0, 1.001, 1.9, 2.0, 2.1, 3.5, 4.99, 5.01, 8.0, 20.0, 39.0, 1e3, 1e9)


@cache
def truth(n, y):
    """Return J_n(y) with the integrand's scale taken out, so that quadrature meets the same shape everywhere."""
    with mp.workdps(40):
        scale = 1 / (1 + mpf(y))
        return float(scale ** (n + 1) * mp.quad(
            lambda x: x**n * mp.exp(-y * scale * x - (scale * x) ** 2 / 2), [0, 2, 5, 10, 20, 40, 80, 120]
        ))  # fmt: skip


@pytest.mark.parametrize("y", POINTS)
@pytest.mark.parametrize("n", [0, 2])
def test_kernels_are_right_to_a_few_units(n, y):
    assert reach(n, np.array([y]))[0] == pytest.approx(truth(n, y), rel=1.6e-15, abs=0)


@pytest.mark.parametrize("y", POINTS)
def test_all_orders_up_to_thirty(y):
    y = np.array([y])
    found = rays(y, 30, nearest(y, 30), np.ones(1))
    assert len(found) == 31
    for n in (0, 1, 2, 3, 4, 9, 30):
        value = found[n]
        # up to y = 2 the recurrence runs upwards; high orders stand in a power series, where they weigh little
        granted = 3e-15 if n < 3 else 4e-13 if n < 5 else 1e-7
        assert value[0] == pytest.approx(truth(n, float(y[0])), rel=granted, abs=0)


def test_orders_asked_one_by_one_are_the_same():
    y = np.array(POINTS)
    whole = rays(y, 4, nearest(y, 4), np.ones_like(y))
    for n in range(5):
        part = rays(y, n, nearest(y, n), np.ones_like(y))
        assert len(part) == n + 1
        np.testing.assert_allclose(part[n], whole[n], rtol=4e-15)


@pytest.mark.parametrize("y", [-30.0, -5.0, -0.1, 0.0, 0.1, 5.0])
def test_the_mass_on_both_sides(y):
    """phi(y) J_0(y) is Phi(-y)."""
    at = np.array([y])
    edge = PHI0 * np.exp(-(at**2) / 2)
    with mp.workdps(30):
        true = float(mp.ncdf(-y))
    assert tilted(edge * reach(0, np.abs(at)), at < 0, lambda: 1.0)[0] == pytest.approx(true, rel=4e-15, abs=0)
    assert rays(at, 0, nearest(np.abs(at), 0), edge, lambda: 1.0)[0] == pytest.approx(true, rel=4e-15, abs=0)


@pytest.mark.parametrize("y", [-20.0, -3.0, -0.5, -1e-9])
def test_orders_where_the_point_lies_below_the_mean(y):
    """phi(y) J_n(y) is the integral of w**n phi(y + w) over w > 0."""
    at = np.array([y])
    found = rays(at, 4, nearest(-at, 4), PHI0 * np.exp(-(at**2) / 2), lambda: 1.0)
    with mp.workdps(30):
        for n, value in enumerate(found):
            true = mp.quad(lambda w, n=n: w**n * mp.npdf(y + w), [0, -y / 2, -y, 1 - y, 3 - y, 9 - y, 20 - y])
            assert value[0] == pytest.approx(float(true), rel=4e-15, abs=0)
