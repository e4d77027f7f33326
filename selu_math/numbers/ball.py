"""The ball kit: every number is an enclosure, and every operation encloses the true result.

Built on python-flint's ``arb``.  FLINT's working precision is one global of the process, so it is only ever set inside
:func:`precision`, which also keeps other threads of this package out until it is left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeVar

from flint import arb, ctx, fmpq

from selu_math.exceptions import PrecisionError
from selu_math.numbers.exact import Exact

if TYPE_CHECKING:
    from selu_math.numbers.kit import Integrand

R = TypeVar("R")
_MAX_SHIFT: Final = 1 << 24
_LOCK = threading.RLock()


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work at ``bits`` bits inside the ``with`` block, and at the former precision after it."""
    with _LOCK, ctx.workprec(bits):
        yield


def refine(compute: Callable[[], R | None], *, bits: int, max_bits: int, what: str) -> R:
    """Call ``compute`` at growing precision until it returns something other than None.

    Raises:
        PrecisionError: when ``max_bits`` does not suffice; ``what`` names what could not be proved.
    """
    while True:
        with precision(bits):
            found = compute()
        if found is not None:
            return found
        if bits >= max_bits:
            raise PrecisionError(f"{what} could not be proved within {max_bits} bits of precision")
        bits = min(2 * bits, max_bits)


def interval(lower: Fraction, upper: Fraction) -> arb:
    """Return a ball that contains ``[lower, upper]``, rounded outward."""
    low = arb(fmpq(lower.numerator, lower.denominator))
    if lower == upper:
        return low
    return low.union(arb(fmpq(upper.numerator, upper.denominator)))


def ends(x: arb) -> tuple[Fraction, Fraction]:
    """Return the exact ends of a finite ball."""
    mid, rad = dyadic(x.mid()), dyadic(x.rad())
    return mid - rad, mid + rad


def dyadic(x: arb) -> Fraction:
    """Return an exact, finite ball as a fraction."""
    man, exp = map(int, x.man_exp())
    if abs(exp) > _MAX_SHIFT:
        raise PrecisionError("a number of this size cannot be written out exactly")
    return Fraction(man << exp) if exp >= 0 else Fraction(man, 1 << -exp)


class BallKit:
    """Numbers are ``arb`` at the precision in force where the kit is used."""

    name: Final = "ball"

    def __init__(self) -> None:
        self._values: dict[tuple[Exact, int], arb] = {}

    def evaluating(self) -> AbstractContextManager[None]:
        """Return a scope that changes nothing."""
        return nullcontext()

    def rational(self, q: Fraction) -> arb:
        """Enclose a rational number."""
        return arb(fmpq(q.numerator, q.denominator))

    def exact(self, value: Exact) -> arb:
        """Enclose an exact number at the working precision."""
        key = (value, ctx.prec)
        if key not in self._values:
            if len(self._values) > 4096:
                self._values.clear()
            self._values[key] = value.evaluate(self)
        return self._values[key]

    def sqrt(self, x: arb) -> arb:
        """Enclose the square root of a number known to be non-negative; a ball may reach below zero by rounding."""
        if x.lower() > 0 or not x.is_finite():
            return x.sqrt()
        return arb(0).union(x.upper().sqrt())

    def square(self, x: arb) -> arb:
        """Enclose the square; at a ball around zero ``x * x`` would dip below it."""
        if x.is_exact():
            return x * x
        low, high = x.abs_lower(), x.abs_upper()
        return (low * low).union(high * high)

    def exp(self, x: arb) -> arb:
        """Enclose the exponential."""
        return x.exp()

    def cos(self, x: arb) -> arb:
        """Enclose the cosine."""
        return x.cos()

    def sin(self, x: arb) -> arb:
        """Enclose the sine."""
        return x.sin()

    def tilted_density(self, a: arb, t: arb) -> arb:
        """Enclose ``exp(a) * phi(t)``."""
        return (a - self.square(t) / 2).exp() / (2 * arb.pi()).sqrt()

    def tilted_cdf(self, a: arb, t: arb, density: arb) -> arb:
        """Enclose ``exp(a) * Phi(t)``.

        ``erfc`` of a wide ball is not tight, so monotone functions are evaluated at the ends and joined: Phi itself,
        or, below zero, the Mills ratio ``Phi(t)/phi(t)``, which varies far less.
        """
        if t.is_exact() or t.rel_accuracy_bits() > ctx.prec // 2:
            return a.exp() * self._cdf(t)
        low, high = t.lower(), t.upper()
        if high < 0:
            return density * self.mills(low).union(self.mills(high))
        return a.exp() * self._cdf(low).union(self._cdf(high))

    @staticmethod
    def _cdf(t: arb) -> arb:
        x = -t * arb(2).rsqrt()
        if not x.is_finite() or x.abs_upper() < 1000:
            return x.erfc() / 2
        # the radius that erfc propagates is far too wide at large arguments; at exact ones there is none
        return x.lower().erfc().union(x.upper().erfc()) / 2

    def mills(self, t: arb) -> arb:
        """Enclose the increasing function ``Phi(t)/phi(t)`` at an exact point."""
        return self._cdf(t) * (t * t / 2).exp() * (2 * arb.pi()).sqrt()

    def integrator(self, m: arb, s: arb) -> Callable[[Integrand], arb]:
        """Return what encloses E h(z), ``z ~ N(m, s**2)``, by verified quadrature."""
        from selu_math.numbers.ball_quadrature import expectation

        return lambda h: expectation(self, h, m, s)


BALL: Final = BallKit()
