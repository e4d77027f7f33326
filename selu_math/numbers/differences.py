"""Differences ``f(x) - f(b)`` in float64 without cancellation, carried through a formula with the values themselves."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy.special import expit, ndtr

from selu_math.numbers.float_quadrature import Elementary
from selu_math.numbers.jets import Functions, Jet

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_FAR: Final = 500.0
"""Logarithms of sums that differ by more have nothing in common that could cancel."""


class Moved:
    """A number that depends on a point, at two points.

    Attributes:
        at: its value at the first.
        base: its value at the second.
        by: the first less the second, which keeps its digits where the two nearly agree.
    """

    __slots__ = ("at", "base", "by")
    __array_ufunc__ = None  # so that an array on the left leaves the operation to this class

    def __init__(self, at: Any, base: Any, by: Any) -> None:
        self.at, self.base, self.by = at, base, by

    def __add__(self, other: Any) -> Moved:
        if isinstance(other, Moved):
            return Moved(self.at + other.at, self.base + other.base, self.by + other.by)
        return Moved(self.at + other, self.base + other, self.by)

    def __radd__(self, other: Any) -> Moved:
        return self.__add__(other)

    def __neg__(self) -> Moved:
        return Moved(-self.at, -self.base, -self.by)

    def __mul__(self, other: Any) -> Moved:
        if isinstance(other, Moved):
            by = self.by * other.at + self.base * other.by
            return Moved(self.at * other.at, self.base * other.base, by)
        return Moved(self.at * other, self.base * other, self.by * other)

    def __rmul__(self, other: Any) -> Moved:
        return self.__mul__(other)

    def __truediv__(self, other: Any) -> Moved:
        return Moved(self.at / other, self.base / other, self.by / other)


class _Differences(Elementary):
    """Elementary functions of such numbers."""

    def exp(self, x: Moved) -> Moved:
        at, base = np.exp(x.at), np.exp(x.base)
        return Moved(at, base, np.copysign(np.maximum(at, base) * -np.expm1(-np.abs(x.by)), x.by))

    def tanh(self, x: Moved) -> Moved:
        return Moved(np.tanh(x.at), np.tanh(x.base), 2 * _between(2 * x))

    def sigmoid(self, x: Moved) -> Moved:
        return Moved(expit(x.at), expit(x.base), _between(x))

    def softplus(self, x: Moved) -> Moved:
        at, base = np.logaddexp(0.0, x.at), np.logaddexp(0.0, x.base)
        size, low = np.abs(x.by), np.minimum(x.at, x.base)
        near = np.log1p(expit(low) * np.expm1(np.minimum(size, _FAR)))
        return Moved(at, base, np.where(size < _FAR, np.copysign(near, x.by), at - base))

    def normal_cdf(self, x: Moved) -> Moved:
        at, base = ndtr(x.at), ndtr(x.base)
        both = (x.at > 0) & (x.base > 0)
        by = np.where(both, ndtr(-x.base) - ndtr(-x.at), at - base)
        near = np.flatnonzero(np.abs(x.by) * np.maximum(1.0, np.maximum(np.abs(x.at), np.abs(x.base))) < 1)
        if near.size:
            half = (np.ravel(x.by)[near] / 2)[:, None]
            t = np.ravel(np.broadcast_to(x.base, by.shape))[near][:, None] + half * (1 + _NODES)
            by.ravel()[near] = (half * _WEIGHTS * np.exp(t * t / -2)).sum(axis=1) * self.phi0
        return Moved(at, base, by)

    def arctan(self, x: Moved) -> Moved:
        return Moved(np.arctan(x.at), np.arctan(x.base), np.arctan2(x.by, 1 + x.at * x.base))


def _between(x: Moved) -> Any:
    """Return the difference of two sigmoids, ``(1 - exp(b - a))/((1 + exp(-a))(1 + exp(b)))`` where a is the larger."""
    high, low = np.maximum(x.at, x.base), np.minimum(x.at, x.base)
    by = -np.expm1(-np.abs(x.by)) / ((1 + np.exp(-high)) * (1 + np.exp(low)))
    return np.copysign(by, x.by)


def cosine(x: Moved) -> Moved:
    """Return the cosine."""
    by = -2 * np.sin((x.at + x.base) / 2) * np.sin(x.by / 2)
    return Moved(np.cos(x.at), np.cos(x.base), by)


def sine(x: Moved) -> Moved:
    """Return the sine."""
    by = 2 * np.cos((x.at + x.base) / 2) * np.sin(x.by / 2)
    return Moved(np.sin(x.at), np.sin(x.base), by)


_FUNCTIONS: Final = Functions(_Differences())


def smooth(form: Any, x: Moved) -> Moved:
    """Return a formula in jets, at two points."""
    found: Moved = form(_FUNCTIONS, Jet([x])).c[0]
    return found
