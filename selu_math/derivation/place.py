"""SymPy expressions to balls, integrals by verified quadrature: the evaluation that checks the formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from math import ceil, sqrt
from operator import add, mul
from typing import Any

import sympy as sp
from flint import acb, arb, ctx

from selu_math.derivation.symbols import M, Phi, S, StandardDensity, V, Z, explicit
from selu_math.numbers.ball import BALL


class Place:
    """A point at which expressions are evaluated.

    Args:
        values: what each symbol stands for: a rational number, or an expression in other symbols.
        branches: what ``f(z)`` and ``f'(z)`` are below and above zero.
    """

    def __init__(self, values: Mapping[Any, Any], branches: Mapping[Any, tuple[Any, Any]]) -> None:
        self.values, self.branches = values, branches
        self._known: dict[tuple[Any, int], arb] = {}

    def __call__(self, expression: Any) -> arb:
        """Enclose an expression at the working precision."""
        key = (expression, ctx.prec)
        if key not in self._known:
            self._known[key] = self._value(expression)
        return self._known[key]

    def _value(self, e: Any) -> arb:
        if e.is_Rational:
            return BALL.rational(Fraction(int(e.p), int(e.q)))
        if e is sp.pi:
            return arb.pi()
        if e is sp.E:
            return arb(1).exp()
        if e.is_Symbol:
            return self(sp.sympify(self.values[e]))
        if isinstance(e, sp.Integral):
            return self._integral(e)
        if isinstance(e, Phi):
            return self._erfc(-self(e.args[0]) * arb(2).rsqrt()) / 2
        if isinstance(e, sp.erfc):
            return self._erfc(self(e.args[0]))
        if isinstance(e, StandardDensity):
            return self(explicit(e))
        value: arb = _operation(e)([self(a) for a in e.args])
        return value

    @staticmethod
    def _erfc(x: arb) -> arb:
        """Enclose erfc, which decreases, from the ends: at large ones it propagates radii that are far too wide."""
        return x.lower().erfc().union(x.upper().erfc())

    def _integral(self, integral: Any) -> arb:
        """Enclose the integral over z of something times a normal density of mean m and variance v."""
        body, (_, low, high) = integral.function, integral.limits[0]
        total = arb(0)
        for below in (True, False):
            if (low if below else high) == 0:
                continue
            part = explicit(body)
            for name, branches in self.branches.items():
                part = part.replace(name, lambda z, at=branches[0 if below else 1]: at.subs(Z, z))
            total += self._half_line(part, below=below)
        return total

    def _half_line(self, body: Any, *, below: bool) -> arb:
        """Enclose an integral over the half-line below or above 0.

        The bulk lies around ``centre``, the point of the half-line nearest to m, and is as wide as s, or as v/|m|
        where the density falls off from 0.  Beyond ``reach`` widths the integrands here (polynomials of degree at
        most 4 with zeros near m or 0, times exp(kz) with k >= 0 below 0, times the density) fall at least as fast as
        ``exp(-distance/s)``, so what is cut off is at most s times the modulus at the cut.
        """
        m, v, s = self(M), self(V), self(S)
        reach = ceil(sqrt(1.4 * ctx.prec)) + 4
        inside = m <= 0 if below else m >= 0
        centre = m if inside else arb(0)
        width = reach * s
        if not inside and abs(m) > width:
            width = reach**2 * v / abs(m)
        # exact ends, the same for both parts of the estimate
        low, high = (centre - width).mid(), (centre + width).mid()
        low, high = (low, high.min(0)) if below else (low.max(0), high)
        h = self._function(body)
        if not (width.is_finite() and h(acb(centre)).is_finite()):
            return arb("nan")
        # what the integral is about, as a goal for its error: the largest of some rectangles
        away = [width / 8**j for j in range(ctx.prec // 2)]
        size = reduce(arb.max, (d * abs(h(acb(centre - d if below else centre + d))) for d in away))
        goal = (size * arb(2) ** -ctx.prec).upper()
        value = acb.integral(lambda z, _: h(z), low, high, abs_tol=goal).real
        cut = sum((abs(h(acb(end))).upper() for end in (low, high) if end != 0), arb(0))
        return value + arb(0, (s * cut).upper())

    def _function(self, e: Any) -> Callable[[acb], Any]:
        """Return an expression as a function of z; what does not depend on z is evaluated once."""
        if not e.has(Z):
            constant = self(e)
            return lambda _: constant
        if e == Z:
            return lambda z: z
        fixed = [a for a in e.args if not a.has(Z)] if e.is_Add or e.is_Mul else []
        parts = [self._function(a) for a in e.args if a not in fixed]
        operation = _operation(e)
        if fixed:
            constant = operation([self(a) for a in fixed])
            return lambda z: operation([constant, *(part(z) for part in parts)])
        return lambda z: operation([part(z) for part in parts])


def _operation(e: Any) -> Callable[[list[Any]], Any]:
    """Return what an expression's head does to the values of its arguments."""
    if e.is_Add:
        return lambda values: reduce(add, values)
    if e.is_Mul:
        return lambda values: reduce(mul, values)
    if isinstance(e, sp.exp):
        return lambda values: values[0].exp()
    if e.is_Pow and e.exp.is_Rational and e.exp.q in (1, 2):
        power, root = int(e.exp.p), e.exp.q == 2
        return lambda values: (values[0].sqrt() if root else values[0]) ** power
    raise ArithmeticError(f"no rule evaluates {e}")
