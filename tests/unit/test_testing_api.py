"""The entry points: results as data and as text, announced failures, what happens on failure, bad input."""

import json
import subprocess
import sys

import numpy as np
import pytest

from selu_math.exceptions import InputError
from selu_math.testing import Check, CheckResult, Status, assert_selu, check_selu
from selu_math.testing.api import CHECKS

SCALE, DEPTH = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123


def right(x):
    return np.where(x > 0, SCALE * x, DEPTH * np.expm1(np.minimum(x, 0)))


def naive(x):
    return np.where(x > 0, SCALE * x, DEPTH * (np.exp(np.minimum(x, 0)) - 1))


def slope(x):
    return np.where(x > 0, x.dtype.type(SCALE), DEPTH * np.exp(np.minimum(x, 0)))


def selu(x, scale=SCALE):  # noqa: RET503  the fault under test
    if x > 0:
        return scale * x


def test_a_right_function_gives_a_result_that_passed():
    result = check_selu(right)
    assert result.passed
    assert not result.failures
    assert "passes the checks for SELU (practical)" in str(result)
    assert {check.dtype for check in result.checks} == {"float64", "float32", "float16"}
    assert {check.name for check in result.checks} <= set(CHECKS)


def test_failing_raises_warns_or_does_neither():
    with pytest.raises(AssertionError, match="cancels near 0"):
        check_selu(naive, dtypes=["float32"])
    with pytest.warns(UserWarning, match="cancels near 0"):
        assert not check_selu(naive, dtypes=["float32"], on_fail="warn").passed
    assert not check_selu(naive, dtypes=["float32"], on_fail=None).passed


def test_assert_selu():
    assert_selu(right)
    assert_selu(right, np.float32, grad=slope)
    assert_selu(right, "float64", profile="strict")
    with pytest.raises(AssertionError, match="returns None for x < 0: the else branch"):
        assert_selu(selu)
    with pytest.raises(AssertionError, match="the slope above zero must be λ"):
        assert_selu(right, np.dtype("float64"), grad=right)


def test_the_text_is_led_by_the_verdict_and_the_failures():
    lines = str(check_selu(naive, grad=None, on_fail=None)).splitlines()
    assert lines[0].startswith(f"{__name__}.naive fails the checks for SELU (practical): 3 failed")
    assert lines[1].startswith("  failed values_near_zero [float64, float32, float16]: exp(x) - 1 cancels near 0")
    assert [line.split()[0] for line in lines[2:5]] == ["float64", "float32", "float16"]
    assert all("worst at x = -" in line for line in lines[2:5])
    assert all(line.split()[0] == "convention" for line in lines[5:])


def test_the_tutorials_function_is_told_first_and_alone():
    result = check_selu(selu, on_fail=None)
    (line, case, note) = str(result).splitlines()[1:]
    assert line.startswith("  failed returns_value [float64]: returns None for x < 0: the else branch")
    assert case == "    float64 at x = -3.0: got None, expected -1.670568728767112"
    assert note.startswith("  convention elementwise [float64]: called with one number at a time")
    assert {c.status for c in result.checks[2:]} == {Status.SKIPPED}


def test_json_is_safe_and_complete():
    def noisy(x):
        return np.where(np.isnan(x), x.dtype.type(0), naive(x))

    result = check_selu(noisy, on_fail=None)
    data = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert data["passed"] is False
    fields = {"name", "status", "dtype", "worst_x", "got", "expected", "ulp", "hint"}
    assert all(fields <= set(check) for check in data["checks"])
    near = next(c for c in data["checks"] if c["name"] == "values_near_zero" and c["dtype"] == "float32")
    assert near["status"] == "failed"
    assert float(near["worst_x"]) < 0
    assert near["ulp"] > 1e6
    nan = next(c for c in data["checks"] if c["name"] == "nan")
    assert (nan["worst_x"], nan["got"], nan["expected"], nan["ulp"]) == ("nan", "0.0", "nan", None)


def test_announced_failures_do_not_count_but_are_shown():
    result = check_selu(naive, expected_failures={"values_near_zero": "a quick sketch"}, grad=None)
    assert result.passed
    expected = [check for check in result.checks if check.status is Status.EXPECTED]
    assert {check.name for check in expected} == {"values_near_zero"}
    assert expected[0].hint.startswith("a quick sketch (exp(x) - 1 cancels")
    assert "3 expected failures" in str(result)


def test_gradients_are_left_out_or_explained():
    skipped = [c for c in check_selu(right).checks if c.name.startswith("gradient")]
    assert {c.status for c in skipped} == {Status.SKIPPED}
    assert "give the derivative as grad" in skipped[0].hint
    assert not [c for c in check_selu(right, grad=None).checks if c.name.startswith("gradient")]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"dtypes": ["float31"]}, "did you mean 'float32'\\? accepted: float64, float32, float16"),
        ({"dtypes": ["bfloat16"]}, "accepted: float64, float32, float16"),
        ({"dtypes": []}, "dtypes is empty"),
        ({"profile": "stric"}, "unknown profile 'stric'; did you mean 'strict'\\? accepted: practical, strict"),
        (
            {"expected_failures": {"gradient_zero": "x"}},
            "unknown check 'gradient_zero'; did you mean 'gradient_.*zero'",
        ),
        ({"grad": "numeric"}, "grad must be a function, 'auto' or None"),
        ({"on_fail": "exit"}, "on_fail must be"),
    ],
)
def test_bad_arguments_are_one_line(arguments, says):
    with pytest.raises(InputError, match=says) as caught:
        check_selu(right, **arguments)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_called_is_refused():
    with pytest.raises(InputError, match="must be callable, not 3"):
        check_selu(3)


def test_records_can_be_made_and_shown_alone():
    check = Check("values_near_zero", Status.FAILED, "float32", "off", "3 probes at 1", -1.0, "0.0", "-1.11", 9e6)
    assert str(check) == (
        "failed values_near_zero [float32]: off\n"
        "    float32 3 probes at 1, worst at x = -1.0: got 0.0, expected -1.11 (9e+06 ulp)"
    )
    assert not CheckResult("f", "strict", (check,)).passed
    assert CheckResult("f", "strict", ()).passed


def test_importing_loads_no_framework_and_little_else():
    code = (
        "import sys, selu_math.testing;"
        "print([m for m in ('torch', 'jax', 'scipy', 'sympy', 'matplotlib', 'typer') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
