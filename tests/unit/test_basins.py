"""What becomes of starts, against a plain loop over a map that shares no code, and against proved limits."""

import numpy as np
import pytest
from multistart import layer

import selu_math as sm
from selu_math.activations import parse_activation
from selu_math.basins import BasinFate
from selu_math.exceptions import InputError

MEANS, VARIANCES = np.meshgrid(np.linspace(-3, 3, 4), [1e-5, 0.5, 40.0])
ALTERNATING = {"omega": [0.0, 0.3, -0.2], "tau": [0.9, 1.1, 1.2]}


def looped(mean, variance, *, omega, tau, target, epsilon, most=300):
    """Return the first layer after which one start is near its target, or -1."""
    for n in range(most + 1):
        at_mean, at_variance = target[n % len(target)]
        if abs(mean - at_mean) < epsilon * at_variance**0.5 and abs(variance - at_variance) < epsilon * at_variance:
            return n
        mean, variance = layer("selu", mean, variance, omega[n % len(omega)], tau[n % len(tau)], "paper")
    return -1


def every(found, fate):
    return np.all(found.fate == fate)


def test_selu_comes_home_from_everywhere_in_as_many_layers_as_a_loop_takes():
    found = sm.basin(MEANS, VARIANCES)
    assert found.layers.shape == found.fate.shape == MEANS.shape
    assert every(found, BasinFate.CONVERGES)
    assert (found.target.mean[0], found.target.variance[0]) == pytest.approx((0, 1), abs=1e-12)
    settings = {"omega": [0], "tau": [1], "target": [(0, 1)], "epsilon": 1e-3}
    assert found.layers.tolist() == [
        [looped(m, v, **settings) for m, v in zip(*row, strict=True)] for row in zip(MEANS, VARIANCES, strict=True)
    ]


def test_weights_that_differ_by_layer():
    """The home of (0, 1) is a cycle, found here by a thousand layers of the other map."""
    omega, tau = ALTERNATING["omega"], ALTERNATING["tau"]
    point, cycle = (0.0, 1.0), []
    for n in range(303):
        if n >= 300:
            cycle.append(point)
        point = layer("selu", *point, omega[n % 3], tau[n % 3], "paper")
    found = sm.basin(MEANS[0], 2.0, epsilon=1e-4, **ALTERNATING)
    assert pytest.approx(np.array(cycle), abs=1e-10) == np.stack(found.target).T
    assert np.ptp(found.target.variance) > 0.1
    settings = {"omega": omega, "tau": tau, "target": cycle, "epsilon": 1e-4}
    assert found.layers.tolist() == [looped(m, 2.0, **settings) for m in MEANS[0]]


def test_layers_are_taken_once_where_there_are_as_many():
    few = sm.basin(2.0, 2.0, max_layers=3, epsilon=0.5, **ALTERNATING)
    assert few.layers == sm.basin(2.0, 2.0, epsilon=0.5, **ALTERNATING).layers
    assert 0 < few.layers <= 3
    assert sm.basin(2.0, 2.0, max_layers=3, **ALTERNATING).fate == BasinFate.UNDECIDED


@pytest.mark.parametrize(("tau", "fate"), [(3, BasinFate.GROWS), (0.45, BasinFate.DIES)])
def test_beyond_the_proved_limits_nothing_converges(tau, fate):
    """At omega = 0 a variance is kept only for tau from 0.4956 to 2.6576."""
    found = sm.basin(MEANS, VARIANCES, tau=tau)
    assert every(found, fate)
    assert np.all(found.layers == -1)
    assert found.target is None


def test_starts_far_out_may_return():
    found = sm.basin(0.0, [1e-30, 1e15, 1e30])
    assert every(found, BasinFate.CONVERGES)


def test_the_two_sides_of_a_saddle():
    """At omega = 0.66, tau = 0.57 a saddle is proved; along the line through it from the node, one side returns."""
    saddle, node = sm.find_fixed_points(omega="0.66", tau="0.57", within=(-1, 0, 0.001, 0.2), digits=8).fixed_points
    assert (saddle.kind, node.kind) == ("saddle", "attracting")
    at = np.array([float(saddle.mean), float(saddle.variance)])
    off = (np.array([float(node.mean), float(node.variance)]) - at) / 20
    starts = np.stack([at - off, at + off])
    found = sm.basin(*starts.T, omega=0.66, tau=0.57)
    assert found.fate.tolist() == [BasinFate.DIES, BasinFate.CONVERGES]
    assert found.target.mean[0] == pytest.approx(float(node.mean), abs=1e-7)
    elsewhere = sm.basin(*starts.T, omega=0.66, tau=0.57, target=(0, 1))
    assert elsewhere.fate.tolist() == [BasinFate.DIES, BasinFate.ELSEWHERE]
    assert np.all(elsewhere.layers == -1)


def test_a_cycle_is_elsewhere():
    """At omega = -1 the identity flips the mean at every layer, and keeps the variance."""
    found = sm.basin([0.5, -0.1], 2.0, omega=-1, activation=parse_activation("identity"))
    assert every(found, BasinFate.ELSEWHERE)
    assert np.stack(found.target).tolist() == [[0], [1]]


def test_it_starts_at_0_layers():
    found = sm.basin(0.0, [1.0, 5.0], max_layers=1)
    assert found.layers.tolist() == [0, -1]
    assert found.fate.tolist() == [BasinFate.CONVERGES, BasinFate.UNDECIDED]


@pytest.mark.parametrize(
    ("mean", "variance", "layers"), [(3.0019, 4, 0), (3.0021, 4, -1), (3, 3.9961, 0), (3, 3.9959, -1), (3, 4.0041, -1)]
)
def test_near_is_measured_in_deviations_and_parts_of_the_variance(mean, variance, layers):
    assert sm.basin(mean, variance, target=(3, 4), max_layers=1).layers == layers


def test_one_start_gives_numbers():
    found = sm.basin(0.5, 1.5, kind="mean-field")
    assert np.ndim(found.layers) == np.ndim(found.fate) == 0
    assert BasinFate(found.fate) is BasinFate.CONVERGES


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"epsilon": 0}, "epsilon must be at least 1e-09, not 0"),
        ({"epsilon": [1, 2]}, "epsilon must be one number"),
        ({"max_layers": 0}, "max_layers must be"),
        ({"target": 3}, r"target must be a pair \(mean, variance\)"),
        ({"target": (0, -1)}, "variance must be positive"),
        ({"tau": 0}, "tau must be positive"),
        ({"tau": []}, "one length"),
        ({"tau": [1, 1], "omega": [0, 0, 0]}, "one length"),
        ({"tau": [[1, 1]]}, "one length"),
        ({"tau": np.ones(10_001)}, "at most 10000"),
        ({"omega": 1, "kind": "mean-field"}, "no omega"),
    ],
)
def test_refusals_are_one_line(kwargs, message):
    with pytest.raises(InputError, match=message) as caught:
        sm.basin(0.0, 1.0, **kwargs)
    assert "\n" not in str(caught.value)
