"""The symbolic kit: SymPy expressions, for closed forms that people read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import sympy as sp

from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact

if TYPE_CHECKING:
    from selu_math.numbers.kit import Integrand


class SymbolicKit:
    """Numbers are SymPy expressions.

    Args:
        symbols: expressions that stand for named constants (``{"scale": Symbol("lambda")}``) in place of their
            closed forms.
    """

    name: Final = "symbolic"

    def __init__(self, symbols: Mapping[str, Any] | None = None) -> None:
        self.symbols = dict(symbols or {})

    def evaluating(self) -> AbstractContextManager[None]:
        """Return a scope that changes nothing."""
        return nullcontext()

    def rational(self, q: Fraction) -> Any:
        """Return a SymPy rational."""
        return sp.Rational(q.numerator, q.denominator)

    def exact(self, value: Exact) -> Any:
        """Return an exact number as an expression."""
        total = sp.Integer(0)
        for (constants, exponent), q in value.terms.items():
            term = self.rational(q) * sp.exp(self.rational(exponent))
            for constant, power in constants:
                known = self.symbols.get(constant.name)
                term *= (constant.form(self) if known is None else known) ** power
            total += term
        return total

    def sqrt(self, x: Any) -> Any:
        """Return the square root."""
        return sp.sqrt(x)

    def square(self, x: Any) -> Any:
        """Return the square."""
        return x**2

    def exp(self, x: Any) -> Any:
        """Return the exponential."""
        return sp.exp(x)

    def cos(self, x: Any) -> Any:
        """Return the cosine."""
        return sp.cos(x)

    def sin(self, x: Any) -> Any:
        """Return the sine."""
        return sp.sin(x)

    def tilted_density(self, a: Any, t: Any) -> Any:
        """Return ``exp(a) * phi(t)``."""
        return sp.exp(sp.expand(a - t**2 / 2)) / sp.sqrt(2 * sp.pi)

    def tilted_cdf(self, a: Any, t: Any, density: Any) -> Any:
        """Return ``exp(a) * Phi(t)`` through ``erfc``."""
        return sp.exp(a) * sp.erfc(-t / sp.sqrt(2)) / 2

    def integrator(self, m: Any, s: Any) -> Callable[[Integrand], Any]:
        """Raise: such an expectation has no closed form."""
        raise InputError("a smooth activation outside the exponential polynomials has no closed-form moments")


SYMBOLIC: Final = SymbolicKit()
