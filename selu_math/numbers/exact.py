"""Exact real numbers that activations are made of, before any kit rounds them.

An :class:`Exact` is a finite sum of ``q * c1**p1 * c2**p2 * ... * exp(r)`` with rational ``q`` and ``r``, integer
powers ``p >= 0`` and named constants ``c`` known by a closed form.  Sums and products stay in the family, so whether
an activation jumps at a breakpoint is decided by algebra and not by a rounded subtraction.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import MAX_PREC, Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from math import isfinite
from typing import Any, TypeAlias

from selu_math.exceptions import InputError, quoted

Rational: TypeAlias = int | float | Fraction | Decimal | str
_MAX_EXPONENT = 400
_MAX_LENGTH = 400
_MAX_SHOWN = 20


def as_fraction(value: Rational, name: str = "the number") -> Fraction:
    """Return ``value`` exactly: text as the decimal or ratio it spells, a float as the dyadic number it is.

    Raises:
        InputError: if ``value`` is not a finite real number, or text or decimal of more than 400 digits or exponents.
    """
    given: Any = value  # whatever a caller passes, NumPy's numbers included
    try:
        if isinstance(given, str | Decimal):
            return _parsed(str(given).strip().replace("\N{MINUS SIGN}", "-"), name)
        if isinstance(given, numbers.Rational):
            return Fraction(int(given.numerator), int(given.denominator))
        if isinstance(given, numbers.Real) and isfinite(given):
            return Fraction(float(given))
    except (ValueError, ZeroDivisionError) as error:
        if isinstance(error, InputError):
            raise
    raise InputError(f"{name} must be a finite decimal or ratio such as -0.1, 1e-3 or 9/16, not {quoted(value)}")


def _parsed(text: str, name: str) -> Fraction:
    if not text.isascii() or "_" in text:
        raise ValueError  # Python reads more as a number than people do
    exponent = text.lower().partition("e")[2].lstrip("+-")
    if len(text) > _MAX_LENGTH or (exponent.isdigit() and int(exponent) > _MAX_EXPONENT):
        raise InputError(f"{name} is too long: at most {_MAX_LENGTH} characters, exponents up to {_MAX_EXPONENT}")
    return Fraction(text)


def decimal_text(q: Fraction) -> str:
    """Return a fraction exactly: as a decimal where it is a finite one of moderate length, else as a ratio."""
    places = [0, 0]
    rest = q.denominator
    for i, prime in enumerate((2, 5)):
        while rest % prime == 0:
            rest //= prime
            places[i] += 1
    if rest != 1:
        return str(q)
    decimal = Decimal(q.numerator * 10 ** max(places) // q.denominator)
    with localcontext(prec=MAX_PREC):
        decimal = decimal.scaleb(-max(places)).normalize()
    if len(decimal.as_tuple().digits) > _MAX_SHOWN:
        return str(q)
    return f"{decimal:f}" if -_MAX_SHOWN < decimal.adjusted() < _MAX_SHOWN else str(decimal).lower()


@dataclass(frozen=True)
class Constant:
    """A real number known by a closed form.

    Attributes:
        name: what it is called in documents, and its identity inside a sum.
        form: the closed form, written against a kit (see :mod:`selu_math.numbers.kit`).
    """

    name: str
    form: Callable[[Any], Any]


Monomial: TypeAlias = tuple[tuple[tuple[Constant, int], ...], Fraction]
_ONE: Monomial = ((), Fraction(0))


class Exact:
    """An exact real number; immutable and hashable.  Zero is the empty sum.

    Equality is equality of the sums.  For sums of ``exp`` of different rationals that is equality of the numbers
    (Lindemann-Weierstrass); named constants count as indeterminates.
    """

    __slots__ = ("__dict__", "terms")

    def __init__(self, terms: Mapping[Monomial, Fraction] | None = None) -> None:
        self.terms: dict[Monomial, Fraction] = {mono: q for mono, q in (terms or {}).items() if q}

    @classmethod
    def of(cls, value: Exact | Constant | Rational) -> Exact:
        """Return ``value`` as an exact number."""
        if isinstance(value, Exact):
            return value
        if isinstance(value, Constant):
            return cls({(((value, 1),), Fraction(0)): Fraction(1)})
        return cls({_ONE: as_fraction(value)})

    @classmethod
    def exp(cls, exponent: Fraction) -> Exact:
        """Return e to a rational power."""
        return cls({((), exponent): Fraction(1)})

    @property
    def rational(self) -> Fraction | None:
        """The value as a fraction, or None where it is not known to be one."""
        if not self.terms:
            return Fraction(0)
        return self.terms.get(_ONE) if len(self.terms) == 1 else None

    def __add__(self, other: Exact) -> Exact:
        total = dict(self.terms)
        for mono, q in other.terms.items():
            total[mono] = total.get(mono, Fraction(0)) + q
        return Exact(total)

    def __neg__(self) -> Exact:
        return Exact({mono: -q for mono, q in self.terms.items()})

    def __sub__(self, other: Exact) -> Exact:
        return self + -other

    def __mul__(self, other: Exact) -> Exact:
        total: dict[Monomial, Fraction] = {}
        for (consts_a, e_a), q_a in self.terms.items():
            for (consts_b, e_b), q_b in other.terms.items():
                powers = dict(consts_a)
                for const, power in consts_b:
                    powers[const] = powers.get(const, 0) + power
                mono = (tuple(sorted(powers.items(), key=lambda item: item[0].name)), e_a + e_b)
                total[mono] = total.get(mono, Fraction(0)) + q_a * q_b
        return Exact(total)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Exact) and self.terms == other.terms

    @cached_property
    def _hash(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __hash__(self) -> int:
        return self._hash

    def evaluate(self, kit: Any) -> Any:
        """Return the value in ``kit``, each factor at the kit's working precision."""
        total = kit.rational(Fraction(0))
        for (constants, exponent), q in self.terms.items():
            term = kit.rational(q)
            for constant, power in constants:
                value = constant.form(kit)
                for _ in range(power):
                    term = term * value
            if exponent:
                term = term * kit.exp(kit.rational(exponent))
            total = total + term
        return total

    def __repr__(self) -> str:
        def show(mono: Monomial, q: Fraction) -> str:
            factors = [f"{c.name}^{p}" if p > 1 else c.name for c, p in mono[0]]
            factors += [f"exp({mono[1]})"] if mono[1] else []
            if q == 1 and factors:
                return "·".join(factors)
            return "·".join([f"({q})" if q.denominator > 1 and factors else str(q), *factors])

        return " + ".join(show(mono, q) for mono, q in self.terms.items()) or "0"
