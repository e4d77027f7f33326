"""Integrals over a half-line in float64: ``J_n(y)``, of ``w**n exp(-y w - w**2/2)`` over w > 0.

J_0 is the Mills ratio ``Phi(-y)/phi(y)``; all are positive and fall with y.  For y >= 0 the product
``(y + a)**(n+1) J_n(y)`` is smooth in ``t = (y - a)/(y + a)`` up to infinity, and a polynomial in t gives it to
rounding.  Its coefficients come from balls, at Chebyshev points, when they are first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import pi, sqrt
from typing import Any, Final

import numpy as np

from selu_math.numbers.float64 import Array

PHI0: Final = 1 / sqrt(2 * pi)
_KERNELS: Final = {0: (4.0, 22), 2: (3.0, 28)}
"""By n: a, and the degree."""
_BACKWARDS: Final = ((2.0, 5.0, 84, 2), (5.0, np.inf, 26, 1))
"""Ranges of y in which J_n, n > 2, is found backwards, with the steps before the first value counts: plus so many n."""


@cache
def _coefficients(n: int) -> tuple[float, ...]:
    """Return the polynomial in t for J_n, highest power first."""
    from flint import arb, fmpz_poly

    from selu_math.numbers.ball import precision

    a, degree = _KERNELS[n]
    count = degree + 1
    with precision(400):
        angles = [arb.pi() * (2 * k + 1) / (2 * count) for k in range(count)]
        values = []
        for angle in angles:
            y = a * (1 + angle.cos()) / (1 - angle.cos())
            rays = [(y / arb(2).sqrt()).erfc() * (y * y / 2).exp() * (arb.pi() / 2).sqrt()]
            rays.append(1 - y * rays[0])
            for i in range(1, n):
                rays.append(i * rays[i - 1] - y * rays[i])
            values.append(rays[n] * (y + a) ** (n + 1))
        total = [arb(0)] * count
        for i in range(count):
            mean = sum((v * (i * angle).cos() for v, angle in zip(values, angles, strict=True)), arb(0)) / count
            for k, c in enumerate(fmpz_poly.chebyshev_t(i).coeffs()):
                total[k] += mean * c * (2 if i else 1)
        return tuple(float(c) for c in reversed(total))


def reach(n: int, y: Array) -> Array:
    """Return J_n(y) for y >= 0 and n = 0 or 2, to a few units in the last place."""
    first, *rest = _coefficients(n)
    a = _KERNELS[n][0]
    scale = 1 / (y + a)
    t = (y - a) * scale
    found = np.full_like(t, first)
    for c in rest:
        found *= t
        found += c
    found *= scale if n == 0 else scale**3
    return found


def tilted(edge: Array, y: Array, whole: Callable[[], Any]) -> Array:
    """Return ``edge * J_0(y)`` for any y, where ``edge = whole() * phi(y)``.

    For y < 0 that is ``whole() * Phi(-y)``, of which J_0(-y) gives the smaller part.

    Args:
        edge: the factor.
        y: any numbers.
        whole: returns what the integral over the whole line is.
    """
    inside = y < 0
    found = reach(0, np.abs(y))
    found *= edge
    return np.where(inside, whole() - found, found) if inside.any() else found


def rays(y: Array, highest: int, first: Array, edge: Array) -> list[Array]:
    """Return ``edge * J_n(y)`` up to n = highest, that of n = 0 being given.

    ``J_{n+1} = n J_{n-1} - y J_n + [n = 0]``.  Upwards the recurrence loses everything where y is large: there J_1
    comes from J_0 and J_2, and for more the ratios of neighbours come from above, where an error in the first dies out.
    """
    if not highest:
        return [first]
    found = [first, edge - y * first]
    far = np.flatnonzero(y > 1)
    second = np.empty(0)
    if far.size:
        z = y[far]
        second = edge[far] * reach(2, z)
        found[1][far] = (first[far] - second) / z
    if highest > 1:
        found.append(first - y * found[1])
        found[2][far] = second
    for n in range(2, highest):
        found.append(n * found[n - 1] - y * found[n])
    if highest > 2:
        _replace_by_ratios(y, highest, found)
    return found


def _replace_by_ratios(y: Array, highest: int, found: list[Any]) -> None:
    for low, high, steps, more in _BACKWARDS:
        back = np.flatnonzero((y > low) & (y <= high))
        if back.size:
            z, start = y[back], highest * (1 + more) + steps
            ratio = (np.sqrt(z * z + 4 * (start + 1)) - z) / 2
            ratios = []
            for n in range(start, 0, -1):
                ratio = n / (z + ratio)
                if n <= highest:
                    ratios.append(ratio)
            value = found[0][back]
            for n, r in enumerate(reversed(ratios), 1):
                value = value * r
                found[n][back] = value
