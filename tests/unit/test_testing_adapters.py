"""Reaching implementations: what goes in, what comes back, and what is said when something else does."""

import math
from functools import partial, partialmethod

import numpy as np
import pytest

from selu_math.testing import Status, check_selu
from selu_math.testing.adapters import NumPyArrays, PythonFloats, reach, refusal
from selu_math.testing.origins import packages

SCALE, DEPTH = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123
X = np.array([-2.0, -0.5, 0.5, 3.0])


def right(x):
    return np.where(x > 0, SCALE * x, DEPTH * np.expm1(np.minimum(x, 0)))


def scalar(x):
    return SCALE * x if x > 0 else DEPTH * math.expm1(x)


def test_arrays_go_in_as_they_are():
    seen = []

    def spy(x):
        seen.append(x.dtype)
        return right(x)

    way = reach(spy)
    assert isinstance(way.library, NumPyArrays)
    assert not way.elementwise
    output = way.call(X, "float16")
    assert seen[-1] == np.float16
    assert (output.dtype, output.shape, output.faults, output.mutated) == ("float16", (4,), {}, False)


def test_what_takes_one_number_gets_one_number_and_that_is_reported():
    way = reach(scalar)
    assert isinstance(way.library, PythonFloats)
    assert way.elementwise
    assert way.note.startswith("raises ValueError: The truth value of an array")
    assert np.array_equal(way.call(X, "float64").values, [scalar(x) for x in X.tolist()])
    note = check_selu(scalar).checks[0]
    assert (note.name, note.status) == ("elementwise", Status.CONVENTION)


def test_an_error_for_one_number_is_kept_beside_the_others():
    def partly(x):
        if x == 0.5:
            raise OverflowError("too\nlarge " * 50)
        return scalar(x)

    output = reach(partly).call(X, "float64")
    assert list(output.faults) == [2]
    assert output.faults[2].startswith("raises OverflowError: too large too large")
    assert len(output.faults[2]) < 200
    assert np.isnan(output.values[2])
    assert np.isfinite(output.values[[0, 1, 3]]).all()


def test_an_exit_is_a_finding_too():
    def leaving(x):
        raise SystemExit(3)

    way = reach(leaving)
    assert refusal(way.call(X, "float64")) == "raises SystemExit: 3"


def test_lists_count_as_arrays():
    def listed(x):
        return list(right(x))

    assert check_selu(listed, dtypes=["float64"]).passed


def test_whole_numbers_and_bools_from_scalars_count_as_floats():
    def stepped(x):
        return 0 if x < 0 else x

    output = reach(partial(stepped)).call(X, "float64")
    assert list(output.values) == [0, 0, 0.5, 3]


def test_what_is_printed_stays_off_standard_output(capsys):
    def chatty(x):
        print("hello")  # noqa: T201
        return right(x)

    check_selu(chatty, dtypes=["float32"])
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "hello" in seen.err


def test_warnings_of_the_code_under_test_are_silent():
    def loud(x):
        return np.where(x > 0, SCALE * x, DEPTH * np.expm1(x))  # overflows in the branch not taken

    assert check_selu(loud, dtypes=["float32"]).passed


@pytest.mark.parametrize("fn", [right, scalar, partial(right), np.exp, max, NumPyArrays().unpack, lambda x: right(x)])
def test_nothing_here_is_torchs(fn):
    assert "torch" not in packages(fn)


def test_objects_with_a_call_method_are_functions():
    class Selu:
        def __call__(self, x):
            return right(x)

        method = partialmethod(__call__)

    assert "torch" not in packages(Selu())
    assert check_selu(Selu(), dtypes=["float32"]).passed
    assert check_selu(Selu().method, dtypes=["float32"]).passed


def test_sixteen_bits_are_asked_for_only_where_they_are_kept():
    def at_least_single(x):
        return right(x.astype(np.promote_types(x.dtype, np.float32)))

    result = check_selu(at_least_single)
    assert [c.hint for c in result.checks if c.dtype == "float16" and c.status is Status.SKIPPED] == [
        "does not keep float16"
    ]
    asked = check_selu(at_least_single, dtypes=["float16"], on_fail=None)
    assert [c.name for c in asked.failures] == ["dtype"]


def test_a_format_that_is_refused_is_skipped_unless_asked_for():
    def single_only(x):
        if x.dtype != np.float32:
            raise TypeError(f"no kernel for {x.dtype}")
        return right(x)

    result = check_selu(single_only)
    assert result.passed
    assert [c.hint for c in result.checks if c.name == "returns_value" and c.status is Status.SKIPPED] == [
        "float64 is not taken: raises TypeError: no kernel for float64",
        "float16 is not taken: raises TypeError: no kernel for float16",
    ]
    asked = check_selu(single_only, dtypes=["float64"], on_fail=None)
    assert [c.hint for c in asked.failures] == ["raises TypeError: no kernel for float64"]


def test_libraries_of_the_array_api_are_reached_by_their_own_arrays():
    import array_api_strict as xp

    def strict(x):
        assert isinstance(x, type(xp.ones(1)))
        return xp.where(x > 0, SCALE * x, DEPTH * xp.expm1(xp.minimum(x, xp.zeros_like(x))))

    way = reach(strict)
    assert (way.library.name, way.library.formats, way.elementwise) == (
        "array_api_strict",
        ("float64", "float32"),
        False,
    )
    result = check_selu(strict)
    assert {check.dtype for check in result.checks} == {"float64", "float32"}


def test_helpers_of_the_same_module_are_followed_to_their_library():
    def kernel(x):
        return math.expm1(x)

    def outer(x):
        return kernel(x)

    kernel.__module__ = outer.__module__
    assert "math" in packages(outer)
    assert "torch" not in packages(outer)
