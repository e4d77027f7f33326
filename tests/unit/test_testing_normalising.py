"""Which activations keep a mean and a variance; truth from published figures and quadrature of other code."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

import selu_math as sm
from selu_math.exceptions import InputError
from selu_math.testing import Status, assert_self_normalizing, check_self_normalizing

SCALE, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def selu(x):
    return SCALE * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0)))


def five_decimals(x):
    return 1.0507 * np.where(x > 0, x, 1.67326 * np.expm1(np.minimum(x, 0)))


def scalar(x):
    return SCALE * x if x > 0 else SCALE * ALPHA * math.expm1(x)


def single(x):
    if x.dtype != np.float32:
        raise TypeError("float32 only")
    return selu(x).astype(np.float32)


def relu(x):
    return np.maximum(x, 0)


@pytest.mark.parametrize("fn", ["selu", sm.SELU, selu, five_decimals, scalar], ids=str)
def test_selu_keeps_mean_0_and_variance_1_and_comes_back(fn):
    result = check_self_normalizing(fn)
    assert result.passed
    assert [check.name for check in result.checks] == ["keeps_mean", "keeps_variance", "attracts"]
    (radius,) = (float(c.hint.rpartition(" ")[2]) for c in result.checks if c.name == "attracts")
    assert radius == pytest.approx(0.782647883196813, abs=1e-4)


def test_the_tolerance_tells_short_constants():
    check_self_normalizing(selu, tolerance=1e-12)
    result = check_self_normalizing(five_decimals, tolerance=1e-8, on_fail=None)
    assert [check.name for check in result.failures] == ["keeps_mean", "keeps_variance"]
    assert "it comes to rest at (" in result.failures[0].hint


def test_a_relu_is_told_where_it_leads():
    with pytest.raises(AssertionError, match="fails the checks for mean 0, variance 1 at omega 0, tau 1") as caught:
        assert_self_normalizing(relu)
    mean = quad(lambda z: z * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), 0, 40)[0]
    assert f"maps mean 0, variance 1 to ({mean:.6g}, {0.5 - mean**2:.6g})" in str(caught.value)


def test_a_gain_of_three_quarters_leads_to_the_fixed_point_that_is_proved():
    (failure, _) = check_self_normalizing("selu", tau=9 / 16, on_fail=None).failures
    assert "(-0.02841" in failure.hint


def test_what_is_kept_may_repel():
    result = check_self_normalizing("selu", omega=0.95, on_fail=None)
    assert [check.name for check in result.failures] == ["attracts"]
    assert result.failures[0].hint.endswith("the target is kept, but repels what is near")
    assert check_self_normalizing("selu", omega=0.9).passed
    assert not check_self_normalizing(lambda x: x, on_fail=None).passed


def test_another_target_has_its_own_constants():
    p = sm.selu_parameters(mean="0.1", variance=2, omega="0.2", digits=20)
    scale, alpha = float(p.scale), float(p.alpha)

    def own(x):
        return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))

    result = check_self_normalizing(own, (0.1, 2), omega=0.2, tolerance=1e-12, on_fail=None)
    assert [c.status for c in result.checks[:2]] == [Status.PASSED] * 2
    assert not check_self_normalizing(own, on_fail=None).passed


@pytest.mark.parametrize(
    ("fn", "target", "says"),
    [
        (3, (0, 1), "an activation, its name or a function is needed"),
        ("selux", (0, 1), "selux"),
        (selu, (0, 0), "positive variance"),
        (selu, (math.nan, 1), "finite mean"),
        (lambda x: x * math.nan, (0, 1), "not finite"),
        (lambda x: 1 / 0, (0, 1), "takes no float64: it raises ZeroDivisionError"),
        (single, (0, 1), "single takes no float64: it raises TypeError: float32 only"),
    ],
)
def test_bad_input_is_one_line(fn, target, says):
    with pytest.raises(InputError, match=says) as caught:
        check_self_normalizing(fn, target)
    assert "\n" not in str(caught.value)
