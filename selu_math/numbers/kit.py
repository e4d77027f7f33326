"""The seam between the mathematics and the numbers it is computed in.

Moments are written once against :class:`Kit`; ``float64``, ``ball`` and ``symbolic`` each implement it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any, Protocol, Self, TypeVar

from selu_math.numbers.exact import Exact
from selu_math.numbers.jets import Functions


class Arithmetic(Protocol):
    """What the numbers of any kit can do: the four operations among themselves and with integers."""

    def __add__(self, other: Any, /) -> Any: ...
    def __radd__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __rsub__(self, other: Any, /) -> Any: ...
    def __mul__(self, other: Any, /) -> Any: ...
    def __rmul__(self, other: Any, /) -> Any: ...
    def __truediv__(self, other: Any, /) -> Any: ...
    def __rtruediv__(self, other: Any, /) -> Any: ...
    def __neg__(self) -> Self: ...


T = TypeVar("T", bound=Arithmetic)


class Integrand(Protocol):
    """A function built from a smooth f and its derivatives, which a kit integrates against a normal density."""

    @property
    def order(self) -> int:
        """The highest derivative of f in it."""
        ...

    def derivatives(self, functions: Functions, z: Any, order: int, /) -> list[Any]:
        """Return f, f', ... up to the given order at a number or an array."""
        ...

    def combination(self, kit: Kit[Any], /) -> Callable[[Sequence[Any]], Any]:
        """Return the function's value as a function of those derivatives."""
        ...

    def envelope(self) -> list[tuple[Exact, Fraction, int]]:
        """Return triples (coefficient, c, p): the modulus is at most the sum of ``|coefficient| c (2 + |x|)**p``."""
        ...


class Kit(Protocol[T]):
    """A number system: how to enter it, and the functions that Gaussian moments need.

    The normal density and distribution function are *tilted*, multiplied by ``exp(a)``, because in floating point
    ``exp(a)`` alone may overflow where the product is harmless.
    """

    @property
    def name(self) -> str:
        """What outputs call this kit."""
        ...

    def evaluating(self) -> AbstractContextManager[None]:
        """Return the scope in which a quantity is computed."""
        ...

    def rational(self, q: Fraction) -> T:
        """Return a rational number."""
        ...

    def exact(self, value: Exact) -> T:
        """Return an exact number, rounded or enclosed once as a whole."""
        ...

    def sqrt(self, x: T) -> T:
        """Return the square root of ``x >= 0``."""
        ...

    def square(self, x: T) -> T:
        """Return ``x**2``; unlike ``x * x`` never negative, however wide ``x`` is."""
        ...

    def exp(self, x: T) -> T:
        """Return e to the power ``x``."""
        ...

    def cos(self, x: T) -> T:
        """Return the cosine."""
        ...

    def sin(self, x: T) -> T:
        """Return the sine."""
        ...

    def tilted_density(self, a: T, t: T) -> T:
        """Return ``exp(a) * phi(t)``, with phi the standard normal density."""
        ...

    def tilted_cdf(self, a: T, t: T, density: T) -> T:
        """Return ``exp(a) * Phi(t)``; ``density`` is ``exp(a) * phi(t)``, which a caller has without cancellation."""
        ...

    def integrator(self, m: T, s: T) -> Callable[[Integrand], T]:
        """Return what takes a smooth function h to E h(z), ``z ~ N(m, s**2)``, by quadrature."""
        ...
