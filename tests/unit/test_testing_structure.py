"""What must not change a value: its place, the length, the neighbours, the memory layout, a second call."""

import numpy as np
import pytest

from selu_math.testing import Status, check_selu
from selu_math.testing.adapters import NumPyArrays
from selu_math.testing.structure import LENGTHS

SCALE, DEPTH = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123
NAMES = ("deterministic", "zero_dimensional", "lengths", "neighbours", "strides", "gradient_positions")


def right(x):
    return np.where(x > 0, SCALE * x, DEPTH * np.expm1(np.minimum(x, 0)))


def slope(x):
    return np.where(x > 0, x.dtype.type(SCALE), DEPTH * np.exp(np.minimum(x, 0)))


def remainder_left(x):
    """Return SELU in whole blocks of eight, and x after them, as vector code without a tail does."""
    end = x.size - x.size % 8
    result = x.copy().ravel()
    result[:end] = right(x.ravel()[:end])
    return result.reshape(x.shape)


def first_32(x):
    result = np.zeros(x.size, x.dtype)
    result[:32] = right(x.ravel()[:32])
    return result.reshape(x.shape)


def normalised(x):
    return right(x / x.std()) if x.size > 7 else right(x)


def fixed_length(x):
    if x.size == 31:
        raise ValueError("31 numbers")
    return right(x)


def dropping(x):
    result = right(x)
    return np.where(np.arange(x.size).reshape(x.shape) == 20, 0, result).astype(x.dtype)


def poisoned(x):
    return right(x) + 0 * x.sum() if x.size else right(x)


def judged_as_a_whole(x):
    return np.zeros_like(x) if x.size > 1 and np.isnan(x).any() else right(x)


def ignoring_strides(x):
    if x.ndim == 1 and x.base is not None and not x.flags.c_contiguous:
        x = x.base.ravel()[: x.size]
    return right(x)


def contiguous_only(x):
    if x.size > 1 and not x.flags.c_contiguous:
        raise ValueError("not in one piece")
    return right(x)


def one_dimension_at_least(x):
    return np.atleast_1d(right(x))


def wrong_alone(x):
    return x if x.ndim == 0 else right(x)


class Random:
    """Noise of a thousandth."""

    def __init__(self):
        self.source = np.random.default_rng(1)

    def __call__(self, x):
        return right(x) * (1 + self.source.random(x.shape).astype(x.dtype) / 1000)


FAULTS = [
    (
        remainder_left,
        "lengths",
        "position 0 of 1 gives another value than the same number elsewhere: what is left",
    ),
    (first_32, "lengths", "position 32 of 33 gives another value than the same number elsewhere: only the first 32"),
    (normalised, "lengths", "position 0 of 1 gives another value than the same number elsewhere: it depends on how"),
    (dropping, "lengths", "position 20 of 31 gives another value than the same number elsewhere: it depends on the"),
    (fixed_length, "lengths", "an array of 31 numbers raises ValueError: 31 numbers"),
    (poisoned, "neighbours", "nan at position 0 changes the result at position 1: a sum, a product or a maximum"),
    (judged_as_a_whole, "neighbours", "nan at position 0 changes the result at position 1: the array is judged"),
    (ignoring_strides, "strides", "a view of every other number gives another value at position 1: the memory"),
    (contiguous_only, "strides", "a view of every other number raises ValueError: not in one piece"),
    (one_dimension_at_least, "zero_dimensional", "an array without dimensions gives a result of shape (1,)"),
    (wrong_alone, "zero_dimensional", "an array without dimensions gives another value"),
    (Random(), "deterministic", "the same input gives another result the second time"),
]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize(("fn", "name", "says"), FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_each_fault_is_caught_once_and_named(fn, name, says, dtype):
    result = check_selu(fn, dtypes=[dtype], on_fail=None)
    assert [check.name for check in result.failures] == [name], str(result)
    assert result.failures[0].hint.startswith(says)
    assert "\n" not in result.failures[0].hint


def test_the_remainder_is_named_with_its_block():
    (failure,) = check_selu(remainder_left, dtypes=["float32"], on_fail=None).failures
    assert failure.hint.endswith("what is left over after whole blocks of 8 is treated otherwise")
    assert (failure.worst_x, failure.got) == (-8.0, "-8")
    assert float(failure.expected) == pytest.approx(right(-8.0), rel=1e-6)


def test_a_right_function_fails_none_of_them():
    # NumPy's vector code may round otherwise next to a nan
    result = check_selu(right, grad=slope)
    assert set(NAMES) <= {c.name for c in result.checks}
    for name in NAMES:
        assert {c.status for c in result.checks if c.name == name} <= {Status.PASSED, Status.CONVENTION}, name


def test_rounding_by_place_is_a_convention():
    def vector_and_scalar(x):
        result = right(x)
        result = np.atleast_1d(result).reshape(-1)
        end = x.size - x.size % 8
        result[end:] *= 1 + np.finfo(x.dtype).eps
        return result.reshape(x.shape)

    result = check_selu(vector_and_scalar, dtypes=["float32"])
    said = {c.name: c.hint for c in result.checks if c.status is Status.CONVENTION}
    assert said["lengths"].startswith("the last bits depend on the place in the array")


def test_refusing_an_array_without_dimensions_is_a_convention():
    def masked(x):
        result = SCALE * x
        result[x < 0] = DEPTH * np.expm1(x[x < 0])
        return result

    result = check_selu(masked, dtypes=["float64"])
    (said,) = (c for c in result.checks if c.name == "zero_dimensional")
    assert said.status is Status.CONVENTION
    assert said.hint.startswith("an array without dimensions is refused: raises TypeError")


def test_a_gradient_poisoned_by_its_neighbours_is_named():
    def shared(x):
        return slope(x) + 0 * x.sum()

    def tail(x):
        result = slope(x)
        result[x.size - x.size % 4 :] = 0
        return result

    for grad, says in ((shared, "nan at position 0 changes the result at position 1"), (tail, "position 0 of 1 gives")):
        result = check_selu(right, grad=grad, dtypes=["float32"], on_fail=None)
        failures = {check.name: check.hint for check in result.failures}
        assert failures["gradient_positions"].startswith(says)


@pytest.mark.parametrize("layout", NumPyArrays.layouts)
def test_layouts_hold_the_same_numbers_in_other_memory(layout):
    x = np.arange(6.0).reshape(2, 3)
    packed = NumPyArrays().pack(x, "float32", layout)
    assert np.array_equal(packed, x)
    assert packed.dtype == np.float32
    assert not packed.flags.c_contiguous


def test_lengths_lie_beside_and_between_vector_widths():
    assert LENGTHS == (1, 7, 31, 32, 33, 100)


def test_a_nan_that_is_everywhere_depends_on_no_place():
    def nan_at_two(x):
        return np.where(x == 2, np.nan, right(x)).astype(x.dtype)

    result = check_selu(nan_at_two, dtypes=["float32"], on_fail=None)
    assert {c.status for c in result.checks if c.name in {"lengths", "neighbours", "strides"}} == {Status.PASSED}
    assert not result.passed


@pytest.mark.parametrize("place", [16, 32])
def test_a_nan_is_tried_in_later_blocks_too(place):
    def spoiled_block(x):
        result = right(x).ravel()
        if x.size == 33 and np.isnan(x.ravel()[place]):
            result[place // 16 * 16 - 16 :] = np.nan
        return result.reshape(x.shape)

    (failure,) = check_selu(spoiled_block, dtypes=["float32"], on_fail=None).failures
    assert failure.name == "neighbours"
    assert failure.hint.startswith(f"nan at position {place} changes the result at position {place - 16}")


def test_transposed_views_mean_nothing_to_what_flattens():
    def flattened(x):
        return right(np.ravel(x, order="K"))

    result = check_selu(flattened, dtypes=["float32"], on_fail=None)
    assert [check.name for check in result.failures] == ["shape"]
