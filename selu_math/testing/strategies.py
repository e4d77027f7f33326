"""Hypothesis strategies for inputs; hypothesis is imported when one is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import inf, ldexp, log, nan, prod
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from selu_math.exceptions import InputError, MissingExtraError, quoted, unknown_name
from selu_math.numbers.formats import FORMATS, BinaryFormat
from selu_math.testing.api import dtype_name

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_ACCEPTED: Final = ("float16", "bfloat16", "float32", "float64")
# Hypothesis has room for some hundreds of numbers in a test case
_LARGE: Final = 256
_Kind: TypeAlias = Callable[[int, int], float]
"""Makes a number of the bits after the leading one and the exponent, which it may leave unused."""


def selu_inputs(
    dtype: Any = "float32",
    shape: Any = None,
    *,
    subnormals: bool = True,
    infinities: bool = True,
    nans: bool = True,
) -> SearchStrategy[Any]:
    """Return a Hypothesis strategy for inputs of SELU: numbers of a format, every binade as likely as any other.

    Other floats seldom come near zero, where implementations cancel.  These are spread evenly over signs and
    exponents, but for one in five, which lies around where SELU reaches its saturation value and where exp(x) becomes
    subnormal, zero and infinite, and for 0, -0, inf, -inf and nan, each about one in twenty.  Failures shrink towards
    1 and towards significands of few bits.

    Args:
        dtype: float16, bfloat16, float32 or float64, as a name or as a dtype; every number is exact in it.
        shape: None for Python floats; a shape, or a strategy for shapes, for NumPy arrays of ``dtype``.  bfloat16,
            which NumPy lacks, comes as float32 arrays.  Up to 256 entries are each drawn by itself; in larger arrays
            some are, and one number fills the rest.
        subnormals: whether numbers below the smallest normal number are drawn.
        infinities: whether inf and -inf are.
        nans: whether nan is.

    Raises:
        InputError: for an unknown dtype, or a shape that is none.
        MissingExtraError: where hypothesis is not installed.
    """
    try:
        from hypothesis import strategies as st
    except ImportError:
        raise MissingExtraError("selu_inputs", "hypothesis", "test") from None
    name = dtype_name(dtype)
    if name not in _ACCEPTED:
        raise unknown_name("dtype", name, _ACCEPTED)
    size, made = from_bytes(FORMATS[name], subnormals=subnormals, infinities=infinities, nans=nans)
    # Hypothesis draws integers unevenly, bytes evenly
    numbers = st.binary(min_size=size, max_size=size).map(made)
    if shape is None:
        return numbers
    if isinstance(shape, st.SearchStrategy):
        return shape.flatmap(lambda drawn: _arrays(name, drawn, numbers))
    return _arrays(name, shape, numbers)


def _arrays(dtype: str, shape: Any, numbers: SearchStrategy[float]) -> SearchStrategy[Any]:
    from hypothesis.extra.numpy import arrays
    from hypothesis.strategies import nothing

    lengths = tuple(shape) if isinstance(shape, Iterable) else (shape,)
    if not all(isinstance(n, Integral) and int(n) >= 0 for n in lengths):
        accepted = "None, whole numbers from 0 or a strategy for them"
        raise InputError(f"shape must be {accepted}, not {quoted(shape)}")
    held = "float32" if dtype == "bfloat16" else dtype
    fill = nothing() if prod(map(int, lengths)) <= _LARGE else numbers
    return arrays(held, tuple(map(int, lengths)), elements=numbers, fill=fill)


def from_bytes(
    form: BinaryFormat, *, subnormals: bool = True, infinities: bool = True, nans: bool = True
) -> tuple[int, Callable[[bytes], float]]:
    """Return how many random bytes make a number as :func:`selu_inputs` draws it, and the function that makes it."""
    bits = form.precision - 1
    lowest = form.min_exponent - (bits if subnormals else 0)
    # outwards from 1, first to one side, then to the other, so that failures are simplified step by step
    exponents = [*range(form.max_exponent + 1), *range(-1, lowest - 1, -1)]
    kinds = _kinds(form, [0.0, -0.0, *([inf, -inf] if infinities else []), *([nan] if nans else [])])

    def made(drawn: bytes) -> float:
        # the first bytes are simplified first: the kind, the bits after the leading one, then the exponent
        kind = kinds[len(kinds) * drawn[0] >> 8]
        exponent = exponents[len(exponents) * int.from_bytes(drawn[-2:]) >> 16]
        return kind(_mirrored(drawn[1:-2], bits), exponent)

    return 1 + -(-bits // 8) + 2, made


def _kinds(form: BinaryFormat, specials: list[float]) -> list[_Kind]:
    """Return ways to make a number, simplest first, each as likely as any other."""
    bits = form.precision - 1

    def any_offset(sign: int) -> _Kind:
        return lambda offset, exponent: sign * _number(form, offset, exponent)

    def at_offset(sign: int, offset: int) -> _Kind:
        return lambda _, exponent: sign * _number(form, offset, exponent)

    def around(edge: int) -> _Kind:
        """Return the way to numbers where exp(x) is about 2**edge, from whole numbers to all between them."""
        below = round(edge * log(2)) - 1
        return lambda offset, _: float(form.round(below + Fraction(offset, 1 << (bits - 1))))

    def constant(value: float) -> _Kind:
        return lambda *_: value

    # one sign after the other, since a failure that is simplified passes from each way to the one before
    kinds = []
    for sign in (1, -1):
        kinds += [*4 * [any_offset(sign)], at_offset(sign, 0), at_offset(sign, (1 << bits) - 1)]
    # expm1(x) rounds to -1; exp(x) becomes subnormal, 0, infinite
    edges = (-form.precision - 1, form.min_exponent, form.min_exponent - form.precision, form.max_exponent + 1)
    return [*kinds, *map(around, edges), *map(constant, specials)]


def _number(form: BinaryFormat, offset: int, exponent: int) -> float:
    """Return the number of a binade that stands as far in it as ``offset`` among those of a normal one."""
    unit = max(exponent, form.min_exponent) - form.precision + 1
    count = 1 << (exponent - unit)
    return ldexp(count + (offset * count >> (form.precision - 1)), unit)


def _mirrored(drawn: bytes, bits: int) -> int:
    """Return an integer of that many bits, made of the bytes' bits with the lowest in front, so that few are set."""
    return int("".join(f"{byte:08b}"[::-1] for byte in drawn)[:bits], 2)
