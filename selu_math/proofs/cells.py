"""A coarse but quick and robust enclosure of E h(z), ``z ~ N(m, s**2)``, where m or s is a wide ball.

Verified quadrature spends all its evaluations in vain there.  With ``z = m + s t`` the line of t is cut into cells; on
each, h is enclosed once and weighed with the cell's mass.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from flint import arb, ctx

from selu_math.numbers.ball import BALL
from selu_math.numbers.ball_quadrature import BallConstants
from selu_math.numbers.jets import Functions
from selu_math.numbers.kit import Integrand

_REACH: Final = 6
_CELLS: Final = 32


class _Increasing(BallConstants):
    """Elementary functions of real balls: all that increase are evaluated at the ends, so that wide ones stay tight."""

    def exp(self, x: arb) -> arb:
        return _at_ends(lambda t: t.exp(), x)

    def tanh(self, x: arb) -> arb:
        return _at_ends(lambda t: t.tanh(), x)

    def sech_squared(self, x: arb) -> arb:
        least, most = x.abs_lower(), x.abs_upper()
        return BALL.square(least.sech()).union(BALL.square(most.sech()))

    def sigmoid(self, x: arb) -> arb:
        return _at_ends(lambda t: 1 / (1 + (-t).exp()), x)

    def softplus(self, x: arb) -> arb:
        # the second form loses nothing where exp(-t) is small against t
        return _at_ends(lambda t: t.exp().log1p() if t < 0 else t + (-t).exp().log1p(), x)

    def normal_cdf(self, x: arb) -> arb:
        return _at_ends(lambda t: (-t * arb(2).rsqrt()).erfc() / 2, x)

    def arctan(self, x: arb) -> arb:
        return _at_ends(lambda t: t.atan(), x)


def real_functions() -> Functions:
    """Return elementary functions of jets of real balls, at the working precision."""
    return Functions(_Increasing())


def _at_ends(increasing: Callable[[arb], arb], x: arb) -> arb:
    return increasing(x.lower()).union(increasing(x.upper())) if x.is_finite() else arb("nan")


@cache
def _masses(bits: int) -> list[tuple[arb, arb]]:
    """Return cells of t with their masses, at the working precision, which is also the argument."""
    edges = [arb(2 * _REACH * i - _REACH * _CELLS) / _CELLS for i in range(_CELLS + 1)]
    below = [_Increasing().normal_cdf(t) for t in edges]
    return [(a.union(b), q - p) for a, b, p, q in zip(edges, edges[1:], below, below[1:], strict=False)]


class CellIntegrator:
    """Takes a smooth function h to an enclosure of E h(z); several h share the values of what they are made of.

    Args:
        m: mean of z.
        s: its standard deviation.
    """

    def __init__(self, m: arb, s: arb) -> None:
        self.size, self.s = abs(m), s
        self._cells = [(m + s * t, mass) for t, mass in _masses(ctx.prec)]
        self._values: dict[int, list[list[arb]]] = {}

    def __call__(self, h: Integrand) -> arb:
        """Return the enclosure."""
        combine, order = h.combination(BALL), h.order
        if order not in self._values:
            functions = real_functions()
            self._values[order] = [h.derivatives(functions, z, order) for z, _ in self._cells]
        envelope = [(abs(BALL.exact(c)) * BALL.rational(factor), power) for c, factor, power in h.envelope()]
        total = arb(0)
        for (z, mass), values in zip(self._cells, self._values[order], strict=True):
            value: arb = combine(values)
            bound = sum((c * (2 + abs(z)) ** power for c, power in envelope), arb(0)).upper()
            total += mass * (value.intersection(arb(0, bound)) if value.is_finite() else arb(0, bound))
        tail = sum((c * self._beyond(power) for c, power in envelope), arb(0))
        return total + arb(0, tail.upper())

    def _beyond(self, power: int) -> arb:
        """Bound E of ``(2 + |z|)**power`` over ``|t| > R``: there ``2 + |z| <= ((2 + |m|)/R + s) |t|``."""
        half, reach = arb(power + 1) / 2, arb(_REACH)
        incomplete = arb(2) ** (half - 1) * (reach * reach / 2).gamma_upper(half)
        return 2 * ((2 + self.size) / reach + self.s) ** power * incomplete * (2 * arb.pi()).rsqrt()
