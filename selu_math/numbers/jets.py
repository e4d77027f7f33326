"""Truncated Taylor series over the numbers of any kit, for derivatives of smooth functions.

A smooth function is written once, as a formula in :class:`Functions`; its derivatives follow by the chain rule, so
none of them is written down or differenced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Protocol


class Primitives(Protocol):
    """The elementary functions of one number system, at one point (or array of points)."""

    @property
    def phi0(self) -> Any:
        """The standard normal density at 0, ``1/sqrt(2 pi)``."""
        ...

    @property
    def sqrt2(self) -> Any:
        """The square root of 2."""
        ...

    def rational(self, q: Fraction) -> Any:
        """Return a rational number."""
        ...

    def exp(self, x: Any) -> Any:
        """Return e to the power ``x``."""
        ...

    def tanh(self, x: Any) -> Any:
        """Return the hyperbolic tangent."""
        ...

    def sech_squared(self, x: Any) -> Any:
        """Return ``1 - tanh(x)**2``."""
        ...

    def sigmoid(self, x: Any) -> Any:
        """Return ``1/(1 + exp(-x))``."""
        ...

    def softplus(self, x: Any) -> Any:
        """Return ``log(1 + exp(x))``."""
        ...

    def normal_cdf(self, x: Any) -> Any:
        """Return Phi, the standard normal distribution function."""
        ...

    def arctan(self, x: Any) -> Any:
        """Return the inverse tangent."""
        ...


class Jet:
    """A Taylor polynomial ``c0 + c1 h + ... + cn h**n`` around a point."""

    __slots__ = ("c",)

    def __init__(self, coefficients: Sequence[Any]) -> None:
        self.c = coefficients

    @classmethod
    def variable(cls, x: Any, order: int) -> Jet:
        """Return ``x + h``."""
        return cls([x, 1, *[0] * (order - 1)][: order + 1])

    def derivatives(self) -> list[Any]:
        """Return value, first, second, ... derivative at the point."""
        factor, found = 1, []
        for n, c in enumerate(self.c):
            factor *= max(n, 1)
            found.append(c * factor)
        return found

    def slope(self) -> Jet:
        """Return the derivative, one order shorter."""
        return Jet([n * c for n, c in enumerate(self.c)][1:])

    def shorter(self) -> Jet:
        """Return the series without its last term."""
        return Jet(self.c[:-1])

    def __add__(self, other: Any) -> Jet:
        if isinstance(other, Jet):
            return Jet([a + b for a, b in zip(self.c, other.c, strict=True)])
        return Jet([self.c[0] + other, *self.c[1:]])

    def __radd__(self, other: Any) -> Jet:
        return self.__add__(other)

    def __neg__(self) -> Jet:
        return Jet([-a for a in self.c])

    def __sub__(self, other: Any) -> Jet:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Jet:
        return (-self).__add__(other)

    def __mul__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet([a * other for a in self.c])
        return Jet([sum(self.c[i] * other.c[n - i] for i in range(n + 1)) for n in range(len(self.c))])

    def __rmul__(self, other: Any) -> Jet:
        return self.__mul__(other)

    def __truediv__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet([a / other for a in self.c])
        found: list[Any] = []
        for n, a in enumerate(self.c):
            found.append((a - sum(found[i] * other.c[n - i] for i in range(n))) / other.c[0])
        return Jet(found)

    def __rtruediv__(self, other: Any) -> Jet:
        return Jet([other, *[0] * (len(self.c) - 1)]) / self


class Functions:
    """Elementary functions of jets."""

    def __init__(self, primitives: Primitives) -> None:
        self.primitives = primitives
        self.phi0 = primitives.phi0
        self.sqrt2 = primitives.sqrt2

    def rational(self, q: Fraction) -> Any:
        """Return a rational number."""
        return self.primitives.rational(q)

    @staticmethod
    def _lift(x: Jet, value: Callable[[Any], Any], slope: Callable[[Jet], Jet]) -> Jet:
        """Return the series of a function with that value and derivative."""
        if len(x.c) == 1:
            return Jet([value(x.c[0])])
        rest = slope(x.shorter()) * x.slope()
        return Jet([value(x.c[0]), *(c / (n + 1) for n, c in enumerate(rest.c))])

    def exp(self, x: Jet) -> Jet:
        """Return e to the power ``x``."""
        return self._lift(x, self.primitives.exp, self.exp)

    def tanh(self, x: Jet) -> Jet:
        """Return the hyperbolic tangent."""

        def slope(y: Jet) -> Jet:
            t = self.tanh(y)
            # the value by itself: where tanh is nearly 1, what it lacks is lost in 1 - t*t
            return Jet([self.primitives.sech_squared(y.c[0]), *(1 - t * t).c[1:]])

        return self._lift(x, self.primitives.tanh, slope)

    def sigmoid(self, x: Jet) -> Jet:
        """Return ``1/(1 + exp(-x))``."""
        return self._lift(x, self.primitives.sigmoid, lambda y: self.sigmoid(y) * self.sigmoid(-y))

    def softplus(self, x: Jet) -> Jet:
        """Return ``log(1 + exp(x))``."""
        return self._lift(x, self.primitives.softplus, self.sigmoid)

    def normal_cdf(self, x: Jet) -> Jet:
        """Return Phi, the standard normal distribution function."""
        return self._lift(x, self.primitives.normal_cdf, lambda y: self.exp(y * y / -2) * self.phi0)

    def arctan(self, x: Jet) -> Jet:
        """Return the inverse tangent."""
        return self._lift(x, self.primitives.arctan, lambda y: 1 / (y * y + 1))
