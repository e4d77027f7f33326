"""Wrong derivatives of SELU in torch, by autograd and of one's own."""

from dataclasses import replace

import torch
from corpus.record import ALPHA, BRAIN, CANCELS, DEAD, DEPTH, HALF, OUTPUT, OVERFLOWS, SCALE, STEEP, Fault, Finding
from corpus.torch_implementations import (
    Exact,
    clamps,
    double_where,
    exp_minus_one,
    found,
    on_a_copy,
    slope,
    wrong,
)
from torch.nn import functional


def with_slope(own):
    """Return the right function with a derivative of its own."""

    class Own(Exact):
        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * own(x)

    return Own.apply


def where_exp(x):
    return torch.where(x > 0, SCALE * x, DEPTH * (torch.exp(x) - 1))


def where_expm1(x):
    return SCALE * torch.where(x > 0, x, ALPHA * torch.expm1(x))


def from_output(x):
    return torch.where(x > 0, SCALE, Exact.value(x) + DEPTH)


def from_output_stuck(x):
    return torch.where(x > 0, SCALE, Exact.value(x) + beside(x, 2.0))


def from_output_negative(x):
    return torch.where(x > 0, SCALE, Exact.value(x) + beside(x, 0.0))


def beside(x, towards):
    """Return the number next to λα in the input's format."""
    return torch.nextafter(torch.tensor(DEPTH, dtype=x.dtype), torch.tensor(towards, dtype=x.dtype))


def dead_far_below(x):
    return torch.where(x <= -5, 0, slope(x))


def times_masks(x):
    return (x > 0).to(x.dtype) * SCALE + (x <= 0) * (DEPTH * torch.exp(x))


def scale_next_to_zero(x):
    return torch.where(x > -torch.finfo(x.dtype).eps, SCALE, slope(x))


def no_scale_slope(x):
    return torch.where(x > 0, 1, slope(x))


def nan_in_blocks(x):
    """Return the slope, and nan in each block of eight that holds a nan, as blending by multiplication does."""
    flat = functional.pad(x.flatten(), (0, -x.numel() % 8))
    bad = flat.isnan().view(-1, 8).any(dim=1).repeat_interleave(8)[: x.numel()].view(x.shape)
    return torch.where(bad, torch.nan, slope(x))


class OfOutput(torch.autograd.Function):
    """All at once: exp(x) - 1, and a gradient of its result's sign and value."""

    @staticmethod
    def forward(ctx, x):
        y = exp_minus_one(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * torch.where(y < 0, y + DEPTH, SCALE)


def wrong_slope(name, own, fault, check, says):
    return wrong(f"gradient: {name}", with_slope(own), fault, found(check, says))


def from_neighbour(name, grad, beside):
    """Return the record of f(x) + a neighbour of λα, which in some formats shows beside 0, too."""
    record = wrong_slope(f"f(x) + λα, {name}", grad, Fault.FROM_OUTPUT, "gradient_below_zero", OUTPUT)
    return replace(record, failures=(*record.failures, Finding("gradient_near_zero", OUTPUT, beside)))


WRONG = [
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
    wrong("gradient: expm1 within two wheres", double_where, Fault.FROM_OUTPUT, found("gradient_below_zero", OUTPUT)),
    wrong("gradient: in place on a copy", on_a_copy, Fault.FROM_OUTPUT, found("gradient_below_zero", OUTPUT)),
    wrong(
        "gradient: sum of two clamps",
        clamps,
        Fault.FROM_OUTPUT,
        found("gradient_below_zero", OUTPUT),
        found("gradient_at_zero", "both branches count at 0"),
    ),
    wrong(
        "gradient: of the output of exp(x) - 1",
        OfOutput.apply,
        Fault.SLOPE,
        found("values_near_zero", CANCELS),
        found("gradient_near_zero", STEEP),
        found("gradient_below_zero", OUTPUT),
    ),
    wrong_slope("f(x) + λα", from_output, Fault.FROM_OUTPUT, "gradient_below_zero", OUTPUT),
    from_neighbour("stuck", from_output_stuck, (BRAIN,)),
    from_neighbour("negative", from_output_negative, (BRAIN, HALF)),
    wrong_slope("0 from -5", dead_far_below, Fault.FROM_OUTPUT, "gradient_below_zero", DEAD),
    wrong_slope("nan above", times_masks, Fault.OVERFLOW, "gradient_finite", OVERFLOWS),
    wrong_slope("λ next to 0", scale_next_to_zero, Fault.SLOPE, "gradient_near_zero", STEEP),
    wrong_slope("λ missing above", no_scale_slope, Fault.FACTOR, "gradient_above_zero", "above zero must be λ"),
    wrong_slope("nan spreads in blocks", nan_in_blocks, Fault.POSITION, "gradient_positions", "nan at position 0"),
]
