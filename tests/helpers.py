"""Assertions and conversions that several kinds of test need."""

from fractions import Fraction

from mpmath import mp, mpf


def to_mp(value):
    """Return a fraction as an mpmath number at mpmath's working precision."""
    value = Fraction(value)
    return mpf(value.numerator) / value.denominator


def ball_ends(ball):
    """Return the exact ends of a finite ball as fractions, read off mantissa and exponent."""
    mid, rad = (Fraction(int(m)) * Fraction(2) ** int(e) for m, e in (ball.mid().man_exp(), ball.rad().man_exp()))
    return mid - rad, mid + rad


def assert_encloses(ball, value, max_radius, known_to=0):
    """Assert that a ball is near ``value`` and narrow.

    ``value`` is a fraction (exact), or an mpmath number known to within ``known_to``.
    """
    assert ball.is_finite(), f"{ball} is not finite"
    low, high = ball_ends(ball)
    with mp.workdps(max(mp.dps, 120)):
        value = to_mp(value) if isinstance(value, Fraction | int) else value
        gap = max(to_mp(low) - value, value - to_mp(high))
        radius = to_mp(high - low) / 2
        assert gap <= known_to, f"{mp.nstr(value, 30)} is outside {ball} by {mp.nstr(gap, 5)}"
        assert radius <= max_radius, f"{ball} contains the value but is wider than {mp.nstr(mpf(max_radius), 5)}"
