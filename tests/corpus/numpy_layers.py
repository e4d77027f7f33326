"""Alpha dropout and initial weights in NumPy, right and wrong."""

import numpy as np
from corpus.record import (
    ALPHA,
    DEPTH,
    LARGE,
    WIDE,
    Dropout,
    Fault,
    Finding,
    Weights,
)
from scipy.special import ndtri

DRAWS = np.random.default_rng(0)


def dropout(x, p, low=-DEPTH, a=None, shift=True, swap=False):
    q = 1 - p
    a = a or (q + low**2 * q * p) ** -0.5
    b = -a * p * low if shift else 0.0
    kept = DRAWS.random(x.shape) < (p if swap else q)
    return (a * np.where(kept, x, x.dtype.type(low)) + b).astype(x.dtype)


def biased(units, inputs):
    """Return normal numbers of 8-bit uniform ones, as a generator in bfloat16 makes them."""
    uniform = np.random.default_rng(1).integers(0, 256, (units, inputs)) / 256
    return ndtri(np.maximum(uniform, 2.0**-9)) / np.sqrt(inputs)


def of_dropout(name, check, says, fault, **options):
    finding = (Finding(check, says, LARGE),) if check else ()
    return Dropout(name, lambda x, p: dropout(x, p, **options), fault, finding)


def of_weights(name, draw, fault=Fault.NONE, *says):
    def drawn():
        return draw(np.random.default_rng(1), (100, 400)) / 20

    return Weights(name, drawn, fault, tuple(Finding("tau", text, (WIDE,)) for text in says))


def truncated(rng, shape):
    return ndtri(rng.uniform(0.02275013194817921, 1 - 0.02275013194817921, shape))


DROPOUTS = [
    of_dropout("right", "", "", Fault.NONE),
    of_dropout("drops to -α", "dropped_value", "drops to -α in place of -λα", Fault.DROPPED, low=-ALPHA),
    of_dropout("a of ordinary dropout", "scale", "wrong a", Fault.AFFINE_A, a=1 / 0.9),
    of_dropout("b omitted", "shift", "b is omitted", Fault.AFFINE_B, shift=False),
    of_dropout("keep and drop swapped", "share", "keep and drop are swapped", Fault.KEPT, swap=True),
]

WEIGHTS = [
    of_weights("normal", lambda rng, shape: rng.normal(0, 1, shape)),
    of_weights("uniform", lambda rng, shape: rng.uniform(-1, 1, shape) * np.sqrt(3)),
    of_weights("gain 3/4", lambda rng, shape: rng.normal(0, 3 / 4, shape), Fault.GAIN, "the gain is 3/4"),
    of_weights("gain of ReLU", lambda rng, shape: rng.normal(0, np.sqrt(2), shape), Fault.GAIN, "which is ReLU's"),
    of_weights(
        "a framework's default",
        lambda rng, shape: rng.uniform(-1, 1, shape),
        Fault.GAIN,
        "uniform within 1/sqrt(fan_in)",
    ),
    of_weights("truncated", truncated, Fault.TRUNCATED, "cut at two deviations"),
    Weights(
        "biased",
        lambda: biased(1000, 1000),
        Fault.BIASED,
        (Finding("omega", "the draws are biased", (WIDE,)), Finding("tau", "tau is 0.99", (WIDE,))),
    ),
]
