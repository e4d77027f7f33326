"""Values of functions and of their pieces at float64 points."""

from __future__ import annotations

from typing import Any

import numpy as np

from selu_math.analytic import Analytic
from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact
from selu_math.numbers.float64 import FLOAT64, Array
from selu_math.numbers.float_quadrature import FUNCTIONS
from selu_math.numbers.sampling import evaluate as evaluate_callable
from selu_math.pieces import Part, Piecewise
from selu_math.sampled import Sampled
from selu_math.trigonometric import TrigPoly


def evaluate(f: Piecewise, x: Array) -> Array:
    """Return f at an array of points, atoms left out."""
    value = np.empty(x.shape)
    piece = np.searchsorted([float(c) for c in f.breaks], x, side="right")
    for index, part in enumerate(f.parts):
        inside = piece == index
        value[inside] = values(part, x[inside])
    return value


def values(part: Part, x: Array) -> Any:
    """Return a piece at an array of points."""
    if isinstance(part, Analytic):
        return part.combination(FLOAT64)(part.derivatives(FUNCTIONS, x, part.order))
    total = np.zeros_like(x)
    if isinstance(part, Sampled):
        heights = evaluate_callable(part.base.name, part.base.function, x)
        for (power, slopes, order), coefficient in part.terms.items():
            if slopes or order:
                raise InputError(f"{part.base.name} is known by its values alone: the slope of its maps is not")
            total += FLOAT64.exact(coefficient) * heights**power
        return total
    if isinstance(part, TrigPoly):
        for (power, frequency, sine), coefficient in part.terms.items():
            wave = np.sin if sine else np.cos
            total += FLOAT64.exact(coefficient) * x**power * wave(float(frequency) * x)
        return total
    constant = Exact()
    for (power, rate), coefficient in part.terms.items():
        if power:
            total += FLOAT64.exact(coefficient) * x**power * np.exp(float(rate) * x)
        else:  # near 0 constants cancel, so they are added exactly
            constant += coefficient
            total += FLOAT64.exact(coefficient) * np.expm1(float(rate) * x)
    return total + FLOAT64.exact(constant)
