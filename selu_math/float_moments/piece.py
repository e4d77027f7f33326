"""One piece of an activation, compiled for float64."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from selu_math.float_moments.forms import ORDER, Expansion, Form, dense, horner, weighted
from selu_math.numbers.float64 import round_exact
from selu_math.pieces import ExpPoly

Product: TypeAlias = tuple[int, int, float, Form]
"""Indices of two coefficients, a factor, and the form that goes with their product."""


class Piece:
    """A piece, compiled: its expansion, its value, and the products that moments need.

    Attributes:
        needs: by rate, the highest power whose integral mean and variance take.
        vanishes: whether the piece is 0 at 0, and keeps its relative accuracy near there.
    """

    def __init__(self, part: ExpPoly) -> None:
        self.expansion = Expansion.of(part)
        forms = [form for form, _ in self.expansion.terms]
        slopes = [form.slope() for form in forms]
        bends = [[(n * k, again) for n, form in slope for k, again in form.slope()] for slope in slopes]
        self.forms = list(enumerate(forms))
        self.slope = [(a, float(n), form) for a, slope in enumerate(slopes) for n, form in slope]
        self.bend = [(a, float(n), form) for a, bend in enumerate(bends) for n, form in bend]
        self.square = [
            (a, b, 1.0 + (a < b), forms[a] * forms[b]) for a in range(len(forms)) for b in range(a, len(forms))
        ]
        self.cross = self._products([(a, 1.0, f) for a, f in self.forms], self.slope)
        self.slope_square = self._products(self.slope, self.slope)
        self.bent = self._products([(a, 1.0, f) for a, f in self.forms], self.bend)
        self.steepest = 2 * max((float(abs(k)) for _, k in part.terms), default=0.0)
        # where x**j and x**j exp(kx) stand together, exp(kx) is 1 + expm1(kx), and what is left at 0 is exact
        beside = {j for j, k in part.terms if not k}
        rest: dict[int, Any] = {}
        for (j, k), c in part.terms.items():
            if not k or j in beside:
                rest[j] = rest[j] + c if j in rest else c
        self._polynomial = dense({0: 0.0, **{j: round_exact(c) for j, c in rest.items()}})
        self._exponentials = [
            (j, float(k), round_exact(c), np.expm1 if j in beside else np.exp) for (j, k), c in part.terms.items() if k
        ]
        self.vanishes = not self._polynomial[0] and all(j or e is np.expm1 for j, _, _, e in self._exponentials)
        self.needs = {0.0: 0}
        for form in [*forms, *(form for _, _, _, form in self.square)]:
            for r, _, _ in form.closed:
                self.needs[r] = max(self.needs.get(r, 0), form.power)
        self.mixed = len(forms) > 1 and any(form.rate for form in forms)

    @staticmethod
    def _products(left: list[tuple[int, float, Form]], right: list[tuple[int, float, Form]]) -> list[Product]:
        found: dict[tuple[int, int, Form], float] = {}
        for a, n, f in left:
            for b, k, g in right:
                key = (a, b, f * g)
                found[key] = found.get(key, 0.0) + n * k
        return [(a, b, n, form) for (a, b, form), n in found.items()]

    def value(self, x: Any) -> Any:
        """Return the piece's value."""
        terms = [(1.0, horner(self._polynomial, x))] if any(self._polynomial) else []
        for j, k, c, exponential in self._exponentials:
            value = exponential(x if k == 1 else k * x)
            terms.append((c, value * x**j if j else value))
        return weighted(terms)

    def series(self, x: Any, a: list[Any]) -> list[Any]:
        """Return the power series of ``p(x + u) - p(x)`` in u, from its coefficients by forms."""
        found: list[Any] = [0.0] * (ORDER + 1)
        for (form, _), c in zip(self.expansion.terms, a, strict=True):
            tilted = c * np.exp(float(form.rate) * x) if form.rate else c
            for n, weight in form.series:
                if n + form.power <= ORDER:
                    found[n + form.power] = found[n + form.power] + weight * tilted
        return found
