"""What a derivation has established so far, and the checks that a claim must pass before it counts."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any, Final

import sympy as sp
from flint import arb

from selu_math.derivation import symbols as y
from selu_math.derivation.formula import Formula, Prose, Step
from selu_math.derivation.place import Place
from selu_math.numbers.ball import refine
from selu_math.numbers.enclosure import Enclosure, bits_for, prove
from selu_math.target import Target

BITS: Final = 160
MAX_BITS: Final = 1 << 13
NARROW: Final = "1e-30"
POINTS: Final = 3
DIGITS: Final = 15


def rational(q: Fraction) -> Any:
    """Return a fraction as a SymPy number."""
    return sp.Rational(q.numerator, q.denominator)


def evaluated(expression: Any) -> Any:
    """Return an expression that was written without evaluation in SymPy's own form."""
    return expression.func(*map(evaluated, expression.args)) if expression.args else expression


class Workings:
    """The names in use, what each is by definition, and its closed form once that is verified.

    Args:
        target: the fixed point that the derivation is about.

    Attributes:
        given: the target's four numbers.
        place: the target, where expressions are evaluated.
        closed: closed forms by name.
        meaning: definitions by name, as integrals; closed forms are checked against them.
        branches: ``f(z)`` and ``f'(z)`` below and above zero.
        steps: the steps so far.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.closed: dict[Any, Any] = {y.S: sp.sqrt(y.V), y.B: y.LAMBDA * y.ALPHA}
        self.meaning: dict[Any, Any] = {}
        self.steps: list[Step] = []
        self._formulas: list[Formula] = []
        self.branches: dict[Any, tuple[Any, Any]] = {}
        self._points = [Place(values, self.branches) for values in self._random_points()]
        self.given = {
            y.MU: rational(target.mean),
            y.NU: rational(target.variance),
            y.OMEGA: rational(target.omega),
            y.TAU: rational(target.tau),
        }
        self._accepted: dict[Any, Any] = {}
        self.place = Place(ChainMap(self.given, self._accepted, self.closed), self.branches)

    def _random_points(self) -> list[Mapping[Any, Any]]:
        """Return points of random rational numbers, the same in every run, on top of the closed forms."""
        random = Random(1706)  # noqa: S311 - no secret is made of it
        signed, positive = (y.MU, y.OMEGA), (y.NU, y.TAU, y.K, y.LAMBDA, y.ALPHA)
        points: list[Mapping[Any, Any]] = []
        for _ in range(POINTS):
            values = {name: sp.Rational(random.randint(-96, 96), 64) for name in signed}
            values |= {name: sp.Rational(random.randint(24, 128), 64) for name in positive}
            points.append(ChainMap(values, self.closed))
        return points

    def define(self, claim: Formula) -> None:
        """Enter a definition: ``name = expression``; there is nothing to verify in it."""
        name, expression = claim.sides[0], claim.sides[-1]
        self.closed[name] = evaluated(expression)
        self._formulas.append(claim)

    def demand(self, claim: Formula, given: Mapping[Any, Any] | None = None) -> None:
        """Enter an equation that is asked for: the second side must be the closed form of the first, a name."""
        self.require(claim, self.closed[claim.sides[0]] - evaluated(claim.sides[1]), given)
        self._formulas.append(claim)

    def accept(self, values: Mapping[Any, Any]) -> None:
        """Enter what the unknowns are at the target."""
        self._accepted.update(values)

    def by_algebra(self, claim: Formula, meaning: Any = None, *, given: Mapping[Any, Any] | None = None) -> None:
        """Accept a claim whose sides SymPy reduces to differences of exactly 0 once ``given`` is put in.

        Where ``meaning`` is there, the first side is a name for it.
        """
        first = evaluated(claim.sides[0]) if meaning is None else meaning
        for other in claim.sides[1:]:
            self.require(claim, first - evaluated(other), given)
        self._formulas.append(claim)

    def solves(self, claim: Formula, equation: Any, unknown: Any, *, given: Mapping[Any, Any] | None = None) -> Any:
        """Accept a claim ``unknown = side`` where SymPy reduces ``equation``, with the side put in, to exactly 0.

        Returns:
            The side, in SymPy's own form.
        """
        found = evaluated(claim.sides[-1])
        self.require(claim, equation.subs(unknown, found), given)
        self._formulas.append(claim)
        return found

    def by_balls(self, claim: Formula, meaning: Any = None) -> None:
        """Accept a claim about a new name, the first side, whose meaning and whose other sides agree in balls.

        They are compared at random points.  The meaning is the second side where none is given; the last side becomes
        the name's closed form.
        """
        name, *sides = map(evaluated, claim.sides)
        known = sides[0] if meaning is None else meaning
        for place in self._points:
            self._agree(claim, place, [known, *sides])
        self.meaning[name], self.closed[name] = known, sides[-1]
        self._formulas.append(claim)

    def here(self, claim: Formula) -> None:
        """Accept a claim about the target whose sides agree there in balls, by closed forms and by meanings."""
        self.require_here(claim)
        self._formulas.append(claim)

    def require_here(self, claim: Formula) -> None:
        """Refuse a claim unless its sides agree at the target, by closed forms and by what the names in them mean."""
        sides = [evaluated(side) for side in claim.sides]
        sides += [self.closed[side] for side in sides if side in self.meaning]
        self._agree(claim, self.place, [*sides, *(side.xreplace(self.meaning) for side in sides)])

    def require(self, claim: Formula, difference: Any, given: Mapping[Any, Any] | None = None) -> None:
        """Refuse a claim unless SymPy reduces ``difference`` to exactly 0 once ``given`` is put in."""
        plain = sp.expand(y.explicit(difference.subs(given or {})).doit())
        if plain != 0 and sp.cancel(plain) != 0:
            raise refused(claim)

    def _agree(self, claim: Formula, place: Place, expressions: list[Any]) -> None:
        def attempt() -> bool | None:
            balls = [place(e) for e in expressions]
            known = [] if claim.value is None else [claim.value.ball]
            if not all(a.overlaps(b) for a in balls for b in balls + known):
                raise refused(claim)
            sizes = [abs(x).lower() for x in balls]
            size = min(sizes) if all(x > 0 for x in sizes) else arb(1)
            return True if all(x.is_finite() and x.rad() <= size * arb(NARROW) for x in balls) else None

        refine(attempt, bits=BITS, max_bits=MAX_BITS, what=f"the step about {claim.sides[0]}")

    def number(self, expression: Any, digits: int = DIGITS, unit: float = 1.0) -> Enclosure:
        """Return the value of an expression at the target, to proved digits.

        Where it is below ``unit`` times the last of them, that is enough.
        """
        return prove(
            lambda: Enclosure(self.place(expression), digits),
            lambda x: x if x.bounded_digits(digits, unit) is not None else None,
            bits=bits_for(digits + 30),
            what=f"{digits} digits of {expression}",
            max_bits=MAX_BITS,
        )

    def is_negative(self, expression: Any) -> bool:
        """Return whether the value of an expression at the target is proved negative, or else proved not to be."""

        def attempt() -> bool | None:
            x = self.place(expression)
            return bool(x < 0) if x < 0 or x >= 0 else None

        return refine(attempt, bits=BITS, max_bits=MAX_BITS, what=f"the sign of {expression}")

    def step(self, title: str, text: Prose, verified: str) -> None:
        """Close a step with the formulas entered since the last one."""
        self.steps.append(Step(title, text, tuple(self._formulas), verified))
        self._formulas.clear()


def refused(claim: Formula) -> ArithmeticError:
    """Return the error for a claim that is not true."""
    return ArithmeticError(f"a step of the derivation does not verify: {' = '.join(map(str, claim.sides))}")
