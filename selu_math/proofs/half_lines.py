"""Piecewise exponential polynomials as sums over half-lines, exactly.

On a half-line that ends at c, r is the distance from c; exponentials decay on it.  Their derivatives are kept as such,
so that whoever integrates may carry them out, or move them on to the density.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb, factorial
from typing import Final, TypeAlias

from selu_math.numbers.exact import Exact
from selu_math.pieces import ExpPoly, Piecewise

TERMS: Final = 10
"""Taylor terms of ``exp(-kr)`` where the exponent is small."""
_ZERO: Final = Fraction(0)
Side: TypeAlias = tuple[Fraction, bool]
"""A breakpoint, and whether the half-line below it is meant."""
Tail: TypeAlias = tuple[Side, Fraction, int]
"""A side, a rate k and an order n."""
Atom: TypeAlias = tuple[Fraction, int]


@dataclass(frozen=True)
class HalfLines:
    """A sum over half-lines of n-th derivatives by z of ``c * r**i * exp(-k*r)``; n is 0 where k is.

    Attributes:
        tails: coefficients by power, of each side, rate and order.
        atoms: multiples of derivatives of the Dirac delta, by place and order.
    """

    tails: Mapping[Tail, tuple[Exact, ...]]
    atoms: Mapping[Atom, Exact] = field(default_factory=dict)

    @classmethod
    def of(cls, h: Piecewise) -> HalfLines | None:
        """Return a function in this form; None: an exponential in it does not decay, or a part is of another kind."""
        found = cls({})
        whole = h if h.breaks else Piecewise((_ZERO,), (h.parts[0], h.parts[0]))
        for (low, high), part in zip(whole.piece_bounds(), whole.parts, strict=True):
            ends = [(c, below) for c, below in ((low, False), (high, True)) if c is not None]
            if not isinstance(part, ExpPoly):
                return None
            if len(ends) == 2 and any(k for _, k in part.terms):
                return None
            if any(k < 0 if below else k > 0 for c, below in ends for _, k in part.terms):
                return None
            found += _restricted(part, *ends[0])
            if len(ends) == 2:  # what lies above the lower end, less what lies above the higher one
                found += _restricted(part, ends[1][0], below=False).times(-1)
        return found

    def __add__(self, other: HalfLines) -> HalfLines:
        tails = dict(self.tails)
        for tail, more in other.tails.items():
            known = tails.get(tail, ())
            longest = range(max(len(known), len(more)))
            tails[tail] = tuple(_entry(known, i) + _entry(more, i) for i in longest)
        atoms = dict(self.atoms)
        for atom, c in other.atoms.items():
            atoms[atom] = atoms.get(atom, Exact()) + c
        return HalfLines(tails, atoms)

    def times(self, factor: Fraction | int) -> HalfLines:
        """Return a multiple."""
        by = Exact.of(factor)
        tails = {tail: tuple(by * c for c in coefficients) for tail, coefficients in self.tails.items()}
        return HalfLines(tails, {atom: by * c for atom, c in self.atoms.items()})

    def derivative(self) -> HalfLines:
        """Return the derivative by z, in the sense of distributions."""
        tails: dict[Tail, tuple[Exact, ...]] = {}
        atoms = {(c, n + 1): coefficient for (c, n), coefficient in self.atoms.items()}
        for (side, rate, order), coefficients in self.tails.items():
            if rate:
                tails[side, rate, order + 1] = coefficients
                continue
            c, below = side
            turn = -1 if below else 1
            tails[side, rate, 0] = tuple(Exact.of(turn * i) * x for i, x in enumerate(coefficients))[1:]
            atoms[c, 0] = atoms.get((c, 0), Exact()) + Exact.of(turn) * _entry(coefficients, 0)
        return HalfLines(tails, atoms)

    def times_z(self) -> HalfLines:
        """Return ``z h``: ``z D**n g = D**n (z g) - n D**(n-1) g``, for atoms too."""
        found = HalfLines({})
        for ((c, below), rate, order), coefficients in self.tails.items():
            turn = Exact.of(-1 if below else 1)
            longer = tuple(
                Exact.of(c) * _entry(coefficients, i) + turn * _entry(coefficients, i - 1)
                for i in range(len(coefficients) + 1)
            )
            found += HalfLines({((c, below), rate, order): longer})
            if order:
                found += HalfLines({((c, below), rate, order - 1): coefficients}).times(-order)
        for (c, n), coefficient in self.atoms.items():
            found += HalfLines({}, {(c, n): Exact.of(c) * coefficient})
            if n:
                found += HalfLines({}, {(c, n - 1): Exact.of(-n) * coefficient})
        return found

    @property
    def rate(self) -> Fraction:
        """The highest rate."""
        return max((rate for _, rate, _ in self.tails), default=_ZERO)

    def derived(self) -> HalfLines:
        """Return the same without derivatives of exponentials."""
        found = HalfLines({}, self.atoms)
        for (side, rate, order), coefficients in self.tails.items():
            found += _derived(side, rate, coefficients, order)
        return found

    def expanded(self) -> HalfLines:
        """Return the same with Taylor polynomials for exponentials; what they leave is the user's to add."""
        found = HalfLines({}, self.atoms)
        for (side, rate, order), coefficients in self.tails.items():
            terms = TERMS if rate else 1
            total = [Exact()] * (len(coefficients) + terms - 1)
            for i, coefficient in enumerate(coefficients):
                for n in range(terms):
                    total[i + n] += coefficient * Exact.of((-rate) ** n / factorial(n))
            found += _derived(side, _ZERO, tuple(total), order)
        return found


def _derived(side: Side, rate: Fraction, coefficients: tuple[Exact, ...], order: int) -> HalfLines:
    """Return the n-th derivative by z of ``c * r**i * exp(-k*r)`` on a half-line, carried out."""
    c, below = side
    turn = Exact.of(-1 if below else 1)
    atoms: dict[Atom, Exact] = {}
    for _ in range(order):
        atoms = {(c, n + 1): coefficient for (_, n), coefficient in atoms.items()}
        atoms[c, 0] = turn * _entry(coefficients, 0)
        coefficients = tuple(
            turn * (Exact.of(i + 1) * _entry(coefficients, i + 1) - Exact.of(rate) * coefficient)
            for i, coefficient in enumerate(coefficients)
        )
    return HalfLines({(side, rate, 0): coefficients}, atoms)


def _entry(coefficients: tuple[Exact, ...], i: int) -> Exact:
    return coefficients[i] if 0 <= i < len(coefficients) else Exact()


def _restricted(part: ExpPoly, c: Fraction, below: bool) -> HalfLines:
    """Return a part on one side of a point."""
    turn = -1 if below else 1
    found = HalfLines({})
    for (power, k), coefficient in part.terms.items():
        front = coefficient * Exact.exp(k * c)
        shares = (comb(power, i) * c ** (power - i) * turn**i for i in range(power + 1))
        found += HalfLines({((c, below), -turn * k, 0): tuple(front * Exact.of(share) for share in shares)})
    return found
