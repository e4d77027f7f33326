"""What SELU and its slope are, proved: enclosures at exact inputs, and the nearest number of a format."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np
from flint import arb

from selu_math.activations import ALPHA, LAMBDA
from selu_math.numbers.ball import BALL
from selu_math.numbers.enclosure import Enclosure, prove
from selu_math.numbers.exact import Exact
from selu_math.numbers.formats import BinaryFormat, BinaryNumber
from selu_math.testing.probes import Array, grid

# Below this, exp(x) times any constant up to 2**299 is in (0, 2**-17000), far less than half the smallest number of
# every format; a ball of the value itself would carry an exponent as long as x.
_VANISHED: Final = -12_000
_TAIL: Final = ((1, -17_001), (1, -17_001))


@dataclass(frozen=True)
class Constants:
    """The two numbers that make a SELU: the slope above zero and the depth below.

    Attributes:
        scale: lambda.
        scale_alpha: lambda times alpha.
    """

    scale: Exact
    scale_alpha: Exact


TRUE_CONSTANTS: Final = Constants(Exact.of(LAMBDA), Exact.of(LAMBDA) * Exact.of(ALPHA))


def enclose_selu(x: Fraction, constants: Constants = TRUE_CONSTANTS) -> Enclosure:
    """Enclose SELU at an exact ``x`` at the working precision (Klambauer et al. 2017, eq. 2)."""
    if x > 0:
        return Enclosure(BALL.exact(constants.scale) * BALL.rational(x))
    depth = BALL.exact(constants.scale_alpha)
    return Enclosure(arb(*_TAIL) - depth if x < _VANISHED else depth * BALL.rational(x).expm1())


def enclose_slope(x: Fraction, constants: Constants = TRUE_CONSTANTS) -> Enclosure:
    """Enclose the derivative of SELU at an exact ``x`` other than 0, where it has none."""
    if x > 0:
        return Enclosure(BALL.exact(constants.scale))
    if x < _VANISHED:
        return Enclosure(arb(*_TAIL))
    return Enclosure(BALL.exact(constants.scale_alpha) * BALL.rational(x).exp())


def rounded_selu(x: Fraction, form: BinaryFormat, constants: Constants = TRUE_CONSTANTS) -> BinaryNumber:
    """Return the number of ``form`` nearest to SELU at an exact ``x``."""
    return form.nearest(lambda: enclose_selu(x, constants), f"SELU at {float(x)}")


@dataclass(frozen=True)
class Truth:
    """SELU or its slope over the probes of a format.

    Attributes:
        x: the probes, see :func:`selu_math.testing.probes.grid`.
        nearest: the correctly rounded values, as float64.
        enclosures: one for each probe, each tight enough to decide the rounding.
    """

    x: Array
    nearest: Array
    enclosures: tuple[Enclosure, ...]


@lru_cache(maxsize=16)
def truth(form: BinaryFormat, constants: Constants = TRUE_CONSTANTS, *, slope: bool = False) -> Truth:
    """Return the truth over the probes of ``form``: of SELU with ``constants``, or of its slope.

    Raises:
        PrecisionError: if a value lies too close to a tie to be rounded.
    """
    enclose = enclose_slope if slope else enclose_selu
    nearest, enclosures = [], []
    for value in grid(form).tolist():
        x = Fraction(value)

        def decided(ball: Enclosure) -> tuple[float, Enclosure] | None:
            number = form.round_enclosure(ball)
            return None if number is None else (float(number), ball)

        rounded, ball = prove(
            lambda x=x: enclose(x, constants),  # type: ignore[misc]
            decided,
            bits=2 * form.precision + 32,
            what=f"the truth at {value}",
        )
        nearest.append(rounded)
        enclosures.append(ball)
    return Truth(grid(form), np.array(nearest), tuple(enclosures))
