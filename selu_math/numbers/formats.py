"""Binary floating-point formats, exactly: correct rounding, spacing, and the texts that carry every bit.

Formats follow IEEE 754-2019, table 3.5; bfloat16 and the x87 extended format follow the same scheme with their own
widths.  Nothing here depends on what the machine or NumPy supports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal, localcontext
from fractions import Fraction
from math import inf
from typing import Final

from selu_math.exceptions import InputError, unknown_name
from selu_math.numbers.enclosure import Enclosure, prove


def _power(exponent: int) -> Fraction:
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


@dataclass(frozen=True)
class BinaryFormat:
    """A binary floating-point format with subnormals and infinities.

    Attributes:
        name: what users call it.
        precision: bits of the significand, the leading one counted (IEEE's p).
        max_exponent: the exponent of the largest power of two (IEEE's emax); the smallest normal one is ``1 - emax``.
        storage_bits: bits that the encoding fills.
        explicit_leading_bit: whether the leading one is stored, as in the x87 format.
    """

    name: str
    precision: int
    max_exponent: int
    storage_bits: int
    explicit_leading_bit: bool = False

    @property
    def min_exponent(self) -> int:
        """Exponent of the smallest normal number (IEEE's emin)."""
        return 1 - self.max_exponent

    @property
    def smallest(self) -> Fraction:
        """The smallest positive (subnormal) number."""
        return _power(self.min_exponent - self.precision + 1)

    @property
    def smallest_normal(self) -> Fraction:
        """The smallest positive normal number."""
        return _power(self.min_exponent)

    @property
    def overflow(self) -> Fraction:
        """The power of two just beyond the largest finite number; infinity stands for it when errors are measured."""
        return _power(self.max_exponent + 1)

    def round(self, value: Fraction) -> BinaryNumber:
        """Return the number nearest to ``value``, ties to even; underflow is gradual, overflow gives infinity."""
        size = abs(value)
        unit = self._unit_exponent(size)
        significand = round(size / _power(unit))  # Fraction rounds ties to even
        if significand >> self.precision:
            significand, unit = significand >> 1, unit + 1
        if unit > self.max_exponent - self.precision + 1:
            significand, unit = 1 << (self.precision - 1), self.max_exponent - self.precision + 2
        return BinaryNumber(self, value < 0, significand, unit)

    def round_enclosure(self, value: Enclosure) -> BinaryNumber | None:
        """Return the number nearest to the true value, or None where the ball does not decide it."""
        if not value.is_finite:
            return None
        low = self.round(value.lower)
        # rounding is monotone, so equal ends decide everything between them
        return low if value.is_exact or low == self.round(value.upper) else None

    def nearest(self, enclose: Callable[[], Enclosure], what: str) -> BinaryNumber:
        """Return the number nearest to what ``enclose`` encloses, at growing precision until that is proved.

        Args:
            enclose: computes the enclosure at the working precision.
            what: names the number, should it not be decided.

        Raises:
            PrecisionError: if the true value lies too close to a tie to be decided.
        """
        return prove(enclose, self.round_enclosure, bits=2 * self.precision + 32, what=what)

    def ulp(self, value: Fraction) -> Fraction:
        """Return the distance between neighbours in the binade of ``value``; below the normal range it is constant.

        At a power of two it is the distance above.  Beyond the largest number it is that of the largest binade.
        """
        return _power(min(self._unit_exponent(abs(value)), self.max_exponent - self.precision + 1))

    def error(self, value: Fraction, truth: Enclosure) -> tuple[Fraction, Fraction]:
        """Return proved bounds, lower and upper, of ``|value - truth|`` in ulp of the truth."""
        low, high = truth.lower, truth.upper
        small, large = sorted((self.ulp(low), self.ulp(high)))
        nearest = max(low - value, value - high, Fraction(0))
        return nearest / large, max(abs(value - low), abs(value - high)) / small

    def _unit_exponent(self, size: Fraction) -> int:
        """Return the exponent of the last bit at ``size``, as if the exponent range had no upper end."""
        n, d = size.numerator, size.denominator
        exponent = n.bit_length() - d.bit_length()
        if n and (n < d << exponent if exponent >= 0 else n << -exponent < d):
            exponent -= 1
        return max(exponent if n else self.min_exponent, self.min_exponent) - self.precision + 1


@dataclass(frozen=True)
class BinaryNumber:
    """A number of a binary format: ``significand * 2**exponent``, zero signed, or infinity.

    Attributes:
        format: the format.
        negative: the sign bit.
        significand: a non-negative integer of at most ``precision`` bits.
        exponent: the power of two of its last bit; one above the largest means infinity.
    """

    format: BinaryFormat
    negative: bool
    significand: int
    exponent: int

    @property
    def is_infinite(self) -> bool:
        """Whether this is an infinity."""
        return self.exponent > self.format.max_exponent - self.format.precision + 1

    @property
    def fraction(self) -> Fraction:
        """The exact value; infinity has none.

        Raises:
            InputError: for an infinity.
        """
        if self.is_infinite:
            raise InputError(f"an infinity of {self.format.name} is no fraction")
        return (-1 if self.negative else 1) * self.significand * _power(self.exponent)

    def __float__(self) -> float:
        """Return the value as a double; exact for every format of at most 53 bits and its exponents."""
        size = inf if self.is_infinite else float(abs(self.fraction))
        return -size if self.negative else size

    @property
    def hex(self) -> str:
        """The C hexadecimal text (``%a``): ``0x1.8p+0``, leading digit one, no trailing zeros."""
        sign = "-" if self.negative else ""
        if self.is_infinite:
            return f"{sign}inf"
        if not self.significand:
            return f"{sign}0x0p+0"
        below = self.significand.bit_length() - 1
        digits = -(-below // 4)
        fraction = (self.significand - (1 << below)) << (4 * digits - below)
        text = f"{fraction:0{digits}x}".rstrip("0") if fraction else ""
        return f"{sign}0x1{'.' if text else ''}{text}p{self.exponent + below:+d}"

    @property
    def bits(self) -> str:
        """The encoding as hexadecimal digits, most significant first: ``3f800000`` is 1 in float32."""
        form = self.format
        normal = self.significand >> (form.precision - 1)
        biased = self.exponent + form.precision - 1 + form.max_exponent if normal else 0
        stored = form.precision if form.explicit_leading_bit else form.precision - 1
        field = (biased << stored) | (self.significand & ((1 << stored) - 1))
        return f"{int(self.negative) << (form.storage_bits - 1) | field:0{form.storage_bits // 4}x}"

    @property
    def decimal(self) -> str:
        """The shortest decimal that rounds back to this number."""
        if self.is_infinite or not self.significand:
            return str(float(self))
        value, count = self.fraction, 0
        while True:
            count += 1
            # at a power of two numbers lie closer below than above, so the nearest decimal may not read back
            # where the one on its other side does
            for rounding in (ROUND_HALF_EVEN, ROUND_UP, ROUND_DOWN):
                with localcontext(prec=count, rounding=rounding, Emax=10**6, Emin=-(10**6)):
                    text = str(Decimal(value.numerator) / Decimal(value.denominator))
                if self.format.round(Fraction(text)) == self:
                    return text.lower()


FORMATS: Final[Mapping[str, BinaryFormat]] = {
    form.name: form
    for form in (
        BinaryFormat("float16", 11, 15, 16),
        BinaryFormat("bfloat16", 8, 127, 16),
        BinaryFormat("float32", 24, 127, 32),
        BinaryFormat("float64", 53, 1023, 64),
        BinaryFormat("longdouble", 64, 16383, 80, explicit_leading_bit=True),
        BinaryFormat("binary128", 113, 16383, 128),
    )
}
"""The formats by name; ``longdouble`` is the 80-bit one of x87."""


def binary_format(name: str) -> BinaryFormat:
    """Return the format of that name.

    Raises:
        InputError: for an unknown name; the nearest is suggested.
    """
    form = FORMATS.get(name.strip().lower())
    if form is None:
        raise unknown_name("number format", name, FORMATS)
    return form
