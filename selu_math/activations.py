"""The catalogue of activations: what people type, and what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from selu_math.activation import MAX_DIGITS, MAX_QUADRATURE_DIGITS, Activation
from selu_math.closed_forms import (
    ALPHA,
    LAMBDA,
    absolute,
    celu,
    cosine,
    elu,
    hard_sigmoid,
    hardshrink,
    hardswish,
    hardtanh,
    identity,
    leaky_relu,
    lselu,
    prelu,
    relu,
    relu6,
    selu_activation,
    serlu,
    sine,
    snake,
    softshrink,
    squared_relu,
    sselu,
    threshold,
)
from selu_math.exceptions import InputError, quoted, unknown_name
from selu_math.numbers.exact import as_fraction
from selu_math.smooth_forms import ARCTAN, ERF, GELU, GELU_TANH, MISH, SIGMOID, SILU, SOFTPLUS, TANH

__all__ = [
    "ALPHA",
    "CATALOGUE",
    "GELU",
    "LAMBDA",
    "MAX_DIGITS",
    "MAX_QUADRATURE_DIGITS",
    "SELU",
    "TANH",
    "Activation",
    "Entry",
    "elu",
    "leaky_relu",
    "parse_activation",
    "relu",
    "selu_activation",
]

SELU: Final = selu_activation()


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue.

    Attributes:
        name: what people type.
        build: makes the activation from its parameters.
        parameters: their names and defaults, in order.
        summary: one line that defines the function.
    """

    name: str
    build: Callable[..., Activation]
    parameters: Mapping[str, str]
    summary: str


def _entry(build: Callable[..., Activation], **parameters: str) -> Entry:
    made = build()
    return Entry(made.name.partition("(")[0], build, parameters, made.summary)


CATALOGUE: Final[Mapping[str, Entry]] = {
    entry.name: entry
    for entry in (
        _entry(selu_activation, scale="λ", alpha="α"),
        _entry(elu, alpha="1"),
        _entry(celu, alpha="1"),
        _entry(serlu, scale="1.07862", alpha="2.90427"),
        _entry(lselu, beta="0.1"),
        _entry(sselu, beta="0.5"),
        _entry(relu),
        _entry(leaky_relu, negative_slope="0.01"),
        _entry(prelu, negative_slope="0.25"),
        _entry(relu6),
        _entry(squared_relu),
        _entry(threshold, threshold="1", value="0"),
        _entry(hardtanh, min="-1", max="1"),
        _entry(hard_sigmoid),
        _entry(hardswish),
        _entry(hardshrink, lambd="0.5"),
        _entry(softshrink, lambd="0.5"),
        _entry(absolute),
        _entry(identity),
        _entry(sine),
        _entry(cosine),
        _entry(snake, a="1"),
        *(_entry(lambda f=f: f) for f in (TANH, SIGMOID, SOFTPLUS, SILU, MISH, GELU, GELU_TANH, ERF, ARCTAN)),
    )
}
_SYNONYMS: Final = {
    "swish": "silu",
    "logistic": "sigmoid",
    "gelu_approximate": "gelu_tanh",
    "atan": "arctan",
    "relu2": "squared_relu",
    "relu_squared": "squared_relu",
    "thresholded_relu": "threshold",
    "hard_tanh": "hardtanh",
    "hardsigmoid": "hard_sigmoid",
    "hard_swish": "hardswish",
    "hard_silu": "hardswish",
    "hard_shrink": "hardshrink",
    "soft_shrink": "softshrink",
    "absolute": "abs",
    "linear": "identity",
    "sin": "sine",
    "cos": "cosine",
}


def parse_activation(text: str) -> Activation:
    """Return the activation that ``text`` names: ``selu``, ``leaky_relu(0.01)`` or ``piecewise: x<0: 0; x>=0: x``.

    Text is parsed and never evaluated.

    Raises:
        InputError: for an unknown name (the nearest is suggested) or malformed parameters.
    """
    text = text.strip()
    if text.lower().startswith("piecewise:"):
        from selu_math.parsing import parse_piecewise

        return Activation(" ".join(text.split()), parse_piecewise(text.partition(":")[2]), {}, "as given")
    name, bracket, rest = text.partition("(")
    key = name.strip().lower().replace("-", "_")
    entry = CATALOGUE.get(_SYNONYMS.get(key, key))
    if entry is None:
        raise unknown_name("activation", text, (*CATALOGUE, "'piecewise: ...'"))
    if not bracket:
        return SELU if entry.name == "selu" else entry.build()
    if not rest.endswith(")"):
        raise InputError(f"activation {quoted(text)} lacks a closing bracket; write {entry.name}(number, ...)")
    values = rest[:-1].split(",") if rest[:-1].strip() else []
    if len(values) > len(entry.parameters):
        accepted = ", ".join(entry.parameters) or "no parameters"
        raise InputError(f"{entry.name} takes {accepted}; got {len(values)} values")
    numbers = [as_fraction(value, name) for value, name in zip(values, entry.parameters, strict=False)]
    return entry.build(*numbers)
