"""SELU in NumPy and plain Python, right and wrong."""

import math
from dataclasses import replace

import numpy as np
from corpus.record import (
    ALPHA,
    CANCELS,
    CUT,
    DEAD,
    DEPTH,
    HALF,
    LARGE,
    NAN_LOST,
    OUTPUT,
    OVERFLOWS,
    PRODUCT,
    SCALE,
    SINGLE,
    SIX,
    STEEP,
    UNBOUNDED,
    WIDE,
    Fault,
    Finding,
    Implementation,
)

import selu_math as sm

ALL = (WIDE, SINGLE, HALF)


def below(x):
    """Return the part of x at or below zero; nan stays."""
    return np.minimum(x, 0)


def selu(x, scale=SCALE, alpha=ALPHA):
    return scale * np.where(x > 0, x, alpha * np.expm1(below(x)))


def exact_product(x):
    return np.where(x > 0, SCALE * x, DEPTH * np.expm1(below(x)))


def slope(x):
    return np.where(x > 0, x.dtype.type(SCALE), DEPTH * np.exp(below(x)))


# right


def clamps(x):
    return SCALE * np.maximum(x, 0) + DEPTH * np.expm1(np.minimum(x, 0))


def masked(x):
    result = SCALE * x
    negative = x < 0
    result[negative] = DEPTH * np.expm1(x[negative])
    return result


def into_buffers(x):
    result = np.expm1(below(x))
    result *= DEPTH
    np.multiply(x, SCALE, out=result, where=x > 0)
    return result


def chosen(x):
    return np.select([x > 0, x <= 0], [SCALE * x, DEPTH * np.expm1(below(x))], default=x)


def tangents(x):
    half = np.tanh(0.5 * below(x))
    return np.where(x > 0, SCALE * x, DEPTH * (2 * half / (1 - half)))


def in_double(x):
    return exact_product(x.astype(np.float64)).astype(x.dtype)


def scalar(x):
    return SCALE * x if x > 0 else DEPTH * math.expm1(x)


def steep_at_zero(x):
    return np.where(x >= 0, x.dtype.type(SCALE), DEPTH * np.exp(below(x)))


def unsigned(x):
    return exact_product(x) + x.dtype.type(0)


def flushing(x):
    result = exact_product(x)
    return np.where(np.abs(result) < np.finfo(x.dtype).tiny, x.dtype.type(0), result)


# wrong values


def exp_minus_one(x):
    return SCALE * np.where(x > 0, x, ALPHA * (np.exp(below(x)) - 1))


def exp_minus_one_in_double(x):
    return exp_minus_one(x.astype(np.float64)).astype(x.dtype)


def single_constants(x):
    return selu(x, float(np.float32(SCALE)), float(np.float32(ALPHA)))


def single_inside(x):
    return exact_product(x.astype(np.float32)).astype(x.dtype)


def no_scale_above(x):
    return np.where(x > 0, x, DEPTH * np.expm1(below(x)))


def no_scale_below(x):
    return np.where(x > 0, SCALE * x, ALPHA * np.expm1(below(x)))


def leaky(x):
    return SCALE * np.where(x > 0, x, 0.01 * x)


def relu(x):
    return SCALE * np.maximum(x, 0)


def cut_and_cancelling(x):
    return 1.0507 * np.where(x > 0, x, 1.67326 * (np.exp(below(x)) - 1))


def no_else(x):  # noqa: RET503  the fault
    if x > 0:
        return SCALE * x


def no_else_as_nan(x):
    return np.vectorize(no_else, otypes=[float])(x).astype(x.dtype)


def nan_to_zero(x):
    return np.where(x > 0, SCALE * x, 0) + np.where(x < 0, DEPTH * np.expm1(below(x)), 0)


def nan_to_number(x):
    return exact_product(np.nan_to_num(x, posinf=np.inf, neginf=-np.inf))


def nan_dropped(x):
    return SCALE * np.fmax(x, 0) + DEPTH * np.expm1(np.fmin(x, 0))


def clipped(x):
    return np.minimum(exact_product(x), np.finfo(x.dtype).max)


def inf_to_number(x):
    return np.where(x == np.inf, np.finfo(x.dtype).max, exact_product(x))


def times_masks(x):
    return SCALE * ((x > 0) * x) + DEPTH * ((x <= 0) * np.expm1(below(x)))


def dent(x):
    return np.where((x > -0.5) & (x < -0.25), 1.001, 1).astype(x.dtype) * exact_product(x)


# arrays


def widening(x):
    return np.float64(SCALE) * np.where(x > 0, x, ALPHA * np.expm1(below(x)))


def single_buffer(x):
    out = np.empty(x.shape, dtype=np.float32)
    out[...] = exact_product(x.astype(np.float64))
    return out


def flattening(x):
    return exact_product(x).ravel()


def overwriting(x):
    negative = x < 0
    x[~negative] *= SCALE
    x[negative] = DEPTH * np.expm1(x[negative])
    return x


def rest_left(x):
    """Return SELU in whole blocks of eight, and x after them, as vector code without a tail does."""
    end = x.size - x.size % 8
    result = x.flatten()
    result[:end] = exact_product(result[:end])
    return result.reshape(x.shape)


def nan_spreads(x):
    return exact_product(x) + 0 * np.sum(x)


def ignoring_strides(x):
    if x.ndim == 1 and x.base is not None and not x.flags.c_contiguous:
        x = x.base.ravel()[: x.size]
    return exact_product(x)


def one_piece_only(x):
    flat = x.view()
    flat.shape = (x.size,)
    return exact_product(flat).reshape(x.shape)


class Noisy:
    """Noise that nobody switched off."""

    def __init__(self):
        self.draws = np.random.default_rng(1)

    def __call__(self, x):
        return exact_product(x) * self.draws.normal(1, 1e-3, x.shape).astype(x.dtype)


# wrong derivatives


def from_output(x):
    return np.where(x > 0, x.dtype.type(SCALE), exact_product(below(x)) + x.dtype.type(DEPTH))


def from_output_stuck(x):
    end = np.nextafter(x.dtype.type(DEPTH), x.dtype.type(2))
    return np.where(x > 0, x.dtype.type(SCALE), exact_product(below(x)) + end)


def from_output_negative(x):
    end = np.nextafter(x.dtype.type(DEPTH), x.dtype.type(0))
    return np.where(x > 0, x.dtype.type(SCALE), exact_product(below(x)) + end)


def dead_far_below(x):
    return np.where(x <= -5, x.dtype.type(0), slope(x))


def times_masks_slope(x):
    return (x > 0) * x.dtype.type(SCALE) + (x <= 0) * (DEPTH * np.exp(x))


def scale_next_to_zero(x):
    return np.where(x > -np.finfo(x.dtype).eps, x.dtype.type(SCALE), slope(x))


def no_alpha_slope(x):
    return np.where(x > 0, x.dtype.type(SCALE), SCALE * np.exp(below(x)))


def no_scale_slope(x):
    return np.where(x > 0, x.dtype.type(1), slope(x))


def nan_in_blocks(x):
    """Return the slope, and nan in each block of eight that holds a nan, as blending by multiplication does."""
    flat = np.append(x.ravel(), np.zeros(-x.size % 8, x.dtype))
    bad = np.isnan(flat).reshape(-1, 8).any(axis=1).repeat(8)
    return np.where(bad, x.dtype.type(np.nan), slope(flat))[: x.size].reshape(x.shape)


def wrong(name, fn, fault, check, says, formats=ALL, **more):
    return Implementation(name, fn, more.pop("of", ALL), fault, (Finding(check, says, formats),), **more)


def wrong_slope(name, grad, fault, check, says):
    return wrong(f"gradient: {name}", exact_product, fault, check, says, grad=grad)


def from_neighbour(name, grad, beside):
    """Return the record of f(x) + a neighbour of λα, which in some formats shows beside 0, too."""
    record = wrong_slope(f"f(x) + λα, {name}", grad, Fault.FROM_OUTPUT, "gradient_below_zero", OUTPUT)
    return replace(record, failures=(*record.failures, Finding("gradient_near_zero", OUTPUT, beside)))


def cut(scale, alpha, formats):
    says = f"{CUT} (λ = {scale}, α = {alpha})"
    return wrong(f"{scale}, {alpha}", lambda x: selu(x, scale, alpha), Fault.CUT, "constants", says, formats)


RIGHT = [
    Implementation("where, λα a constant", exact_product, ALL, grad=slope),
    Implementation(
        "λ times where", selu, ALL, grad=steep_at_zero, conventions=(Finding("constants", PRODUCT, (WIDE,)),)
    ),
    Implementation("sum of two clamps", clamps, ALL),
    Implementation("-0.0 gives 0", unsigned, ALL, conventions=(Finding("zeros", "the sign of zero is lost", ALL),)),
    Implementation("masked assignment", masked, ALL),
    Implementation("in buffers of its own", into_buffers, ALL),
    Implementation("numpy.select", chosen, ALL),
    Implementation("through tanh(x/2)", tangents, ALL),
    Implementation("in float64, rounded", in_double, ALL),
    Implementation("one number at a time", scalar, (WIDE,)),
    Implementation(
        "subnormal numbers flushed", flushing, ALL, conventions=(Finding("subnormals", "flushed to zero", ALL),)
    ),
    Implementation("selu_math.selu", sm.selu, ALL, grad=sm.selu_grad),
]

WRONG = [
    wrong("exp(x) - 1", exp_minus_one, Fault.CANCELLATION, "values_near_zero", CANCELS),
    wrong(
        "exp(x) - 1 in float64, rounded",
        exp_minus_one_in_double,
        Fault.CANCELLATION,
        "values_near_zero",
        CANCELS,
        LARGE,
    ),
    cut(1.0507, 1.67326, LARGE),
    wrong("1.6732", lambda x: selu(x, SCALE, 1.6732), Fault.CUT, "constants", f"{CUT} (α = 1.6732)", LARGE),
    cut(1.05, 1.67, ALL),
    cut(1.05070098, 1.67326324, (WIDE,)),
    wrong("float32 constants", single_constants, Fault.SINGLE, "constants", "rounded to float32 inside", (WIDE,)),
    wrong("float32 inside", single_inside, Fault.SINGLE, "precision", "works in float32", (WIDE,)),
    wrong("fl(λ)·fl(α), strict", selu, Fault.PRODUCT, "constants", PRODUCT, (WIDE,), of=LARGE, profile="strict"),
    wrong("α and λ swapped", lambda x: selu(x, ALPHA, SCALE), Fault.SWAPPED, "constants", "α and λ are swapped"),
    wrong("λ·leaky_relu", leaky, Fault.LEAKY, "constants", "a leaky ReLU"),
    wrong("λ·relu", relu, Fault.LEAKY, "constants", "far below zero it is 0: a ReLU"),
    wrong("λ missing above", no_scale_above, Fault.FACTOR, "constants", "λ is missing for x > 0"),
    wrong("λ missing below", no_scale_below, Fault.FACTOR, "constants", "λ is missing for x < 0"),
    wrong("α missing", lambda x: selu(x, SCALE, 1), Fault.FACTOR, "constants", "α is missing for x < 0"),
    wrong("λ missing", lambda x: selu(x, 1, ALPHA), Fault.FACTOR, "constants", "ELU with SELU's α"),
    wrong("ELU", lambda x: selu(x, 1, 1), Fault.FACTOR, "constants", "this is ELU with α = 1"),
    wrong("no else", no_else, Fault.NO_ELSE, "returns_value", "returns None for x < 0", (WIDE,), of=(WIDE,)),
    wrong("no else, vectorised", no_else_as_nan, Fault.NO_ELSE, "returns_value", "returns nan for every x < 0"),
    wrong("nan gives 0", nan_to_zero, Fault.NAN, "nan", NAN_LOST),
    wrong("nan_to_num", nan_to_number, Fault.NAN, "nan", NAN_LOST),
    wrong("fmax, fmin", nan_dropped, Fault.NAN, "nan", NAN_LOST),
    wrong("inf gives the largest number", inf_to_number, Fault.INFINITY, "infinities", UNBOUNDED),
    wrong("-inf gives nan", times_masks, Fault.INFINITY, "infinities", "inf - inf or 0 * inf"),
    wrong("0.1 % off from -1/2 to -1/4", dent, Fault.OTHER, "values_near_zero", "the values are wrong", LARGE),
    wrong("result in float64", widening, Fault.ARRAYS, "dtype", "widens the result", (SINGLE, HALF)),
    wrong("buffer in float32", single_buffer, Fault.ARRAYS, "dtype", "has a fixed dtype", (WIDE,), of=LARGE),
    wrong("flattened", flattening, Fault.ARRAYS, "shape", SIX),
    wrong("input overwritten", overwriting, Fault.ARRAYS, "input_unchanged", "the input is overwritten"),
    wrong("rest of eight left", rest_left, Fault.POSITION, "lengths", "after whole blocks of 8"),
    wrong("nan spreads", nan_spreads, Fault.POSITION, "neighbours", "nan at position 0 changes the result"),
    wrong("strides ignored", ignoring_strides, Fault.STRIDES, "strides", "read as if it were in one piece"),
    wrong("one piece only", one_piece_only, Fault.STRIDES, "strides", "raises"),
    wrong("noise", Noisy(), Fault.RANDOM, "deterministic", "gives another result the second time"),
    wrong_slope("f(x) + λα", from_output, Fault.FROM_OUTPUT, "gradient_below_zero", OUTPUT),
    from_neighbour("stuck", from_output_stuck, ()),
    from_neighbour("negative", from_output_negative, (HALF,)),
    wrong_slope("0 from -5", dead_far_below, Fault.FROM_OUTPUT, "gradient_below_zero", DEAD),
    wrong_slope("nan above", times_masks_slope, Fault.OVERFLOW, "gradient_finite", OVERFLOWS),
    wrong_slope("λ next to 0", scale_next_to_zero, Fault.SLOPE, "gradient_near_zero", STEEP),
    wrong_slope("λ missing above", no_scale_slope, Fault.FACTOR, "gradient_above_zero", "above zero must be λ"),
    wrong_slope("nan spreads in blocks", nan_in_blocks, Fault.POSITION, "gradient_positions", "nan at position 0"),
    Implementation(
        "clipped at the largest number",
        clipped,
        ALL,
        Fault.INFINITY,
        (Finding("infinities", UNBOUNDED, ALL), Finding("values_above_zero", "the values are wrong", ALL)),
    ),
    Implementation(
        "gradient: α missing",
        exact_product,
        ALL,
        Fault.FACTOR,
        (
            Finding("gradient_near_zero", "α is missing in the slope", ALL),
            Finding("gradient_below_zero", "α is missing in the slope", ALL),
        ),
        grad=no_alpha_slope,
    ),
    Implementation(
        "1.0507, 1.67326 and exp(x) - 1",
        cut_and_cancelling,
        ALL,
        Fault.CUT,
        (
            Finding("constants", f"{CUT} (λ = 1.0507, α = 1.67326)", LARGE),
            Finding("values_near_zero", CANCELS, ALL),
        ),
    ),
]
