"""What a piece is made of about an anchor: powers times exponentials, differences of exponentials kept as such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb, factorial
from typing import Any, Final, TypeAlias

import numpy as np

from selu_math.numbers.float64 import round_exact, summed
from selu_math.pieces import ExpPoly

ORDER: Final = 28
"""Terms of the power series: SERIES**28/28!! is below 1e-17."""
Rates: TypeAlias = tuple[tuple[Fraction, Fraction], ...]
_ZERO: Final = Fraction(0)


@dataclass(frozen=True)
class Form:
    """``u**power * exp(rate * anchor) * sum of weight * exp(r * u)`` over pairs (r, weight).

    Attributes:
        power: n.
        rate: the rate in the anchor.
        parts: the pairs.
    """

    power: int
    rate: Fraction
    parts: Rates

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # fractions are slow to hash, and forms are looked up for every batch of points
        return hash((self.power, self.rate, self.parts))

    def __mul__(self, other: Form) -> Form:
        total: dict[Fraction, Fraction] = {}
        for r, a in self.parts:
            for q, b in other.parts:
                total[r + q] = total.get(r + q, _ZERO) + a * b
        return Form(self.power + other.power, self.rate + other.rate, _sorted(total))

    def slope(self) -> list[tuple[int, Form]]:
        """Return the derivative by u as multiples of forms."""
        found = [(1, Form(self.power, self.rate, _sorted({r: r * w for r, w in self.parts})))]
        if self.power:
            found.append((self.power, Form(self.power - 1, self.rate, self.parts)))
        return [(n, form) for n, form in found if form.parts]

    @cached_property
    def series(self) -> tuple[tuple[int, float], ...]:
        """Coefficients of the power series of the sum, by order; exact before they are rounded."""
        terms = ((n, sum(w * r**n for r, w in self.parts) / factorial(n)) for n in range(ORDER + 1))
        return tuple((n, float(c)) for n, c in terms if c)

    @cached_property
    def closed(self) -> tuple[tuple[float, float, float], ...]:
        """Triples (r, weight, rate - r)."""
        return tuple((float(r), float(w), float(self.rate - r)) for r, w in self.parts)

    def at(self, u: Any, anchor: Any) -> Any:
        """Return the form's value."""
        weights = dict(self.parts)
        if self.rate and not self.power and weights == {_ZERO: -1, self.rate: 1}:
            rise = float(self.rate) * u
            # from the higher end, so that nothing overflows on the way to a moderate value
            top = np.exp(float(self.rate) * anchor + np.maximum(rise, 0.0))
            return np.copysign(np.expm1(-np.abs(rise)) * top, rise)
        total = summed(float(w) * np.exp(float(r) * u + float(self.rate) * anchor) for r, w in self.parts)
        return total * u**self.power if self.power else total


def _sorted(parts: dict[Fraction, Fraction]) -> Rates:
    return tuple(sorted((r, w) for r, w in parts.items() if w))


@dataclass(frozen=True)
class Expansion:
    """A piece about an anchor x: ``p(x + u) - p(x)`` as a sum of forms, whose coefficients are polynomials in x."""

    terms: tuple[tuple[Form, tuple[float, ...]], ...]

    @classmethod
    def of(cls, part: ExpPoly) -> Expansion:
        """Return the expansion of an exponential polynomial."""
        found: dict[Form, dict[int, float]] = {}
        for (j, k), c in part.terms.items():
            for i in range(j + 1):
                if i or k:
                    own = {k: Fraction(1)} if i or not k else {k: Fraction(1), _ZERO: Fraction(-1)}
                    powers = found.setdefault(Form(i, k, _sorted(own)), {})
                    powers[j - i] = powers.get(j - i, 0.0) + comb(j, i) * round_exact(c)
        return cls(tuple((form, dense(powers)) for form, powers in found.items()))

    def coefficients(self, x: Any) -> list[Any]:
        """Return the coefficient of each form."""
        return [horner(powers, x) for _, powers in self.terms]

    def difference(self, x: Any, u: Any) -> Any:
        """Return ``p(x + u) - p(x)``."""
        values = (c * form.at(u, x) for c, (form, _) in zip(self.coefficients(x), self.terms, strict=True))
        return summed(values)


def dense(powers: dict[int, float]) -> tuple[float, ...]:
    """Return coefficients by power, lowest first."""
    return tuple(powers.get(n, 0.0) for n in range(max(powers) + 1))


def horner(powers: Sequence[float], x: Any) -> Any:
    """Return a polynomial's value."""
    total: Any = powers[-1]
    for c in reversed(powers[:-1]):
        total = total * x + c if c else total * x
    return total


def weighted(terms: Iterable[tuple[float, Any]]) -> Any:
    """Return the sum of ``weight * value``, 0 of nothing, without a pass over an array to multiply it by 1 or -1."""
    total: Any = None
    own = False
    for weight, value in terms:
        term = value if weight in (1, -1) else weight * value
        if total is None:
            total, own = (-term, True) if weight == -1 else (term, weight != 1)
        elif own and weight == -1:
            total -= term
        elif own:
            total += term
        else:
            total, own = total - term if weight == -1 else total + term, True
    return 0.0 if total is None else total


def exponential(rate: float, place: float) -> float:
    """Return ``exp(rate * place)`` of numbers, infinite where it overflows."""
    return float(np.exp(rate * place)) if rate and place else 1.0
