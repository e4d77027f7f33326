"""Fixed points that move with the weights: what is enclosed for a box of (omega, tau) holds at each point of it."""

from fractions import Fraction

import numpy as np
import pytest
from multistart import reached

import selu_math as sm
from selu_math.activations import parse_activation
from selu_math.layer import MapKind
from selu_math.numbers.ball import precision
from selu_math.proofs.image import LayerFamily
from selu_math.proofs.tracking import track

CASES = [
    ("selu", "paper", "0", "1", "0.02"),
    ("selu", "paper", "0.5", "1.2", "0.01"),
    ("selu", "paper", "-0.9", "1.7", "0.02"),
    ("selu", "paper", "0.38", "1.76", "0.002"),
    ("elu(3/2)", "paper", "0.3", "1.3", "0.01"),
    ("hardtanh", "paper", "0.2", "1.8", "0.01"),
    ("sine", "paper", "0.4", "2", "0.01"),
    ("selu", "mean-field", "0", "1.1", "0.02"),
    ("tanh", "paper", "0.3", "1.8", "0.001"),
]


def around(centre, width):
    low, high = (Fraction(centre) + sign * Fraction(width) / 2 for sign in (-1, 1))
    return low, high


@pytest.mark.parametrize(("name", "kind", "omega", "tau", "width"), CASES, ids=str)
def test_every_weight_of_the_box_has_its_fixed_point_inside(name, kind, omega, tau, width):
    activation = parse_activation(name)
    omegas = around(omega, width) if kind == "paper" else (Fraction(0), Fraction(0))
    taus = around(tau, width)
    path = sm.propagate(
        0.1, 1.0, 400, omega=float(Fraction(omega)), tau=float(Fraction(tau)), activation=activation, kind=kind
    )
    start = float(path.mean[-1]), float(path.variance[-1])
    with precision(64):
        found = track(LayerFamily(activation, MapKind(kind), omegas, taus), start)
    assert found is not None
    assert found.spectral_radius < 1
    random = np.random.default_rng(1)
    corners = [(float(o), float(t)) for o in omegas for t in taus]
    inside = zip(random.uniform(*map(float, omegas), 12), random.uniform(*map(float, taus), 12), strict=True)
    points = []
    for o, t in [*corners, *inside]:
        mean, variance, off = reached(name, kind, start, o, t)
        assert off < 1e-10
        points.append((mean, variance))
        moved = (o - float(sum(omegas)) / 2, t - float(sum(taus)) / 2)
        for value, centre, row, slack in zip((mean, variance), found.centre, found.path, found.slack, strict=True):
            expected = centre + sum(float(slope) * step for slope, step in zip(row, moved, strict=True))
            assert abs(value - expected) <= float(slack.rad()) + 1e-9
        assert found.mean.lower() - 1e-9 <= mean <= found.mean.upper() + 1e-9
        assert found.variance.lower() - 1e-9 <= variance <= found.variance.upper() * (1 + 1e-9)
        jacobian = sm.jacobian(mean, variance, omega=o, tau=t, activation=activation, kind=kind)
        for value, ball in (
            (sm.spectral_radius(jacobian), found.spectral_radius),
            (sm.spectral_norm(jacobian), found.spectral_norm),
        ):
            assert ball.lower() - 1e-9 <= value <= ball.upper() + 1e-9
    # near and narrow: not many times as wide as the fixed points' own spread
    spread = np.ptp(np.array(points), axis=0)
    assert 2 * float(found.variance.rad()) < 8 * spread[1] + 1e-12


@pytest.mark.parametrize(
    ("omega", "tau", "width", "why"),
    [
        ("0.9016591", "1", "0.001", "eigenvalue 1 inside"),
        ("0", "2.7", "0.01", "no fixed point"),
        ("0", "1", "0.9", "too wide"),
        ("0.39", "1.77", "0.02", "Krawczyk's image is wider than the box"),
    ],
)
def test_what_is_not_so_is_not_proved(omega, tau, width, why):
    with precision(64):
        found = track(LayerFamily(sm.SELU, omega=around(omega, width), tau=around(tau, width)), (0.0, 1.0))
    assert found is None or not (found.spectral_radius < 1 or found.spectral_radius > 1), why


def test_a_saddle_is_told_from_what_attracts():
    with precision(64):
        found = track(LayerFamily(sm.SELU, omega=around("1", "0.01"), tau=around("1", "0.002")), (0.0, 1.0))
    assert found is not None
    assert found.spectral_radius > 1
