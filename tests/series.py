"""SELU's constants to any number of digits in plain Python integers, from two series with rational ratios.

    A = sqrt(e) erfc(1/sqrt 2) = sqrt(e) - sqrt(2/pi) sum 1/(2k+1)!!
    B = e**2 erfc(sqrt 2)      = e**2 - 2 sqrt(2/pi) sum 4**k/(2k+1)!!

Fixed point with guard bits: a number x is the integer ``x * 2**bits``, each operation off by less than one unit.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import isqrt


def series(bits, ratio):
    """Return the sum of ``t_0 = 1, t_k = t_{k-1} * ratio(k)`` in fixed point."""
    total, term, k = 0, 1 << bits, 0
    while term:
        total += term
        k += 1
        p, q = ratio(k)
        term = term * p // q
    return total


def pi(bits):
    """Return pi by Machin's formula."""

    def arctan_of_inverse(n):
        total, power, k = 0, (1 << bits) // n, 0
        while power:
            total += (-1) ** k * (power // (2 * k + 1))
            power //= n * n
            k += 1
        return total

    return 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))


def constants(digits):
    """Return (lambda, alpha, lambda * alpha) as fractions, off by less than 10**-(digits + 10)."""
    bits = digits * 10 // 3 + 128
    one = 1 << bits
    circle = pi(bits)
    factor = isqrt(2 * one**3 // circle)  # sqrt(2/pi)
    a = series(bits, lambda k: (1, 2 * k))  # sqrt(e) = sum 1/(2**k k!)
    a -= factor * series(bits, lambda k: (1, 2 * k + 1)) // one
    b = series(bits, lambda k: (2, k))  # e**2
    b -= 2 * factor * series(bits, lambda k: (4, 2 * k + 1)) // one
    alpha = factor * one // (one - a)
    inside = 2 * b + circle * (a * a // one) // one - 2 * (2 * one + circle) * a // one + circle + 2 * one
    scale = (one - a) * isqrt(2 * circle * one) // isqrt(inside * one)
    return tuple(Fraction(x, one) for x in (scale, alpha, scale * alpha // one))


def rounded(value, digits):
    """Return a fraction correctly rounded to ``digits`` significant digits, as a Decimal."""
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))
