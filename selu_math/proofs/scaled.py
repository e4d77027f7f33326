"""Gaussian integrals in units that do not grow with the variance, enclosed over boxes.

Around a fixed point of variance ``1/q**2`` all lengths are measured in its standard deviation: with ``x = q z``,
``x ~ N(a, w)``,

    E_p[h](a, w, q) = q**p E h(x/q)

is, for an activation that grows like a line, smooth in q down to 0, where the variance is infinite: p is 1 for f and
2 for its square.  These functions are closed under differentiation,

    d/da E_p[h] = E_{p-1}[h'],    d/dw E_p[h] = E_{p-2}[h'']/2,    d/dq E_p[h] = E_{p-1}[p h - z h'].

On a half-line that ends at c let r be the distance from c, ``u = (a - cq)/sigma``, ``sigma**2 = w``, where it lies
below c, and the negative of that above.  Then

    E [r**i exp(-kr)] = q**-i sigma**i phi(u) I_i(u + k sigma/q),
    I_i(y) = integral over t > 0 of t**i exp(-yt - t**2/2),

of which I_i decreases and ``y**(i+1) I_i(y)``, y > 0, increases: at the ends of a ball both are tight.  Derivatives of
exponentials are moved on to the density, ``E_p[D**n h] = q**(p+n) sigma**-n E [h He_n((x - a)/sigma)]``, so that no
power of k/q appears, however small q is.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial, perm
from typing import Final, NamedTuple

from flint import arb, ctx

from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.exact import Exact
from selu_math.proofs.half_lines import TERMS, HalfLines, Tail

_ZERO: Final = Fraction(0)


class Place(NamedTuple):
    """A breakpoint, with its name: fractions are slow as keys."""

    name: str
    value: arb

    @classmethod
    def of(cls, c: Fraction) -> Place:
        """Return the place of a number."""
        return cls(str(c), BALL.rational(c))


class BallTail(NamedTuple):
    """A tail in balls of one precision: place, side, rate with its name, order, and coefficients by power."""

    place: Place
    below: bool
    rate: Place
    order: int
    coefficients: list[arb]

    @classmethod
    def of(cls, tail: Tail, coefficients: list[arb]) -> BallTail:
        """Return the tail."""
        (c, below), rate, order = tail
        return cls(Place.of(c), below, Place.of(rate), order, coefficients)


class Form(NamedTuple):
    """Half-lines in balls of one precision: tails, and atoms as triples (place, order, coefficient)."""

    tails: list[BallTail]
    atoms: list[tuple[Place, int, arb]]

    @classmethod
    def of(cls, h: HalfLines) -> Form:
        """Return a function in numbers of the working precision."""
        return cls(
            [BallTail.of(tail, [c.evaluate(BALL) for c in coefficients]) for tail, coefficients in h.tails.items()],
            [(Place.of(c), n, coefficient.evaluate(BALL)) for (c, n), coefficient in h.atoms.items() if coefficient],
        )


class Numbers(NamedTuple):
    """One function in the three forms that suit exponentials of different steepness, at the working precision.

    Attributes:
        steep: their derivatives are moved on to the density.
        derived: their derivatives are carried out.
        flat: they are expanded in powers, what these leave included.
        rate: the highest rate.
        places: where half-lines end.
    """

    steep: Form
    derived: Form
    flat: Form
    rate: arb
    places: list[Place]

    @classmethod
    def of(cls, h: HalfLines) -> Numbers:
        """Return a function in numbers of the working precision."""
        flat = Form.of(h.expanded())
        flat.tails.extend(
            BallTail.of((side, _ZERO, 0), _rest((side, rate, order), c))
            for (side, rate, order), c in h.tails.items()
            if rate
        )
        places = [Place.of(c) for c in sorted({c for (c, _), _, _ in h.tails})]
        return cls(Form.of(h), Form.of(h.derived()), flat, BALL.rational(h.rate), places)


def _rest(tail: Tail, coefficients: tuple[Exact, ...]) -> list[arb]:
    """Enclose what Taylor's polynomial of exp leaves of a tail, as a polynomial in r with balls for coefficients.

    For ``y >= 0``, exp(-y) less N terms is ``(-y)**N/N!`` times a number of [0, 1]; its derivative by y is the same
    for N - 1, with the other sign.
    """
    (_, below), rate, order = tail
    found = [arb(0)] * (len(coefficients) + TERMS)
    for i, coefficient in enumerate(coefficients):
        for j in range(min(order, i) + 1):
            n = TERMS - order + j
            size = comb(order, j) * perm(i, j) * (-rate) ** (order - j) * (-rate) ** n / factorial(n)
            found[i - j + n] += coefficient.evaluate(BALL) * BALL.rational(size).union(arb(0))
    return [-c for c in found] if below and order % 2 else found


class _Ladder:
    """I_0, I_1, ... over a ball y, in three ways; see the module."""

    def __init__(self, y: arb) -> None:
        self.ends = (y.lower(), y.upper())
        self._values: tuple[list[arb], list[arb]] = ([], [])
        self._known: dict[tuple[str, int], arb] = {}
        self._densities: list[arb] = []

    def _at_ends(self, i: int) -> tuple[arb, arb]:
        low, high = self._values
        if i >= len(low):
            low, high = self._values = _integrals(self.ends[0], max(i + 1, 6)), _integrals(self.ends[1], max(i + 1, 6))
        return low[i], high[i]

    def plain(self, i: int) -> arb:
        """Return I_i."""
        low, high = self._at_ends(i)
        return low.union(high)

    def tilted(self, i: int) -> arb:
        """Return ``phi(y) I_i(y)``, which decreases too."""
        key = ("tilted", i)
        if key not in self._known:
            if not self._densities:
                self._densities = [BALL.tilted_density(arb(0), end) for end in self.ends]
            (low, high), (p, q) = self._at_ends(i), self._densities
            self._known[key] = (p * low).union(q * high)
        return self._known[key]

    def scaled(self, i: int) -> arb:
        """Return ``y**(i+1) I_i(y)``, for a ball of positive numbers."""
        key = ("scaled", i)
        if key not in self._known:
            (low, high), (y, z) = self._at_ends(i), self.ends
            self._known[key] = (y ** (i + 1) * low).union(z ** (i + 1) * high)
        return self._known[key]


def _integrals(y: arb, count: int) -> list[arb]:
    """Return I_0, I_1, ... at an exact point."""
    more = 16
    if y > 1:  # each step of the recurrence loses two bits for each one of y's
        mantissa, exponent = y.man_exp()
        more += 2 * count * (int(mantissa).bit_length() + int(exponent))
    with precision(ctx.prec + more):
        mills = BALL.mills(-y)
        values = [mills, 1 - y * mills]
        for j in range(1, count - 1):
            values.append(j * values[j - 1] - y * values[j])
    return values


class ScaledExpectation:
    """``E_p[h](a, w, q)`` over a box, for several h, which share their integrals.

    Args:
        a: mean of x.
        w: its variance, positive.
        q: the unit of z in that of x, positive.
    """

    def __init__(self, a: arb, w: arb, q: arb) -> None:
        self.a, self.q = a, q
        self.sigma = w.sqrt()
        self._wide = q.rel_accuracy_bits() < ctx.prec // 2
        self._edges: dict[str, tuple[arb, arb]] = {}
        self._ladders: dict[tuple[str, bool, str], _Ladder] = {}
        self._hermites: dict[tuple[str, bool], list[arb]] = {}
        self._powers: dict[tuple[bool, int], arb] = {}

    def __call__(self, h: Numbers, p: int) -> arb:
        """Return the enclosure of ``q**p E h(x/q)``."""
        return self.of(self._form(h), p)

    def of(self, form: Form, p: int) -> arb:
        """Return the enclosure from one of the function's forms."""
        total = arb(0)
        for tail in form.tails:
            total += self._tail(tail, p)
        for c, n, coefficient in form.atoms:
            _, density = self._edge(c)
            total += coefficient * self._q(p + n + 1) * self._hermite(c, False, n)[n] * density / self._sigma(n + 1)
        return total

    def _form(self, h: Numbers) -> Form:
        """Return the form in which least cancels."""
        if not h.rate * self.sigma < self.q:
            return h.steep
        flat = all(2 * h.rate * (self.sigma + abs(self._edge(c)[0]) * self.sigma) < self.q for c in h.places)
        return h.flat if flat else h.derived

    def _q(self, n: int) -> arb:
        return self._power(False, n)

    def _sigma(self, n: int) -> arb:
        return self._power(True, n)

    def _power(self, of_sigma: bool, n: int) -> arb:
        key = (of_sigma, n)
        if key not in self._powers:
            self._powers[key] = (self.sigma if of_sigma else self.q) ** n
        return self._powers[key]

    def _edge(self, c: Place) -> tuple[arb, arb]:
        """Return ``u = (a - cq)/sigma`` and phi(u)."""
        if c.name not in self._edges:
            u = (self.a - c.value * self.q) / self.sigma
            self._edges[c.name] = u, BALL.tilted_density(arb(0), u)
        return self._edges[c.name]

    def _hermite(self, c: Place, below: bool, n: int) -> list[arb]:
        """Return Hermite's polynomials up to the n-th, or more, of u below a place and of -u above it."""
        known = self._hermites.setdefault((c.name, below), [arb(1)])
        if len(known) <= n:
            u = self._edge(c)[0] if below else -self._edge(c)[0]
            while len(known) <= n:
                k = len(known)
                known.append(u * known[-1] - (k - 1) * known[k - 2] if k > 1 else u)
        return known

    def _ladder(self, tail: BallTail, y: arb) -> _Ladder:
        key = (tail.place.name, tail.below, tail.rate.name)
        if key not in self._ladders:
            self._ladders[key] = _Ladder(y)
        return self._ladders[key]

    def _tail(self, tail: BallTail, p: int) -> arb:
        c, below, (name, k), order, coefficients = tail
        u, density = self._edge(c)
        if not below:
            u = -u
        sloping = name != "0"
        y = u + k * self.sigma / self.q if sloping else u
        ladder = self._ladder(tail, y)
        # of n derivatives by z, q**n is one by x each, and what is left a Hermite polynomial of u + t
        p += order
        places = [(i, m) for i, x in enumerate(coefficients) if not x.is_zero() for m in range(order + 1)]
        if not sloping:
            front, integrals = arb(1), [self._q(p - i) * ladder.tilted(i + m) for i, m in places]
        elif y < 1:
            tilt = k * (self.a / self.q - c.value) * (1 if below else -1) + BALL.square(k / self.q * self.sigma) / 2
            front, integrals = tilt.exp(), [self._q(p - i) * ladder.tilted(i + m) for i, m in places]
        elif self._wide and y > 1:
            qy = self.q * u + k * self.sigma
            front = density
            integrals = [self._q(p + 1 + m) * ladder.scaled(i + m) / qy ** (i + m + 1) for i, m in places]
        else:
            front, integrals = density, [self._q(p - i) * ladder.plain(i + m) for i, m in places]
        total, hermite = arb(0), self._hermite(c, below, order)
        for (i, m), integral in zip(places, integrals, strict=True):
            total += coefficients[i] * self._sigma(i) * (comb(order, m) * hermite[order - m]) * integral
        total *= front / self._sigma(order)
        return -total if below and order % 2 else total
