"""SELU and its derivative on NumPy arrays, in float16, float32 and float64, each value off by less than one ulp.

NumPy's expm1 times lambda * alpha rounds twice, and is off by up to 1.5 ulp however good expm1 is.  Here float32 goes
through float64, and 16-bit formats through a table of all their numbers.  In float64 the value is that at a node of a
table, in two parts, plus what the short way from the node adds, whose roundings weigh little; near 0-, where a node
would cancel, it is a polynomial whose leading product is exact (Dekker's splitting).

The bound of one ulp is measured, not proved: benchmarks/reference.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from numbers import Real
from threading import local
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from selu_math.activations import ALPHA, LAMBDA
from selu_math.exceptions import InputError, quoted
from selu_math.numbers.ball import BALL, dyadic, precision
from selu_math.numbers.exact import Exact

Floats: TypeAlias = NDArray[np.float64]
Kernel: TypeAlias = Callable[[Floats, Floats], None]

_BLOCK: Final = 65536
"""Numbers worked on at once: few enough for the cache, many enough to outweigh the cost of a call."""
_NODES: Final = 32
"""Nodes per unit of x."""
_SATURATED: Final = -44.0
"""Below this exp(x) is under 2**-63, and changes no bit."""
_NEAR: Final = -0.125
"""Above this, and up to 0, the polynomial is used."""
_LEADING: Final = ~((1 << 27) - 1)
"""Mask of the 26 leading bits of a significand; the product of two such numbers is exact."""
_TINY: Final = -(2.0**-900)
"""Between this and 0 the exact product would underflow, and x**2 / 2 is out of sight."""
_STEPS: Final = 32
"""Nodes of the derivative per factor of 2."""
_VANISHED: Final = -746.0
"""Below this the derivative is 0 in float64."""
_TAYLOR: Final = tuple(1 / math.factorial(k) for k in range(12, 1, -1))
"""Coefficients of (exp(x) - 1 - x) / x**2, the highest first; the first one left out is below 2**-64 of the sum."""


class _Tables(NamedTuple):
    """What float64 needs, each number in two parts, the second what the first lacks.

    Attributes:
        scale: lambda.
        depth: lambda * alpha, nearest and rest.
        split: lambda * alpha, 26 leading bits and rest.
        values: SELU at the nodes ``-n / 32``.
        slopes: its derivative there, nearest alone.
        powers: ``lambda * alpha * 2**(j / 32)``.
        steps: ``log(2) / 32``, few enough bits for exact multiples, and rest.
    """

    scale: float
    depth: tuple[float, float]
    split: tuple[float, float]
    values: tuple[Floats, Floats]
    slopes: Floats
    powers: tuple[Floats, Floats]
    steps: tuple[float, float]


@cache
def _tables() -> _Tables:
    with precision(200):
        scale = BALL.exact(Exact.of(LAMBDA))
        depth = BALL.exact(Exact.of(LAMBDA) * Exact.of(ALPHA))
        nodes = [BALL.rational(Fraction(-n, _NODES)) for n in range(int(-_SATURATED) * _NODES + 1)]
        values = [dyadic((depth * x.expm1()).mid()) for x in nodes]
        values[-1] = -dyadic(depth.mid())
        slopes = np.array([float(dyadic((depth * x.exp()).mid())) for x in nodes])
        step = BALL.rational(Fraction(2)).log() / _STEPS
        powers = [dyadic((depth * (step * j).exp()).mid()) for j in range(_STEPS)]
        exact, width = dyadic(depth.mid()), dyadic(step.mid())
        unrounded = dyadic(scale.mid())
    return _Tables(
        float(unrounded),
        _parts(exact),
        _parts(exact, 26),
        _columns(values),
        slopes,
        _columns(powers),
        _parts(width, 36),
    )


def _parts(value: Fraction, bits: int = 53) -> tuple[float, float]:
    """Return a number as its nearest of so many bits, and the double nearest to the rest."""
    unit = math.frexp(float(value))[1] - bits
    first = float(value) if bits == 53 else math.ldexp(round(value / Fraction(2) ** unit), unit)
    return first, float(value - Fraction(first))


def _columns(values: list[Fraction]) -> tuple[Floats, Floats]:
    first, rest = zip(*map(_parts, values), strict=True)
    return np.array(first), np.array(rest)


def selu(x: Any) -> Any:
    """Return SELU (Klambauer et al. 2017, eq. 2): ``lambda * x`` above 0, ``lambda * alpha * (exp(x) - 1)`` below.

    The largest error measured is 0.5 ulp in float16 and float32 and 0.9 ulp in float64.  nan stays nan, and zeros keep
    their sign.

    Args:
        x: an array of float16, float32 or float64 (or bfloat16, as ml_dtypes defines it) of any shape, left unchanged;
            Python's numbers, lists of them and integers count as float64.

    Returns:
        A new array of the same shape and dtype; for a scalar, a NumPy scalar.

    Raises:
        InputError: for anything else, arrays of other libraries included.
    """
    return _apply(x, _selu, _selu_through)


def selu_grad(x: Any) -> Any:
    """Return the derivative of SELU: ``lambda`` above 0, ``lambda * alpha * exp(x)`` below, and at 0 as from below.

    The largest error measured is 0.5 ulp in float16 and float32, and 0.8 ulp in float64, where the
    result is subnormal (0.6 elsewhere).  nan stays nan.

    Args:
        x: as for :func:`selu`.

    Returns:
        A new array of the same shape and dtype; for a scalar, a NumPy scalar.

    Raises:
        InputError: as for :func:`selu`.
    """
    return _apply(x, _slope, _slope_through)


class _Workspace(local):
    """Arrays of a block's size, which each thread keeps: asking the system for them takes as long as computing."""

    _rows: Floats | None = None

    def rows(self) -> Floats:
        """Return rows of zeros, of the saturated input, and three to write on."""
        if self._rows is None:
            self._rows = np.empty((5, _BLOCK))
            self._rows[0], self._rows[1] = 0, _SATURATED
        return self._rows


_WORKSPACE: Final = _Workspace()


def _apply(x: Any, exactly: Kernel, through: Kernel) -> Any:
    given = _read(x)
    if given.dtype.itemsize == 2:
        found = _table(given.dtype, exactly).take(given.view(np.uint16))
        return found if given.ndim else found[()]
    flat = np.ascontiguousarray(given).reshape(-1)
    out = np.empty(flat.shape, flat.dtype)
    with np.errstate(all="ignore"):
        for start in range(0, flat.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            if flat.dtype == np.float64:
                exactly(flat[block], out[block])
            else:
                wide = flat[block].astype(np.float64)
                result = np.empty(wide.shape)
                through(wide, result)
                out[block] = result
    shaped = out.reshape(given.shape)
    return shaped if given.ndim else shaped[()]


def _read(x: Any) -> NDArray[Any]:
    """Return the argument as an array of one of the formats, in the machine's byte order."""
    accepted = "accepted: NumPy arrays of float16, float32 or float64, and real numbers"
    if not isinstance(x, np.generic) and isinstance(x, Real):
        try:
            return np.asarray(float(x))
        except OverflowError:
            raise InputError(f"x is beyond the range of float64; {accepted}") from None
    if not isinstance(x, np.ndarray | np.generic | list | tuple):
        raise InputError(f"x is {quoted(type(x).__name__)}; {accepted}")
    try:
        array = np.asarray(x)
    except ValueError:
        raise InputError(f"x has rows of different lengths; {accepted}") from None
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype.name not in {"float16", "float32", "float64", "bfloat16"}:
        raise InputError(f"x is of dtype {array.dtype}; {accepted}")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


@cache
def _table(dtype: np.dtype[Any], exactly: Kernel) -> NDArray[Any]:
    """Return the function at all numbers of a 16-bit format, by their bits."""
    with np.errstate(all="ignore"):
        wide = np.arange(1 << 16, dtype=np.uint16).view(dtype).astype(np.float64)
        out = np.empty(wide.shape)
        exactly(wide, out)
        return out.astype(dtype)


def _selu(x: Floats, out: Floats) -> None:
    tables = _tables()
    zero, floor, below, nodes, part = (row[: x.size] for row in _WORKSPACE.rows())
    np.minimum(x, zero, out=below)
    np.maximum(below, floor, out=below)
    np.multiply(below, -_NODES, out=nodes)
    np.rint(nodes, out=nodes)
    index = nodes.astype(np.intp)
    nodes *= 1 / _NODES
    below += nodes
    rise = np.expm1(below, out=below)
    rise *= tables.slopes.take(index, out=part, mode="clip")
    rise += tables.values[1].take(index, out=part, mode="clip")
    tables.values[0].take(index, out=out, mode="clip")
    out += rise
    np.maximum(x, zero, out=part)
    part *= tables.scale
    out += part
    near = np.flatnonzero((x <= 0) & (x > _NEAR))
    if near.size:
        out[near] = _near(x.take(near), tables)


def _near(x: Floats, tables: _Tables) -> Floats:
    """Return SELU from -1/8 to 0: the product of leading bits is exact, the rest rounds far below it."""
    high, low = tables.split
    leading = (x.view(np.int64) & _LEADING).view(np.float64)
    bend = np.full(x.shape, _TAYLOR[0])
    for coefficient in _TAYLOR[1:]:
        bend *= x
        bend += coefficient
    bend *= x * x
    bend *= tables.depth[0]
    bend += low * x
    bend += high * (x - leading)
    bend += high * leading
    if x.max() > _TINY:
        np.copyto(bend, tables.depth[0] * x, where=x > _TINY)
    return bend


def _selu_through(x: Floats, out: Floats) -> None:
    """SELU good enough to be rounded to float32."""
    tables = _tables()
    zero = np.zeros(x.shape)
    np.expm1(np.minimum(x, zero), out=out)
    out *= tables.depth[0]
    above = np.maximum(x, zero, out=zero)
    above *= tables.scale
    out += above
    np.copysign(out, x, out=out)


def _slope(x: Floats, out: Floats) -> None:
    tables = _tables()
    below = np.minimum(x, np.zeros(x.shape))
    np.maximum(below, np.full(x.shape, _VANISHED), out=below)
    count = np.rint(below * (_STEPS / math.log(2)))
    below -= count * tables.steps[0]
    below -= count * tables.steps[1]
    index = count.astype(np.intp)
    within = index & (_STEPS - 1)
    index >>= _STEPS.bit_length() - 1
    power = tables.powers[0].take(within)
    rise = np.expm1(below, out=below)
    rise *= power
    rise += tables.powers[1].take(within)
    rise += power
    np.ldexp(rise, index, out=out)
    np.copyto(out, tables.scale, where=x > 0)


def _slope_through(x: Floats, out: Floats) -> None:
    """The derivative good enough to be rounded to float32."""
    tables = _tables()
    np.exp(np.minimum(x, np.zeros(x.shape)), out=out)
    out *= tables.depth[0]
    np.copyto(out, tables.scale, where=x > 0)
