"""Text to exact piecewise functions: ``x<0: 2*(exp(x)-1); x>=0: x``.  Parsed, never evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fractions import Fraction

from selu_math.exceptions import InputError, quoted
from selu_math.numbers.exact import Exact, as_fraction
from selu_math.pieces import ExpPoly, Piecewise

_MAX_TEXT = 2000
_MAX_POWER = 16
_MAX_TERMS = 1000
_MAX_BITS = 8192
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:/\d+)?"
_ABOVE = re.compile(rf"^x\s*(>=?)\s*({_NUMBER})$")
_BELOW = re.compile(rf"^x\s*(<=?)\s*({_NUMBER})$")
_BETWEEN = re.compile(rf"^({_NUMBER})\s*<=?\s*x\s*<=?\s*({_NUMBER})$")
_FORM = "write 'x<0: 2*(exp(x)-1); x>=0: x', with + - * / ^, exp(k*x), decimals and ratios"


def parse_piecewise(text: str) -> Piecewise:
    """Return the piecewise function that ``text`` describes.

    Pieces are separated by ``;``, each ``condition: expression`` with the condition ``x<c``, ``a<=x<b`` or ``x>=c``
    (or no condition at all, for one piece on the whole line); together they must cover the line once.  Which side a
    breakpoint itself belongs to does not matter to any Gaussian moment.

    Raises:
        InputError: where the text is not of that form.
    """
    if len(text) > _MAX_TEXT:
        raise InputError(f"a piecewise activation may have at most {_MAX_TEXT} characters, this one has {len(text)}")
    pieces: list[tuple[Fraction | None, Fraction | None, ExpPoly]] = []
    for piece in filter(None, (part.strip() for part in text.split(";"))):
        condition, colon, expression = piece.partition(":")
        low, high = _interval(condition.strip()) if colon else (None, None)
        pieces.append((low, high, parse_expression(expression if colon else condition)))
    if not pieces:
        raise InputError(f"the piecewise activation is empty; {_FORM}")
    pieces.sort(key=lambda p: (p[0] is not None, p[0] or Fraction(0)))
    edges = [piece[0] for piece in pieces] + [None]
    joined = all(high == edge for (_, high, _), edge in zip(pieces, edges[1:], strict=True))
    if pieces[0][0] is not None or None in edges[1:-1] or not joined:
        raise InputError(
            f"the pieces of {quoted(text.strip())} must cover the whole line without gap or overlap; {_FORM}"
        )
    breaks = tuple(edge for edge in edges[1:-1] if edge is not None)
    return Piecewise(breaks, tuple(part for _, _, part in pieces))


def _interval(condition: str) -> tuple[Fraction | None, Fraction | None]:
    if match := _ABOVE.match(condition):
        return as_fraction(match[2]), None
    if match := _BELOW.match(condition):
        return None, as_fraction(match[2])
    if match := _BETWEEN.match(condition):
        low, high = as_fraction(match[1]), as_fraction(match[2])
        if low < high:
            return low, high
    raise InputError(f"{quoted(condition)} is no condition; write x<c, a<=x<b or x>=c with a < b")


def parse_expression(text: str) -> ExpPoly:
    """Return the exponential polynomial in x that ``text`` spells; decimals are exact.

    Raises:
        InputError: where the text is not of that form, or leaves the family of exponential polynomials.
    """
    source = text.strip().replace("^", "**")
    try:
        if "#" in source:
            raise SyntaxError  # a comment would be passed over in silence
        tree = ast.parse(source, mode="eval")
        return _convert(tree.body, source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{quoted(text.strip())} is no expression in x; {_FORM}") from None


def _convert(node: ast.expr, source: str) -> ExpPoly:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return ExpPoly.constant(Exact.of(as_fraction(ast.get_source_segment(source, node) or str(value))))
        case ast.Name(id="x"):
            return ExpPoly.identity()
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_convert(operand, source)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _convert(operand, source)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _convert(left, source) + _convert(right, source)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _convert(left, source) - _convert(right, source)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _product(_convert(left, source), _convert(right, source))
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            divisor = _number(_convert(right, source))
            if not divisor:
                raise InputError(
                    f"cannot divide by {quoted(ast.get_source_segment(source, right))}: not a non-zero number"
                )
            return _convert(left, source) * ExpPoly.constant(Exact.of(1 / divisor))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            power = _number(_convert(right, source))
            if power is None or power.denominator != 1 or not 0 <= power <= _MAX_POWER:
                raise InputError(f"a power must be a whole number from 0 to {_MAX_POWER}; use exp(k*x) for e^(kx)")
            result, base = ExpPoly.constant(Exact.of(1)), _convert(left, source)
            for _ in range(int(power)):
                result = _product(result, base)
            return result
        case ast.Call(func=ast.Name(id="exp"), args=[argument], keywords=[]):
            return _exponential(_convert(argument, source))
    raise InputError(f"{quoted(ast.get_source_segment(source, node) or source)} is not understood; {_FORM}")


def _product(left: ExpPoly, right: ExpPoly) -> ExpPoly:
    if len(left.terms) * len(right.terms) > _MAX_TERMS:
        raise InputError(f"the expression expands to more than {_MAX_TERMS} products; write a simpler one")
    product = left * right
    if any(power > _MAX_POWER**2 for power, _ in product.terms):
        raise InputError(f"powers of x may go up to {_MAX_POWER**2}; write a simpler expression")
    if any(q.numerator.bit_length() + q.denominator.bit_length() > _MAX_BITS for q in _rationals(product)):
        raise InputError("the expression's numbers are too long; write a simpler one")
    return product


def _rationals(value: ExpPoly) -> Iterator[Fraction]:
    for (_, rate), coefficient in value.terms.items():
        yield rate
        yield from coefficient.terms.values()


def _number(value: ExpPoly) -> Fraction | None:
    """Return a constant function's value, or None."""
    if set(value.terms) - {(0, Fraction(0))}:
        return None
    return value.terms.get((0, Fraction(0)), Exact()).rational


def _exponential(argument: ExpPoly) -> ExpPoly:
    slope = argument.terms.get((1, Fraction(0)), Exact()).rational
    offset = _number(ExpPoly({t: c for t, c in argument.terms.items() if t != (1, Fraction(0))}))
    if slope is None or offset is None:
        raise InputError("exp takes a linear function of x with rational coefficients, such as exp(x) or exp(-x/2)")
    return ExpPoly.constant(Exact.exp(offset)) * ExpPoly.exp(slope)
