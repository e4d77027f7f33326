"""Fixed points that move with the weights: what is enclosed for a box of (omega, tau) holds at each point of it."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from multistart import layer, reached

import selu_math as sm
from selu_math.activations import parse_activation
from selu_math.layer import MapKind
from selu_math.numbers.ball import precision
from selu_math.proofs import tracking
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
    points, widths = [], []
    for o, t in [*corners, *inside]:
        mean, variance, off = reached(name, kind, start, o, t)
        assert off < 1e-10
        points.append((mean, variance))
        moved = found.moving(arb(o) - arb(float(sum(omegas)) / 2), arb(t) - arb(float(sum(taus)) / 2))
        widths.append([2 * float(ball.rad()) for ball in moved])
        for value, ball in zip((mean, variance), moved, strict=True):
            assert ball.lower() - 1e-9 <= value <= ball.upper() + 1e-9
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
    assert 2 * float(found.variance.rad()) < 4 * spread[1] + 1e-12
    assert np.all(np.array(widths) < 0.5 * spread + 1e-6)  # and at one weight, narrower than that


@pytest.mark.parametrize(
    ("omega", "tau", "width", "why"),
    [
        ("0.9016591", "1", "0.001", "eigenvalue 1 inside"),
        ("0", "2.7", "0.01", "no fixed point"),
        ("0", "1", "0.9", "too wide"),
        ("0.39", "1.77", "0.1", "infinite for part of the weights"),
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


@pytest.mark.parametrize("width", ["0.04", "0.028", "0.024"])
def test_nothing_is_proved_across_a_fold(width):
    # at tau = 0.96 two fixed points merge between omega = 0.838 and 0.85, where there is none any more
    start = reached("selu", "paper", (-0.24, 0.55), 0.838, 0.96)
    assert start[2] < 1e-10
    assert all(reached("selu", "paper", (mean, 0.55), 0.85, 0.96)[2] > 1e-4 for mean in (-0.7, -0.4, -0.2, 0.0))

    def tracked(width):
        return track(LayerFamily(sm.SELU, omega=around("0.838", width), tau=around("0.96", "0")), start[:2])

    with precision(64):
        assert tracked("0.0005") is not None
        assert tracked(width) is None


def family_and_middle(case):
    name, kind, omega, tau, width = case
    activation = parse_activation(name)
    omegas = around(omega, width) if kind == "paper" else (Fraction(0), Fraction(0))
    taus = around(tau, width)
    path = sm.propagate(
        0.1, 1.0, 400, omega=float(Fraction(omega)), tau=float(Fraction(tau)), activation=activation, kind=kind
    )
    return LayerFamily(activation, MapKind(kind), omegas, taus), (float(path.mean[-1]), float(path.variance[-1]))


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("guess", [0.3, 3.0])
@pytest.mark.parametrize("beside", [0.0, 1e-3])
@pytest.mark.parametrize("near", [False, True])
def test_what_is_accepted_holds_however_the_first_box_and_the_first_point_were_chosen(
    case, guess, beside, near, monkeypatch
):
    family, start = family_and_middle(case)
    q = start[1] ** -0.5
    monkeypatch.setattr(tracking, "_WIDER", arb(guess))
    with precision(64):
        tracker = tracking._Tracker(family, q, near=near)
        x = tracker.newton((start[0] * q, 1.0 if near else q))
        found = tracker.track((x[0] + beside, x[1] * (1 - beside)))
        if found is None:
            assert guess < 1 or beside
            return
        omega0, tau0 = (sum(side) / 2 for side in (family.omega, family.tau))
        for o in family.omega:
            for t in family.tau:
                mean, variance, _ = reached(case[0], case[1], start, float(o), float(t))
                moved = found.moving(arb(float(o - omega0)), arb(float(t - tau0)))
                for value, ball in zip((mean, variance), moved, strict=True):
                    assert ball.lower() - 1e-9 <= value <= ball.upper() + 1e-9


def scaled(name, a, w, q):
    """Return M and G by maps of other code."""
    mean, variance = layer(name, a / q, 1 / q**2, 1.0, w, "paper")
    return np.array([mean * q, variance * q * q])


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("near", [False, True])
def test_slopes_hold_over_the_moving_box_and_follow_it_closely(case, near):
    name, kind, *_ = case
    family, start = family_and_middle(case)
    unit = start[1] ** -0.5
    rng = np.random.default_rng(2)
    with precision(64):
        tracker = tracking._Tracker(family, unit, near=near)
        x = tracker.newton((start[0] * unit, 1.0 if near else unit))
        x0 = (arb(x[0]), arb(x[1]))
        path = ((arb("0.7"), arb("-0.3")), (arb("0.2"), arb("-0.4")))
        y = (arb(0, 1e-4), arb(0, 1e-4))
        off = tracker.off
        box = tuple(x0[i] + path[i][0] * off[0] + path[i][1] * off[1] + y[i] for i in (0, 1))
        at = tracker._functions(x0, tracker.omega0, tracker.tau0, second=True)
        over = tracker._functions(box, tracker.omega, tracker.tau, second=True)
        value = (arb(0), arb(0))
        middle = tracking._Middle(x0, path, at, value)
        slopes = tracker._slopes(middle, over, box, y)
        residual = tracker._residual(middle, over, box)
        seen, left = [], []
        for _ in range(30):
            d = [float(rng.choice([-1, 1])) * float(o.rad()) for o in off]
            centre = [x[i] + float(path[i][0]) * d[0] + float(path[i][1]) * d[1] for i in (0, 1)]
            point = [c + rng.uniform(-1e-4, 1e-4) for c in centre]
            weights = [float(tracker.omega0) + d[0], float(tracker.tau0) + d[1]]

            def place(x, weights=weights):
                t, v, q = x[0], x[1] if near else 1.0, unit if near else x[1]
                return (weights[0] * t, weights[1] * v, q) if kind == "paper" else (0.0, weights[1] * (v + t * t), q)

            z = np.array(place(point))
            steps = 1e-5 * np.maximum(np.abs(z), 0.1)
            seen.append([(scaled(name, *(z + e)) - scaled(name, *(z - e))) / (2 * e.max()) for e in np.diag(steps)])
            kept = np.array([centre[0], centre[1] if near else 1.0])
            first = np.array([x[0], x[1] if near else 1.0])
            start_value = scaled(name, *place(x, [float(tracker.omega0), float(tracker.tau0)])) - first
            left.append(scaled(name, *place(centre)) - kept - start_value)
    seen, left = np.array(seen), np.array(left)
    for i in (0, 1):
        for j in range(3):
            assert slopes[i][j].lower() - 1e-7 <= seen[:, j, i].min()
            assert seen[:, j, i].max() <= slopes[i][j].upper() + 1e-7
        assert residual[i].lower() - 1e-9 <= left[:, i].min()
        assert left[:, i].max() <= residual[i].upper() + 1e-9
        # and little more than that, where the second derivatives are enclosed closely
        if name in {"selu", "elu(3/2)"}:
            assert 2 * float(residual[i].rad()) < 3 * np.ptp(left[:, i]) + 1e-3 * float(tracker.off[1].rad())
