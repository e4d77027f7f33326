"""Where an implementation is probed: inputs that are exact in the format under test.

All inputs travel as float64 arrays, which hold every float16, bfloat16, float32 and float64 number exactly.
"""

from __future__ import annotations

from functools import lru_cache
from math import ldexp
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from selu_math.numbers.formats import BinaryFormat

Array: TypeAlias = NDArray[np.float64]

SATURATED: Final = -128.0
"""Far enough below zero that ``exp(x)`` changes no bit of SELU in any of the formats, and exact in all of them."""
SAMPLE: Final[Array] = np.array([-3.0, 0.5, -1.0, 2.0, -0.25, 1.0, 3.0])
"""A few ordinary numbers of both signs."""

# Between 2**-(p+4), below which expm1(x) rounds to x, and 2**10, above which every slope has underflowed, the
# function has shape, so probes are dense there; elsewhere it only scales.
_DENSE_TOP: Final = 10
_DENSE, _SPARSE = 12, 2
_GOLDEN: Final = 0.6180339887498949


@lru_cache(maxsize=8)
def grid(form: BinaryFormat, *, sparse: bool = False) -> Array:
    """Return non-zero finite numbers of ``form`` in increasing order, both signs.

    Of a 16-bit format these are all there are, unless ``sparse``.  Of the others each binade, subnormal ones included,
    gives its first and last number and a few that follow the golden ratio, so that significands vary without a random
    generator.
    """
    positive = _all(form) if form.storage_bits == 16 and not sparse else _some(form)
    grown: Array = np.concatenate([-positive[::-1], positive])
    grown.setflags(write=False)
    return grown


def _all(form: BinaryFormat) -> Array:
    """Return all positive finite numbers, in the order of their encodings: exponent field, then significand."""
    leading = 1 << (form.precision - 1)
    fields, significands = np.divmod(np.arange(1, (2 * form.max_exponent + 1) * leading), leading)
    exponents = np.maximum(fields, 1) - form.max_exponent - form.precision + 1
    numbers: Array = np.ldexp((significands + leading * (fields > 0)).astype(np.float64), exponents)
    return numbers


def _some(form: BinaryFormat) -> Array:
    """Return positive numbers, some in every binade."""
    lowest = form.min_exponent - form.precision + 1
    sizes: list[float] = []
    turn = 0
    for exponent in range(lowest, form.max_exponent + 1):
        unit = max(exponent, form.min_exponent) - form.precision + 1
        count = 1 << (exponent - unit)
        inner = _DENSE if -form.precision - 4 <= exponent <= _DENSE_TOP else _SPARSE
        offsets = {0, count - 1}
        for _ in range(inner):
            turn += 1
            offsets.add(int((turn * _GOLDEN % 1.0) * count))
        sizes += [ldexp(count + offset, unit) for offset in offsets]
    return np.unique(np.array(sizes))
