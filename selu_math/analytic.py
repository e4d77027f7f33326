"""Smooth functions outside the closed-form family, and what is built from one of them, exactly.

An :class:`Analytic` is a sum of products of derivatives of one smooth function, with exact coefficients.  Sums,
products and derivatives stay in that family, as they do for exponential polynomials, so moments need no new
mathematics but their integral, which is verified quadrature.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod
from typing import Any

from selu_math.numbers.exact import Exact
from selu_math.numbers.jets import Functions, Jet
from selu_math.numbers.kit import Kit
from selu_math.pieces import CombinationOf

_ONE = Fraction(1)


@dataclass(frozen=True, eq=False)
class Smooth:
    """A function that is analytic around the real line, with a bound there.

    The bound is ``|f(z)| <= growth * (1 + |z|)**power`` wherever ``|Im z| <= strip/(1 + |Re z|)**narrowing``; it must
    hold, because the tails of integrals are bounded by it.

    Attributes:
        name: its name.
        form: the function, as a formula in jets.
        strip: half-width of the strip at 0, at most 1.
        growth: the bound's factor.
        power: the bound's power.
        narrowing: how fast the strip narrows.
        is_odd: whether ``f(-z) = -f(z)``.
    """

    name: str
    form: Callable[[Functions, Jet], Jet]
    strip: Fraction
    growth: Fraction
    power: int
    narrowing: int = 0
    is_odd: bool = False

    def bound(self, order: int) -> tuple[Fraction, int]:
        """Return ``(c, p)`` such that a derivative is at most ``c * (2 + |x|)**p`` at every real x.

        Cauchy's estimate on the disc of radius ``strip/(2 + |x|)**narrowing``, which stays in the strip and below
        ``|x| + 1`` in modulus.
        """
        return factorial(order) * self.growth / self.strip**order, self.power + order * self.narrowing


class Analytic(CombinationOf[tuple[int, ...], Smooth]):
    """A sum of ``c * f**(i) * f**(j) * ...``, derivatives of one smooth f, with exact ``c``; immutable.

    Attributes:
        base: f.
        terms: coefficients by the sorted orders of the derivatives; the empty product is 1.
    """

    __slots__ = ()
    one = ()

    def __init__(self, base: Smooth, terms: Mapping[tuple[int, ...], Exact] | None = None) -> None:
        super().__init__(base, {(0,): Exact.of(1)} if terms is None else terms)

    def __mul__(self, other: Analytic) -> Analytic:
        total: dict[tuple[int, ...], Exact] = {}
        for left, a in self.terms.items():
            for right, b in self._same(other).terms.items():
                orders = tuple(sorted(left + right))
                total[orders] = total.get(orders, Exact()) + a * b
        return Analytic(self.base, total)

    def derivative(self) -> Analytic:
        """Return the derivative, by Leibniz's rule."""
        total: dict[tuple[int, ...], Exact] = {}
        for orders, c in self.terms.items():
            for order, count in Counter(orders).items():
                rest = list(orders)
                rest[rest.index(order)] = order + 1
                key = tuple(sorted(rest))
                total[key] = total.get(key, Exact()) + c * Exact.of(count)
        return Analytic(self.base, total)

    def reflected(self) -> Analytic | None:
        """Return ``f(-z)`` where f is odd, else None."""
        if not self.base.is_odd:
            return None
        # derivatives of an odd function are odd, even, odd, ... in turn
        signs = {orders: (-1) ** sum(n % 2 == 0 for n in orders) for orders in self.terms}
        return Analytic(self.base, {orders: c * Exact.of(signs[orders]) for orders, c in self.terms.items()})

    @property
    def order(self) -> int:
        """The highest derivative of f in it."""
        return max((max(orders, default=0) for orders in self.terms), default=0)

    def derivatives(self, functions: Functions, z: Any, order: int) -> list[Any]:
        """Return f, f', ... up to the given order at a number or an array."""
        return self.base.form(functions, Jet.variable(z, order)).derivatives()

    def combination(self, kit: Kit[Any]) -> Callable[[Sequence[Any]], Any]:
        """Return the function's value as a function of those derivatives; coefficients enter the kit once."""
        terms = [(orders, kit.exact(c)) for orders, c in self.terms.items()]

        def combine(f: Sequence[Any]) -> Any:
            total = 0 * f[0]
            for orders, c in terms:
                total = total + prod((f[n] for n in orders), start=c)
            return total

        return combine

    def envelope(self) -> list[tuple[Exact, Fraction, int]]:
        """Return triples (coefficient, c, p): the modulus is at most the sum of ``|coefficient| c (2 + |x|)**p``."""
        found = []
        for orders, coefficient in self.terms.items():
            bounds = [self.base.bound(n) for n in orders]
            found.append((coefficient, prod((c for c, _ in bounds), start=_ONE), sum(p for _, p in bounds)))
        return found
