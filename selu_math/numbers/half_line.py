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
from numpy.typing import NDArray

from selu_math.numbers.float64 import Array

PHI0: Final = 1 / sqrt(2 * pi)
_KERNELS: Final = {0: (4.0, 22), 2: (3.0, 28)}
"""By n: a, and the degree."""
_BACKWARDS: Final = ((2.0, 5.0, 84, 2), (5.0, np.inf, 26, 1))
"""Ranges of y in which J_n, n > 2, is found backwards, with the steps before the first value counts: plus so many n."""


@cache
def _coefficients(n: int) -> tuple[Array, ...]:
    """Return the polynomial in t for J_n, highest power first, as 0-d arrays: NumPy takes them quicker than floats."""
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
        return tuple(np.array(float(c)) for c in reversed(total))


def reach(n: int, y: Array) -> Array:
    """Return J_n(y) for y >= 0 and n = 0 or 2, to a few units in the last place."""
    first, *rest, last = _coefficients(n)
    a = _KERNELS[n][0]
    scale = y + a
    np.divide(1.0, scale, out=scale)
    t = y - a
    t *= scale
    found = t * first
    for c in rest:
        found += c
        found *= t
    found += last
    for _ in range(n + 1):
        found *= scale
    return found


def nearest(y: Array, highest: int) -> list[Array]:
    """Return J_0(y) alone for highest = 0, else J_0, J_1 and J_2; y >= 0.

    The recurrence ``J_{n+1} = n J_{n-1} - y J_n + [n = 0]``, solved for J_0 and J_1, leaves J_2 with nothing to cancel:
    ``y J_2`` is below 1/3.
    """
    if not highest:
        return [reach(0, y)]
    second = reach(2, y)
    share = y * y
    share += 1.0
    np.divide(1.0, share, out=share)
    return [(y + second) * share, (1.0 - y * second) * share, second]


def tilted(tail: Array, inside: NDArray[np.bool_], whole: Callable[[], Any]) -> Array:
    """Return the integral from a point to infinity, where ``tail`` is the smaller part on either side of the point.

    Args:
        tail: the smaller part.
        inside: where that is what the integral leaves out.
        whole: returns what the integral over the whole line is.
    """
    return np.where(inside, whole() - tail, tail) if inside.any() else tail


def rays(y: Array, highest: int, near: list[Array], edge: Array, whole: Callable[[], Any] | None = None) -> list[Array]:
    """Return ``edge * J_n(y)`` up to n = highest.

    Upwards the recurrence loses everything where y is large: there the ratios of neighbours come from above, where an
    error in the first dies out.

    Args:
        y: numbers, not negative unless ``whole`` is given.
        highest: the highest order.
        near: what :func:`nearest` gives for abs(y).
        edge: the factor.
        whole: returns ``edge / phi(y)``, the integral over the whole line.
    """
    found = [edge * value for value in (near if highest else near[:1])]
    if whole is not None and (inside := y < 0).any():
        found[0] = tilted(found[0], inside, whole)
        if highest:
            found[1] = np.where(inside, edge - y * found[0], found[1])
            found[2] = np.where(inside, found[0] - y * found[1], found[2])
    for n in range(2, highest):
        found.append(n * found[n - 1] - y * found[n])
    if highest > 2:
        _replace_by_ratios(y, highest, found)
    return found[: highest + 1]


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
