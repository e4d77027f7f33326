"""λ, α and λα at the fixed point (0, 1) to millions of digits.

The two tails in their closed form are sums with rational ratios,

    A = sqrt(e) erfc(1/sqrt 2) = sqrt(e) - r * sum 1/(2k+1)!!,
    B = e**2 erfc(sqrt 2) = e**2 - 2 r * sum 4**k/(2k+1)!!,         r = sqrt(2/pi), k >= 0.

Both have the same denominators, so one binary splitting gives both.  With N terms and Q = (2N - 1)!!, what is left of
the sums is positive and, times Q, at most ``2/(2N + 1)`` and ``2 * 4**N/(2N + 1)`` (ratios of later terms stay below
1/2 from N = 3 on); it enters as a radius, so the digits are proved whatever N was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import lgamma, log
from typing import Final, TypeAlias

import numpy as np
from flint import arb, ctx, fmpz

from selu_math.exceptions import InputError, whole_number
from selu_math.memory import available_memory, in_gib
from selu_math.numbers.ball import refine
from selu_math.numbers.enclosure import bits_for
from selu_math.parameters import MANY_DIGITS

_LEAF: Final = 32
Step: TypeAlias = Callable[[str], None]
Triple: TypeAlias = tuple[arb, arb, arb]


@dataclass(frozen=True)
class Digits:
    """Decimal digits, correctly rounded.

    Attributes:
        scale: lambda, as text with ``digits`` significant digits.
        alpha: alpha.
        scale_alpha: their product.
        digits: how many.
    """

    scale: str
    alpha: str
    scale_alpha: str
    digits: int


def many_digits(digits: int, *, verify: bool = False, threads: int = 1, step: Step = lambda _: None) -> Digits:
    """Return lambda, alpha and lambda * alpha at (0, 1), omega = 0, tau = 1, to any number of digits.

    Args:
        digits: significant digits, 1 to 100,000,000.  A million takes a second, a hundred million minutes; the memory
            is :func:`memory_needed`.
        verify: compute everything a second time by :func:`other_route` and compare every digit.
        threads: threads for the multiplications of very large integers.
        step: called with what is being done, for a progress display.

    Raises:
        InputError: for a number of digits outside the range, or more than there is memory for.
        ArithmeticError: where the two routes disagree, which would be a fault of this program.
    """
    digits = whole_number("digits", digits, 1, MANY_DIGITS)
    _require_memory(digits, verify)
    with _threads(threads):
        found = _decimals(digits, constants, step)
        if verify:
            again = _decimals(digits, other_route, lambda text: step(f"second route: {text}"))
            if again != found:
                raise ArithmeticError(f"two routes to {digits} digits disagree; please report it")
    return found


def memory_needed(digits: int, verify: bool = False) -> int:
    """Return about how many bytes :func:`many_digits` takes at its peak, rather too many than too few."""
    # measured with 1 to 32 threads; their buffers weigh less the larger the numbers are
    return (24 if verify else 20) * digits + min(20 * digits, 5 << 25)


def _require_memory(digits: int, verify: bool) -> None:
    needed, available = memory_needed(digits, verify), available_memory()
    if available is not None and needed > available:
        # without this the system ends the process, or FLINT does, in the midst of the work
        raise InputError(
            f"{digits} digits need about {in_gib(needed)} of memory; {in_gib(available)} are available, "
            f"enough for about {digits * available // needed} digits"
        )


def constants(step: Step = lambda _: None) -> Triple:
    """Enclose lambda, alpha and lambda * alpha at the working precision."""
    step("summing both series")
    q, u, v = _double_factorial_sums(ctx.prec)
    step("π")
    pi = arb.pi()
    r = 2 * (2 * pi).rsqrt()
    step("e")
    e = arb.const_e()
    step("solving")
    # everything is kept times q, so that no sum has to be divided by it
    a = q * e.sqrt() - r * u
    b = q * (e * e) - 2 * (r * v)
    w = q - a
    root = (pi * (w * w) + 2 * q * (b - 2 * a + q)).rsqrt()
    return (w * root) * (r * pi), r * q / w, 2 * q * root


def other_route(step: Step = lambda _: None) -> Triple:
    """Enclose the same three numbers by other series and another equation, sharing no formula with the first route.

    Here erf is its alternating Maclaurin series, pi comes from the arithmetic-geometric mean, the exponentials from
    the general exponential function, and lambda from the quadratic of :mod:`selu_math.parameters`.
    """
    step("π by the arithmetic-geometric mean")
    pi = _pi_by_agm()
    root_pi = pi.sqrt()
    step("alternating series")
    half, two = _maclaurin_sum(ctx.prec, 1, 2), _maclaurin_sum(ctx.prec, 2, 1)
    step("solving")
    erfc_half = 1 - arb(2).sqrt() / root_pi * half
    erfc_two = 1 - 2 * arb(2).sqrt() / root_pi * two
    first, second = (arb(1) / 2).exp() * erfc_half / 2, arb(2).exp() * erfc_two / 2
    d, c = first - arb(1) / 2, second - 2 * first + arb(1) / 2
    e1 = 1 / (arb(2).sqrt() * root_pi)
    scale = -d / (d * d / 2 + c * e1 * e1).sqrt()
    scale_alpha = -scale * e1 / d
    return scale, scale_alpha / scale, scale_alpha


def _decimals(digits: int, route: Callable[[Step], Triple], step: Step) -> Digits:
    def attempt() -> Digits | None:
        texts = []
        for name, x in zip(("λ", "α", "λα"), route(step), strict=True):
            step(f"decimals of {name}")
            # all three lie between 1 and 2, so the first digit is the 1 before the point
            scaled = x * arb(10) ** (digits - 1) + arb(1) / 2
            whole = scaled.floor().unique_fmpz()
            if whole is None:
                return None
            text = whole.str()
            texts.append(f"{text[0]}.{text[1:]}" if digits > 1 else text)
        scale, alpha, scale_alpha = texts
        return Digits(scale, alpha, scale_alpha, digits)

    bits = bits_for(digits) + 64
    return refine(attempt, bits=bits, max_bits=bits + 65536, what=f"{digits} digits")


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = ctx.threads
    ctx.threads = count
    try:
        yield
    finally:
        ctx.threads = before


def _double_factorial_sums(bits: int) -> Triple:
    """Return Q and, times Q, the sums of 1/(2k+1)!! and of 4**k/(2k+1)!!, tails included."""
    leaves = _Leaves.enough_for(bits)
    q, u, v = _split(leaves, 0, leaves.count)
    tail = arb(1) / (2 * leaves.terms + 1)
    return arb(q), arb(u) + _from_zero_to_twice(tail), arb(v) + _from_zero_to_twice(tail * arb(4) ** leaves.terms)


def _from_zero_to_twice(t: arb) -> arb:
    return t + arb(0, t.upper())


class _Leaves:
    """Terms in groups, whose products and partial sums still fit 64-bit integers."""

    def __init__(self, terms: int) -> None:
        self.size = 3 if (2 * terms + 6) ** 3 < 1 << 63 else 2
        self.count = -(-terms // self.size)
        self.terms = self.count * self.size
        first = 2 * self.size * np.arange(self.count, dtype=np.int64) + 1
        self.q, self.u, self.v = np.ones_like(first), np.zeros_like(first), np.zeros_like(first)
        for i in range(self.size):
            factor = first + 2 * i
            self.q, self.u, self.v = self.q * factor, self.u * factor + 1, self.v * factor + 4**i

    @classmethod
    def enough_for(cls, bits: int) -> _Leaves:
        """Return as many terms as make the tail of the second sum, times Q, smaller than Q by ``bits`` bits."""

        def gained(n: int) -> float:
            return (lgamma(2 * n + 2) - lgamma(n + 1)) / log(2) - 3 * n

        low, high = 1, 8
        while gained(high) < bits + 16:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if gained(middle) >= bits + 16 else (middle, high)
        return cls(high)


def _split(leaves: _Leaves, a: int, b: int) -> tuple[fmpz, fmpz, fmpz]:
    """Return Q, and Q times both sums, over groups a to b, by binary splitting."""
    if b - a > _LEAF:
        m = (a + b) // 2
        q, u, v = _split(leaves, a, m)
        p, s, t = _split(leaves, m, b)
        return q * p, u * p + s, v * p + (t << (2 * leaves.size * (m - a)))
    product, first, second, shift = 1, 0, 0, 0
    for p, s, t in zip(leaves.q[a:b].tolist(), leaves.u[a:b].tolist(), leaves.v[a:b].tolist(), strict=True):
        product, first, second = product * p, first * p + s, second * p + (t << shift)
        shift += 2 * leaves.size
    return fmpz(product), fmpz(first), fmpz(second)


def _pi_by_agm() -> arb:
    """Enclose pi by the Gauss-Legendre iteration; after n steps its error is below ``2**(4 - 2**n)``."""
    a, b, t, power = arb(1), arb(2).rsqrt(), arb(1) / 4, 1
    steps = ctx.prec.bit_length() + 1
    for _ in range(steps):
        mean = (a + b) / 2
        b = (a * b).sqrt()
        t -= power * (a - mean) * (a - mean)
        a, power = mean, 2 * power
    return (a + b) * (a + b) / (4 * t) + arb(0, arb(2) ** (4 - (1 << steps)))


def _maclaurin_sum(bits: int, numerator: int, denominator: int) -> arb:
    """Enclose the sum of (-y)**k/(k! (2k+1)) for y = numerator/denominator at most 2, by binary splitting."""
    terms = 8
    while lgamma(terms + 1) / log(2) - terms < bits + 16:
        terms += max(terms // 16, 1)

    def split(a: int, b: int) -> tuple[fmpz, fmpz, fmpz, fmpz]:
        """Return P, Q, B and T of terms a to b: the sum is T/(B Q), P/Q the ratio of powers and factorials."""
        if b - a == 1:
            power, factor = (-numerator, denominator * a) if a else (1, 1)
            return fmpz(power), fmpz(factor), fmpz(2 * a + 1), fmpz(power)
        m = (a + b) // 2
        p, q, c, t = split(a, m)
        r, s, d, u = split(m, b)
        return p * r, q * s, c * d, d * s * t + c * p * u

    _, q, c, t = split(0, terms)
    # alternating with decreasing terms: the tail is at most the first term left out
    tail = arb(numerator) ** terms / (arb(denominator) ** terms * arb.fac_ui(terms) * (2 * terms + 1))
    return arb(t) / (arb(q) * arb(c)) + arb(0, tail.upper())
