"""An activation function and what its moments are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact
from selu_math.pieces import ExpPoly, Piecewise
from selu_math.trigonometric import TrigPoly

MAX_DIGITS: Final = 10_000
"""Digits that can be asked for where moments are closed forms."""
MAX_QUADRATURE_DIGITS: Final = 1_000
"""The same where they are integrals; the time grows about as the cube of it."""


@dataclass(frozen=True, eq=False)
class Activation:
    """An activation function, as exact data.

    Attributes:
        name: what outputs call it.
        function: the function itself.
        parameters: its parameters, by the field's names.
        summary: one line that defines it.
    """

    name: str
    function: Piecewise
    parameters: Mapping[str, Exact] = field(default_factory=dict)
    summary: str = ""

    def __repr__(self) -> str:
        return f"<activation {self.name}>"

    @property
    def is_closed_form(self) -> bool:
        """Whether its moments are closed forms, and not integrals."""
        return all(isinstance(part, ExpPoly | TrigPoly) for part in self.function.parts)

    @property
    def is_odd(self) -> bool:
        """Whether f(-x) = -f(x), so that its mean vanishes at m = 0."""
        return self.function.is_odd

    @property
    def is_constant(self) -> bool:
        """Whether it is one constant on the whole line."""
        return not self.function.jumps and not any(part.derivative().terms for part in self.function.parts)

    @property
    def max_digits(self) -> int:
        """How many digits of its moments can be asked for."""
        return MAX_DIGITS if self.is_closed_form else MAX_QUADRATURE_DIGITS

    def affine(self, scale: Exact, shift: Exact, name: str) -> Activation:
        """Return ``scale * f + shift``."""
        return Activation(name, self.function.affine(scale, shift), {"scale": scale, "shift": shift}, "a·f(x) + b")

    @cached_property
    def square(self) -> Piecewise:
        """F squared."""
        return self.function * self.function

    @cached_property
    def derivatives(self) -> tuple[Piecewise, ...]:
        """The function f and its first four derivatives, in the sense of distributions."""
        return _derivatives(self.function)

    @cached_property
    def square_derivatives(self) -> tuple[Piecewise, ...]:
        """The square of f and its first four derivatives, the same way."""
        return _derivatives(self.square)

    @cached_property
    def slope_square(self) -> Piecewise:
        """The square of f'; needs a continuous activation."""
        if self.function.jumps:
            places = ", ".join(map(str, self.function.jumps))
            raise InputError(f"{self.name} jumps at {places}, so the mean of its squared derivative is infinite")
        slope = self.derivatives[1]
        return slope * slope


def _derivatives(h: Piecewise) -> tuple[Piecewise, ...]:
    chain = [h]
    for _ in range(4):
        chain.append(chain[-1].derivative())
    return tuple(chain)
