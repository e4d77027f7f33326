"""Piecewise exponential polynomials, exactly: sum, product, derivative, jumps.

On each interval between breakpoints a function is a sum of ``c * z**j * exp(k*z)`` with exact ``c`` and rational
``k``, or, on the whole line, one of the other kinds of :class:`Part`.  A derivative is taken in the sense of
distributions: where a function jumps, its derivative carries an *atom*, a multiple of the Dirac delta (or of a
derivative of it), so that kinks are computed and never assumed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar

from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact

Term: TypeAlias = tuple[int, Fraction]
"""Power ``j`` and rate ``k`` of ``z**j * exp(k*z)``."""
Atom: TypeAlias = tuple[Fraction, int]
"""Place ``c`` and order ``n`` of the n-th derivative of the Dirac delta at ``c``."""


class Part(Protocol):
    """What a piece can do, whether it is an exponential polynomial or made of other functions."""

    terms: Any

    def __add__(self, other: Any, /) -> Any: ...
    def __neg__(self) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __mul__(self, other: Any, /) -> Any: ...

    def derivative(self) -> Any:
        """Return the derivative with respect to z."""
        ...

    def affine(self, scale: Exact, shift: Exact) -> Any:
        """Return ``scale * f + shift``."""
        ...

    def reflected(self) -> Any:
        """Return ``f(-z)``."""
        ...

    def at(self, z: Fraction) -> Exact:
        """Return the exact value at a rational point."""
        ...


Key = TypeVar("Key", bound=Hashable)


class Combination(Generic[Key]):
    """A sum of basis functions, named by keys, with exact coefficients; immutable."""

    __slots__ = ("terms",)
    one: Key
    """The key of the constant function 1."""

    def __init__(self, terms: Mapping[Key, Exact] | None = None) -> None:
        self.terms: dict[Key, Exact] = {term: c for term, c in (terms or {}).items() if c}

    @classmethod
    def constant(cls, c: Exact) -> Self:
        """Return a constant function."""
        return cls({cls.one: c})

    def _with(self, terms: Mapping[Key, Exact]) -> Self:
        """Return another combination of the same kind."""
        return type(self)(terms)

    def __add__(self, other: Self) -> Self:
        total = dict(self.terms)
        for term, c in other.terms.items():
            total[term] = total.get(term, Exact()) + c
        return self._with(total)

    def __neg__(self) -> Self:
        return self._with({term: -c for term, c in self.terms.items()})

    def __sub__(self, other: Self) -> Self:
        return self + -other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Combination) and type(self) is type(other) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def affine(self, scale: Exact, shift: Exact) -> Self:
        """Return ``scale * f + shift``."""
        return self._with({term: scale * c for term, c in self.terms.items()}) + self._with({self.one: shift})


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str:
        """The name."""
        ...


Base = TypeVar("Base", bound=Named)


class CombinationOf(Combination[Key], Generic[Key, Base]):
    """A combination of functions that are all made of one function, its base; immutable."""

    __slots__ = ("base",)

    def __init__(self, base: Base, terms: Mapping[Key, Exact]) -> None:
        super().__init__(terms)
        self.base = base

    def _with(self, terms: Mapping[Key, Exact]) -> Self:
        return type(self)(self.base, terms)

    def _same(self, other: Self) -> Self:
        if other.base is not self.base:
            raise InputError(f"{self.base.name} and {other.base.name} cannot be combined into one activation")
        return other

    def __add__(self, other: Self) -> Self:
        return super().__add__(self._same(other))

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and isinstance(other, CombinationOf) and other.base is self.base

    def __hash__(self) -> int:
        return hash((id(self.base), super().__hash__()))

    def at(self, z: Fraction) -> Exact:
        """Raise: the value at a breakpoint is no exact number, and pieces of this kind have none."""
        raise InputError(f"{self.base.name} has no exact value at {z}; it takes the whole line, without breakpoints")


class ExpPoly(Combination[Term]):
    """A sum of ``c * z**j * exp(k*z)`` on the whole line; immutable."""

    __slots__ = ()
    one = (0, Fraction(0))

    @classmethod
    def identity(cls) -> ExpPoly:
        """Return z."""
        return cls({(1, Fraction(0)): Exact.of(1)})

    @classmethod
    def exp(cls, rate: Fraction) -> ExpPoly:
        """Return the exponential of rate * z."""
        return cls({(0, rate): Exact.of(1)})

    def __mul__(self, other: ExpPoly) -> ExpPoly:
        total: dict[Term, Exact] = {}
        for (j, k), a in self.terms.items():
            for (i, r), b in other.terms.items():
                term = (i + j, k + r)
                total[term] = total.get(term, Exact()) + a * b
        return ExpPoly(total)

    def derivative(self) -> ExpPoly:
        """Return the derivative with respect to z."""
        total: dict[Term, Exact] = {}
        for (j, k), c in self.terms.items():
            for term, factor in (((j, k), k), ((j - 1, k), Fraction(j))):
                if factor:
                    total[term] = total.get(term, Exact()) + c * Exact.of(factor)
        return ExpPoly(total)

    def reflected(self) -> ExpPoly:
        """Return ``f(-z)``."""
        return ExpPoly({(j, -k): -c if j % 2 else c for (j, k), c in self.terms.items()})

    def at(self, z: Fraction) -> Exact:
        """Return the exact value at a rational point."""
        total = Exact()
        for (j, k), c in self.terms.items():
            total += c * Exact.of(z**j) * Exact.exp(k * z)
        return total


@dataclass(frozen=True)
class Piecewise:
    """A function on the line, smooth between breakpoints, plus atoms.

    Attributes:
        breaks: the breakpoints in increasing order.
        parts: one piece for each of the ``len(breaks) + 1`` intervals, from left to right.
        atoms: multiples of derivatives of the Dirac delta; empty for an ordinary function.
    """

    breaks: tuple[Fraction, ...]
    parts: tuple[Part, ...]
    atoms: Mapping[Atom, Exact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.parts) != len(self.breaks) + 1:
            raise InputError(
                f"{len(self.breaks)} breakpoints need {len(self.breaks) + 1} pieces, got {len(self.parts)}"
            )
        if any(a >= b for a, b in pairwise(self.breaks)):
            raise InputError(f"breakpoints must increase, got {', '.join(map(str, self.breaks))}")
        object.__setattr__(self, "atoms", {atom: c for atom, c in self.atoms.items() if c})

    def _refined(self, breaks: tuple[Fraction, ...]) -> list[Part]:
        """Return the pieces on the finer partition ``breaks``."""
        parts, i = [self.parts[0]], 0
        for c in breaks:
            if i < len(self.breaks) and self.breaks[i] == c:
                i += 1
            parts.append(self.parts[i])
        return parts

    def __add__(self, other: Piecewise) -> Piecewise:
        breaks = tuple(sorted({*self.breaks, *other.breaks}))
        parts = [p + q for p, q in zip(self._refined(breaks), other._refined(breaks), strict=True)]
        atoms = dict(self.atoms)
        for atom, c in other.atoms.items():
            atoms[atom] = atoms.get(atom, Exact()) + c
        return Piecewise(breaks, tuple(parts), atoms)

    def __mul__(self, other: Piecewise) -> Piecewise:
        if self.atoms or other.atoms:
            raise InputError("a function with atoms has no product; the activation must be continuous for this moment")
        breaks = tuple(sorted({*self.breaks, *other.breaks}))
        parts = [p * q for p, q in zip(self._refined(breaks), other._refined(breaks), strict=True)]
        return Piecewise(breaks, tuple(parts))

    def sides(self, z: Fraction) -> tuple[Part, Part]:
        """Return the pieces just below and just above a point; one and the same where it is no breakpoint."""
        return self.parts[sum(c < z for c in self.breaks)], self.parts[sum(c <= z for c in self.breaks)]

    def jump(self, c: Fraction) -> Exact:
        """Return the exact jump, right limit minus left limit, at a breakpoint."""
        i = self.breaks.index(c)
        return self.parts[i + 1].at(c) - self.parts[i].at(c)

    @cached_property
    def jumps(self) -> dict[Fraction, Exact]:
        """The breakpoints at which the function is discontinuous, with the jumps there."""
        return {c: jump for c in self.breaks if (jump := self.jump(c))}

    def derivative(self) -> Piecewise:
        """Return the distributional derivative: jumps become atoms, and the order of atoms rises by one."""
        atoms: dict[Atom, Exact] = {(c, n + 1): coefficient for (c, n), coefficient in self.atoms.items()}
        for c, jump in self.jumps.items():
            atoms[c, 0] = atoms.get((c, 0), Exact()) + jump
        return Piecewise(self.breaks, tuple(part.derivative() for part in self.parts), atoms)

    def affine(self, scale: Exact, shift: Exact) -> Piecewise:
        """Return ``scale * f + shift`` of an ordinary function."""
        return Piecewise(self.breaks, tuple(part.affine(scale, shift) for part in self.parts))

    @cached_property
    def is_odd(self) -> bool:
        """Whether ``f(-z) = -f(z)``, apart from the breakpoints, is seen in the pieces."""
        if self.atoms or self.breaks != tuple(-c for c in reversed(self.breaks)):
            return False
        return all(p.reflected() == -q for p, q in zip(self.parts, reversed(self.parts), strict=True))

    def piece_bounds(self) -> list[tuple[Fraction | None, Fraction | None]]:
        """Return the ends of each piece; None is minus or plus infinity."""
        edges: list[Fraction | None] = [None, *self.breaks, None]
        return list(pairwise(edges))
