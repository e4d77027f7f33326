"""Branches of fixed points, against proved events and limits, and against a map that shares no code."""

import numpy as np
import pytest
import sympy as sp
from multistart import layer
from scipy.optimize import minimize_scalar, root

import selu_math as sm
from selu_math.activations import SELU
from selu_math.asymptotics import variance_growth
from selu_math.continuation import VARIANCES
from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact
from selu_math.omega_limits import omega_limits, omega_of_escape


def residual(branch, name="selu", kind="paper"):
    """Return the largest distance of a branch's points from what the other map keeps, in deviations and parts."""
    worst = 0.0
    for omega, tau, mean, variance in zip(branch.omega, branch.tau, branch.mean, branch.variance, strict=True):
        if 1e-3 < variance < 1e3:
            new = layer(name, mean, variance, omega, tau, kind)
            worst = max(worst, abs(new[0] - mean) / np.sqrt(variance), abs(new[1] / variance - 1))
    return worst


def waves():
    """Return ``a (sin 3x/2 - 6 cos 3x/2 + x) + b`` that keeps (0, 1); below, conjugates cross the circle first."""
    x = sp.Symbol("x")
    bent = sm.activation_from_sympy(sp.sin(3 * x / 2) - 6 * sp.cos(3 * x / 2) + x)
    found = sm.affine_parameters(bent, digits=60)
    return bent.affine(Exact.of(found.scale.digits(60)), Exact.of(found.shift.digits(60)), "waves")


@pytest.mark.parametrize(
    ("activation", "side", "far", "event"),
    [
        (SELU, "upper", 1, "eigenvalue 1"),
        (SELU, "lower", -1.2, "eigenvalue -1"),
        (waves(), "upper", 1.5, "eigenvalue 1"),
        (waves(), "lower", -7, "pair"),
    ],
    ids=["1", "-1", "1, waves", "pair, waves"],
)
def test_stability_of_0_1_is_lost_where_proved(activation, side, far, event):
    limit = float(getattr(omega_limits(activation=activation), side).omega)
    branch = sm.follow_branch(path=[(0, 1), (far, 1)], activation=activation)
    assert branch.end == "path"
    assert branch.omega[[0, -1]].tolist() == [0, far]
    assert np.all(branch.tau == 1)
    assert np.max(np.abs(branch.mean)) < 1e-10
    (met,) = branch.events
    assert met.kind == event
    assert met.omega == pytest.approx(limit, abs=1e-10)
    assert (met.tau, met.variance) == pytest.approx((1, 1), abs=1e-10)
    inside = np.abs(branch.omega) < abs(limit)
    assert np.array_equal(branch.spectral_radius < 1, inside)
    assert np.iscomplexobj(branch.eigenvalues)
    assert np.all(np.abs(branch.eigenvalues[:, 0]) >= np.abs(branch.eigenvalues[:, 1]))


def test_the_branch_that_crosses_it_there_and_escapes():
    """It meets (0, 1) at that omega, becomes infinite at the proved one, and its points are kept by another map."""
    branch = sm.follow_branch((-0.627, 0.2723), path=[(0.85, 1), (1.2, 1)])
    assert [event.kind for event in branch.events] == ["eigenvalue 1"]
    event = branch.events[0]
    assert event.omega == pytest.approx(float(omega_limits().upper.omega), abs=1e-10)
    assert (event.mean, event.variance) == pytest.approx((0, 1), abs=1e-9)
    assert branch.end == "variance"
    assert branch.variance[-1] == pytest.approx(VARIANCES[1])
    assert branch.omega[-1] == pytest.approx(float(omega_of_escape()), abs=1e-6)
    assert residual(branch) < 1e-9


@pytest.mark.parametrize(("far", "which", "bound"), [(3, "infinity", VARIANCES[1]), (0.2, "zero", VARIANCES[0])])
def test_at_omega_0_the_variance_leaves_at_the_proved_taus(far, which, bound):
    branch = sm.follow_branch(path=[(0, 1), (0, far)])
    limit = float(getattr(variance_growth(SELU), f"tau_at_{which}"))
    assert branch.end == "variance"
    assert branch.events == ()
    assert branch.variance[-1] == pytest.approx(bound)
    assert branch.tau[-1] == pytest.approx(limit, abs=5e-6)
    assert np.all(np.diff(np.log(branch.variance)) * (far - 1) > 0)
    assert residual(branch) < 1e-9


def turning_tau():
    """Return the least tau at which the other map keeps a variance at omega = 0.66, near 0.03."""

    def tau(log_variance):
        variance = np.exp(log_variance)

        def off(x):
            mean, new = layer("selu", x[0], variance, 0.66, x[1], "paper")
            return [mean - x[0], np.log(new / variance)]

        return root(off, [-0.37, 0.54], tol=1e-13).x[1]

    return minimize_scalar(tau, bounds=(np.log(0.02), np.log(0.06)), method="bounded", options={"xatol": 1e-6}).fun


def test_a_fold_of_selu():
    """At omega = 0.66 a node and a saddle meet; the search proves two points on one side, none on the other."""
    branch = sm.follow_branch((-0.296, 0.0955), path=[(0.66, 0.6), (0.66, 0.3)])
    (fold,) = branch.events
    assert fold.kind == "fold"
    assert fold.omega == 0.66
    assert fold.tau == pytest.approx(turning_tau(), abs=1e-10)
    assert min(branch.tau) == pytest.approx(fold.tau, abs=1e-3)
    assert min(branch.tau) >= fold.tau
    within = (-1, 0, 0.01, 0.1)
    for step, kinds in ((1e-4, ["saddle", "attracting"]), (-1e-4, [])):
        found = sm.find_fixed_points(omega=0.66, tau=fold.tau + step, within=within, digits=6)
        assert found.complete
        assert [point.kind for point in found.fixed_points] == kinds
    assert branch.end == "variance"  # the saddle's variance tends to 0, its mean does not
    assert branch.variance[-1] == pytest.approx(VARIANCES[0])
    assert abs(branch.mean[-1]) > 0.4
    assert residual(branch) < 1e-9


def test_the_mean_field_map():
    branch = sm.follow_branch(path=[(0, 1), (0, 1.5)], kind="mean-field")
    assert branch.end == "path"
    assert branch.tau[-1] == 1.5
    assert residual(branch, kind="mean-field") < 1e-9


def test_steps_may_run_out():
    branch = sm.follow_branch(path=[(0, 1), (0, 3)], steps=5)
    assert (branch.end, branch.tau.size) == ("steps", 6)


@pytest.mark.parametrize(
    ("start", "kwargs", "message"),
    [
        ((0, 1), {"path": [(0, 1)]}, "two ends"),
        ((0, 1), {"path": [(0, 1), (0, 1)]}, "the same"),
        ((0, 1), {"path": [(0, 1), (0, -1)]}, "tau must be positive"),
        ((0, 1), {"path": [(0, 1), (0, 1, 2)]}, r"an end of the path must be a pair \(omega, tau\)"),
        ((0, 1), {"path": [(0, 1), 3]}, r"an end of the path must be a pair \(omega, tau\)"),
        ((0, 1), {"path": [(0, [1, 2]), (0, 3)]}, "pair of two numbers"),
        ((0, 1), {"path": [(0, 1), (1, 1)], "kind": "mean-field"}, "no omega"),
        ((0, 1), {"path": [(0, 1), (1, 1)], "steps": 0}, "steps must be"),
        ((0, 0), {"path": [(0, 1), (1, 1)]}, "variance must be positive"),
        ((0, 1), {"path": [(0, 4), (1, 4)]}, "no fixed point found near mean 0, variance 1 at omega = 0, tau = 4"),
    ],
)
def test_refusals_are_one_line(start, kwargs, message):
    with pytest.raises(InputError, match=message) as caught:
        sm.follow_branch(start, **kwargs)
    assert "\n" not in str(caught.value)
