"""A user's own callable as a piece: known by its values alone, and so in float64 alone.

A :class:`Sampled` is a sum of n-th derivatives, in the sense of distributions, of ``f**p * f'**q`` with exact
coefficients.  No derivative of f is asked for: under ``N(m, s**2)``

    E D**n h = E h He_n(t)/s**n,    t = (z - m)/s,

with ``He_n`` the probabilists' Hermite polynomial (Stein's identity, n times), whether f has kinks and jumps or not.
Only the square of f' itself is had by differentiating the interpolating polynomials of the panels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from selu_math.exceptions import InputError
from selu_math.numbers.kit import Kit
from selu_math.pieces import CombinationOf

Sample: TypeAlias = tuple[int, int, int]
"""Powers ``p`` and ``q`` and order ``n`` of the n-th derivative of ``f**p * f'**q``."""


@dataclass(frozen=True, eq=False)
class Samples:
    """A vectorised function that can be evaluated, and nothing else known of it.

    Attributes:
        name: its name.
        function: takes an array of float64 to an array of the same shape.
        breaks: where it has kinks or jumps.
    """

    name: str
    function: Callable[[Any], Any]
    breaks: tuple[float, ...] = ()


class Sampled(CombinationOf[Sample, Samples]):
    """A sum of ``c * D**n (f**p * f'**q)`` of one sampled f, with exact ``c``; immutable."""

    __slots__ = ()
    one = (0, 0, 0)

    def __mul__(self, other: Sampled) -> Sampled:
        total = self._with({})
        right = self._same(other)._pointwise()
        for (p, q, _), a in self._pointwise().terms.items():
            for (r, t, _), b in right.terms.items():
                total = total + self._with({(p + r, q + t, 0): a * b})
        return total

    def _pointwise(self) -> Sampled:
        """Return the same with D f written as f', so that it can be multiplied."""
        total = self._with({})
        for (p, q, n), c in self.terms.items():
            if n and (p, q, n) != (1, 0, 1):
                raise InputError(f"of products of derivatives of {self.base.name} only those of the first are known")
            total = total + self._with({(0, 1, 0) if n else (p, q, 0): c})
        return total

    def derivative(self) -> Sampled:
        """Return the distributional derivative."""
        return self._with({(p, q, n + 1): c for (p, q, n), c in self.terms.items() if p or q})

    def reflected(self) -> None:
        """Return None: of symmetry nothing is known."""

    def sampling(self, kit: Kit[Any], m: Any, s: Any) -> Callable[[Sampled], Any]:
        """Return what takes functions made of the same f to their mean under ``N(m, s**2)``."""
        name = self.base.name
        if kit.name != "float64":
            raise InputError(f"{name} is known by its values alone: float64 only, nothing about it can be proved")
        from selu_math.numbers.sampling import Sampling

        samples = Sampling(name, self.base.function, self.base.breaks, m, s)

        def mean(h: Sampled) -> Any:
            return samples.mean([(p, q, n, kit.exact(c)) for (p, q, n), c in h.terms.items()])

        return mean
