"""The correlation map at a point, with proved digits, by Hermite series.

With ``a_n = E f(sqrt(q) t) he_n(t)``, he_n the orthonormal Hermite polynomials, Mehler's formula gives
``E f(z1) f(z2) = sum a_n**2 c**n`` for z1, z2 of variance q and correlation c (Daniely et al. 2016, section 4).
Parseval's identity ``sum a_n**2 = E f**2`` bounds what is left after n = N by ``|c|**(N + 1) (E f**2 - sum so far)``,
and the same for the slope with ``n a_n**2``, whose sum is ``q E f'**2``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, islice
from math import ceil, floor, log
from typing import Any, Final

from flint import arb

from selu_math.activations import SELU, Activation
from selu_math.analytic import Analytic
from selu_math.exceptions import InputError, PrecisionError, quoted, whole_number
from selu_math.gaussian import GaussianExpectation
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL, ends, refine
from selu_math.numbers.enclosure import Enclosure, bits_for
from selu_math.numbers.exact import Exact, Rational, as_fraction
from selu_math.numbers.jets import Functions
from selu_math.numbers.kit import Kit
from selu_math.pieces import ExpPoly, Piecewise

MAX_TERMS: Final = 4096
"""Terms that are summed where coefficients are closed forms."""
MAX_INTEGRALS: Final = 60
"""The same where each is an integral."""
MAX_DIGITS: Final = 1000
_CHECKED: Final = 8
"""Terms between looks at the remainder."""


@dataclass(frozen=True)
class ProvedCorrelation:
    """The correlation map at a point, enclosed.

    Attributes:
        activation: the activation's name.
        c: correlation of the pre-activations, exact.
        q: their second moment, exact.
        tau: the weights' variance times their number, exact.
        bias_variance: the biases' variance, exact.
        digits: significant digits that are proved of each number, or absolute below 1.
        new_q: second moment one layer later.
        correlation: correlation one layer later, uncentred as in :func:`selu_math.correlation_map`.
        slope: its derivative with respect to ``c``.
        terms: Hermite coefficients that were summed.
    """

    activation: str
    c: Fraction
    q: Fraction
    tau: Fraction
    bias_variance: Fraction
    digits: int
    new_q: Enclosure
    correlation: Enclosure
    slope: Enclosure
    terms: int


def prove_correlation(
    c: Rational,
    *,
    activation: Activation = SELU,
    q: Rational = 1,
    tau: Rational = 1,
    bias_variance: Rational = 0,
    digits: int = 15,
) -> ProvedCorrelation:
    """Return the correlation map and its slope at ``c``, with proved digits.

    The series needs at most about ``2.3 digits/log(1/|c|)`` terms: 4096 closed forms reach 15 digits up to c = 0.99,
    and 60 integrals (smooth activations), which take seconds, up to about 0.8 to 0.9 at q = 1.  At c = 1 no series
    is needed.

    Args:
        c: correlation, from -1 to 1; decimal text is exact, a float is the dyadic number it is.
        activation: f, continuous.
        q: second moment of both pre-activations, positive.
        tau: the weights' variance times their number, positive.
        bias_variance: the biases' variance, not negative.
        digits: significant digits, 1 to 1000, or absolute digits of a number below 1.

    Raises:
        InputError: for arguments outside these ranges, or an activation that jumps.
        PrecisionError: where the series is too slow for these digits; it says how many it reaches.
    """
    digits = whole_number("digits", digits, 1, MAX_DIGITS)
    at, size = as_fraction(c, "c"), as_fraction(q, "q")
    weights, bias = as_fraction(tau, "tau"), as_fraction(bias_variance, "bias_variance")
    if abs(at) > 1:
        raise InputError(f"a correlation c must be from -1 to 1, not {quoted(c)}")
    for name, value in (("q", size), ("tau", weights)):
        if value <= 0:
            raise InputError(f"{name} must be positive, not {quoted(str(value))}")
    if bias < 0:
        raise InputError(f"bias_variance must not be negative, not {quoted(str(bias))}")
    if activation.is_constant:
        raise InputError(f"{activation.name} is constant: nothing of two inputs is left to correlate")

    def attempt() -> ProvedCorrelation | None:
        series = _sum(activation, size, at, digits)
        if series is None:
            return None
        tau_ball = BALL.rational(weights)
        new_q = tau_ball * series.square + BALL.rational(bias)
        value = Enclosure((tau_ball * series.value + BALL.rational(bias)) / new_q, digits)
        slope = Enclosure(tau_ball * series.slope / new_q, digits)
        second = Enclosure(new_q, digits)
        if all(x.bounded_digits(digits) is not None for x in (value, slope, second)):
            return ProvedCorrelation(
                activation.name, at, size, weights, bias, digits, second, value, slope, series.terms
            )
        if series.is_cut_short:
            reached = min(_absolute_digits(x) for x in (value, slope))
            raise PrecisionError(
                f"{digits} digits at c = {c} need more than {series.terms} Hermite coefficients of {activation.name}, "
                f"which give about {reached}; ask for fewer, or for |c| further from 1"
            )
        return None

    bits = bits_for(digits) + 32
    return refine(attempt, bits=bits, max_bits=16 * bits + 4096, what=f"{digits} digits of the correlation map")


def _absolute_digits(x: Enclosure) -> int:
    return max(floor(-float(x.ball.rad().log()) / log(10)), 0) if x.is_finite and x.radius else 0


@dataclass(frozen=True)
class _Series:
    """Sums of the series at one point: E f**2, E f(z1) f(z2), q E f'(z1) f'(z2).

    It is cut short where the terms left out, and not the precision, are what keeps digits open.
    """

    square: arb
    value: arb
    slope: arb
    terms: int
    is_cut_short: bool = False


def _sum(activation: Activation, q: Fraction, c: Fraction, digits: int) -> _Series | None:
    """Return the sums, or None where the precision in force does not do."""
    at = Moments(BALL, activation, BALL.rational(Fraction(0)), BALL.rational(q))
    square, slope_square = at.second_moment, BALL.rational(q) * at.slope_square
    if c == 1:
        return _Series(square, square, slope_square, 0)
    ball, limit = BALL.rational(c), MAX_TERMS if activation.is_closed_form else MAX_INTEGRALS
    # two digits more than asked, so that the remainder does not decide about rounding
    wanted = min(square, slope_square).lower() * arb(10) ** -(digits + 2)
    value = slope = used = slope_used = arb(0)
    power, before = arb(1), arb(0)  # c**n and n c**(n - 1)
    for n, coefficient in enumerate(islice(hermite_coefficients(activation, q), limit)):
        weight = BALL.square(coefficient)
        value, slope = value + weight * power, slope + weight * before
        used, slope_used = used + weight, slope_used + n * weight
        before, power = (n + 1) * power, power * ball
        if not (used.rad() < wanted and slope_used.rad() < wanted):
            return None
        if (n + 1) % _CHECKED == 0 or n + 1 == limit:
            left = abs(power) * _positive(square - used)
            slope_left = abs(before) / (n + 1) * _positive(slope_square - slope_used)
            if left < wanted and slope_left < wanted:
                break
    cut_short = not (left < wanted and slope_left < wanted)
    return _Series(square, value + _within(left, c), slope + _within(slope_left, c), n + 1, cut_short)


def _positive(x: arb) -> arb:
    """Return the part of an enclosure of a number known not to be negative."""
    return x.upper() if x.upper() > 0 else arb(0)


def _within(bound: arb, c: Fraction) -> arb:
    """Return what the rest of a series of such a bound can be; its terms are positive for positive c."""
    return arb(0).union(bound.upper()) if c >= 0 else arb(0, bound.upper())


def hermite_coefficients(activation: Activation, q: Fraction) -> Iterator[arb]:
    """Yield ``a_n = E f(sqrt(q) t) he_n(t)`` for n = 0, 1, ..., enclosed, at the precision in force."""
    parts = activation.function.parts
    if all(isinstance(part, ExpPoly) for part in parts):
        return _by_parts(activation.function, q)
    if activation.is_closed_form:
        return _by_derivatives(activation.function, q)
    if isinstance(parts[0], Analytic):
        return _by_quadrature(parts[0], q)
    raise InputError(f"{activation.name} is known at points only, so nothing of it can be proved")


def _by_parts(f: Piecewise, q: Fraction) -> Iterator[arb]:
    """Integrate by parts: ``(he_{n-1} phi)' = -sqrt(n) he_n phi``.

    So the integral of ``z**j exp(kz) he_n`` over a piece is s times that of its derivative with ``he_{n-1}``, plus what
    it leaves at the edges, all over sqrt(n).
    """
    variance = BALL.rational(q)
    expect, s = GaussianExpectation(BALL, arb(0), variance), BALL.sqrt(variance)
    edges = {c: _hermite_functions(BALL.rational(c) / s) for c in f.breaks}
    pieces = []
    for i, (a, b) in enumerate(f.piece_bounds()):
        by_rate: dict[Fraction, int] = {}
        for power, rate in f.parts[i].terms:
            by_rate[rate] = max(power, by_rate.get(rate, 0))
        for rate, top in by_rate.items():
            coefficients = [BALL.exact(f.parts[i].terms.get((j, rate), Exact())) for j in range(top + 1)]
            integrals = [expect(_restricted(f, i, ExpPoly({(j, rate): Exact.of(1)}))) for j in range(top + 1)]
            at_edges = [
                (c, [sign * BALL.rational(c**j) * BALL.exp(BALL.rational(rate * c)) for j in range(top + 1)])
                for c, sign in ((a, 1), (b, -1))
                if c is not None
            ]
            pieces.append((BALL.rational(rate) * s, coefficients, integrals, at_edges))
    for n in count(1):
        yield sum((x * y for _, xs, ys, _ in pieces for x, y in zip(xs, ys, strict=True)), arb(0))
        root = arb(n).rsqrt()
        density = {c: next(values) for c, values in edges.items()}
        for rate_s, _, integrals, at_edges in pieces:
            for j in reversed(range(len(integrals))):
                following = rate_s * integrals[j] + (j * s * integrals[j - 1] if j else 0)
                integrals[j] = root * (following + sum((v[j] * density[c] for c, v in at_edges), arb(0)))


def _restricted(f: Piecewise, index: int, part: ExpPoly) -> Piecewise:
    """Return a function that is ``part`` on one piece of f and 0 elsewhere."""
    return Piecewise(f.breaks, tuple(part if i == index else ExpPoly() for i in range(len(f.parts))))


def _hermite_functions(x: arb) -> Iterator[arb]:
    """Yield ``he_n(x) phi(x)`` for n = 0, 1, ..."""
    before, value = arb(0), BALL.tilted_density(arb(0), x)
    for n in count():
        yield value
        before, value = value, (x * value - arb(n).sqrt() * before) * arb(n + 1).rsqrt()


def _by_derivatives(f: Piecewise, q: Fraction) -> Iterator[arb]:
    """Use ``E f(z) He_n(z/s) = s**n E f^(n)(z)`` (Stein), for functions without breakpoints."""
    variance = BALL.rational(q)
    expect, s, scale = GaussianExpectation(BALL, arb(0), variance), BALL.sqrt(variance), arb(1)
    for n in count(1):
        yield scale * expect(f)
        f, scale = f.derivative(), scale * s * arb(n).rsqrt()


def _by_quadrature(f: Analytic, q: Fraction) -> Iterator[arb]:
    """Integrate ``f(z) he_n(z/s)``, each verified; half of them vanish where f is odd."""
    s = BALL.sqrt(BALL.rational(q))
    integrate, is_odd = BALL.integrator(arb(0), s), f.reflected() == -f
    for n in count():
        yield arb(0) if is_odd and n % 2 == 0 else integrate(_TimesHermite(f, n, s))


class _TimesHermite:
    """``f(z) he_n(z/s)``, to be integrated against the density of z ~ N(0, s**2)."""

    def __init__(self, f: Analytic, n: int, s: arb) -> None:
        self.f, self.n, self.s, self.order = f, n, s, f.order

    def derivatives(self, functions: Functions, z: Any, order: int) -> list[Any]:
        """Return f, f', ... and z itself, last."""
        return [*self.f.derivatives(functions, z, order), z]

    def combination(self, kit: Kit[Any]) -> Callable[[Sequence[Any]], Any]:
        """Return the product as a function of those."""
        combine = self.f.combination(kit)

        def product(values: Sequence[Any]) -> Any:
            t = values[-1] / self.s
            before, hermite = 0 * t, 0 * t + 1
            for k in range(self.n):
                before, hermite = hermite, (t * hermite - arb(k).sqrt() * before) * arb(k + 1).rsqrt()
            return combine(values[:-1]) * hermite

        return product

    def envelope(self) -> list[tuple[Exact, Fraction, int]]:
        """Bound f as before and ``|He_n(t)| <= h max(1, |t|)**n``, h the sum of its coefficients' moduli.

        ``max(1, |x|/s) <= w (2 + |x|)`` with ``w >= 1/2`` and ``w >= 1/s``.
        """
        before, total = 0, 1
        for k in range(self.n):
            before, total = total, total + k * before
        factorial = arb(self.n).fac() if self.n else arb(1)
        wide = max(Fraction(1, 2), ends(1 / self.s)[1])
        height = ceil(ends(total * factorial.rsqrt())[1]) * Fraction(ceil(wide * 1024), 1024) ** self.n
        return [(c, bound * height, power + self.n) for c, bound, power in self.f.envelope()]
