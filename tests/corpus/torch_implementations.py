"""SELU in torch, right and wrong; gradients are by autograd, those that are wrong are in torch_gradients."""

import torch
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
    PRODUCT,
    ROUNDINGS,
    SCALE,
    SINGLE,
    SIX,
    UNBOUNDED,
    WIDE,
    Fault,
    Finding,
    Implementation,
)
from torch.nn import functional

ALL = (WIDE, SINGLE, BRAIN, HALF)
WITHOUT_BRAIN = (WIDE, SINGLE, HALF)


def scaled_elu(x, scale=SCALE, alpha=ALPHA):
    return scale * functional.elu(x, alpha)


def slope(x):
    return torch.where(x > 0, torch.full_like(x, SCALE), DEPTH * torch.exp(x.clamp(max=0)))


class Exact(torch.autograd.Function):
    """A right function with the right gradient, both of its own."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return Exact.value(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * slope(x)

    @staticmethod
    def value(x):
        return torch.where(x > 0, SCALE * x, DEPTH * torch.expm1(x.clamp(max=0)))


# right


class Scaled(torch.nn.ELU):
    """A module made of another."""

    def __init__(self):
        super().__init__(ALPHA)

    def forward(self, x):
        return SCALE * super().forward(x)


def double_where(x):
    safe = torch.where(x > 0, 0, x)
    return torch.where(x > 0, SCALE * x, DEPTH * torch.expm1(safe))


def clamps(x):
    return SCALE * x.clamp(min=0) + DEPTH * torch.expm1(x.clamp(max=0))


def in_double(x):
    return functional.selu(x.double()).to(x.dtype)


def kernel(x):
    return torch.ops.aten.elu(x, ALPHA, SCALE)


def on_a_copy(x):
    return functional.selu(x.clone(), inplace=True)


# wrong values


def exp_minus_one(x):
    return SCALE * torch.where(x > 0, x, ALPHA * (torch.exp(torch.where(x > 0, 0, x)) - 1))


def exp_minus_one_in_double(x):
    return exp_minus_one(x.double()).to(x.dtype)


def rounded_product(x):
    """λα is made of both as the input's format has them; all else is in float64."""
    depth = torch.tensor(SCALE, dtype=x.dtype) * torch.tensor(ALPHA, dtype=x.dtype)
    wide = x.double()
    return torch.where(x > 0, SCALE * wide, functional.elu(wide, depth.item())).to(x.dtype)


def in_the_format(x):
    """Constants, and every step, rounded to the input's format."""
    scale, alpha = torch.tensor(SCALE, dtype=x.dtype), torch.tensor(ALPHA, dtype=x.dtype)
    return scale * torch.where(x > 0, x, alpha * functional.elu(x))


def single_constants(x):
    """Both constants in torch's default format, which does not widen the result."""
    return torch.tensor(SCALE) * torch.where(x > 0, x, torch.tensor(ALPHA) * functional.elu(x))


def single_inside(x):
    return functional.selu(x.float()).to(x.dtype)


def half_inside(x):
    return functional.selu(x.half()).to(x.dtype)


def brain_inside(x):
    return functional.selu(x.bfloat16()).to(x.dtype)


def clamped(x):
    return functional.selu(x.clamp(min=-20))


def no_scale_above(x):
    return torch.where(x > 0, x, functional.selu(x))


def no_scale_below(x):
    return torch.where(x > 0, SCALE * x, functional.elu(x, ALPHA))


def leaky(x):
    return SCALE * functional.leaky_relu(x)


def no_else(x):  # noqa: RET503  the fault
    if x > 0:
        return SCALE * x
    DEPTH * torch.expm1(x)


def nan_to_zero(x):
    return functional.selu(torch.nan_to_num(x, nan=0.0, posinf=torch.inf, neginf=-torch.inf))


def inf_to_number(x):
    return torch.where(x == torch.inf, torch.finfo(x.dtype).max, functional.selu(x))


# arrays


def in_place(x):
    return functional.selu_(x)


def widening(x):
    return functional.selu(x.double())


def flattening(x):
    return functional.selu(x).flatten()


def views_only(x):
    return functional.selu(x.view(-1)).view(x.shape)


def rest_left(x):
    flat = x.flatten()
    end = flat.numel() - flat.numel() % 8
    return torch.cat([functional.selu(flat[:end]), flat[end:]]).reshape(x.shape)


def nan_spreads(x):
    return functional.selu(x) + 0 * x.sum()


def found(check, says, formats=ALL):
    return Finding(check, says, formats)


def wrong(name, fn, fault, *findings, **more):
    return Implementation(name, fn, more.pop("of", ALL), fault, findings, **more)


RIGHT = [
    Implementation("torch.nn.functional.selu", functional.selu, ALL),
    Implementation("torch.nn.SELU", torch.nn.SELU(), ALL),
    Implementation("λ·elu(x, α)", scaled_elu, ALL),
    Implementation("a module made of ELU", Scaled(), ALL),
    Implementation("torch.ops.aten.elu", kernel, ALL),
    Implementation("an autograd.Function", Exact.apply, ALL),
    Implementation("in float64, rounded", in_double, ALL),
    Implementation(
        "constants and steps in the format",
        in_the_format,
        ALL,
        conventions=(found("constants", PRODUCT, (WIDE, BRAIN)),),
    ),
    Implementation("expm1 within two wheres, values", double_where, ALL, grad=None),
    Implementation("sum of two clamps, values", clamps, ALL, grad=None),
    Implementation("in place on a copy, values", on_a_copy, ALL, grad=None),
    Implementation("sum of two clamps, own gradient", clamps, ALL, grad=slope),
]

WRONG = [
    wrong("exp(x) - 1", exp_minus_one, Fault.CANCELLATION, found("values_near_zero", CANCELS)),
    wrong(
        "exp(x) - 1 in float64, rounded",
        exp_minus_one_in_double,
        Fault.CANCELLATION,
        found("values_near_zero", CANCELS, (WIDE, SINGLE, BRAIN)),
    ),
    wrong(
        "1.0507, 1.67326",
        lambda x: scaled_elu(x, 1.0507, 1.67326),
        Fault.CUT,
        found("constants", f"{CUT} (λ = 1.0507, α = 1.67326)", LARGE),
    ),
    wrong(
        "1.6732", lambda x: scaled_elu(x, SCALE, 1.6732), Fault.CUT, found("constants", f"{CUT} (α = 1.6732)", LARGE)
    ),
    wrong(
        "1.05, 1.67",
        lambda x: scaled_elu(x, 1.05, 1.67),
        Fault.CUT,
        found("constants", f"{CUT} (λ = 1.05, α = 1.67)", WITHOUT_BRAIN),
    ),
    wrong(
        "float32 constants", single_constants, Fault.SINGLE, found("constants", "rounded to float32 inside", (WIDE,))
    ),
    wrong("float32 inside", single_inside, Fault.SINGLE, found("precision", "works in float32", (WIDE,))),
    wrong("float16 inside", half_inside, Fault.SINGLE, found("precision", "works in float16", (WIDE, SINGLE, BRAIN))),
    wrong("bfloat16 inside", brain_inside, Fault.SINGLE, found("precision", "works in bfloat16", WITHOUT_BRAIN)),
    wrong(
        "fl(λ)·fl(α), strict",
        rounded_product,
        Fault.PRODUCT,
        found("constants", PRODUCT, (WIDE, BRAIN)),
        profile="strict",
    ),
    wrong("α and λ swapped", lambda x: scaled_elu(x, ALPHA, SCALE), Fault.SWAPPED, found("constants", "are swapped")),
    wrong("λ·leaky_relu", leaky, Fault.LEAKY, found("constants", "a leaky ReLU")),
    wrong("λ missing above", no_scale_above, Fault.FACTOR, found("constants", "λ is missing for x > 0")),
    wrong("λ missing below", no_scale_below, Fault.FACTOR, found("constants", "λ is missing for x < 0")),
    wrong("ELU", torch.nn.ELU(), Fault.FACTOR, found("constants", "this is ELU with α = 1")),
    wrong("no else", no_else, Fault.NO_ELSE, found("returns_value", "returns None for x < 0")),
    wrong("nan gives 0", nan_to_zero, Fault.NAN, found("nan", NAN_LOST)),
    wrong("inf gives the largest number", inf_to_number, Fault.INFINITY, found("infinities", UNBOUNDED)),
    wrong(
        "in place",
        in_place,
        Fault.ARRAYS,
        found("input_unchanged", "the input is overwritten"),
        found("gradient_below_zero", OUTPUT),
    ),
    wrong("result in float64", widening, Fault.ARRAYS, found("dtype", "widens the result", (SINGLE, BRAIN, HALF))),
    wrong("flattened", flattening, Fault.ARRAYS, found("shape", SIX)),
    wrong(
        "rest of eight left",
        rest_left,
        Fault.POSITION,
        found("lengths", "after whole blocks of 8"),
    ),
    wrong("nan spreads", nan_spreads, Fault.POSITION, found("neighbours", "nan at position 0 changes the result")),
    wrong("views only", views_only, Fault.STRIDES, found("strides", "a transposed view raises RuntimeError")),
    wrong(
        "dropout left on",
        torch.nn.Sequential(torch.nn.SELU(), torch.nn.Dropout(0.5)),
        Fault.RANDOM,
        found("deterministic", "gives another result the second time"),
    ),
    wrong(
        "input clamped at -20",
        clamped,
        Fault.OTHER,
        found("values_below_zero", "x is clamped", (WIDE,)),
        found("gradient_below_zero", DEAD, (WIDE, SINGLE, BRAIN)),
    ),
    wrong(
        "constants and steps in the format, strict",
        in_the_format,
        Fault.PRODUCT,
        found("constants", PRODUCT, (WIDE, BRAIN)),
        found("values_above_zero", ROUNDINGS, (BRAIN,)),
        found("values_near_zero", ROUNDINGS, (HALF,)),
        found("values_below_zero", ROUNDINGS, (HALF,)),
        profile="strict",
    ),
]
