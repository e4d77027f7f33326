"""Values against the truth, exactly: the error of each in ulp, as a proved lower bound."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf, isnan
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
        error: for each value, proved to be off by at least this many ulp (rounded to a double); 0.5 stands for a
            correctly rounded value, inf for nan.
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
        candidates = np.flatnonzero(mask)
        keys = [(-self.error[i], abs(self.x[i])) for i in candidates]
        return int(candidates[keys.index(min(keys))])

    @property
    def large(self) -> Mask:
        """Which errors are larger than a few roundings make them."""
        return self.over & (self.error > Profile.PRACTICAL.tolerance(self.form))

    def absolute_errors(self, mask: Mask) -> Array:
        """Return ``|got - truth|`` under ``mask``, in doubles: good enough to recognise a pattern, not to judge."""
        with np.errstate(invalid="ignore", over="ignore"):
            return np.abs(self.got[mask] - self.truth.nearest[mask])


def judge(got: Array, truth: Truth, form: BinaryFormat, below: int, above: int) -> Judgement:
    """Judge ``got``, values at ``truth.x``, against the truth, with a tolerance in ulp below and one above zero.

    A zero counts as flushed, not as wrong, where input or result is subnormal, or where the result is so close to
    the subnormal range that a factor of it (``exp(x)``, ``expm1(x)``) is.
    """
    smallest = float(form.smallest_normal)
    near_subnormal = (np.abs(truth.x) < smallest) | (np.abs(truth.nearest) < 4 * smallest)
    flushed = (got == 0) & (truth.nearest != 0) & near_subnormal
    error = np.where(flushed, 0.0, 0.5)
    over = np.zeros(got.shape, dtype=np.bool_)
    for i in np.flatnonzero((got != truth.nearest) & ~flushed).tolist():
        value = float(got[i])
        if isnan(value):
            error[i], over[i] = inf, True
            continue
        low, _ = form.error(_finite(value, form), truth.enclosures[i])
        error[i], over[i] = as_float(low), low > (above if truth.x[i] > 0 else below)
    return Judgement(form, truth.x, got, truth, error, over, flushed)


def _finite(value: float, form: BinaryFormat) -> Fraction:
    """Return the value exactly; an infinity counts as the first power of two that overflows to it."""
    if isinf(value):
        return form.overflow if value > 0 else -form.overflow
    return Fraction(value)


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
