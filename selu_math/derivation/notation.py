r"""How formulas are written: as one line of plain text, or as LaTeX, from the same expressions.

Terms and factors keep the order in which they stand.  The LaTeX contains no backslash before punctuation and no
``\operatorname``, so that Markdown renderers, GitHub's among them, leave it whole.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, Final

import sympy as sp

from selu_math.derivation.formula import Formula, Prose
from selu_math.derivation.symbols import LATEX as NAMES
from selu_math.derivation.symbols import Density, Phi, StandardDensity
from selu_math.numbers.enclosure import Enclosure
from selu_math.numbers.exact import decimal_text

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_RELATIONS: Final = {"<": ("<", "<"), "<=": ("≤", r"\le"), ">": (">", ">"), ">=": ("≥", r"\ge")}


class Notation:
    """A way of writing.

    Args:
        latex: whether LaTeX is written, and not plain text.
    """

    def __init__(self, *, latex: bool) -> None:
        self.latex = latex

    def formula(self, formula: Formula) -> str:
        """Return a formula on one line."""
        return "".join(self.parts(formula))

    def parts(self, formula: Formula, *, flat: bool = False) -> list[str]:
        """Return a formula in pieces between which a line may be broken; ``flat`` as for :meth:`expression`."""
        sides = [self.expression(side, flat=flat) for side in formula.sides]
        parts = [sides[0], *(f" = {side}" for side in sides[1:])]
        if formula.value is not None:
            parts.append(self._value(formula.value))
        if formula.where is not None:
            parts.append(self._either("   for ", r" \quad \text{for} \quad ") + self.expression(formula.where))
        return parts

    def display(self, formula: Formula, width: int = 90) -> str:
        """Return a formula, broken into lines before relations where one line would be longer than ``width``."""
        parts = self.parts(formula)
        if len("".join(TEXT.parts(formula))) <= width or len(parts) < 3:
            return "".join(parts)
        if self.latex:
            first, *others = (part.strip() for part in parts)
            return r"\begin{aligned} " + first + " &" + r" \cr &".join(others) + r" \end{aligned}"
        first, second, *others = parts
        return ("\n" + " " * len(first)).join([first + second, *others])

    def prose(self, prose: Prose, space: str = " ") -> str:
        """Return prose with its mathematics, in LaTeX between dollars; ``space`` is used within mathematics."""
        pieces = []
        for piece in prose:
            if isinstance(piece, str):
                pieces.append(piece)
                continue
            flat = self.parts(piece if isinstance(piece, Formula) else Formula((piece,)), flat=True)
            shown = "".join(flat)
            pieces.append(f"${shown}$" if self.latex else shown.replace(" ", space))
        return "".join(pieces)

    def number(self, x: Enclosure) -> str:
        """Return proved digits."""
        return self._decimal(str(x))

    def _value(self, x: Enclosure) -> str:
        if x.is_exact and len(text := decimal_text(x.lower)) <= x.shown:
            return f" = {self._decimal(text)}"
        return self._either(" ≈ ", r" \approx ") + self.number(x)

    def expression(self, e: Any, *, flat: bool = False) -> str:
        """Return an expression; ``flat`` writes fractions with a slash, as plain text always does."""
        return self._written(e, flat or not self.latex)[0]

    def _either(self, text: str, latex: str) -> str:
        return latex if self.latex else text

    def _decimal(self, digits: str) -> str:
        if self.latex:
            return re.sub(r"e([+-]?)0*(\d+)", lambda m: rf" \cdot 10^{{{m[1].strip('+')}{m[2]}}}", digits)
        return digits.replace("-", "−")

    def _bracketed(self, text: str) -> str:
        return rf"\left({text}\right)" if self.latex and r"\frac" in text else f"({text})"

    def _at_least(self, level: int, e: Any, flat: bool) -> str:
        """Return an expression, in brackets where it binds less than ``level``."""
        text, own = self._written(e, flat)
        return text if own >= level else self._bracketed(text)

    def _written(self, e: Any, flat: bool) -> tuple[str, int]:
        """Return an expression and how strongly it binds."""
        for kind, write in (
            (sp.Add, self._sum),
            (sp.Mul, self._product),
            (sp.Integral, self._integral),
            (sp.Derivative, self._derivative),
        ):
            if isinstance(e, kind):
                return write(e, flat)
        if e.is_Rational:
            return self._rational(e, flat)
        if e.is_Symbol:
            return self._either(e.name, NAMES.get(e, e.name)), _POWER if " " in e.name else _ATOM
        if isinstance(e, sp.exp) or e.is_Pow:
            return self._power(e, flat)
        if e.is_Function:
            return self._function(e), _ATOM
        if e.is_Relational:
            relation = _RELATIONS[e.rel_op][self.latex]
            return f"{self.expression(e.lhs, flat=flat)} {relation} {self.expression(e.rhs, flat=flat)}", _SUM
        constants = {sp.pi: ("π", r"\pi"), sp.E: ("e", "e"), sp.oo: ("∞", r"\infty"), -sp.oo: ("−∞", r"-\infty")}
        return constants[e][self.latex], _ATOM

    def _rational(self, e: Any, flat: bool) -> tuple[str, int]:
        if e < 0:
            return self._either("−", "-") + self._rational(-e, flat)[0], _SUM
        q = Fraction(int(e.p), int(e.q))
        if q.denominator == 1 or q.denominator % 5 == 0:
            text = decimal_text(q)
            if "/" not in text:
                return self._decimal(text), _PRODUCT if "e" in text else _ATOM
        return self._fraction(str(q.numerator), str(q.denominator), flat), _PRODUCT

    def _fraction(self, above: str, below: str, flat: bool) -> str:
        return f"{above}/{below}" if flat else rf"\frac{{{above}}}{{{below}}}"

    def _sum(self, e: Any, flat: bool) -> tuple[str, int]:
        terms = [_signed(term) for term in _parts(e, sp.Add)]
        # no sum begins with a minus sign that need not be there
        first = next((i for i, (negative, _) in enumerate(terms) if not negative), 0)
        terms.insert(0, terms.pop(first))
        minus = self._either("−", "-")
        text = ""
        for negative, term in terms:
            sign = f" {minus} " if negative else " + "
            text += (sign if text else minus * negative) + self._at_least(_PRODUCT, term, flat)
        return text, _SUM

    def _product(self, e: Any, flat: bool) -> tuple[str, int]:
        negative, positive = _signed(e)
        if negative:
            return self._either("−", "-") + self._at_least(_PRODUCT, positive, flat), _SUM
        above: list[Any] = []
        below: list[Any] = []
        # distribution functions and densities last, as they are read
        for factor in sorted(_parts(e, sp.Mul), key=lambda f: isinstance(f, Phi | StandardDensity)):
            if factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
                below.append(factor.base if factor.exp == -1 else sp.Pow(factor.base, -factor.exp, evaluate=False))
            elif factor.is_Rational and not factor.is_Integer and above:
                above += [sp.Integer(factor.p)] if factor.p != 1 else []
                below.append(sp.Integer(factor.q))
            elif factor != 1:
                above.append(factor)
        if not below:
            return self._joined(above, flat)
        if flat:
            under, level = self._joined(below, flat)
            if len(below) > 1 or level < _POWER:
                under = self._bracketed(under)
            over, level = self._joined(above, flat)
            return f"{over if level >= _PRODUCT else self._bracketed(over)}/{under}", _PRODUCT
        return self._fraction(self._joined(above, flat)[0], self._joined(below, flat)[0], flat), _PRODUCT

    def _joined(self, factors: list[Any], flat: bool) -> tuple[str, int]:
        """Return factors side by side."""
        if len(factors) < 2:
            return self._written(factors[0], flat) if factors else ("1", _ATOM)
        text = ""
        for before, factor in zip([None, *factors], factors, strict=False):
            piece = self._at_least(_PRODUCT, factor, flat)
            if factor.is_Symbol and "/" in factor.name and not self.latex:
                piece = f"({piece})"
            text += ("" if before is None else self._joint(before, factor)) + piece
        return text, _PRODUCT

    def _joint(self, left: Any, right: Any) -> str:
        """Return what stands between two factors: in LaTeX a dot only next to a number or a name of several letters."""
        several = any(factor.is_Symbol and " " in factor.name for factor in (left, right))
        dotted = right.is_Number or (several and not left.is_Number)
        return self._either("·", r" \cdot " if dotted else " ")

    def _power(self, e: Any, flat: bool) -> tuple[str, int]:
        base, exponent = e.base, e.exp
        if exponent == sp.Rational(1, 2):
            if self.latex:
                return rf"\sqrt{{{self.expression(base, flat=True)}}}", _ATOM
            return "√" + self._at_least(_ATOM, base, flat), _POWER
        if exponent.is_Rational and exponent < 0 and base is not sp.E:
            below = base if exponent == -1 else sp.Pow(base, -exponent, evaluate=False)
            under = self._at_least(_POWER, below, flat) if flat else self.expression(below)
            return self._fraction("1", under, flat), _PRODUCT
        under = self._at_least(_ATOM, base, flat)
        over, level = self._written(exponent, True)
        if self.latex:
            return f"{under}^{over}" if len(over) == 1 else f"{under}^{{{over}}}", _POWER
        if exponent.is_Integer and exponent > 0:
            return under + over.translate(_RAISED), _POWER
        return f"{under}^{over if level == _ATOM else self._bracketed(over)}", _POWER

    def _function(self, e: Any) -> str:
        names = {
            Phi: ("Φ", r"\Phi"),
            StandardDensity: ("φ", r"\varphi"),
            Density: ("N", r"\mathcal{N}"),
            sp.erfc: ("erfc", r"\mathop{\mathrm{erfc}}"),
        }
        name = e.func.__name__
        text, latex = names.get(e.func, (name, name.replace("′", "'")))
        first, *others = (self.expression(a, flat=True) for a in e.args)
        arguments = f"{first}; {', '.join(others)}" if others else first
        return self._either(text, latex) + f"({arguments})"

    def _integral(self, e: Any, flat: bool) -> tuple[str, int]:
        variable, low, high = e.limits[0]
        body = self._at_least(_PRODUCT, e.function, flat)
        ends = self.expression(low, flat=True), self.expression(high, flat=True)
        if self.latex:
            return rf"\int_{{{ends[0]}}}^{{{ends[1]}}} {body} \thinspace d{variable}", _PRODUCT
        return f"∫[{ends[0]}, {ends[1]}] {body} d{variable}", _PRODUCT

    def _derivative(self, e: Any, flat: bool) -> tuple[str, int]:
        (variable, order), *_ = e.variable_count
        raised = "" if order == 1 else self._either(str(order).translate(_RAISED), f"^{order}")
        d = self._either("∂", r"\partial")
        above, below = f"{d}{raised}", f"{d}{self._either('', ' ')}{variable}{raised}"
        return f"{self._fraction(above, below, flat)} {self._at_least(_ATOM, e.expr, flat)}", _PRODUCT


def _signed(e: Any) -> tuple[bool, Any]:
    """Return whether an expression begins with a minus sign, and what is left without it."""
    if e.is_Number:
        return bool(e < 0), abs(e)
    if not e.is_Mul:
        return False, e
    first, *others = e.args
    negative, rest = _signed(first)
    if not negative:
        return False, e
    left = [*([] if rest == 1 else [rest]), *others]
    return True, left[0] if len(left) == 1 else sp.Mul(*left, evaluate=False)


def _parts(e: Any, kind: Any) -> list[Any]:
    """Return the terms of a sum of sums, or the factors of a product of products, in order."""
    return [part for a in e.args for part in _parts(a, kind)] if isinstance(e, kind) else [e]


TEXT: Final = Notation(latex=False)
LATEX: Final = Notation(latex=True)
