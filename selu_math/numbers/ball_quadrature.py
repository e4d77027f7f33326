"""Verified quadrature: the expectation of a smooth function under a normal distribution, enclosed.

With ``x = m + s t`` the integral of ``h(x) phi(t)`` is taken over ``|t| <= R`` by FLINT's rigorous adaptive
Gauss-Legendre rule; beyond R the integrand is bounded by its envelope.
"""

from __future__ import annotations

from fractions import Fraction
from math import log, sqrt
from typing import Any, Final

from flint import acb, arb, ctx, fmpq

from selu_math.numbers.jets import Functions
from selu_math.numbers.kit import Integrand, Kit

_NAN: Final = acb("nan")
_GUARD: Final = 40
"""Bits beyond the tolerance, so that rounding does not keep the rule from meeting it."""
_EVALUATIONS_PER_BIT: Final = 200


class BallConstants:
    """The constants that elementary functions of balls need."""

    @property
    def phi0(self) -> arb:
        """The standard normal density at 0."""
        return (2 * arb.pi()).rsqrt()

    @property
    def sqrt2(self) -> arb:
        """The square root of 2."""
        return arb(2).sqrt()

    def rational(self, q: Fraction) -> arb:
        """Return a rational number."""
        return arb(fmpq(q.numerator, q.denominator))


class _Complex(BallConstants):
    """Elementary functions of complex balls; not a number where a ball meets a branch cut."""

    def exp(self, x: acb) -> acb:
        return x.exp()

    def tanh(self, x: acb) -> acb:
        return x.tanh()

    def sech_squared(self, x: acb) -> acb:
        return x.sech() ** 2

    def sigmoid(self, x: acb) -> acb:
        if x.real < 0:
            w = x.exp()
            return w / (1 + w)
        return 1 / (1 + (-x).exp())

    def softplus(self, x: acb) -> acb:
        if x.real > 0:  # the same function, whose other form would meet the logarithm's cut at every |Im x| = pi
            return x + (1 + (-x).exp()).log()
        w = 1 + x.exp()
        return w.log() if w.real > 0 or w.imag > 0 or w.imag < 0 else _NAN

    def normal_cdf(self, x: acb) -> acb:
        return (-x * arb(2).rsqrt()).erfc() / 2

    def arctan(self, x: acb) -> acb:
        # off the cuts from i and -i outwards
        return x.atan() if abs(x.imag) < 1 or x.real > 0 or x.real < 0 else _NAN


def expectation(kit: Kit[arb], h: Integrand, m: arb, s: arb) -> arb:
    """Enclose E h(m + s t) for a standard normal t."""
    # a wide parameter makes the integral wide; nothing is gained by integrating better than that
    tolerance = max(arb(2) ** -ctx.prec, m.rad() / 16, s.rad() / 16)
    with ctx.workprec(ctx.prec + _GUARD):
        functions, combine, order = Functions(_Complex()), h.combination(kit), h.order
        reach = arb(sqrt(2 * log(2) * ctx.prec) + 2)
        inner = acb.integral(
            lambda t, _: combine(h.derivatives(functions, m + s * t, order)) * (t * t / -2).exp(),
            -reach,
            reach,
            abs_tol=tolerance,
            rel_tol=tolerance,
            eval_limit=_EVALUATIONS_PER_BIT * ctx.prec,
        )
        tail = sum((_tail(kit, *term, abs(m), s, reach) for term in h.envelope()), arb(0))
        value: arb = inner.real + arb(0, tail.upper())
        return value * (2 * arb.pi()).rsqrt()


def _tail(kit: Kit[arb], coefficient: Any, c: Fraction, power: int, size: arb, s: arb, reach: arb) -> arb:
    """Bound the integral of ``|coefficient| c (2 + |m + s t|)**power exp(-t**2/2)`` over ``|t| > R``.

    There ``2 + |m| + s |t| <= ((2 + |m|)/R + s) |t|``, and the integral of ``t**p exp(-t**2/2)`` from R on is an
    incomplete gamma function.
    """
    factor = ((2 + size) / reach + s) ** power
    half = arb(power + 1) / 2
    rest = arb(2) ** (half - 1) * (reach * reach / 2).gamma_upper(half)
    return 2 * abs(kit.exact(coefficient)) * kit.rational(c) * factor * rest
