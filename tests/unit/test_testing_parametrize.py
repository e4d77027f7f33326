"""One test for each check: what pytest makes of it, what runs when, and what is said."""

import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from selu_math.exceptions import InputError, MissingExtraError
from selu_math.testing import Status, check_selu, parametrize_selu
from selu_math.testing.api import CHECKS, planned

SCALE, DEPTH = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123


def right(x):
    return np.where(x > 0, SCALE * x, DEPTH * np.expm1(np.minimum(x, 0)))


def naive(x):
    return np.where(x > 0, SCALE * x, DEPTH * (np.exp(np.minimum(x, 0)) - 1))


def single(x):
    return right(x.astype(np.float32)).astype(x.dtype)


def raises(x):
    raise ValueError("no such thing")


def no_half(x):
    if x.dtype == np.float16:
        raise TypeError("half precision is not supported")
    return right(x)


def widens(x):
    return np.array(right(x), dtype=np.float32 if x.dtype == np.float16 else x.dtype)


def slope(x):
    return np.where(x > 0, x.dtype.type(SCALE), DEPTH * np.exp(np.minimum(x, 0)))


def no_slope(x):
    raise ValueError("no slope here")


def single_number(x):
    return SCALE * x if x > 0 else DEPTH * np.expm1(x)


def params(mark):
    return mark.args[1]


def cases(mark):
    return {param.id: param.values[0] for param in params(mark)}


def outcome(case):
    """Return what calling it does, and what is said."""
    try:
        case()
    except AssertionError as error:
        return "failed", str(error)
    except pytest.skip.Exception as skip:
        return "skipped", str(skip)
    return "passed", ""


@parametrize_selu(right, dtypes=["float32"], grad=None)
def test_a_right_function(check):
    check()


@pytest.mark.parametrize("asked", ["float64", "float32"])
@parametrize_selu(right, grad=slope, dtypes=["float64", "float32"])
class TestMarksStack:
    def test_on_a_class(self, check, asked):
        if check.dtype == asked:
            check()


@parametrize_selu(naive, dtypes=["float64"], grad=None, expected_failures={"values_near_zero": "a sketch"})
def test_an_announced_failure(check):
    check()


def test_every_check_has_a_name_of_its_own():
    found = params(parametrize_selu(right))
    names = [param.id for param in found]
    assert len(set(names)) == len(names)
    assert names == [f"{name}-{dtype}" for name, dtype in planned(right).cases]
    assert names == [param.id for param in params(parametrize_selu(right))]
    assert names[0] == "returns_value-float64"
    assert {"values_near_zero-float32", "nan-float16", "gradient_finite-float16"} <= set(names)
    assert not {name for name in names if name.startswith(("elementwise", "gradient_at_zero"))}


@pytest.mark.parametrize("options", [{}, {"grad": slope, "dtypes": ["float32", "float32"]}])
@pytest.mark.parametrize("fn", [right, naive, single, raises, no_half, widens, single_number, np.tanh])
def test_every_record_that_says_something_has_a_test(fn, options):
    if fn is single_number and "dtypes" in options:
        options = {"dtypes": "float64", "grad": None}
    planned_cases = planned(fn, **options).cases
    made = [(c.name, c.dtype) for c in check_selu(fn, on_fail=None, **options).checks if c.status != Status.SKIPPED]
    assert set(made) <= set(planned_cases)
    # in the same order, which is that of CHECKS in each format
    assert [case for case in planned_cases if case in made] == list(dict.fromkeys(made))
    assert planned_cases == tuple(sorted(planned_cases, key=lambda case: dtypes_of(planned_cases).index(case[1])))
    assert {name for name, _ in planned_cases} <= set(CHECKS)


def dtypes_of(pairs):
    return list(dict.fromkeys(dtype for _, dtype in pairs))


def test_outcomes_are_those_of_the_records():
    for fn in (right, naive, single, raises, widens, single_number):
        found = {(c.name, c.dtype): c for c in check_selu(fn, on_fail=None, grad=None).checks}
        for case in cases(parametrize_selu(fn, grad=None)).values():
            record = found.get((case.name, case.dtype))
            wanted = {
                Status.FAILED: "failed",
                Status.PASSED: "passed",
                Status.CONVENTION: "passed",
                Status.SKIPPED: "skipped",
                None: "skipped",
            }[record and record.status]
            got, said = outcome(case)
            assert got == wanted, (fn, case)
            assert said == str(record) if got == "failed" else got == "passed" or said


def test_a_failure_says_what_is_wrong():
    got, said = outcome(cases(parametrize_selu(naive))["values_near_zero-float32"])
    assert got == "failed"
    assert said.startswith("failed values_near_zero [float32]: exp(x) - 1 cancels near 0: compute it as expm1(x)\n")
    assert "worst at x = -" in said


@pytest.mark.parametrize(
    ("fn", "options", "name", "reason"),
    [
        (no_half, {}, "nan-float16", "float16 is not taken: raises TypeError: half precision is not supported"),
        (widens, {}, "nan-float16", "does not keep float16"),
        (widens, {"dtypes": ["float16"]}, "nan-float16", None),
        (raises, {}, "nan-float32", "needs a number for every x|float32 is not taken"),
        (right, {}, "gradient_finite-float32", "give the derivative as grad"),
        (right, {"grad": no_slope}, "gradient_at_zero-float32", "follows from gradient_finite"),
        (naive, {}, "subnormals-float32", "follows from another check"),
    ],
)
def test_a_check_that_is_not_made_says_why(fn, options, name, reason):
    got, said = outcome(cases(parametrize_selu(fn, **options))[name])
    assert got == ("passed" if reason is None else "skipped")
    assert re.search(reason or "", said)


def test_a_reason_is_never_left_empty():
    for fn in (naive, no_half, widens, raises, single_number):
        outcomes = [outcome(case) for case in cases(parametrize_selu(fn, grad=no_slope)).values()]
        assert all(said for got, said in outcomes if got == "skipped")
        assert ("skipped", "not made") not in outcomes


def test_announced_failures_are_expected_by_pytest_and_by_their_reason():
    mark = parametrize_selu(naive, expected_failures={"values_near_zero": "a sketch", "zeros": "who knows"})
    marked = {param.id: param.marks for param in params(mark) if param.marks}
    formats = ("float64", "float32", "float16")
    assert set(marked) == {f"{name}-{dtype}" for name in ("values_near_zero", "zeros") for dtype in formats}
    (xfail,) = marked["values_near_zero-float32"]
    assert (xfail.name, xfail.kwargs) == ("xfail", {"reason": "a sketch", "raises": AssertionError})
    got, said = outcome(cases(mark)["values_near_zero-float32"])
    assert got == "failed"
    assert "a sketch (exp(x) - 1 cancels near 0" in said


def test_collecting_is_cheap_and_all_checks_are_made_once():
    sizes = []

    def counted(x):
        sizes.append(x.size)
        return right(x)

    mark = parametrize_selu(counted, dtypes=["float64", "float32"])
    assert sum(sizes) <= 7
    first, *rest = cases(mark).values()
    first()
    after = sum(sizes)
    assert after > 10_000
    for case in rest:
        outcome(case)
    assert sum(sizes) == after


def test_dtypes_may_come_one_at_a_time():
    mark = parametrize_selu(right, dtypes=(d for d in ("float64", np.float32)), grad=None)
    assert {case.dtype for case in cases(mark).values()} == {"float64", "float32"}
    assert all(outcome(case)[0] == "passed" for case in cases(mark).values())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"dtypes": ["float31"]}, "did you mean 'float32'"),
        ({"dtypes": []}, "dtypes is empty"),
        ({"profile": "stric"}, "unknown profile"),
        ({"expected_failures": {"gradient_zero": "x"}}, "unknown check 'gradient_zero'"),
        ({"grad": "numeric"}, "grad must be a function"),
        ({"compiled": True}, "NumPy has no compiler"),
        ({"fn": 3}, "must be callable, not 3"),
    ],
)
def test_bad_arguments_are_refused_when_tests_are_collected(arguments, says):
    with pytest.raises(InputError, match=says) as caught:
        parametrize_selu(**{"fn": right, **arguments})
    assert "\n" not in str(caught.value)


def test_without_pytest(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytest", None)
    with pytest.raises(MissingExtraError, match=r"^parametrize_selu needs pytest: pip install 'selu-math\[test\]'$"):
        parametrize_selu(right)


def test_importing_loads_neither_pytest_nor_hypothesis():
    code = (
        "import sys; from selu_math.testing import parametrize_selu, selu_inputs;"
        "print([m for m in ('pytest', '_pytest', 'hypothesis', 'torch', 'jax', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


SUITE = """
import numpy as np
import pytest
from selu_math.testing import parametrize_selu

def single(x):
    y = x.astype(np.float32)
    y = np.where(y > 0, 1.0507009873554805 * y, 1.7580993408473769 * (np.exp(np.minimum(y, 0)) - 1))
    return y.astype(x.dtype)

announced = {"values_near_zero": "exp(x) - 1 is kept", "nan": "not true"}

@pytest.mark.parametrize("mode", ["a", "b"])
@parametrize_selu(single, dtypes=["float64", "float32"], expected_failures=announced)
def test_single(check, mode):
    check()
"""


def test_a_suite_of_ones_own(tmp_path):
    (tmp_path / "test_own.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def run(*options):
        words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "--tb=short", *options]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
        lines = re.findall(r"^(PASSED|FAILED|XFAIL|XPASS|ERROR|SKIPPED) (.*)$", done.stdout, re.MULTILINE)
        return done.stdout, lines

    text, lines = run()
    counted = Counter(status for status, _ in lines)
    assert counted["XFAIL"] == 2  # both modes; where the values are float32 numbers, errors are not judged
    assert counted["XPASS"] == 4  # both modes, both formats
    assert ("XFAIL", "test_own.py::test_single[values_near_zero-float32-a] - exp(x) - 1 is kept") in lines
    assert ("XPASS", "test_own.py::test_single[nan-float64-b] - not true") in lines
    failed = {line.partition(" - ")[0] for status, line in lines if status == "FAILED"}
    assert "test_own.py::test_single[precision-float64-a]" in failed
    assert not [line for line in failed if "float32" in line]
    assert "E   AssertionError: failed precision [float64]: all values are float32 numbers" in text
    assert "parametrize.py" not in text.partition("short test summary")[0]
    assert "NumPy does not differentiate; give the derivative as grad" in text

    _, lines = run("-o", "xfail_strict=true", "-k", "nan")
    assert Counter(status for status, _ in lines) == {"FAILED": 4}
