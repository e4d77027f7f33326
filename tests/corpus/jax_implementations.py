"""SELU in jax, right and wrong, with gradients by jax's own differentiation; initial weights too."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from corpus.record import (
    ALPHA,
    BRAIN,
    CANCELS,
    CUT,
    DEAD,
    DEPTH,
    HALF,
    LARGE,
    NAN_LOST,
    OUTPUT,
    OVERFLOWS,
    SCALE,
    SINGLE,
    SIX,
    STEEP,
    UNBOUNDED,
    WIDE,
    Fault,
    Finding,
    Implementation,
    Weights,
)

ALL = (WIDE, SINGLE, BRAIN, HALF)
WITHOUT_BRAIN = (WIDE, SINGLE, HALF)


@jax.custom_jvp
def rise(x):
    """Return expm1(x), whose derivative jax computes as expm1(x) + 1, which cancels; here it is exp(x)."""
    return jnp.expm1(x)


rise.defjvps(lambda t, y, x: t * jnp.exp(x))


def below(x):
    """Return the part of x at or below zero, with a derivative of 1 at 0."""
    return jnp.where(x > 0, 0, x)


def selu(x, scale=SCALE, alpha=ALPHA):
    return scale * jnp.where(x > 0, x, alpha * rise(below(x)))


def exact_product(x):
    return jnp.where(x > 0, SCALE * x, DEPTH * rise(below(x)))


def slope(x):
    return jnp.where(x > 0, jnp.full_like(x, SCALE), DEPTH * jnp.exp(below(x)))


def with_slope(own):
    """Return the right function with a derivative of its own."""

    @jax.custom_jvp
    def function(x):
        return exact_product(x)

    function.defjvps(lambda t, y, x: t * own(x))
    return function


# right


def double_where(x):
    return jnp.where(x > 0, SCALE * x, DEPTH * jnp.expm1(below(x)))


def clamps(x):
    return SCALE * jnp.maximum(x, 0) + DEPTH * jnp.expm1(jnp.minimum(x, 0))


def scaled_elu(x):
    return SCALE * jax.nn.elu(x, ALPHA)


def alpha_last(x):
    return jnp.where(x > 0, SCALE * x, ALPHA * (SCALE * rise(below(x))))


@jax.jit
def compiled(x):
    return exact_product(x)


# wrong values


def exp_minus_one(x):
    return SCALE * jnp.where(x > 0, x, ALPHA * (jnp.exp(below(x)) - 1))


@jax.jit
def single_constants(x):
    """Constants that are arrays in single precision: they stay so in float64 and widen what is narrower."""
    return selu(x, jnp.float32(SCALE), jnp.float32(ALPHA))


def single_inside(x):
    return jax.nn.selu(x.astype(jnp.float32)).astype(x.dtype)


def swapped(x):
    return selu(x, ALPHA, SCALE)


def no_scale_above(x):
    return jnp.where(x > 0, x, DEPTH * rise(below(x)))


def no_scale_below(x):
    return jnp.where(x > 0, SCALE * x, ALPHA * rise(below(x)))


def leaky(x):
    return SCALE * jax.nn.leaky_relu(x)


def no_else(x):  # noqa: RET503  the fault
    if x > 0:
        return SCALE * x
    DEPTH * jnp.expm1(x)


def nan_to_zero(x):
    return selu(jnp.where(jnp.isnan(x), 0, x))


def inf_to_number(x):
    return jnp.where(x == jnp.inf, jnp.finfo(x.dtype).max, selu(x))


# arrays


def widening(x):
    return selu(x.astype(jnp.promote_types(x.dtype, jnp.float32)))


def flattening(x):
    return selu(x).ravel()


def rest_left(x):
    """Return SELU in whole blocks of eight, and x after them."""
    flat = x.ravel()
    end = x.size - x.size % 8
    return jnp.concatenate([selu(flat[:end]), flat[end:]]).reshape(x.shape)


def nan_spreads(x):
    return selu(x) + 0 * jnp.sum(x)


class Noisy:
    """Noise that nobody switched off, with a key that is used up."""

    def __init__(self):
        self.key = jax.random.key(1)

    def __call__(self, x):
        self.key, key = jax.random.split(self.key)
        return selu(x) * (1 + 0.1 * jax.random.normal(key, x.shape)).astype(x.dtype)


# wrong derivatives


def where_exp(x):
    return jnp.where(x > 0, SCALE * x, DEPTH * (jnp.exp(x) - 1))


def where_expm1(x):
    return SCALE * jnp.where(x > 0, x, ALPHA * jnp.expm1(x))


def beside(x, towards):
    """Return the number next to λα in the input's format."""
    return jnp.nextafter(jnp.asarray(DEPTH, x.dtype), jnp.asarray(towards, x.dtype))


def from_output(x):
    return jnp.where(x > 0, SCALE, exact_product(below(x)) + DEPTH)


def from_output_stuck(x):
    return jnp.where(x > 0, SCALE, exact_product(below(x)) + beside(x, 2))


def from_output_negative(x):
    return jnp.where(x > 0, SCALE, exact_product(below(x)) + beside(x, 0))


def dead_far_below(x):
    return jnp.where(x <= -5, 0, slope(x))


def times_masks(x):
    # masks are numbers: XLA makes a where of a product with a truth value
    above = (x > 0).astype(x.dtype)
    return above * SCALE + (1 - above) * (DEPTH * jnp.exp(x))


def scale_next_to_zero(x):
    return jnp.where(x > -jnp.finfo(x.dtype).eps, SCALE, slope(x))


def no_scale_slope(x):
    return jnp.where(x > 0, 1, slope(x))


def nan_in_blocks(x):
    """Return the slope, and nan in each block of eight that holds a nan, as blending by multiplication does."""
    flat = jnp.pad(x.ravel(), (0, -x.size % 8))
    bad = jnp.isnan(flat).reshape(-1, 8).any(axis=1).repeat(8)[: x.size].reshape(x.shape)
    return jnp.where(bad, jnp.nan, slope(x))


def found(check, says, formats=ALL):
    return Finding(check, says, formats)


def wrong(name, fn, fault, *findings, of=ALL, **more):
    return Implementation(name, fn, of, fault, findings, **more)


def wrong_slope(name, own, fault, check, says):
    return wrong(f"gradient: {name}", with_slope(own), fault, found(check, says))


def from_neighbour(name, own, beside):
    """Return the record of f(x) + a neighbour of λα, which in some formats shows beside 0, too."""
    findings = found("gradient_below_zero", OUTPUT), found("gradient_near_zero", OUTPUT, beside)
    return wrong(f"gradient: f(x) + λα, {name}", with_slope(own), Fault.FROM_OUTPUT, *findings)


RIGHT = [
    Implementation("jax.nn.selu, values", jax.nn.selu, ALL, grad=None),
    Implementation("λ·jax.nn.elu, values", scaled_elu, ALL, grad=None),
    Implementation("jax.nn.selu, own gradient", jax.nn.selu, ALL, grad=slope),
    Implementation("where, with custom_jvp", exact_product, ALL),
    Implementation("λ times where, with custom_jvp", selu, ALL),
    Implementation("α times λ·expm1(x), with custom_jvp", alpha_last, ALL),
    Implementation("compiled", compiled, ALL),
    Implementation("expm1 within two wheres, values", double_where, ALL, grad=None),
    Implementation("sum of two clamps, values", clamps, ALL, grad=None),
]

WRONG = [
    wrong("exp(x) - 1", exp_minus_one, Fault.CANCELLATION, found("values_near_zero", CANCELS)),
    wrong("exp(x) - 1, compiled", jax.jit(exp_minus_one), Fault.CANCELLATION, found("values_near_zero", CANCELS)),
    wrong(
        "1.0507, 1.67326",
        lambda x: selu(x, 1.0507, 1.67326),
        Fault.CUT,
        found("constants", f"{CUT} (λ = 1.0507, α = 1.67326)", LARGE),
    ),
    wrong("1.6732", lambda x: selu(x, SCALE, 1.6732), Fault.CUT, found("constants", f"{CUT} (α = 1.6732)", LARGE)),
    wrong(
        "1.05, 1.67, compiled",
        jax.jit(partial(selu, scale=1.05, alpha=1.67)),
        Fault.CUT,
        found("constants", f"{CUT} (λ = 1.05, α = 1.67)", WITHOUT_BRAIN),
    ),
    wrong(
        "float32 constants, compiled",
        single_constants,
        Fault.SINGLE,
        found("constants", "rounded to float32 inside", (WIDE,)),
        found("dtype", "widens the result", (BRAIN, HALF)),
        grad=None,
    ),
    wrong(
        "float32 inside, values",
        single_inside,
        Fault.SINGLE,
        found("precision", "works in float32", (WIDE,)),
        grad=None,
    ),
    wrong("α and λ swapped", swapped, Fault.SWAPPED, found("constants", "are swapped")),
    wrong("λ·leaky_relu", leaky, Fault.LEAKY, found("constants", "a leaky ReLU")),
    wrong("λ missing above", no_scale_above, Fault.FACTOR, found("constants", "λ is missing for x > 0")),
    wrong("λ missing below", no_scale_below, Fault.FACTOR, found("constants", "λ is missing for x < 0")),
    wrong("no else", no_else, Fault.NO_ELSE, found("returns_value", "returns None for x < 0")),
    wrong("nan gives 0", nan_to_zero, Fault.NAN, found("nan", NAN_LOST)),
    wrong("inf gives the largest number", inf_to_number, Fault.INFINITY, found("infinities", UNBOUNDED)),
    wrong("result in float32", widening, Fault.ARRAYS, found("dtype", "widens the result", (BRAIN, HALF))),
    wrong("flattened", flattening, Fault.ARRAYS, found("shape", SIX)),
    wrong(
        "rest of eight left",
        rest_left,
        Fault.POSITION,
        found("lengths", "after whole blocks of 8"),
    ),
    wrong("nan spreads", nan_spreads, Fault.POSITION, found("neighbours", "nan at position 0 changes the result")),
    wrong("noise", Noisy(), Fault.RANDOM, found("deterministic", "gives another result the second time")),
    wrong("gradient: jax.nn.selu", jax.nn.selu, Fault.FROM_OUTPUT, found("gradient_below_zero", OUTPUT)),
    wrong(
        "gradient: where around exp(x) - 1",
        where_exp,
        Fault.OVERFLOW,
        found("values_near_zero", CANCELS),
        found("gradient_finite", OVERFLOWS),
    ),
    wrong(
        "gradient: where around expm1",
        where_expm1,
        Fault.OVERFLOW,
        found("gradient_finite", OVERFLOWS),
        found("gradient_below_zero", OUTPUT),
    ),
    wrong(
        "gradient: where around expm1, compiled",
        jax.jit(where_expm1),
        Fault.OVERFLOW,
        found("gradient_finite", OVERFLOWS),
        found("gradient_below_zero", OUTPUT),
    ),
    wrong("gradient: sum of two clamps", clamps, Fault.FROM_OUTPUT, found("gradient_below_zero", OUTPUT)),
    wrong_slope("f(x) + λα", from_output, Fault.FROM_OUTPUT, "gradient_below_zero", OUTPUT),
    from_neighbour("stuck", from_output_stuck, (BRAIN, HALF)),
    from_neighbour("negative", from_output_negative, (BRAIN, HALF)),
    wrong_slope("0 from -5", dead_far_below, Fault.FROM_OUTPUT, "gradient_below_zero", DEAD),
    wrong_slope("nan above", times_masks, Fault.OVERFLOW, "gradient_finite", OVERFLOWS),
    wrong_slope("λ next to 0", scale_next_to_zero, Fault.SLOPE, "gradient_near_zero", STEEP),
    wrong_slope("λ missing above", no_scale_slope, Fault.FACTOR, "gradient_above_zero", "above zero must be λ"),
    wrong_slope("nan spreads in blocks", nan_in_blocks, Fault.POSITION, "gradient_positions", "nan at position 0"),
]


def of_weights(name, draw, fault=Fault.NONE, says=""):
    findings = (found("tau", says, (SINGLE,)),) if says else ()
    return Weights(name, lambda: draw(jax.random.key(1), (400, 200)).T, fault, findings)


WEIGHTS = [
    of_weights("lecun_normal", jax.nn.initializers.lecun_normal()),
    of_weights("lecun_uniform", jax.nn.initializers.lecun_uniform()),
    of_weights("he_normal", jax.nn.initializers.he_normal(), Fault.GAIN, "which is ReLU's"),
    of_weights(
        "truncated_normal",
        lambda key, shape: jax.random.truncated_normal(key, -2, 2, shape) / np.sqrt(shape[0]),
        Fault.TRUNCATED,
        "cut at two deviations",
    ),
    Weights(
        "jax.random.normal in bfloat16",
        lambda: jax.random.normal(jax.random.key(1), (700, 700), jnp.bfloat16).astype(jnp.float32) / np.sqrt(700),
        Fault.BIASED,
        (found("omega", "the draws are biased", (SINGLE,)),),
    ),
]
