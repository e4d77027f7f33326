"""What a derivation is made of: formulas, prose with mathematics in it, and steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from selu_math.numbers.enclosure import Enclosure


@dataclass(frozen=True)
class Formula:
    """A chain of equal expressions, and the proved digits of their common value.

    Attributes:
        sides: SymPy expressions, each equal to the next, in the order and grouping in which they are to be read.
        value: their value, where it is a number.
        where: the condition under which they are equal, a SymPy relation.
    """

    sides: tuple[Any, ...]
    value: Enclosure | None = None
    where: Any = None


Prose: TypeAlias = tuple[Any, ...]
"""Text and mathematics in turn: strings, SymPy expressions and formulas."""


@dataclass(frozen=True)
class Step:
    """One step of a derivation; it exists only once all it claims is verified.

    Attributes:
        title: what it is about, in plain words.
        text: the argument.
        formulas: what it claims.
        verified: how each of them was verified, in few words.
    """

    title: str
    text: Prose
    formulas: tuple[Formula, ...]
    verified: str


def formula(*sides: Any, value: Enclosure | None = None, where: Any = None) -> Formula:
    """Return the formula that says that all ``sides`` are equal."""
    return Formula(sides, value, where)


def say(template: str, *mathematics: Any) -> Prose:
    """Return prose: each ``{}`` in the template stands for the next piece of mathematics."""
    words = template.split("{}")
    if len(words) != len(mathematics) + 1:
        raise ValueError(f"{len(words) - 1} places for {len(mathematics)} pieces of mathematics")
    pieces: list[Any] = [words[0]]
    for piece, word in zip(mathematics, words[1:], strict=True):
        pieces += [piece, word]
    return tuple(piece for piece in pieces if piece != "")
