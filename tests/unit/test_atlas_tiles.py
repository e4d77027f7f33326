"""Float tiles against a textbook map that shares no code: SciPy's root from many starts, and plain iteration."""

from functools import cache
from math import erfc, exp, log, pi, sqrt

import numpy as np
import pytest
from multistart import ALPHA, SCALE
from scipy.optimize import root
from scipy.special import erfcx

from selu_math.atlas import Fate, sweep


def tilted(a, t):
    """Return exp(a) erfc(t), where neither factor need be within range."""
    return exp(a - t * t) * float(erfcx(t)) if t > 0 else exp(a) * erfc(t)


def textbook(mean, variance, omega, tau):
    """Return mean and variance after a layer of SELU, by its closed form, written with erfcx."""
    m, v = mean * omega, variance * tau
    r = sqrt(2 * v)
    above, below, bell = erfc(-m / r), erfc(m / r), sqrt(2 * v / pi) * exp(-m * m / (2 * v))
    once, twice = (tilted(k * m + k * k * v / 2, (m + k * v) / r) for k in (1, 2))
    first = SCALE / 2 * (m * above + bell + ALPHA * (once - below))
    second = SCALE**2 / 2 * ((m * m + v) * above + m * bell + ALPHA**2 * (twice - 2 * once + below))
    return first, second - first**2


def roots(omega, tau):
    """Return every fixed point that SciPy finds from a grid of starts, with variances where the form keeps digits."""

    def off(x):
        at, height = x.tolist()
        mean, variance = textbook(at, exp(height), omega, tau)
        return [mean - at, log(variance) - height]

    found = []
    for height in np.linspace(-7, 4, 7):
        for ratio in (-3, -1, 0, 1):
            try:
                tried = root(off, [ratio * exp(height / 2), height], tol=1e-11)
                residual = np.abs(off(tried.x)).max()  # "success" does not always mean a root
            except (ValueError, ArithmeticError):
                continue  # it has left the half plane
            good = tried.success and residual < 1e-9 and -9 < tried.x[1] < 5.5
            if good and all(np.abs(tried.x - x).max() > 1e-4 for x in found):
                found.append(tried.x)
    return [(x[0], exp(x[1])) for x in found]


@cache
def coarse():
    with sweep("-1.4:1.4:14", "0.35:2.15:9", workers=1) as atlas:
        return atlas.centres(), atlas.arrays()


def tiles():
    (omega, tau), arrays = coarse()
    for i, w in enumerate(omega.tolist()):
        for j, t in enumerate(tau.tolist()):
            yield w, t, {name: values[i, j] for name, values in arrays.items()}


def test_as_many_fixed_points_as_scipy_finds():
    different = []
    for omega, tau, tile in tiles():
        true = len(roots(omega, tau))
        if tile["fixed_points"] != true:
            different.append((omega, tau, int(tile["fixed_points"]), true))
    assert different == []
    _, arrays = coarse()
    assert set(np.unique(arrays["fixed_points"]).tolist()) == {0, 1, 2}  # so the comparison has seen all kinds


def test_a_point_found_many_times_counts_once():
    """Where a variance near 0 neither grows nor shrinks, the search comes upon one point from a hundred pieces."""
    with sweep("0.77:0.94:40", "1.2:2.8:200", workers=1) as atlas:
        assert np.unique(atlas.array("fixed_points")).tolist() == [0, 1, 2]


def test_fates_are_those_of_plain_iteration():
    for omega, tau, tile in tiles():
        mean, variance = 0.0, 1.0
        for _ in range(3000):
            mean, variance = textbook(mean, variance, omega, tau)
            if not 1e-4 < variance < 200 or abs(mean) > 20:  # beyond, the textbook form loses its digits
                break
        else:
            assert tile["fate"] == Fate.FINITE
            assert tile["mean"] == pytest.approx(mean, rel=1e-9, abs=1e-9)
            assert tile["variance"] == pytest.approx(variance, rel=1e-9, abs=0)
            continue
        if tile["fate"] == Fate.FINITE:
            assert not 1e-4 < tile["variance"] < 200
        else:
            assert tile["fate"] == (Fate.DIES if variance < 1 else Fate.GROWS)
            assert np.isnan([tile[name] for name in ("mean", "variance", "spectral_radius", "spectral_norm")]).all()


def test_radius_norm_and_time_are_those_of_a_differenced_jacobian():
    seen = 0
    for omega, tau, tile in tiles():
        if tile["fate"] != Fate.FINITE or not 1e-2 < tile["variance"] < 50:
            continue
        at, h = np.array([tile["mean"], tile["variance"]]), 1e-5
        sides = [[textbook(*(at + sign * h * e), omega, tau) for sign in (1, -1)] for e in np.eye(2)]
        jacobian = np.array([(np.array(a) - b) / (2 * h) for a, b in sides]).T
        radius = np.abs(np.linalg.eigvals(jacobian)).max()
        assert tile["spectral_radius"] == pytest.approx(radius, rel=1e-5, abs=0)
        assert tile["spectral_norm"] == pytest.approx(np.linalg.norm(jacobian, 2), rel=1e-6, abs=0)
        assert tile["contraction_time"] == pytest.approx(-1 / log(tile["spectral_radius"]), rel=1e-12, abs=0)
        seen += 1
    assert seen > 30


def test_the_designed_fixed_point_is_found_whatever_omega_is():
    with sweep("-0.8:0.8:5", (1, 1, 1), workers=1) as atlas:
        found = atlas.arrays()
    assert np.abs(found["mean"]).max() < 1e-14
    assert np.abs(found["variance"] - 1).max() < 1e-14
    assert found["spectral_radius"][2, 0] == pytest.approx(0.782648, rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("activation", "tau", "fate"),
    [
        ("relu", "1.9:1.98:3", Fate.DIES),  # the mean-field gain of relu is tau/2
        ("relu", "2.02:2.1:3", Fate.GROWS),
        ("identity", "0.5:0.9:3", Fate.DIES),
        ("identity", "1.1:1.5:3", Fate.GROWS),
        ("identity", "1:1:1", Fate.FINITE),
        ("tanh", "0.5:0.9:3", Fate.DIES),
        ("tanh", "1.5:2:3", Fate.FINITE),
        ("selu", "0.9:1.1:3", Fate.FINITE),
    ],
)
def test_mean_field_fates_that_are_known(activation, tau, fate):
    with sweep(tau=tau, activation=activation, kind="mean-field", workers=1) as atlas:
        found = atlas.arrays()
    assert (found["fate"] == fate).all()
    if activation == "identity" and fate == Fate.FINITE:  # every variance is fixed, and nothing attracts
        assert (found["variance"], found["spectral_radius"], found["attracting"]) == (1, 1, 0)


def test_an_orbit_that_alternates_is_said_to_cycle():
    """E cos z = cos(m) e^(-v/2) and E cos^2 z = (1 + cos(2m) e^(-2v))/2, iterated as they stand."""
    omega, tau = -3.05, 3.383
    mean, variance, path = 0.0, 1.0, []
    for _ in range(2000):
        m, v = omega * mean, tau * variance
        mean, second = np.cos(m) * np.exp(-v / 2), (1 + np.cos(2 * m) * np.exp(-2 * v)) / 2
        variance = second - mean**2
        path.append(mean)
    assert abs(path[-1] - path[-3]) < 1e-10
    assert abs(path[-1] - path[-2]) > 0.01
    with sweep((omega, omega, 1), (tau, tau, 1), activation="cosine", workers=1) as atlas:
        assert atlas.counts()["cycles"] == 1


def test_a_tile_does_not_depend_on_its_neighbours():
    with sweep("-1.5:1.5:6", "0.3:3:8", workers=1) as many:
        whole = many.arrays()
        omega, tau = many.settings.omega, many.settings.tau
    for i, j in ((0, 1), (2, 3), (4, 2), (5, 6)):
        with sweep((*omega.cell(i), 1), (*tau.cell(j), 1), workers=1) as one:
            for name, values in one.arrays().items():
                assert np.allclose(values[0, 0], whole[name][i, j], rtol=1e-12, atol=0, equal_nan=True), name
