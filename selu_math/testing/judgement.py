"""Values against the truth: the error of each in ulp, as a proved lower bound."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selu_math.numbers.formats import BinaryFormat
from selu_math.testing.probes import Array
from selu_math.testing.profiles import Profile
from selu_math.testing.truth import Truth

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Judgement:
    """Values over the probes of a format, judged.

    Attributes:
        form: the format.
        x: the probes.
        got: the values.
        truth: what they should be.
        error: for each value, proved to be off by at least this many ulp; 0.5 stands for a correctly rounded value,
            inf for nan.
        over: which errors are proved larger than the tolerance.
        flushed: which values are zero in place of a subnormal number; their error counts as 0.
    """

    form: BinaryFormat
    x: Array
    got: Array
    truth: Truth
    error: Array
    over: Mask
    flushed: Mask

    def worst(self, mask: Mask) -> int:
        """Return the index of the largest error under ``mask``; among equals, of the smallest ``|x|``."""
        largest = np.flatnonzero(mask & (self.error == self.error[mask].max()))
        return int(largest[np.argmin(np.abs(self.x[largest]))])

    @property
    def large(self) -> Mask:
        """Which errors are larger than a few roundings make them."""
        return self.over & (self.error > Profile.PRACTICAL.tolerance(self.form))

    def absolute_errors(self, mask: Mask) -> Array:
        """Return ``|got - truth|`` under ``mask``, in doubles: good enough to recognise a pattern, not to judge."""
        with np.errstate(invalid="ignore", over="ignore"):
            return np.abs(self.got[mask] - self.truth.nearest[mask])


def judge(got: Array, truth: Truth, below: float, above: float) -> Judgement:
    """Judge ``got``, values at ``truth.x``, against the truth, with a tolerance in ulp below and one above zero.

    A zero counts as flushed, not as wrong, where input or result is subnormal, or where the result is so close to
    the subnormal range that a factor of it (``exp(x)``, ``expm1(x)``) is.
    """
    smallest = float(truth.form.smallest_normal)
    near_subnormal = (np.abs(truth.x) < smallest) | (np.abs(truth.nearest) < 4 * smallest)
    flushed = (got == 0) & (truth.nearest != 0) & near_subnormal
    right = got == truth.nearest
    error = np.where(flushed, 0.0, np.where(right, 0.5, np.where(np.isnan(got), inf, truth.errors(got))))
    over = ~flushed & ~right & (error > np.where(truth.x > 0, above, below))
    return Judgement(truth.form, truth.x, got, truth, error, over, flushed)


def as_float(value: Fraction) -> float:
    """Return the nearest double, inf beyond the range."""
    try:
        return float(value)
    except OverflowError:
        return inf


def span(x: Any) -> str:
    """Return the range that inputs cover, as a phrase."""
    low, high = float(np.min(x)), float(np.max(x))
    return f"at {low:.4g}" if low == high else f"from {low:.4g} to {high:.4g}"
