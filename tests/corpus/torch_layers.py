"""Alpha dropout and initial weights in torch, right and wrong."""

import torch
from corpus.record import (
    ALPHA,
    DEPTH,
    LARGE,
    SINGLE,
    Dropout,
    Fault,
    Finding,
    Weights,
)
from torch.nn import functional


def dropout(x, p, low=-DEPTH, a=None, shift=True, swap=False):
    q = 1 - p
    a = a or (q + low**2 * q * p) ** -0.5
    b = -a * p * low if shift else 0.0
    kept = torch.rand(x.shape) < (p if swap else q)
    return a * torch.where(kept, x, low) + b


def of_dropout(name, check, says, fault, **options):
    return Dropout(name, lambda x, p: dropout(x, p, **options), fault, (Finding(check, says, LARGE),))


def training(x, p):
    return functional.alpha_dropout(x, p, training=True)


def of_weights(name, fill, fault=Fault.NONE, *findings):
    def drawn():
        weights = torch.empty(200, 400)
        with torch.no_grad():
            fill(weights)
        return weights

    return Weights(name, drawn, fault, findings)


def tau(says):
    return Finding("tau", says, (SINGLE,))


def default(weights):
    weights.copy_(torch.nn.Linear(400, 200).weight)


DROPOUTS = [
    Dropout("torch.nn.functional.alpha_dropout", training),
    Dropout("torch.nn.AlphaDropout", torch.nn.AlphaDropout(0.1)),
    Dropout("right", dropout),
    of_dropout("drops to -α", "dropped_value", "drops to -α in place of -λα", Fault.DROPPED, low=-ALPHA),
    of_dropout("a of ordinary dropout", "scale", "wrong a", Fault.AFFINE_A, a=1 / 0.9),
    of_dropout("b omitted", "shift", "b is omitted", Fault.AFFINE_B, shift=False),
    of_dropout("keep and drop swapped", "share", "keep and drop are swapped", Fault.KEPT, swap=True),
    Dropout(
        "torch.nn.Dropout",
        torch.nn.Dropout(0.1),
        Fault.NO_ALPHA,
        (Finding("two_values", "ordinary dropout, not alpha dropout", LARGE),),
    ),
]

WEIGHTS = [
    of_weights("kaiming_normal_, linear", lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear")),
    of_weights("kaiming_uniform_, linear", lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="linear")),
    of_weights(
        "kaiming_normal_, selu",
        lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="selu"),
        Fault.GAIN,
        tau("the gain is 3/4"),
    ),
    of_weights("kaiming_normal_", torch.nn.init.kaiming_normal_, Fault.GAIN, tau("which is ReLU's")),
    of_weights("torch.nn.Linear", default, Fault.GAIN, tau("uniform within 1/sqrt(fan_in)")),
    of_weights(
        "trunc_normal_",
        lambda w: torch.nn.init.trunc_normal_(w, std=0.05, a=-0.1, b=0.1),
        Fault.TRUNCATED,
        tau("cut at two deviations"),
    ),
]
