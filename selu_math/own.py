"""A user's own activation, from a SymPy expression (exact) or from any vectorised callable (float64 only)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from selu_math.activation import Activation
from selu_math.exceptions import InputError, quoted
from selu_math.numbers.exact import Constant, Exact, Rational, as_fraction
from selu_math.numbers.sampling import evaluate
from selu_math.pieces import ExpPoly, Piecewise
from selu_math.sampled import Sampled, Samples
from selu_math.trigonometric import TrigPoly

if TYPE_CHECKING:
    import sympy as sp

Family: TypeAlias = type[ExpPoly] | type[TrigPoly]
_MAX_POWER: Final = 64
_ACCEPTED: Final = (
    "accepted are + - * / and powers of x, rational numbers and exp(k*x) with rational k, in pieces by Piecewise, "
    "Heaviside, Abs, Max and Min with rational breakpoints; sin(w*x) and cos(w*x) with powers of x on the whole line"
)


def activation_from_sympy(expression: sp.Expr, symbol: sp.Symbol | None = None, name: str | None = None) -> Activation:
    """Return the activation that a SymPy expression defines, exactly.

    Args:
        expression: f as a SymPy object; text is not accepted, nothing is evaluated.  A SymPy float counts as the
            dyadic number it is.
        symbol: the variable; by default the only one that occurs.
        name: what outputs call it; by default the expression itself.

    Raises:
        InputError: for what is not a SymPy expression in one variable, or has no closed-form moments here.
    """
    import sympy as sp

    if not isinstance(expression, sp.Expr):
        raise InputError(f"a SymPy expression is needed, not {quoted(expression)}; for text use 'piecewise: ...'")
    free = expression.free_symbols - {symbol}
    if symbol is None and len(free) == 1:
        symbol = free.pop()
    if free:
        raise InputError(f"{quoted(str(expression))} must have one variable, not {', '.join(sorted(map(str, free)))}")
    x = sp.Symbol(symbol.name if symbol else "x", real=True)
    made = _piecewise(expression if symbol is None else expression.subs(symbol, x), x)
    return Activation(name or " ".join(str(expression).split()), made, {}, "as given")


def _piecewise(expression: sp.Expr, x: sp.Symbol) -> Piecewise:
    import sympy as sp

    try:
        folded = sp.piecewise_fold(expression.rewrite(sp.Piecewise))
        pairs = folded.as_expr_set_pairs(sp.Reals) if isinstance(folded, sp.Piecewise) else [(folded, sp.Reals)]
        ends = {end for _, where in pairs for end in where.boundary if end.is_finite}
    except (NotImplementedError, TypeError, ValueError):
        raise InputError(f"{quoted(str(expression))} cannot be cut into pieces; {_ACCEPTED}") from None
    breaks = sorted(_fraction(end) for end in ends)
    inside = [breaks[0] - 1, *((a + b) / 2 for a, b in pairwise(breaks)), breaks[-1] + 1] if breaks else [Fraction(0)]
    parts = []
    for point in inside:
        piece = next((e for e, where in pairs if where.contains(sp.Rational(point)) is sp.true), None)
        if piece is None:
            raise InputError(f"{quoted(str(expression))} is not defined at x = {point}")
        family: Family = TrigPoly if piece.has(sp.sin, sp.cos) else ExpPoly
        parts.append(_part(piece, x, family))
    if breaks and not all(isinstance(part, ExpPoly) for part in parts):
        raise InputError(f"{quoted(str(expression))} has sines or cosines in pieces; {_ACCEPTED}")
    return Piecewise(tuple(breaks), tuple(parts))


def _fraction(value: sp.Expr) -> Fraction:
    import sympy as sp

    exact = sp.Rational(value) if value.is_Rational or value.is_Float else None
    if exact is None or not exact.is_finite:
        raise InputError(f"{value} is not rational; {_ACCEPTED}")
    return Fraction(int(exact.p), int(exact.q))


def _part(node: sp.Expr, x: sp.Symbol, family: Family) -> Any:
    """Return an expression as a member of a family."""
    import sympy as sp

    if node == x:
        return family.identity()
    if node.is_Rational or node.is_Float:
        return family.constant(Exact.of(_fraction(node)))
    if isinstance(node, sp.Add | sp.Mul):
        first, *rest = (_part(argument, x, family) for argument in node.args)
        for part in rest:
            first = first + part if isinstance(node, sp.Add) else first * part
        return first
    if isinstance(node, sp.exp) or node is sp.E:
        slope, offset = _linear(sp.Integer(1) if node is sp.E else node.args[0], x)
        factor: Any = family.constant(Exact.exp(offset))
        if not slope:
            return factor
        if family is ExpPoly:
            return factor * ExpPoly.exp(slope)
    if isinstance(node, sp.sin | sp.cos) and family is TrigPoly:
        slope, offset = _linear(node.args[0], x)
        sine, cosine = TrigPoly.sin(slope), TrigPoly.cos(slope)
        if not offset:
            return sine if isinstance(node, sp.sin) else cosine
        by_sin, by_cos = (TrigPoly.constant(Exact.of(c)) for c in _turn(offset))
        return by_cos * sine + by_sin * cosine if isinstance(node, sp.sin) else by_cos * cosine - by_sin * sine
    if isinstance(node, sp.Pow) and node.exp.is_Integer and 0 <= node.exp <= _MAX_POWER:
        base, power = _part(node.base, x, family), family.constant(Exact.of(1))
        for _ in range(int(node.exp)):
            power = power * base
        return power
    raise InputError(f"{quoted(str(node))} is not understood; {_ACCEPTED}")


def _linear(argument: sp.Expr, x: sp.Symbol) -> tuple[Fraction, Fraction]:
    """Return slope and offset of a linear function with rational coefficients."""
    terms = _part(argument, x, ExpPoly).terms
    line = {power: terms.pop((power, Fraction(0)), Exact()).rational for power in (1, 0)}
    if terms or None in line.values():
        raise InputError(f"{quoted(str(argument))} is not a rational linear function; {_ACCEPTED}")
    return line[1] or Fraction(0), line[0] or Fraction(0)


def _turn(angle: Fraction) -> tuple[Constant, Constant]:
    """Return the sine and the cosine of a rational number."""
    return (
        Constant(f"sin({angle})", lambda kit: kit.sin(kit.rational(angle))),
        Constant(f"cos({angle})", lambda kit: kit.cos(kit.rational(angle))),
    )


def activation_from_callable(
    function: Callable[[Any], Any], name: str | None = None, breaks: Iterable[Rational] = ()
) -> Activation:
    """Return the activation that a vectorised callable computes; in float64 alone, with nothing proved.

    Accuracy: against seven activations whose moments are known, at 25 random points each (mean within 4 of 0, variance
    from 0.01 to 16), E f, E f' and E f'' were within 3e-16 of the root mean square of f (divided by s and s**2), E f**2
    within 7e-15 and E f'**2, which differentiates numerically, within 2e-12 of itself.

    Args:
        function: f, which takes an array of float64 to an array of real numbers of the same shape.
        name: what outputs call it; by default the callable's own name.
        breaks: where f has kinks or jumps; 0 and a few other places around it are known without being named.

    Raises:
        InputError: for what is not such a callable.  Moments raise it too: in the ball and symbolic kits always; in
            float64 where a moment does not exist, lies beyond 20 deviations from the mean, or changes by more than
            1e-9 of the mean modulus when the panels of the quadrature are halved, as at a kink that is not named.
    """
    label = str(name or getattr(function, "__name__", "callable"))
    if not callable(function):
        raise InputError(f"a callable is needed, not {quoted(function)}")
    places = tuple(float(as_fraction(c, "a break")) for c in breaks)
    samples = Samples(label, function, places)
    with np.errstate(all="ignore"):
        evaluate(label, function, np.array([[-1.0, -0.5, 0.25], [0.5, 1.0, 2.0]]))
    return Activation(label, Piecewise((), (Sampled(samples, {(1, 0, 0): Exact.of(1)}),)), {}, "as given")
