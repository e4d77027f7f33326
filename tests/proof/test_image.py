"""The layer map over boxes: each point, under each (omega, tau), has its image and Jacobian in the enclosure."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from multistart import ACTIVATIONS, BOTH, SMOOTH, layer

from selu_math import jacobian, parse_activation
from selu_math.layer import MapKind
from selu_math.numbers.ball import precision
from selu_math.proofs.image import LayerFamily

NO_SLOPE = {"threshold", "hardshrink"}


def holds(ball, values, slack):
    """Return whether all values lie in a ball, or nearly; a ball that says nothing holds all."""
    if not ball.is_finite():
        return True
    low, high = float(ball.lower()), float(ball.upper())
    return bool(np.all((values >= low - slack) & (values <= high + slack)))


@pytest.mark.parametrize("kind", list(MapKind))
@pytest.mark.parametrize("name", list(BOTH))
def test_enclosures_hold_every_point(name, kind):
    rng = np.random.default_rng(list(BOTH).index(name))
    activation = parse_activation(name)
    finite = 0
    for _ in range(3 if name in SMOOTH else 12):
        # from nearly points to boxes of many deviations; variances from tiny to huge
        size, variance = 10 ** rng.uniform(-5, 1), 10 ** rng.uniform(-4, 0 if name in {"sine", "cosine"} else 4)
        mean = rng.uniform(-4, 4) * max(1, np.sqrt(variance))
        means = (mean - size * np.sqrt(variance), mean + size * rng.random() * np.sqrt(variance))
        variances = (variance, variance * (1 + min(size, 8)))
        weights = rng.choice([1e-6, 0.3])
        omega = sorted(rng.uniform(-1, 1) + weights * rng.random(2)) if kind is MapKind.PAPER else (0.0, 0.0)
        tau = sorted(rng.uniform(0.3, 2) * (1 + weights * rng.random(2)))
        family = LayerFamily(activation, kind, tuple(map(Fraction, omega)), tuple(map(Fraction, tau)))
        centre = (sum(means) / 2, sum(variances) / 2)
        with precision(64):
            balls = arb(means[0]).union(arb(means[1])), arb(variances[0]).union(arb(variances[1]))
            found = family.linearised(*balls, (arb(centre[0]), arb(centre[1])))
        finite += found.image[1].is_finite()
        for corner in range(10):
            share = rng.random(4) if corner else np.zeros(4)
            x, y, w, t = (lo + s * (hi - lo) for s, (lo, hi) in zip(share, (means, variances, omega, tau), strict=True))
            new = layer(name, x, y, w, t, str(kind))
            unit = max(1.0, abs(new[0]), np.sqrt(new[1]))
            assert holds(found.image[0], new[0], 1e-9 * unit)
            assert holds(found.image[1], new[1], 1e-9 * new[1] + 1e-13 * unit**2)
            assert holds(found.growth, new[1] / y, 1e-9 * new[1] / y + 1e-13 * unit**2 / y)
            off = np.subtract(layer(name, *centre, w, t, str(kind)), centre)
            for residual, value in zip(found.residual, off, strict=True):
                assert holds(residual, value, 1e-9 * unit**2)
            slopes = jacobian(x, y, omega=w, tau=t, activation=activation, kind=str(kind))
            for i, j in np.ndindex(2, 2):
                assert holds(found.jacobian[i][j], slopes[i, j], 1e-8 * (1 + abs(slopes[i, j])))
    assert finite > 1


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_small_boxes_have_small_images(name):
    family = LayerFamily(parse_activation(name), MapKind.PAPER, (Fraction(1, 2),) * 2, (Fraction(6, 5),) * 2)
    with precision(64):
        found = family.linearised(arb(0.3, 1e-6), arb(0.7, 1e-6), (arb(0.3), arb(0.7)))
        for x in (*found.image, found.jacobian[0][0], found.jacobian[0][1], found.jacobian[1][0], found.jacobian[1][1]):
            assert float(x.rad()) < 1e-3
        assert all(float(x.rad()) < 1e-15 for x in found.residual)


def test_an_activation_that_jumps_has_no_steepness_and_its_growth_is_still_bounded():
    for name in NO_SLOPE:
        family = LayerFamily(parse_activation(name), MapKind.PAPER, (Fraction(0),) * 2, (Fraction(1),) * 2)
        with precision(64):
            growth = family.linearised(arb(0, 0.1), arb(1, 0.01), (arb(0), arb(1))).growth
        assert 0 < growth < 3
