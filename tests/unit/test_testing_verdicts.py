"""NumPy and plain Python implementations, right and wrong: none right one fails, each fault is caught and named."""

import math

import numpy as np
import pytest

from selu_math.testing import Status, check_selu

SCALE, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
DEPTH = 1.7580993408473768599402175208123


def below(x):
    """Return the part of x at or below zero; nan stays."""
    return np.minimum(x, 0)


def exact_product(x):
    return np.where(x > 0, SCALE * x, DEPTH * np.expm1(below(x)))


def factored(x):
    return SCALE * np.where(x > 0, x, ALPHA * np.expm1(below(x)))


def unguarded(x):
    return SCALE * np.where(x > 0, x, ALPHA * np.expm1(x))


def masked(x):
    result = SCALE * x
    negative = x < 0
    result[negative] = DEPTH * np.expm1(x[negative])
    return result


def in_double(x):
    return exact_product(x.astype(np.float64)).astype(x.dtype)


def flushing(x):
    result = exact_product(x)
    return np.where(np.abs(result) < np.finfo(x.dtype).tiny, x.dtype.type(0), result)


def scalar(x):
    return SCALE * x if x > 0 else DEPTH * math.expm1(x)


def slope(x):
    return np.where(x > 0, x.dtype.type(SCALE), DEPTH * np.exp(below(x)))


def steep_at_zero(x):
    return np.where(x >= 0, x.dtype.type(SCALE), DEPTH * np.exp(below(x)))


RIGHT = (exact_product, factored, unguarded, masked, in_double, flushing, scalar)


@pytest.mark.parametrize("fn", RIGHT, ids=lambda fn: fn.__name__)
def test_no_right_implementation_fails(fn):
    result = check_selu(fn, on_fail=None)
    assert result.passed, str(result)


@pytest.mark.parametrize("grad", [slope, steep_at_zero], ids=lambda fn: fn.__name__)
def test_no_right_gradient_fails(grad):
    result = check_selu(exact_product, grad=grad, on_fail=None)
    assert result.passed, str(result)
    said = {check.hint for check in result.checks if check.name == "gradient_at_zero"}
    assert said == {"f'(0) is λα" if grad is slope else "f'(0) is λ"}


def test_the_strict_profile_takes_the_best_and_tells_the_product():
    assert check_selu(in_double, grad=slope, dtypes=["float64", "float32"], profile="strict").passed
    strict = check_selu(factored, profile="strict", dtypes=["float64"], on_fail=None)
    assert [check.name for check in strict.failures] == ["constants"]
    assert "product of the rounded λ and α" in strict.failures[0].hint
    assert strict.failures[0].ulp == 1
    practical = check_selu(factored, dtypes=["float64"])
    (told,) = (check for check in practical.checks if check.name == "constants")
    assert told.status is Status.CONVENTION
    assert told.hint == strict.failures[0].hint


# each fault: the function, and for a format what the only failure is called and says


def tutorial(x, scale=SCALE, alpha=ALPHA):  # noqa: RET503  the fault under test
    if x > 0:
        return scale * x
    scale * alpha * (math.exp(x) - 1)


def tutorial_vectorised(x):
    return np.vectorize(tutorial, otypes=[object])(x)


def tutorial_as_nan(x):
    return np.vectorize(tutorial, otypes=[float])(x).astype(x.dtype)


def upside_down(x):  # noqa: RET503  the fault under test
    if x <= 0:
        return DEPTH * math.expm1(x)


def returns_nothing(x):
    np.where(x > 0, SCALE * x, 0)


def raising(x):
    raise RuntimeError("no kernel\nfor this device")


def raising_below(x):
    return SCALE * x if x > 0 else DEPTH * math.sqrt(x)


def textual(x):
    return "selu"


def complex_numbers(x):
    return exact_product(x) + 0j


def naive(x):
    return SCALE * np.where(x > 0, x, ALPHA * (np.exp(below(x)) - 1))


def four_decimals(x):
    return 1.0507 * np.where(x > 0, x, 1.6733 * np.expm1(below(x)))


def five_decimals(x):
    return 1.0507 * np.where(x > 0, x, 1.67326 * np.expm1(below(x)))


def two_decimals(x):
    return 1.05 * np.where(x > 0, x, 1.67 * np.expm1(below(x)))


def eight_decimals(x):
    return 1.05070098 * np.where(x > 0, x, 1.67326324 * np.expm1(below(x)))


def short_alpha(x):
    return SCALE * np.where(x > 0, x, 1.6732 * np.expm1(below(x)))


def short_product(x):
    return np.where(x > 0, SCALE * x, 1.7581 * np.expm1(below(x)))


def single_constants(x):
    scale, alpha = float(np.float32(SCALE)), float(np.float32(ALPHA))
    return scale * np.where(x > 0, x, alpha * np.expm1(below(x)))


def single_inside(x):
    return exact_product(x.astype(np.float32)).astype(x.dtype)


def swapped(x):
    return ALPHA * np.where(x > 0, x, SCALE * np.expm1(below(x)))


def elu_alpha(x):
    return np.where(x > 0, x, ALPHA * np.expm1(below(x)))


def elu(x):
    return np.where(x > 0, x, np.expm1(below(x)))


def no_scale_above(x):
    return np.where(x > 0, x, DEPTH * np.expm1(below(x)))


def no_scale_below(x):
    return np.where(x > 0, SCALE * x, ALPHA * np.expm1(below(x)))


def no_alpha(x):
    return SCALE * np.where(x > 0, x, np.expm1(below(x)))


def leaky(x):
    return SCALE * np.where(x > 0, x, 0.01 * x)


def relu(x):
    return SCALE * np.maximum(x, 0)


def tanh(x):
    return np.tanh(x)


def clipped(x):
    return np.where(x == np.inf, np.finfo(x.dtype).max, exact_product(x))


def drops_nan(x):
    return exact_product(np.fmax(x, -np.inf))


def nan_below(x):
    with np.errstate(invalid="ignore"):
        return np.where(x > 0, SCALE * x, DEPTH * np.expm1(x) + 0 * x)


def offset_at_zero(x):
    return np.where(x == 0, x.dtype.type(0.5), exact_product(x))


def bump(x):
    return np.where((x > 3) & (x < 5), 1.06 * x, exact_product(x))


def dent(x):
    return np.where((x > -0.5) & (x < -0.25), 1.001 * exact_product(x), exact_product(x))


def widening(x):
    return np.float64(SCALE) * np.where(x > 0, x, ALPHA * np.expm1(below(x)))


def fixed_buffer(x):
    out = np.empty(x.shape, dtype=np.float32)
    out[...] = exact_product(x.astype(np.float64))
    return out


def flattening(x):
    return exact_product(x).ravel()


def summing(x):
    return exact_product(x).sum()


def overwriting(x):
    x[...] = exact_product(x)
    return x


def half_inside(x):
    with np.errstate(over="ignore"):
        return exact_product(x.astype(np.float16)).astype(x.dtype)


def clamped_at_20(x):
    return exact_product(np.maximum(x, -20))


def clamped_at_4(x):
    return exact_product(np.maximum(x, -4))


CUT = "the constants are cut short"
CANCELS = "exp(x) - 1 cancels near 0: compute it as expm1(x)"
FAULTS = [
    (tutorial, "float64", "returns_value", "returns None for x < 0: the else branch (or its return) is missing"),
    (tutorial_vectorised, "float32", "returns_value", "returns None for x < 0: the else branch (or its return) is"),
    (tutorial_as_nan, "float32", "returns_value", "returns nan for every x < 0: the else branch (or its return)"),
    (upside_down, "float64", "returns_value", "returns None for x > 0: the branch for positive x"),
    (returns_nothing, "float32", "returns_value", "returns None for every x: the return statement is missing"),
    (raising, "float32", "returns_value", "raises RuntimeError: no kernel for this device"),
    (raising_below, "float64", "returns_value", "raises ValueError"),
    (textual, "float32", "returns_value", "returns a str that is no real number"),
    (complex_numbers, "float32", "returns_value", "returns a ndarray that is no real number"),
    (summing, "float32", "returns_value", "returns shape () for an input of shape"),
    (naive, "float32", "values_near_zero", CANCELS),
    (naive, "float64", "values_near_zero", CANCELS),
    (four_decimals, "float32", "constants", f"{CUT} (λ = 1.0507, α = 1.6733)"),
    (four_decimals, "float64", "constants", f"{CUT} (λ = 1.0507, α = 1.6733)"),
    (five_decimals, "float32", "constants", f"{CUT} (λ = 1.0507, α = 1.67326)"),
    (two_decimals, "float16", "constants", f"{CUT} (λ = 1.05, α = 1.67)"),
    (two_decimals, "float32", "constants", f"{CUT} (λ = 1.05, α = 1.67)"),
    (eight_decimals, "float64", "constants", f"{CUT} (λ = 1.05070098, α = 1.67326324)"),
    (short_alpha, "float32", "constants", f"{CUT} (α = 1.6732)"),
    (short_product, "float64", "constants", f"{CUT} (λα = 1.7581)"),
    (single_constants, "float64", "constants", "the constants are rounded to float32 inside"),
    (single_inside, "float64", "precision", "all values are float32 numbers: a step inside works in float32"),
    (half_inside, "float64", "precision", "all values are float16 numbers: a step inside works in float16"),
    (half_inside, "float32", "precision", "all values are float16 numbers: a step inside works in float16"),
    (clamped_at_20, "float64", "values_below_zero", "it stays the same from about x = -20 down, where SELU is still"),
    (clamped_at_4, "float32", "values_below_zero", "it stays the same from about x = -4 down, where SELU is still"),
    (clamped_at_4, "float16", "values_below_zero", "it stays the same from about x = -4"),
    (swapped, "float32", "constants", "α and λ are swapped"),
    (elu_alpha, "float32", "constants", "λ is missing: this is ELU with SELU's α"),
    (elu, "float32", "constants", "this is ELU with α = 1"),
    (no_scale_above, "float32", "constants", "λ is missing for x > 0"),
    (no_scale_below, "float64", "constants", "λ is missing for x < 0"),
    (no_alpha, "float32", "constants", "α is missing for x < 0"),
    (leaky, "float32", "constants", "below zero it is linear: a leaky ReLU"),
    (relu, "float32", "constants", "far below zero it is 0: a ReLU"),
    (clipped, "float32", "infinities", "SELU grows without bound above zero"),
    (drops_nan, "float32", "nan", "nan must stay nan"),
    (nan_below, "float32", "infinities", "nan comes from inf - inf or 0 * inf"),
    (offset_at_zero, "float32", "zeros", "f(0) must be 0"),
    (bump, "float32", "values_above_zero", "the values are wrong"),
    (dent, "float32", "values_near_zero", "the values are wrong"),
    (widening, "float32", "dtype", "float32 in, float64 out: a constant or step in float64 widens the result"),
    (fixed_buffer, "float64", "dtype", "float64 in, float32 out: a result buffer or a cast has a fixed dtype"),
    (flattening, "float32", "shape", "an input of shape (2, 3) gives a result of shape (6,)"),
    (overwriting, "float32", "input_unchanged", "the input is overwritten"),
]


@pytest.mark.parametrize(("fn", "dtype", "name", "says"), FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_each_fault_is_caught_once_and_named(fn, dtype, name, says):
    result = check_selu(fn, dtypes=[dtype], on_fail=None)
    assert [check.name for check in result.failures] == [name], str(result)
    assert result.failures[0].hint.startswith(says)
    assert "\n" not in result.failures[0].hint


def test_a_function_of_another_kind_is_said_to_be_no_selu():
    result = check_selu(tanh, dtypes=["float32"], on_fail=None)
    assert [check.name for check in result.failures] == ["constants", "infinities"]
    assert "f(1) = 0.761594" in result.failures[0].hint


def test_two_faults_are_both_named_and_the_first_does_not_hide_the_second():
    def both(x):
        return 1.0507 * np.where(x > 0, x, 1.6733 * (np.exp(below(x)) - 1))

    result = check_selu(both, dtypes=["float64"], on_fail=None)
    assert [check.name for check in result.failures] == ["constants", "values_near_zero"]
    assert result.failures[1].hint == CANCELS
    assert result.failures[1].where.endswith("by its own constants")


def test_wrong_constants_are_said_once():
    result = check_selu(five_decimals, dtypes=["float32"], grad=None, on_fail=None)
    hints = {check.name: check.hint for check in result.checks if check.status is Status.SKIPPED}
    assert set(hints) == {"values_above_zero", "values_near_zero", "values_below_zero"}
    assert set(hints.values()) == {"follows from the constants; right apart from them"}


def test_the_worst_case_of_cancellation_is_near_zero_and_total():
    (failure,) = check_selu(naive, dtypes=["float32"], on_fail=None).failures
    assert -6e-8 < failure.worst_x < 0
    assert failure.got in {"0.0", "-0.0"}
    assert float(failure.expected) == pytest.approx(DEPTH * failure.worst_x)
    assert failure.ulp > 2**22


# gradients


def out_of_output(x):
    return np.where(x > 0, x.dtype.type(SCALE), exact_product(below(x)) + x.dtype.type(DEPTH))


def dead_far_below(x):
    return np.where(x <= -17, x.dtype.type(0), slope(x))


def nan_above(x):
    with np.errstate(over="ignore", invalid="ignore"):
        return (x > 0) * x.dtype.type(SCALE) + (x <= 0) * (DEPTH * np.exp(x))


def scale_next_to_zero(x):
    return np.where(x > -1e-6, x.dtype.type(SCALE), slope(x))


def one_above(x):
    return np.where(x > 0, x.dtype.type(1), slope(x))


def zero_at_zero(x):
    return np.where(x == 0, x.dtype.type(0), slope(x))


def no_depth(x):
    return np.where(x > 0, x.dtype.type(SCALE), SCALE * np.exp(below(x)))


def gradient_of_tutorial(x):  # noqa: RET503  the fault under test
    if x > 0:
        return SCALE


GRADIENTS = [
    (out_of_output, "gradient_below_zero", "the gradient is computed from the output as f(x) + λα, which cancels"),
    (dead_far_below, "gradient_below_zero", "the gradient is dead: exactly 0 where SELU's is a normal number"),
    (nan_above, "gradient_finite", "the gradient is not finite: exp(x) overflows in the branch not taken"),
    (scale_next_to_zero, "gradient_near_zero", "the slope is that of x > 0, λ, where it must be λα exp(x)"),
    (one_above, "gradient_above_zero", "the slope above zero must be λ"),
    (zero_at_zero, "gradient_at_zero", "f'(0) must lie between the one-sided slopes, λ and λα"),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("grad", "name", "says"), GRADIENTS, ids=lambda value: getattr(value, "__name__", None))
def test_each_gradient_fault_is_caught_once_and_named(grad, name, says, dtype):
    result = check_selu(exact_product, grad=grad, dtypes=[dtype], on_fail=None)
    assert [check.name for check in result.failures] == [name], str(result)
    assert result.failures[0].hint.startswith(says)


def test_a_gradient_without_alpha_is_wrong_on_all_of_the_left():
    result = check_selu(exact_product, grad=no_depth, dtypes=["float32"], on_fail=None)
    assert [check.name for check in result.failures] == ["gradient_near_zero", "gradient_below_zero"]


def test_a_gradient_without_a_value_fails_and_says_so():
    result = check_selu(scalar, grad=gradient_of_tutorial, on_fail=None)
    assert [check.name for check in result.failures] == ["gradient_finite"]
    assert "None for some x" in result.failures[0].hint


def test_a_gradient_that_raises_fails():
    result = check_selu(exact_product, grad=raising, dtypes=["float32"], on_fail=None)
    assert [(c.name, c.hint) for c in result.failures] == [
        ("gradient_finite", "raises RuntimeError: no kernel for this device")
    ]
