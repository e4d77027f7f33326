"""Check certificates about the mean and variance map of SELU.  This file stands alone: ``python checker.py CERT.json``.

Nothing is imported but the standard library, and nothing is believed of the prover: a certificate says where to split
domains, the rest is computed here, in integers with directed rounding.  The mathematics below is trusted, by pencil.

 1. f(x) = lambda x for x > 0, lambda alpha (exp(x) - 1) otherwise; lambda, alpha > 0 solve E f(z) = 0, E f(z)**2 = 1
    for z ~ N(0, 1).  A layer maps (mu, nu) to (E f(z), Var f(z)), z ~ N(m, v), m = mu omega, v = nu tau.
 2. With s = sqrt(v), a = m/s, phi the normal density, Phi its distribution, R(x) = Phi(-x)/phi(x) (Mills' ratio):
    E exp(kz) 1{z < 0} = exp(km + k**2 v/2) Phi(-a - ks) = phi(a) R(a + ks), whence the formulas in ``Moments``.
 3. d/dm E h(z) = E h'(z), d/dv E h(z) = E h''(z)/2, in the sense of distributions (Price).
 4. R is positive and falls; R(-x) = sqrt(2 pi) exp(x**2/2) - R(x).  For x > 0 it is
    sqrt(pi/2) exp(x**2/2) - sum of x**(2k+1)/(2k+1)!!, and 1/(x + 1/(x + 2/(x + 3/(x + ...)))).
 5. The Jacobian by (mu, nu) is A(m, v) diag(omega, tau).  A diagonal factor with entries of modulus at most 1 does not
    enlarge a norm, so at given (m, v) the norm is largest for the largest |omega| and tau.  As v = nu tau, tau is
    at most min(tau_high, v/nu_low), and nu lies between max(nu_low, v/tau_high) and min(nu_high, v/tau_low).
 6. The largest singular value of a 2x2 matrix with sum of squares T and determinant D is below t if and only if
    |D| < t**2 and t**4 - t**2 T + D**2 > 0.
 7. Over a box, h(x) lies in h(c) + sum of (slope over the box)(x - c), c its centre (the mean value theorem).
 8. v (E f')**2 <= Var f <= v E f'**2 (Stein and Cauchy-Schwarz; Poincare).  f'(z) >= lambda for z >= -1/2, since
    alpha**2 > e; hence E f' >= lambda Phi((m + 1/2)/s).
 9. A map that keeps a box and whose Jacobian has norm at most t < 1 there brings any two points nearer by the factor t
    (a box is convex) and has one fixed point, which attracts all of it (Banach).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from fractions import Fraction
from math import isqrt
from typing import Any

SCHEMA, BITS = "selu-math/certificate/1", 128  # places behind the binary point
MAX_BYTES, MAX_DEPTH = 200_000, 400


class Rejected(Exception):
    """A certificate that does not hold, or that cannot be read."""


class I:
    """An interval: two integers, lower and upper end times 2**BITS."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __add__(self, other: I) -> I:
        return I(self.low + other.low, self.high + other.high)

    def __sub__(self, other: I) -> I:
        return I(self.low - other.high, self.high - other.low)

    def __mul__(self, other: I) -> I:
        a, b, c, d = self.low, self.high, other.low, other.high
        ends = (a * c, a * d, b * c, b * d)
        return I(min(ends) >> BITS, -(-max(ends) >> BITS))

    def __truediv__(self, other: I) -> I:
        if other.low <= 0:
            raise Rejected("a divisor may be 0 on a leaf")
        a, b, c, d = self.low << BITS, self.high << BITS, other.low, other.high
        return I(min(a // c, a // d), max(-(-b // c), -(-b // d)))

    def times(self, n: int) -> I:  # n > 0
        return I(self.low * n, self.high * n)

    def square(self) -> I:
        least = 0 if self.low <= 0 <= self.high else min(abs(self.low), abs(self.high))
        most = max(abs(self.low), abs(self.high))
        return I(least * least >> BITS, -(-most * most >> BITS))

    def root(self) -> I:
        if self.low < 0:
            raise Rejected("a square root of a negative number on a leaf")
        return I(isqrt(self.low << BITS), isqrt(self.high << BITS) + 1)

    def falling(self) -> I:
        """Return exp(-x) where x >= 0 (0 in place of what is below); beyond 200 it is less than 2**-BITS."""
        low, high, far = max(self.low, 0), max(self.high, 0), 200 << BITS
        return I((ONE / exp(high)).low if high < far else 0, (ONE / exp(low)).high if low < far else 1)

    def density(self) -> I:
        return (self.square() * HALF).falling() / ROOT_TWO_PI

    def mills(self) -> I:
        return I(mills_at(self.high).low, mills_at(self.low).high)


def between(low: Fraction, high: Fraction) -> I:
    """Return the smallest interval that holds two rational numbers and all between them."""
    return I((low.numerator << BITS) // low.denominator, -((-high.numerator << BITS) // high.denominator))


def exactly(q: Fraction | int) -> I:
    return between(Fraction(q), Fraction(q))


ZERO, ONE, HALF = I(0, 0), exactly(1), exactly(Fraction(1, 2))


def exp(x: int) -> I:
    """Return exp of a number ``x >= 0`` (times 2**BITS): the series at x/2**k < 1/256, squared k times."""
    k = max(0, x.bit_length() - BITS + 8)
    y, term, total, n = I(x >> k, (x >> k) + 1), ONE, ONE, 0
    while term.high > 1:
        n += 1
        term = term * y
        term = I(term.low // n, -(-term.high // n))
        total += term
    total = I(total.low, total.high + 1)  # what is left is less than the last term
    for _ in range(k):
        total = total.square()
    return total


def arctan_of_inverse(n: int) -> I:
    """Return arctan(1/n) for n > 1: an alternating series leaves less than its next term."""
    total = sum(Fraction((-1) ** k, (2 * k + 1) * n ** (2 * k + 1)) for k in range(60))
    return between(total - Fraction(1, n**120), total + Fraction(1, n**120))


PI = arctan_of_inverse(5).times(16) - arctan_of_inverse(239).times(4)  # Machin
ROOT_TWO_PI = PI.times(2).root()


def mills_at(x: int) -> I:
    """Return R at a number (times 2**BITS)."""
    square = x * x >> BITS + 1
    growth = I(exp(square).low, exp(square + 1).high) if x <= 6 << BITS else ONE  # exp(x**2/2)
    if x < 0:
        return ROOT_TWO_PI * growth - mills_at(-x)
    if x > 6 << BITS:
        # whatever follows x + 40/(x + ...) lies between x and x + 41/x
        point = I(x, x)
        tail = I(x, x + (exactly(41) / point).high)
        for n in range(40, 0, -1):
            tail = point + exactly(n) / tail
        return ONE / tail
    return ROOT_TWO_PI * HALF * growth - I(odd_series(x, 0), odd_series(x, 1))


def odd_series(x: int, up: int) -> int:
    """Return the sum of x**(2k+1)/(2k+1)!! for 0 <= x <= 6, from below (up = 0) or from above (1)."""
    square, term, total, n = (x * x >> BITS) + up, x, x, 1
    while term > 1 or n < 73:
        n += 2
        term = (term * square >> BITS) // n + up
        total += term
    return total + 2 * up * (term + 1)  # from n = 73 on each term is less than half the one before


# at (0, 1) the mean is 0 if phi(0) = alpha (1/2 - E exp(z) 1{z < 0}), and the scale follows from the second moment
FIRST, SECOND = (mills_at(k * ONE.low) / ROOT_TWO_PI for k in (1, 2))  # E exp(kz) 1{z < 0}
ALPHA = ONE / ROOT_TWO_PI / (HALF - FIRST)
LAMBDA = ONE / (HALF + ALPHA.square() * (SECOND - FIRST.times(2) + HALF)).root()


def selu(x: int) -> I:
    return LAMBDA * I(x, x) if x >= 0 else LAMBDA * ALPHA * (I(-x, -x).falling() - ONE)


class Moments:
    """E f(z) and E f(z)**2 with their first four derivatives by m, over a box of (m, v)."""

    def __init__(self, m: I, v: I) -> None:
        s = v.root()
        a, w, b = m / s, LAMBDA, ALPHA
        phi = a.density()

        def below_zero(k: int) -> I:  # E exp(kz) 1{z < 0} (item 2); where a + ks < 0 the exponent is negative
            y, rate = ZERO - a - s.times(k), ZERO - m.times(k) - v.times(k * k) * HALF
            if y.low > 0:
                found = rate.falling() * (ONE - y.density() * y.mills())
            else:
                found = phi * (ZERO - y).mills() if y.high < 64 << BITS else I(0, ONE.high)
            return I(max(found.low, 0), min(found.high, ONE.high))

        q, one, two = below_zero(0), below_zero(1), below_zero(2)
        p, n, c, ww = ONE - q, phi / s, b.square(), w.square()
        slope = m / v * n
        e = m * p + s * phi
        self.f = (
            w * (e + b * (one - q)),
            w * (p + b * one),
            w * (b * one + (ONE - b) * n),
            w * (b * (one - n) - (ONE - b) * slope),
            w * (b * (one - n + slope) + (ONE - b) * ((a.square() - ONE) / v) * n),
        )
        self.g = (
            ww * ((m.square() + v) * p + m * s * phi + c * (two - one.times(2) + q)),
            ww * (e + c * (two - one)).times(2),
            ww * (p + c * (two.times(2) - one)).times(2),
            ww * (n + c * (two.times(4) - one - n)).times(2),
            ww * (c * (two.times(8) - one - n.times(3)) - (ONE - c) * slope).times(2),
        )

        x, least = (m + HALF) / s, self.f[1]
        if x.low >= 0:
            least = I(max(least.low, (w * (ONE - x.density() * x.mills())).low), least.high)
        far = (w * b * s).high  # |E f(z) - f(m)| <= lambda alpha E|z - m|, and f rises
        self.near = I(selu(m.low).low - far, selu(m.high).high + far)
        self.ratio = I(least.square().low, (ww * (p + c * two)).high)  # of the variance to v (item 8)

    def variance(self) -> tuple[I, I, I]:
        """Return the new variance and its derivatives by m and v."""
        f, g = self.f, self.g
        return g[0] - f[0].square(), g[1] - (f[0] * f[1]).times(2), g[2] * HALF - f[0] * f[2]

    def matrix(self, second: bool) -> tuple[list[I], list[I], list[I]]:
        """Return A, rows (mean, variance) or (mean, second moment), row by row, and its derivatives by m and v."""
        f, g = self.f, self.g
        value = [f[1], f[2] * HALF, g[1], g[2] * HALF]
        by_m = [f[2], f[3] * HALF, g[2], g[3] * HALF]
        by_v = [f[3] * HALF, f[4] * HALF * HALF, g[3] * HALF, g[4] * HALF * HALF]
        if not second:
            mixed = f[1] * f[2] + f[0] * f[3]
            value[2:] = [g[1] - (f[0] * f[1]).times(2), g[2] * HALF - f[0] * f[2]]
            by_m[2:] = [g[2] - (f[1].square() + f[0] * f[2]).times(2), g[3] * HALF - mixed]
            by_v[2:] = [g[3] * HALF - mixed, (g[4] * HALF - f[2].square() - f[0] * f[4]) * HALF]
        return value, by_m, by_v


Box = tuple[Fraction, Fraction, Fraction, Fraction]  # ends of m, ends of v
Domain = dict[str, tuple[Fraction, ...]]  # both ends of mu, omega, nu, tau
NAMES = ("mu", "omega", "nu", "tau")
WORDS = {"mean": "new mean", "variance": "new variance", "growth": "new variance minus nu", "norm": "singular value"}


class Leaf:
    """The moments over a box of (m, v); centred ones by the mean value theorem (item 7)."""

    def __init__(self, box: Box, centred: bool) -> None:
        m0, m1, v0, v1 = box
        self.v = self.middle_v = between(v0, v1)
        self.whole = self.middle = Moments(between(m0, m1), self.v)
        self.radii = between((m0 - m1) / 2, (m1 - m0) / 2), between((v0 - v1) / 2, (v1 - v0) / 2)
        self.centred = centred
        if centred:
            self.middle_v = exactly((v0 + v1) / 2)
            self.middle = Moments(exactly((m0 + m1) / 2), self.middle_v)

    def enclose(self, at_middle: I, by_m: I, by_v: I) -> I:
        """Return what a function with these slopes over the box lies in, from its value at the middle or all over."""
        return at_middle + by_m * self.radii[0] + by_v * self.radii[1] if self.centred else at_middle

    def mean(self) -> I:
        found, near = self.enclose(self.middle.f[0], self.whole.f[1], self.whole.f[2] * HALF), self.whole.near
        return I(max(found.low, near.low), min(found.high, near.high))

    def variance(self, rate: I) -> I:  # less rate * v
        _, by_m, by_v = self.whole.variance()
        found = self.enclose(self.middle.variance()[0] - rate * self.middle_v, by_m, by_v - rate)
        other = self.v * (self.whole.ratio - rate)
        return I(max(found.low, other.low), min(found.high, other.high))


def halves(box: Box, letter: str) -> list[Box]:
    """Cut a box across m or v; v at low * 2**k where it is wide."""
    m0, m1, v0, v1 = box
    if letter == "m":
        middle = (m0 + m1) / 2
        return [(m0, middle, v0, v1), (middle, m1, v0, v1)]
    middle = v0 * 2 ** ((int(v1 / v0).bit_length() - 1) // 2) if v1 >= 4 * v0 else (v0 + v1) / 2
    return [(m0, m1, v0, middle), (m0, m1, middle, v1)]


class Claim:
    """A claim about a domain, with the split tree that shows it, or the witness at which it holds."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.kind, self.rows = given["claim"], given.get("rows", "variance")
        self.weight, self.side = number(given.get("weight", "1")), given.get("side")
        self.tree, self.at = given.get("tree", ""), tuple(map(number, given["at"])) if "at" in given else None
        if self.kind == "inside":
            self.target = (*ends(given["target"][:2]), *ends(given["target"][2:]))
            self.layers, self.rate = int(given.get("layers", "1")), number(given.get("rate", "0"))
            if not (0 < self.layers <= 10**5 and self.rate.denominator <= 1000 and 0 <= self.rate < 10):
                raise Rejected("a step has 1 to 100000 layers, and a rate below 10 in thousandths")
            return
        self.bound, self.below = number(given["bound"]), self.side == "below"
        known = self.kind in WORDS and self.side in ("above", "below") and self.rows in ("variance", "second-moment")
        positive = self.bound > 0 < self.weight and self.below is (self.at is None)
        if not known or (self.kind == "norm" and not positive):
            raise Rejected("a claim is not of a known kind, or a singular value is not below a positive bound")

    def __str__(self) -> str:
        if self.kind == "inside":
            return "a step leads into its box"
        rows = f" for (mean, {self.rows}) with weight {self.weight}" if self.kind == "norm" else ""
        return f"the {WORDS[self.kind]}{rows} {'is somewhere' if self.at else 'stays'} {self.side} {self.bound}"

    def roots(self, d: Domain) -> list[Box]:
        """Return the box of (m, v), cut where the nu or tau that counts passes from v/tau or v/nu to an end."""
        m = [x * y for x in d["mu"] for y in d["omega"]]
        low, high = (d["nu"][i] * d["tau"][i] for i in (0, 1))
        i = 1 if self.kind == "growth" and not self.below else 0
        cut = d["nu"][i] * d["tau"][1 - i]
        inner = [cut] if low < cut < high else []
        return [(min(m), max(m), a, b) for a, b in zip([low, *inner], [*inner, high], strict=True)]

    def holds(self, d: Domain, box: Box, centred: bool) -> bool:
        """Whether it holds on all of a box of (m, v)."""
        leaf = Leaf(box, centred)
        x, y = leaf.mean(), leaf.variance(ZERO)
        if self.kind == "inside":  # or, below its nu, growing at that rate
            a, b, c, e = (exactly(end) for end in self.target)
            grows = self.rate > 0 and leaf.variance(exactly(self.rate / d["tau"][0])).low > 0
            return a.high < x.low and x.high < b.low and (c.high < y.low or grows) and y.high < e.low
        bound, value = exactly(self.bound), x if self.kind == "mean" else y
        if self.kind == "norm":
            gap, determinant = self.characteristic(d, box, leaf)
            small = max(-determinant.low, determinant.high) < bound.square().low
            return small and gap.low > 0 if self.below else gap.high < 0
        if self.kind == "growth":  # from nu: least for "below", largest for "above"; an end of its range or v/tau
            end, tau = (d["nu"][0], d["tau"][1]) if self.below else (d["nu"][1], d["tau"][0])
            at_end = box[3] <= end * tau if self.below else box[2] >= end * tau
            value = value - exactly(end) if at_end else leaf.variance(exactly(1 / tau))
        return value.high < bound.low if self.below else value.low > bound.high

    def characteristic(self, d: Domain, box: Box, leaf: Leaf) -> tuple[I, I]:
        """Enclose t**4 - t**2 T + D**2 (item 6) and D for diag(1, w) A diag(omega, tau) diag(1, 1/w), t the bound."""
        w, low, high = self.weight, d["nu"][0], d["tau"][1]
        omega, rising = max(abs(x) for x in d["omega"]), box[3] <= low * high
        rate = exactly(1 / low) if rising else ZERO  # the largest tau is v/low there

        def entries(at: Moments, v: I) -> list[list[I]]:
            tau, over_w = v * rate if rising else exactly(high), exactly(1 / w)
            value, by_m, by_v = at.matrix(self.rows == "second-moment")
            scale, drift = [exactly(omega), tau * over_w, exactly(omega * w), tau], [ZERO, rate * over_w, ZERO, rate]
            scaled = [[x * k for x, k in zip(row, scale, strict=True)] for row in (value, by_m, by_v)]
            return [*scaled[:2], [x + y * k for x, y, k in zip(scaled[2], value, drift, strict=True)]]

        x, *steps = entries(leaf.whole, leaf.v)
        y = entries(leaf.middle, leaf.middle_v)[0] if leaf.centred else x
        squared, over = exactly(self.bound).square(), x[0] * x[3] - x[1] * x[2]
        total = y[0].square() + y[1].square() + y[2].square() + y[3].square()
        turns = [x[0] * z[3] + z[0] * x[3] - x[1] * z[2] - z[1] * x[2] for z in steps]
        stretches = [x[0] * z[0] + x[1] * z[1] + x[2] * z[2] + x[3] * z[3] for z in steps]
        slopes = [(over * turn - squared * z).times(2) for turn, z in zip(turns, stretches, strict=True)]
        value = squared.square() - squared * total + (y[0] * y[3] - y[1] * y[2]).square()
        return leaf.enclose(value, slopes[0], slopes[1]), over

    def check(self, d: Domain) -> int:
        """Check it, at its witness or by its tree over the domain, and return the number of leaves.

        A tree is read in preorder: m and v cut the box in two, 0 is a leaf by plain evaluation, 1 by a centred one.
        """
        if self.at is not None:
            point: Domain = {name: (x, x) for name, x in zip(NAMES, self.at, strict=True)}
            inside = all(d[name][0] <= x <= d[name][1] for name, x in zip(NAMES, self.at, strict=True))
            if not inside or not self.holds(point, self.roots(point)[0], centred=False):
                raise Rejected(f"the witness lies outside, or does not show that {self}")
            return 0
        stack, leaves = [(box, 0) for box in reversed(self.roots(d))], 0
        for letter in self.tree:
            box, depth = stack.pop()
            if letter in "mv" and depth < MAX_DEPTH:
                stack += [(half, depth + 1) for half in reversed(halves(box, letter))]
                continue
            leaves += 1
            if letter not in "01" or not self.holds(d, box, letter == "1"):
                raise Rejected(f"leaf {leaves} does not show that {self}")
        if stack:
            raise Rejected(f"a leaf is missing: the tree does not cover the domain of the claim that {self}")
        return leaves

    def settles(self, wanted: Claim, any_weight: bool) -> bool | None:
        """Whether it says what is wanted (True), or the contrary (False); None if neither."""
        if (self.kind, self.rows) != (wanted.kind, wanted.rows) or not (any_weight or self.weight == 1):
            return None
        beyond = (self.bound - wanted.bound) * (-1 if wanted.below else 1)
        agrees = self.side == wanted.side
        return agrees if (self.at is None) is agrees and (beyond >= 0 if agrees else beyond <= 0) else None


def number(text: str) -> Fraction:
    if len(text) > 1000 or not re.fullmatch(r"-?[0-9]+(/[1-9][0-9]*|p-?[0-9]{1,3})?", text):
        raise Rejected("numbers are strings such as -1/10 or 19p-4")
    mantissa, _, exponent = text.partition("p")
    return Fraction(mantissa) * Fraction(2) ** int(exponent or 0)


def ends(texts: list[str]) -> tuple[Fraction, ...]:
    low, high = map(number, texts)
    if low > high:
        raise Rejected("the ends of a range are not in order")
    return low, high


def box_of(given: dict[str, list[str]], d: Domain) -> Domain:
    found = {name: ends(given[name]) if name in given else d[name] for name in NAMES}
    if not isinstance(given, dict) or found["nu"][0] <= 0 or found["tau"][0] <= 0:
        raise Rejected("a domain names its sides, and nu and tau stay above 0")
    return found


def need(kind: str, side: str, bound: str) -> Claim:
    return Claim({"claim": kind, "side": side, "bound": bound})


def sides(mu: str, nu: str, tau: str) -> Domain:
    texts = zip(NAMES, (mu, "-1/10 1/10", nu, tau), strict=True)
    return {name: ends(text.split()) for name, text in texts}


OMEGA = sides("-1/10 1/10", "4/5 3/2", "19/20 11/10")
CONTRACTS, SHRINKS, GROWS = need("norm", "below", "1"), need("growth", "below", "0"), need("growth", "above", "0")
IMAGE = [need("mean", "above", "-3106/100000"), need("mean", "below", "6773/100000")]
IMAGE += [need("variance", "above", "80009/100000"), need("variance", "below", "148617/100000")]
STATEMENTS: dict[str, tuple[Domain | None, list[Claim]]] = {  # None: a domain of one's own; []: what item 9 needs
    "theorem-1": (OMEGA, []),
    "image-bounds": (OMEGA, IMAGE),
    "lemma-12": (sides("-1/10 1/10", "4/5 3/2", "4/5 5/4"), [CONTRACTS]),
    "theorem-2": (sides("-1 1", "3 16", "4/5 5/4"), [SHRINKS]),
    "theorem-3a": (sides("-1/10 1/10", "1/50 4/25", "4/5 5/4"), [GROWS]),
    "theorem-3b": (sides("-1/10 1/10", "1/50 6/25", "9/10 5/4"), [GROWS]),
    "global": (sides("-1 1", "1/50 16", "19/20 11/10"), []),
    "region": (None, []),
    "basin": (None, []),
}


def canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def check(data: bytes) -> dict[str, Any]:
    """Return verdict, statement, leaves and what is proved, in words; raise ``Rejected`` where it does not hold."""
    try:
        if len(data) > MAX_BYTES or canonical(json.loads(data)) != data.strip():
            raise Rejected(f"it is longer than {MAX_BYTES} bytes, or not written in canonical form")
        return concluded(json.loads(data))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise Rejected(f"it has not the form of a certificate ({type(error).__name__})") from None


def concluded(given: dict[str, Any]) -> dict[str, Any]:
    """Check the hash, the constants, every step and every claim, and whether they amount to the statement."""
    body = {key: value for key, value in given.items() if key != "sha256"}
    if body["schema"] != SCHEMA or given["sha256"] != hashlib.sha256(canonical(body)).hexdigest():
        raise Rejected(f"its schema is not {SCHEMA}, or its hash is not that of its body")
    for name, own in (("lambda", LAMBDA), ("alpha", ALPHA)):
        low, high = ends(body["constants"][name])
        if not (exactly(low).high <= own.low and own.high <= exactly(high).low and high - low < Fraction(1, 2**60)):
            raise Rejected(f"its enclosure of {name} does not hold {name}, or is too wide")
    name, d = body["statement"], box_of(body["domain"], {})
    around = box_of(body["attractor"] or {}, d)
    published, wanted = STATEMENTS[name]
    if published and (d, around) != (published, OMEGA if name == "global" else published):
        raise Rejected(f"its domain is not that of {name}")
    steps, claims = ([Claim(c) for c in body[key]] for key in ("steps", "claims"))
    leaves, here = 0, d
    words = [f"for {', '.join(f'{k} in [{x}, {y}]' for k, (x, y) in d.items())}:"]
    for step in steps:
        leaves += step.check(here)
        a, b, c, e = step.target
        if step.rate:  # by induction: the box is kept, and nu grows at that rate until it is above c
            kept = here["mu"][0] <= a and b <= here["mu"][1] and e <= here["nu"][1] and step.rate > 1
            if not kept or here["nu"][0] * step.rate**step.layers < c:
                raise Rejected("a climb leaves its box, or is too short")
        here = {**d, "mu": (a, b), "nu": (c, e)}
    if not all(around[k][0] <= here[k][0] and here[k][1] <= around[k][1] for k in ("mu", "nu")):
        raise Rejected("the last step does not lie in the attracting box")
    if steps:
        (a, b), (c, e), count = around["mu"], around["nu"], sum(step.layers for step in steps)
        words += [f"after {count} layers, (omega, tau) changing, mu in [{a}, {b}], nu in [{c}, {e}]; from there:"]
    leaves += sum(c.check(around) for c in claims)
    if not wanted:  # that the map keeps the box and contracts there (item 9)
        pairs = [(kind, k, i) for kind, k in (("mean", "mu"), ("variance", "nu")) for i in (0, 1)]
        wanted = [need(kind, ("above", "below")[i], str(around[k][i])) for kind, k, i in pairs] + [CONTRACTS]
    found = [[v for c in claims if (v := c.settles(want, published is None)) is not None] for want in wanted]
    if not all(found):
        raise Rejected("the claims leave open whether " + str(wanted[found.index([])]))
    words += [str(claim) for claim in claims]
    verdict = "proved" if all(v[0] for v in found) else "refuted"
    return {"verdict": verdict, "statement": name, "leaves": leaves, "words": words}


def main(paths: list[str]) -> int:
    """Check files and print what they prove; the status is 1 where one does not hold."""
    status = 0
    for path in paths:
        try:
            with open(path, "rb") as file:
                found = check(file.read(MAX_BYTES + 1))
            words = [f"{found['statement']} {found['verdict']}, {found['leaves']} leaves", *found["words"]]
            print(f"{path}:", "\n  ".join(words))
        except (OSError, Rejected) as error:
            status = 1
            print(f"{path}: rejected: {error}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
