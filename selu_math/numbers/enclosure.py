"""A proved real number: the one result type of everything that is computed in balls.

It shows only digits that it proves; text, JSON and tables are renderings of it.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, inf, log2, nextafter
from typing import Any, TypeVar

from flint import arb, fmpz

from selu_math.numbers.ball import dyadic, precision, refine

R = TypeVar("R")
_POSITIONAL = range(-5, 21)
BITS_PER_DIGIT = log2(10)


def bits_for(digits: int) -> int:
    """Return a working precision that usually proves ``digits`` significant digits at the first try."""
    return ceil(digits * BITS_PER_DIGIT) + 64


class Enclosure:
    """The interval of a ball, detached from FLINT's working precision.

    Attributes:
        ball: the ball; the true value lies inside.
        shown: how many significant digits ``str`` shows.
    """

    __slots__ = ("ball", "shown")

    def __init__(self, ball: arb, shown: int = 15) -> None:
        self.ball, self.shown = ball, shown

    @classmethod
    def between(cls, lower: arb, upper: arb, shown: int = 15) -> Enclosure:
        """Return the enclosure from the lower end of one ball to the upper end of another."""
        return cls(lower.lower().union(upper.upper()), shown)

    @property
    def is_finite(self) -> bool:
        """Whether anything at all is known: neither nan nor unbounded."""
        return bool(self.ball.is_finite())

    @property
    def is_exact(self) -> bool:
        """Whether the radius is zero."""
        return bool(self.ball.is_exact())

    @property
    def contains_zero(self) -> bool:
        """Whether zero cannot be excluded."""
        return not self.is_finite or bool(self.ball.contains(0))

    @property
    def lower(self) -> Fraction:
        """The exact lower end."""
        return dyadic(self.ball.mid()) - dyadic(self.ball.rad())

    @property
    def upper(self) -> Fraction:
        """The exact upper end."""
        return dyadic(self.ball.mid()) + dyadic(self.ball.rad())

    @property
    def radius(self) -> float:
        """The radius, rounded to a double."""
        return float(self.ball.rad())

    def __float__(self) -> float:
        """Return the double nearest to the midpoint; see :meth:`nearest_float` for a proved one."""
        return float(self.ball.mid())

    def __str__(self) -> str:
        """Return the value to ``shown`` digits, or midpoint and radius where fewer are proved."""
        return self.bounded_digits(self.shown) or str(self.ball.str(self.shown))

    def __repr__(self) -> str:
        return f"Enclosure({self.ball.str(20)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (_parts(self.ball.mid()), _parts(self.ball.rad()), self.shown)

    def nearest_float(self) -> float | None:
        """Return the double nearest to the true value, or None where the ball is too wide to tell."""
        if not self.is_finite:
            return None
        with precision(self.ball.mid().bits() + 64):
            low, high = float(self.ball.lower()), float(self.ball.upper())
        return low if low == high else None

    def bounds(self) -> tuple[float, float]:
        """Return two doubles between which the true value lies, rounded outward."""
        if not self.is_finite:
            return -inf, inf
        with precision(64):
            lower, upper = self.ball.lower(), self.ball.upper()
            low, high = float(lower), float(upper)
            return nextafter(low, -inf) if arb(low) > lower else low, nextafter(high, inf) if arb(
                high
            ) < upper else high

    def digits(self, count: int) -> str | None:
        """Return ``count`` significant digits, correctly rounded (ties to even), or None where not proved.

        Positional between 1e-5 and 1e21, else with an exponent.  An exact zero is ``"0"``.
        """
        if not self.is_finite:
            return None
        if self.is_exact and self.ball.is_zero():
            return "0"
        if self.ball.contains(0):
            return None
        with precision(max(bits_for(count), self.ball.mid().bits()) + 64):
            mid, rad, exponent = self.ball.mid_rad_10exp(count + 10)
        if self.is_exact and abs(exponent) < 400:
            # the decimal above may be inexact; an exact number can sit on a tie, so it is rounded from its fraction
            value = self.lower * Fraction(10) ** -int(exponent)
            exact = value.denominator == 1
            mid, rad = (fmpz(value.numerator), fmpz(0)) if exact else (mid, rad)
        low = _round_significant(mid - rad, int(exponent), count)
        high = _round_significant(mid + rad, int(exponent), count)
        return _show(*low, count) if low == high else None

    def bounded_digits(self, count: int, unit: float = 1.0) -> str | None:
        """Return :meth:`digits`, or ``"0"`` where the value is proved smaller than ``unit * 10**-count``."""
        if (text := self.digits(count)) is not None:
            return text
        if self.is_finite:
            with precision(64):
                if self.ball.abs_upper() < arb(unit) * arb(10) ** (-count):
                    return "0"
        return None


def prove(
    enclose: Callable[[], Enclosure],
    accept: Callable[[Enclosure], R | None],
    *,
    bits: int,
    what: str,
    max_bits: int = 1 << 18,
) -> R:
    """Return ``accept(enclose())`` at the first precision at which it is not None.

    Raises:
        PrecisionError: if ``max_bits`` does not suffice.
    """
    return refine(lambda: accept(enclose()), bits=bits, max_bits=max(bits, max_bits), what=what)


def _parts(x: arb) -> tuple[int, int] | str:
    """Return an exact ball as mantissa and exponent, or as text where it is not finite."""
    if not x.is_finite():
        return str(float(x))
    man, exp = x.man_exp()
    return int(man), int(exp)


def _rebuild(mid: tuple[int, int] | str, rad: tuple[int, int] | str, shown: int) -> Enclosure:
    return Enclosure(arb(mid, rad), shown)  # exact at any precision, but for a radius that may round up


def _round_significant(value: fmpz, exponent: int, count: int) -> tuple[fmpz, int]:
    """Return ``(n, e)`` with ``n * 10**e`` the ``count``-digit decimal nearest to ``value * 10**exponent``."""
    sign, size = (-1 if value < 0 else 1), abs(value)
    drop = len(size.str()) - count
    if drop <= 0:
        return sign * size * fmpz(10) ** -drop, exponent + drop
    unit = fmpz(10) ** drop
    quotient, rest = divmod(size, unit)
    if 2 * rest > unit or (2 * rest == unit and quotient % 2 == 1):
        quotient += 1
        if len(quotient.str()) > count:
            quotient, drop = quotient // 10, drop + 1
    return sign * quotient, exponent + drop


def _show(value: fmpz, exponent: int, count: int) -> str:
    sign, text = ("-" if value < 0 else ""), abs(value).str()
    lead = exponent + count - 1  # the decimal exponent of the first digit
    if lead not in _POSITIONAL or lead >= count:
        fraction = f".{text[1:]}" if count > 1 else ""
        return f"{sign}{text[0]}{fraction}e{lead:+03d}"
    if lead < 0:
        return f"{sign}0.{'0' * (-lead - 1)}{text}"
    return f"{sign}{text[: lead + 1]}.{text[lead + 1 :]}".rstrip(".")
