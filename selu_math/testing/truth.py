"""What SELU and its slope are, proved: enclosures at exact inputs, and the nearest number of a format."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from math import inf, ldexp
from typing import Final, TypeAlias

import numpy as np
from flint import arb
from numpy.typing import NDArray

from selu_math.activations import ALPHA, LAMBDA
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.enclosure import Enclosure
from selu_math.numbers.exact import Exact
from selu_math.numbers.formats import BinaryFormat, BinaryNumber
from selu_math.testing.probes import Array, grid

Exponents: TypeAlias = NDArray[np.int32]

_SAFE: Final = 1 - 2.0**-50
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
    return Enclosure(_selu(BALL.rational(x), BALL.exact(constants.scale), BALL.exact(constants.scale_alpha)))


def enclose_slope(x: Fraction, constants: Constants = TRUE_CONSTANTS) -> Enclosure:
    """Enclose the derivative of SELU at an exact ``x`` other than 0, where it has none."""
    return Enclosure(_slope(BALL.rational(x), BALL.exact(constants.scale), BALL.exact(constants.scale_alpha)))


def _selu(x: arb, scale: arb, depth: arb) -> arb:
    if x > 0:
        return scale * x
    return arb(*_TAIL) - depth if x < _VANISHED else depth * x.expm1()


def _slope(x: arb, scale: arb, depth: arb) -> arb:
    if x > 0:
        return scale
    return arb(*_TAIL) if x < _VANISHED else depth * x.exp()


def rounded_selu(x: Fraction, form: BinaryFormat, constants: Constants = TRUE_CONSTANTS) -> BinaryNumber:
    """Return the number of ``form`` nearest to SELU at an exact ``x``."""
    return form.nearest(lambda: enclose_selu(x, constants), f"SELU at {float(x)}")


def round_all(values: Array, form: BinaryFormat) -> Array:
    """Return the numbers of ``form``, of at most 53 bits, nearest to doubles: as :meth:`BinaryFormat.round`."""
    unit = _units(values, form)
    # scaling by powers of two is exact here, and rint takes ties to even
    return _numbers(np.rint(np.ldexp(values, -unit)), unit, form)


def _units(values: Array, form: BinaryFormat) -> Exponents:
    """Return the power of two that is one ulp at each value."""
    exponent = np.frexp(values)[1] - 1
    exponent[values == 0] = form.min_exponent
    exponent[~np.isfinite(values)] = form.max_exponent
    unit: Exponents = np.clip(exponent, form.min_exponent, form.max_exponent) - form.precision + 1
    return unit


def _numbers(ulps: Array, unit: Exponents, form: BinaryFormat) -> Array:
    """Return whole numbers of ulp as numbers of ``form``, infinite beyond the largest."""
    with np.errstate(over="ignore"):
        values = np.ldexp(ulps, unit)
        return np.where(np.abs(values) > _largest(form), np.copysign(inf, values), values)


def _largest(form: BinaryFormat) -> float:
    return ldexp((1 << form.precision) - 1, form.max_exponent - form.precision + 1)


@dataclass(frozen=True)
class Truth:
    """SELU or its slope over the probes of a format: each value lies between ``low`` and ``high`` ulp from ``ulps``.

    Attributes:
        form: the format.
        x: the probes, see :func:`selu_math.testing.probes.grid`.
        nearest: the correctly rounded values, as float64.
        unit: the exponent of the power of two that is one ulp of the truth.
        ulps: a whole number of ulp next to the truth.
        low: the truth less that, in ulp; a proved lower bound.
        high: a proved upper bound, likewise.
    """

    form: BinaryFormat
    x: Array
    nearest: Array
    unit: Exponents
    ulps: Array
    low: Array
    high: Array

    def errors(self, values: Array) -> Array:
        """Return for each value by how many ulp of the truth it is off at least; nan for nan.

        An infinity counts as the first power of two that overflows to it.
        """
        with np.errstate(over="ignore"):
            overflow = np.ldexp(1.0, self.form.max_exponent + 1 - self.unit)
            given = np.where(np.isinf(values), np.copysign(overflow, values), np.ldexp(values, -self.unit))
        distance = given - self.ulps
        # Scaling is exact, or underflows where that is no matter.  A distance that is not exact is at least half of
        # either term, hence 2 or more, while low and high are at most 1 in size (more where the truth is far beyond
        # the overflow, and there they add to the distance): so each of the two roundings is at most 2**-52 of the
        # result, and with a factor of 1 - 2**-50 it is a lower bound.
        return _SAFE * np.maximum(0.0, np.maximum(self.low - distance, distance - self.high))


@lru_cache(maxsize=16)
def truth(
    form: BinaryFormat, constants: Constants = TRUE_CONSTANTS, *, slope: bool = False, sparse: bool = False
) -> Truth:
    """Return the truth over the probes of ``form``: of SELU with ``constants``, or of its slope.

    Raises:
        PrecisionError: if a value lies too close to a tie to be rounded.
    """
    x, function = grid(form, sparse=sparse), _slope if slope else _selu
    with precision(2 * form.precision + 32):
        scale, depth = BALL.exact(constants.scale), BALL.exact(constants.scale_alpha)
        balls = [function(arb(value), scale, depth) for value in x.tolist()]
        unit = _units(np.array([float(ball) for ball in balls]), form)
        powers = {exponent: arb((1, -exponent)) for exponent in set(unit.tolist())}
        scaled = [ball * powers[exponent] for ball, exponent in zip(balls, unit.tolist(), strict=True)]
        # beyond twice the overflow a value need not be a double; the rest of it is left to the ball
        bound = ldexp(1.0, form.precision + 1)
        ulps = np.clip(np.rint(np.array([float(ball) for ball in scaled])), -bound, bound)
        rests = [ball - whole for ball, whole in zip(scaled, ulps.tolist(), strict=True)]
        # the ends of a ball become the nearest doubles, hence one more outward
        low = np.nextafter([float(rest.lower()) for rest in rests], -inf)
        high = np.nextafter([float(rest.upper()) for rest in rests], inf)
    nearest = _numbers(ulps, unit, form)
    enclose = enclose_slope if slope else enclose_selu
    told = (low > -0.5) & (high < 0.5)
    for i in np.flatnonzero(~told).tolist():  # ties, and what lies too near to one
        at = partial(enclose, Fraction(float(x[i])), constants)
        nearest[i] = float(form.nearest(at, f"the truth at {x[i]}"))
    return Truth(form, x, nearest, unit, ulps, low, high)
