"""Trigonometric polynomials, exactly: sum, product, derivative, on the whole line.

A :class:`TrigPoly` is a sum of ``c * z**j * cos(w*z)`` and ``c * z**j * sin(w*z)`` with exact ``c`` and rational ``w``.
Products stay in that family by the product-to-sum formulas, so their Gaussian moments are closed forms too.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact
from selu_math.pieces import Combination

Wave: TypeAlias = tuple[int, Fraction, bool]
"""Power ``j``, frequency ``w >= 0`` and whether it is the sine: ``z**j * cos(w*z)`` or ``z**j * sin(w*z)``."""
_HALF = Exact.of("1/2")


class TrigPoly(Combination[Wave]):
    """A sum of ``c * z**j * cos(w*z)`` and ``c * z**j * sin(w*z)``; immutable."""

    __slots__ = ()
    one = (0, Fraction(0), False)

    @classmethod
    def identity(cls) -> TrigPoly:
        """Return z."""
        return cls({(1, Fraction(0), False): Exact.of(1)})

    @classmethod
    def cos(cls, frequency: Fraction) -> TrigPoly:
        """Return the cosine of frequency * z."""
        return _wave(0, frequency, False, Exact.of(1))

    @classmethod
    def sin(cls, frequency: Fraction) -> TrigPoly:
        """Return the sine of frequency * z."""
        return _wave(0, frequency, True, Exact.of(1))

    def __mul__(self, other: TrigPoly) -> TrigPoly:
        total = TrigPoly()
        for (j, u, left), a in self.terms.items():
            for (i, w, right), b in other.terms.items():
                half = a * b * _HALF
                if left == right:  # cos u cos w, sin u sin w = (cos(u - w) +- cos(u + w))/2
                    pair = (u - w, half), (u + w, -half if left else half)
                else:  # sin u cos w = (sin(u + w) + sin(u - w))/2, and the same with the two exchanged
                    pair = (u + w, half), (u - w if left else w - u, half)
                for frequency, c in pair:
                    total = total + _wave(i + j, frequency, left != right, c)
        return total

    def derivative(self) -> TrigPoly:
        """Return the derivative with respect to z."""
        total = TrigPoly()
        for (j, w, sine), c in self.terms.items():
            if j:
                total = total + _wave(j - 1, w, sine, c * Exact.of(j))
            total = total + _wave(j, w, not sine, c * Exact.of(w if sine else -w))
        return total

    def reflected(self) -> TrigPoly:
        """Return ``f(-z)``."""
        return TrigPoly({(j, w, sine): -c if (j + sine) % 2 else c for (j, w, sine), c in self.terms.items()})

    def at(self, z: Fraction) -> Exact:
        """Raise: a piece of this kind takes the whole line, where there are no breakpoints to ask about."""
        raise InputError(f"sines and cosines take the whole line, without a breakpoint such as {z}")


def _wave(power: int, frequency: Fraction, sine: bool, c: Exact) -> TrigPoly:
    """Return ``c * z**power`` times the wave, by a frequency that is not negative."""
    if sine and frequency <= 0:
        c = -c if frequency else Exact()
    return TrigPoly({(power, abs(frequency), sine): c})
