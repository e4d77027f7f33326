"""Check certificates about the mean and variance map of SELU.  This file stands alone: ``python checker.py CERT.json``.

Nothing is imported but the standard library, and nothing is believed of the prover: a certificate says where to split
domains, the rest is computed here, in integers with directed rounding.  The mathematics below is trusted, by pencil.

 1. f(x) = lambda x for x > 0, lambda alpha (exp(x) - 1) otherwise; SELU's lambda, alpha > 0 solve E f(z) = 0 and
    E f(z)**2 = 1 for z ~ N(0, 1).  A layer maps (mu, nu) to (E f(z), Var f(z)), z ~ N(m, v), m = mu omega, v = nu tau.
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
 8. v (E f')**2 <= Var f <= v E f'**2 (Stein and Cauchy-Schwarz; Poincare).  f' <= lambda max(1, alpha).  For z >= -1/2
    f'(z) >= K = lambda min(1, 3 alpha/5), as exp(-1/2) > 3/5; so E f' >= K Phi((m + 1/2)/s).  For m <= 0, p = Phi(-m/s)
    is at least 1/2, E(-z | z < 0) <= -m + 4s/5, and by Jensen E f' >= lambda (1 - p + p x), x = alpha exp(m - 4s/5).
 9. A map that keeps a box and whose Jacobian has norm at most t < 1 there brings any two points nearer by the factor t
    (a box is convex) and has one fixed point, which attracts all of it (Banach).  The norm may have a weight w: that of
    diag(1, w) A diag(omega, tau) diag(1, 1/w).  In (mu, ln nu) the Jacobian is diag(1, 1/Var f) A diag(omega, v).
10. With n = max(0, -m): Var f > v K**2 2**-max(11, 7n/2).  If s >= n/2 then E f' >= K Phi(-2) by item 8.  Otherwise
    f'(z) >= K exp(min(0, z)), and by Jensen E f' >= K exp(E min(0, z)), E min(0, z) >= -n - 2s/5 >= -6n/5.
11. f(z)**2 <= lambda**2 (max(0, z)**2 + alpha**2), E max(0, z)**2 <= v/2 + m**2 + 4s|m|/5, and with o the largest
    |omega| 4s|m|/5 <= o v/5 + 4 m**2/(5 o).  So W = mu**2 + nu becomes at most r W + (lambda alpha)**2, where
    r = lambda**2 max(tau (1/2 + o/5), o**2 + 4 o/5).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from fractions import Fraction
from math import ceil, inf, isqrt
from typing import Any

SCHEMA, BITS, MAX_BYTES, MAX_DEPTH = "selu-math/certificate/1", 128, 100_000, 400  # bits behind the binary point


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

    def square(self) -> I:
        least, most = sorted((abs(self.low), abs(self.high)))
        return I(0 if self.low <= 0 <= self.high else least * least >> BITS, -(-most * most >> BITS))

    def root(self) -> I:
        return I(isqrt(self.low << BITS), isqrt(self.high << BITS) + 1)

    def falling(self) -> I:
        """Return exp(-x) where x >= 0 (0 in place of what is below); beyond 200 it is less than 2**-BITS."""
        low, high, far = max(self.low, 0), max(self.high, 0), 200 << BITS
        return I((ONE / exp(high)).low if high < far else 0, (ONE / exp(low)).high if low < far else 1)

    def density(self) -> I:
        return (self.square() * HALF).falling() / ROOT_TWO_PI

    def mills(self) -> I:
        return I(mills_at(self.high).low, mills_at(self.low).high)


def between(low: Fraction, high: Fraction) -> I:  # the smallest one that holds both numbers and all between them
    return I((low.numerator << BITS) // low.denominator, -((-high.numerator << BITS) // high.denominator))


def exactly(q: Fraction | int) -> I:
    return between(Fraction(q), Fraction(q))


ZERO, ONE, TWO, THREE, FOUR, EIGHT, HALF = (exactly(Fraction(n, 2)) for n in (0, 2, 4, 6, 8, 16, 1))


def exp(x: int) -> I:  # exp of x >= 0 (times 2**BITS): the series at x/2**k < 1/256, squared k times
    k = max(0, x.bit_length() - BITS + 8)
    y, term, total, n = I(x >> k, (x >> k) + 1), ONE, ONE, 0
    while term.high > 1:
        n += 1
        term = term * I(y.low // n, -(-y.high // n))
        total += term
    total += I(0, 1)  # what is left is less than the last term
    for _ in range(k):
        total = total.square()
    return total


PI = between(*(Fraction(314159265358979323846264338327950288419716 + i, 10**41) for i in (0, 1)))
ROOT_TWO_PI = (TWO * PI).root()


def mills_at(x: int) -> I:  # R at a number (times 2**BITS)
    square = x * x >> BITS + 1
    growth = I(exp(square).low, exp(square + 1).high) if x <= 6 << BITS else ONE  # exp(x**2/2)
    if x < 0:
        return ROOT_TWO_PI * growth - mills_at(-x)
    if x > 6 << BITS:
        point, tail = I(x, x), I(x, x + (exactly(41) / I(x, x)).high)  # what follows 40/ is between x and x + 41/x
        for n in range(40, 0, -1):
            tail = point + exactly(n) / tail
        return ONE / tail
    return ROOT_TWO_PI * HALF * growth - I(odd_series(x, 0), odd_series(x, 1))


def odd_series(x: int, up: int) -> int:  # the sum of x**(2k+1)/(2k+1)!! for 0 <= x <= 6, from below or above
    square, term, total, n = (x * x >> BITS) + up, x, x, 1
    while term > 1 or n < 73:
        n += 2
        term = (term * square >> BITS) // n + up
        total += term
    return total + 2 * up * (term + 1)  # from n = 73 on each term is less than half the one before


# at (0, 1) the mean is 0 if phi(0) = alpha (1/2 - E exp(z) 1{z < 0}), and the scale follows from the second moment
FIRST, SECOND = (mills_at(k * ONE.low) / ROOT_TWO_PI for k in (1, 2))  # E exp(kz) 1{z < 0}
ALPHA = ONE / ROOT_TWO_PI / (HALF - FIRST)
LAMBDA = ONE / (HALF + ALPHA.square() * (SECOND - TWO * FIRST + HALF)).root()


def value(x: int, w: I, b: I) -> I:
    return w * I(x, x) if x >= 0 else w * b * (I(-x, -x).falling() - ONE)


class Moments:
    """E f(z) and E f(z)**2 with their first four derivatives by m, over a box of (m, v)."""

    def __init__(self, m: I, v: I, w: I, b: I) -> None:
        s = v.root()
        a = m / s
        phi = a.density()

        def below_zero(k: I) -> I:  # E exp(kz) 1{z < 0} (item 2); where a + ks < 0 the exponent is negative
            y, rate = ZERO - a - k * s, ZERO - k * m - k * k * v * HALF
            if y.low > 0:
                found = rate.falling() * (ONE - y.density() * y.mills())
            else:
                found = phi * (ZERO - y).mills() if y.high < 64 << BITS else I(0, ONE.high)
            return I(max(found.low, 0), min(found.high, ONE.high))

        q, one, two = below_zero(ZERO), below_zero(ONE), below_zero(TWO)
        p, n, c, ww = ONE - q, phi / s, b.square(), w.square()
        slope, e = m / v * n, m * p + s * phi
        f = self.f = (
            w * (e + b * (one - q)),
            w * (p + b * one),
            w * (b * one + (ONE - b) * n),
            w * (b * (one - n) - (ONE - b) * slope),
            w * (b * (one - n + slope) + (ONE - b) * ((a.square() - ONE) / v) * n),
        )
        g = self.g = (
            ww * ((m.square() + v) * p + m * s * phi + c * (two - TWO * one + q)),
            TWO * ww * (e + c * (two - one)),
            TWO * ww * (p + c * (TWO * two - one)),
            TWO * ww * (n + c * (FOUR * two - one - n)),
            TWO * ww * (c * (EIGHT * two - one - THREE * n) - (ONE - c) * slope),
        )
        # the new variance with its derivatives by m and v, and its ratio to v (item 8)
        self.variance = g[0] - f[0].square(), g[1] - TWO * (f[0] * f[1]), g[2] * HALF - f[0] * f[2]
        self.ratio = I(max(f[1].low, 0) ** 2 >> BITS, (ww * (p + c * two)).high)

    def matrix(self, second: bool) -> tuple[list[I], list[I], list[I]]:
        """Return A, rows (mean, variance) or (mean, second moment), row by row, and its derivatives by m and v."""
        f, g = self.f, self.g
        value = [f[1], f[2] * HALF, g[1], g[2] * HALF]
        by_m = [f[2], f[3] * HALF, g[2], g[3] * HALF]
        by_v = [f[3] * HALF, f[4] * HALF * HALF, g[3] * HALF, g[4] * HALF * HALF]
        if not second:
            mixed = f[1] * f[2] + f[0] * f[3]
            value[2:] = [g[1] - TWO * (f[0] * f[1]), g[2] * HALF - f[0] * f[2]]
            by_m[2:] = [g[2] - TWO * (f[1].square() + f[0] * f[2]), g[3] * HALF - mixed]
            by_v[2:] = [g[3] * HALF - mixed, (g[4] * HALF - f[2].square() - f[0] * f[4]) * HALF]
        return value, by_m, by_v


Box = tuple[Fraction, Fraction, Fraction, Fraction]  # ends of m, ends of v
Domain = dict[str, tuple[Fraction, ...]]  # both ends of mu, omega, nu, tau
Wanted = tuple[str, str, Fraction]  # kind, side and bound of a claim
NAMES, MANY = ("mu", "omega", "nu", "tau"), ("global", "everywhere", "basin")  # statements about many layers
ROWS, STEPS = ("variance", "second-moment", "log-variance"), ("inside", "drift")
WORDS = {"mean": "new mean", "variance": "new variance", "growth": "new variance minus nu", "norm": "singular value"}


class Leaf:
    """What is known on a box of (m, v): 0 by moments, 1 by centred ones (item 7), 2 by item 8 alone, even at v = 0."""

    def __init__(self, box: Box, tag: str, w: I, b: I, k: I) -> None:
        m0, m1, v0, v1 = box
        m, self.v, self.tag = between(m0, m1), between(v0, v1), tag
        s, far, least = I(self.v.root().high, self.v.root().high), w * I(ONE.low, max(ONE.high, b.high)), 0
        self.near = I(value(m.low, w, b).low - (far * s).high, value(m.high, w, b).high + (far * s).high)  # f rises
        if m.low + HALF.low >= 0:
            x = I(m.low + HALF.low, m.low + HALF.low) / s
            least = max(0, (k * (ONE - x.density() * x.mills())).low)
        if m.high <= 0:
            x = b * (I(-m.low, -m.low) + s * exactly(Fraction(4, 5))).falling()
            least = max(least, (w * I(min(x.low, (ONE + x).low // 2), x.high)).low)
        self.ratio = I(least * least >> BITS, far.square().high)
        if tag == "2":
            return
        self.radii = between((m0 - m1) / 2, (m1 - m0) / 2), between((v0 - v1) / 2, (v1 - v0) / 2)
        self.whole, self.middle_v = Moments(m, self.v, w, b), exactly((v0 + v1) / 2) if tag == "1" else self.v
        self.middle = Moments(exactly((m0 + m1) / 2), self.middle_v, w, b) if tag == "1" else self.whole
        self.ratio = I(max(self.ratio.low, self.whole.ratio.low), self.whole.ratio.high)

    def enclose(self, at_middle: I, by_m: I, by_v: I) -> I:  # a function by its value, at the middle with slopes
        return at_middle + by_m * self.radii[0] + by_v * self.radii[1] if self.tag == "1" else at_middle

    def mean(self) -> I:
        if self.tag == "2":
            return self.near
        found = self.enclose(self.middle.f[0], self.whole.f[1], self.whole.f[2] * HALF)
        return I(max(found.low, self.near.low), min(found.high, self.near.high))

    def variance(self, rate: I) -> I:  # less rate * v
        other = self.v * (self.ratio - rate)
        if self.tag == "2":
            return other
        _, by_m, by_v = self.whole.variance
        found = self.enclose(self.middle.variance[0] - rate * self.middle_v, by_m, by_v - rate)
        return I(max(found.low, other.low), min(found.high, other.high))


def halves(box: Box, letter: str) -> list[Box]:
    """Cut a box across m or v; v near the geometric mean where it is wide, at a 1024th where it begins at 0."""
    m0, m1, v0, v1 = box
    wide, m = v1 >= 4 * v0, (m0 + m1) / 2
    v = v1 / 2 ** (int(v1 / v0).bit_length() // 2 if v0 else 10) if wide else (v0 + v1) / 2
    return [(m0, m, v0, v1), (m, m1, v0, v1)] if letter == "m" else [(m0, m1, v0, v), (m0, m1, v, v1)]


def places(x: Fraction) -> int:  # the least n >= 0 with x > 2**-n
    return int(1 / x).bit_length()


class Claim:
    """A claim about a domain, with the split tree that shows it, or the witness at which it holds; or a step."""

    def __init__(self, given: dict[str, Any], f: tuple[I, I, I], step: bool) -> None:
        self.f, self.kind = f, given["claim"]
        self.at = None if step or "at" not in given else tuple(map(number, given["at"]))
        parts = ["target", "rate"] if step else ["side", "bound"] + ["rows", "weight"] * (self.kind == "norm")
        only(given, "claim", *parts, "tree" if self.at is None else "at")
        self.side, self.rows = given.get("side"), given.get("rows", "variance")
        self.weight, self.tree = number(given.get("weight", "1")), given.get("tree", "")
        if not (isinstance(self.tree, str) and isinstance(given.get("at", []), list) and (self.kind in STEPS) is step):
            raise Rejected("a tree is no text, or a claim stands among the steps, or a step among the claims")
        if step:  # both moments move into a box
            self.target = (*ends(given["target"][:2]), *ends(given["target"][2:]))
            self.rate, self.words = number(given["rate"]), "a step leads into its box"
            if not (self.rate.denominator <= 1000 and 0 <= self.rate < 10 and self.target[2] >= 0):
                raise Rejected("a step has a rate below 10 in thousandths, and a target with nu from 0 on")
            return
        self.bound, self.below = number(given["bound"]), self.side == "below"
        known = self.kind in WORDS and self.side in ("above", "below") and self.rows in ROWS
        if not known or (self.kind == "norm" and not (self.bound > 0 < self.weight and self.below is (not self.at))):
            raise Rejected("a claim is not of a known kind, or a singular value is not below a positive bound")
        rows = f" for (mean, {self.rows}) with weight {self.weight}" if self.kind == "norm" else ""
        self.words = f"the {WORDS[self.kind]}{rows} {'is somewhere' if self.at else 'stays'} {self.side} {self.bound}"

    def roots(self, d: Domain) -> list[Box]:  # of (m, v), cut where the nu or tau that counts passes to an end
        m, i = [x * y for x in d["mu"] for y in d["omega"]], int((self.kind, self.side) == ("growth", "above"))
        low, cut, high = (d["nu"][j] * d["tau"][k] for j, k in ((0, 0), (i, 1 - i), (1, 1)))
        pairs = [(low, cut), (cut, high)] if low < cut < high else [(low, high)]
        return [(min(m), max(m), a, b) for a, b in pairs]

    def holds(self, d: Domain, box: Box, tag: str) -> bool:  # on all of a box of (m, v)
        leaf = Leaf(box, tag, *self.f)
        x, y = leaf.mean(), leaf.variance(ZERO)
        if self.kind == "inside":  # or, below its nu, growing at that rate; every variance is above 0 (item 10)
            (a, b, c, e), rate = (exactly(end) for end in self.target), exactly(self.rate / d["tau"][0])
            rises = c.high < y.low or c.high == 0
            rises = rises or (self.rate > 0 and (leaf.variance(rate).low > 0 or leaf.ratio.low > rate.high))
            return a.high < x.low and x.high < b.low and rises and y.high < e.low
        bound, value = exactly(self.bound), x if self.kind == "mean" else y
        if self.kind == "norm":  # where the scale changes, centred evaluation lacks slopes
            gap, determinant = self.characteristic(d, box, leaf)
            small = max(-determinant.low, determinant.high) < bound.square().low
            return tag + self.rows != "1log-variance" and (small and gap.low > 0 if self.below else gap.high < 0)
        if self.kind == "growth":  # from nu: least for "below", largest for "above"; an end of its range or v/tau
            end, tau = (d["nu"][0], d["tau"][1]) if self.below else (d["nu"][1], d["tau"][0])
            at_end = box[3] <= end * tau if self.below else box[2] >= end * tau
            value = value - exactly(end) if at_end else leaf.variance(exactly(1 / tau))
        return value.high < bound.low if self.below else value.low > bound.high

    def characteristic(self, d: Domain, box: Box, leaf: Leaf) -> tuple[I, I]:
        """Enclose t**4 - t**2 T + D**2 (item 6) and D for the Jacobian with weight w (items 5 and 9), t the bound."""
        omega, tau = max(abs(x) for x in d["omega"]), min(d["tau"][1], box[3] / d["nu"][0])  # the largest on the leaf
        scale = [exactly(k) for k in (omega, tau / self.weight, omega * self.weight, tau)]
        if self.rows == "log-variance":
            by, v = ONE / leaf.variance(ZERO), leaf.v
            scale = [scale[0], v * exactly(1 / self.weight), scale[2] * by, v * by]
        rows = [at.matrix(self.rows == "second-moment") for at in (leaf.whole, leaf.middle)]
        x, *steps = ([k * value for k, value in zip(scale, row, strict=True)] for row in rows[0])
        y = [k * value for k, value in zip(scale, rows[1][0], strict=True)]
        squared, over = exactly(self.bound).square(), x[0] * x[3] - x[1] * x[2]
        total = y[0].square() + y[1].square() + y[2].square() + y[3].square()
        turns = [x[0] * z[3] + z[0] * x[3] - x[1] * z[2] - z[1] * x[2] for z in steps]
        stretches = [x[0] * z[0] + x[1] * z[1] + x[2] * z[2] + x[3] * z[3] for z in steps]
        slopes = [TWO * (over * turn - squared * z) for turn, z in zip(turns, stretches, strict=True)]
        value = squared.square() - squared * total + (y[0] * y[3] - y[1] * y[2]).square()
        return leaf.enclose(value, slopes[0], slopes[1]), over

    def check(self, d: Domain) -> int:  # counts leaves; a tree is in preorder, m and v cut a box, digits are leaves
        if self.at is not None:
            point: Domain = {name: (x, x) for name, x in zip(NAMES, self.at, strict=True)}
            inside = all(d[name][0] <= x <= d[name][1] for name, x in zip(NAMES, self.at, strict=True))
            if not inside or not self.holds(point, self.roots(point)[0], "0"):
                raise Rejected(f"the witness lies outside, or does not show that {self.words}")
            return 0
        stack = [(box, 0) for box in reversed(self.roots(d))]
        for n, letter in enumerate(self.tree, 1):
            box, depth = stack.pop()
            if letter in "mv" and depth < MAX_DEPTH:
                stack += [(half, depth + 1) for half in reversed(halves(box, letter))]
            elif letter not in "012" or not self.holds(d, box, letter):
                raise Rejected(f"letter {n} of its tree does not show that {self.words}")
        if stack:
            raise Rejected(f"a leaf is missing: the tree does not cover the domain of the claim that {self.words}")
        return sum(map(self.tree.count, "012"))

    def lead(self, d: Domain, low: float) -> tuple[Any, Any]:
        """Check a step from nu > 2**-low (inf: nu > 0): its layers (inf: finitely many), and ``low`` after it."""
        (a, b, c, e), n, (w, alpha, slope), omega = self.target, 0, self.f, max(abs(x) for x in d["omega"])
        if self.kind == "drift":  # item 11: W falls as long as it is above e
            growth = max(d["tau"][1] * (omega / 5 + Fraction(1, 2)), omega * (omega + Fraction(4, 5)))
            rate = w.square() * exactly(growth)
            falls = (exactly(e) * (ONE - rate)).low > (w * alpha).square().high
            if a + b or c or e != b * b or not falls or self.tree or self.rate:
                raise Rejected("a drift does not lead into a box of half-width b, with nu from 0 to its square")
            return inf, inf
        if self.rate:  # by induction: the box is kept, and nu grows at that rate until it is above c
            kept = d["mu"][0] <= a and b <= d["mu"][1] and d["nu"][0] <= c and e <= d["nu"][1]
            if not (kept and self.rate > 1 >= c > 0):
                raise Rejected("a climb leaves its box, or ends at 0 or above 1")
            while self.rate**n < 2:  # it doubles in n layers
                n += 1
            return n * max(1, low - places(c) + 1), places(c)
        lost = max(11, ceil(-min(x * y for x in d["mu"] for y in d["omega"]) * 7 / 2))  # item 10
        return 1, places(c) if c else low + lost + places(d["tau"][0] * slope.low**2 / ONE.low**2)

    def settles(self, wanted: Wanted, own: bool) -> bool | None:  # True: it says so, False: the contrary
        usual = self.rows == "variance" and self.weight == 1
        if self.kind != wanted[0] or not (usual or (own and self.rows != "second-moment")):
            return None
        beyond, agrees = (self.bound - wanted[2]) * (-1 if wanted[1] == "below" else 1), self.side == wanted[1]
        return agrees if (self.at is None) is agrees and (beyond >= 0 if agrees else beyond <= 0 and usual) else None


def number(text: str) -> Fraction:
    if len(text) > 1000 or not re.fullmatch(r"-?[0-9]+(/[1-9][0-9]*|p-?[0-9]{1,3})?", text):
        raise Rejected("numbers are strings such as -1/10 or 19p-4")
    mantissa, _, exponent = text.partition("p")
    return Fraction(mantissa) * Fraction(2) ** int(exponent or 0)


def ends(texts: list[str]) -> tuple[Fraction, ...]:
    low, high = map(number, texts)
    if low > high or not isinstance(texts, list):
        raise Rejected("the ends of a range are not in order")
    return low, high


def only(given: dict[str, Any], *names: str) -> dict[str, Any]:  # what is not read may not stand there
    if not isinstance(given, dict) or sorted(given) != sorted(names):
        raise Rejected(f"its parts are not just {', '.join(names)}, as {SCHEMA} has them")
    return given


def box_of(given: dict[str, list[str]], d: Domain) -> Domain:
    found = {name: ends(given[name]) if name in given else d[name] for name in NAMES}
    if (found["nu"] and found["nu"][0] <= 0) or found["tau"][0] <= 0:
        raise Rejected("nu and tau do not stay above 0")
    return found


def sides(mu: str, nu: str, tau: str) -> Domain:
    return {name: ends(x.split()) for name, x in zip(NAMES, (mu, "-1/10 1/10", nu, tau), strict=True)}


OMEGA = sides("-1/10 1/10", "4/5 3/2", "19/20 11/10")
EVERY = {"mu": "every mu", "nu": "every nu > 0"}  # sides without ends
CONTRACTS, SHRINKS, GROWS = (("norm", "below", Fraction(1)), *(("growth", x, Fraction(0)) for x in ("below", "above")))
IMAGE = [("mean", "above", Fraction("-0.03106")), ("mean", "below", Fraction("0.06773"))]
IMAGE += [("variance", "above", Fraction("0.80009")), ("variance", "below", Fraction("1.48617"))]
STATEMENTS: dict[str, tuple[Domain | None, list[Wanted]]] = {  # None: one's own domain; []: what item 9 needs
    "theorem-1": (OMEGA, []),
    "image-bounds": (OMEGA, IMAGE),
    "lemma-12": (sides("-1/10 1/10", "4/5 3/2", "4/5 5/4"), [CONTRACTS]),
    "theorem-2": (sides("-1 1", "3 16", "4/5 5/4"), [SHRINKS]),
    "theorem-3a": (sides("-1/10 1/10", "1/50 4/25", "4/5 5/4"), [GROWS]),
    "theorem-3b": (sides("-1/10 1/10", "1/50 6/25", "9/10 5/4"), [GROWS]),
    "global": (sides("-1 1", "1/50 16", "19/20 11/10"), []),
    "everywhere": ({**OMEGA, "mu": (), "nu": ()}, []),
    **dict.fromkeys(("region", "basin"), (None, [])),
}


def canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def check(data: bytes) -> dict[str, Any]:
    """Return verdict, statement, leaves and what is proved, in words; raise ``Rejected`` where it does not hold."""
    try:
        if len(data) > MAX_BYTES or canonical(json.loads(data)) != data.strip():
            raise Rejected(f"it is longer than {MAX_BYTES} bytes, or not written in canonical form")
        return concluded(json.loads(data))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise Rejected(f"it has not the form of a certificate ({type(error).__name__})") from None


def concluded(given: dict[str, Any]) -> dict[str, Any]:
    """Check the hash, the constants, every step and every claim, and whether they amount to the statement."""
    only(given, "schema", "statement", "domain", "attractor", "constants", "steps", "claims", "sha256")
    body = {key: value for key, value in given.items() if key != "sha256"}
    if body["schema"] != SCHEMA or given["sha256"] != hashlib.sha256(canonical(body)).hexdigest():
        raise Rejected(f"its schema is not {SCHEMA}, or its hash is not that of its body")
    name, (published, wanted) = body["statement"], STATEMENTS[body["statement"]]
    constants = {key: ends(x) for key, x in only(body["constants"], "alpha", "lambda").items()}
    w, b = (between(*constants[key]) for key in ("lambda", "alpha"))
    selu = all(x.low <= own.low and own.high <= x.high < x.low + (1 << 68) for x, own in ((w, LAMBDA), (b, ALPHA)))
    if min(w.low, b.low) <= 0 or (published and not selu):
        raise Rejected("its enclosures of lambda and alpha do not hold SELU's, are too wide, or reach 0")
    f = w, b, w * I(min(ONE.low, (b * exactly(Fraction(3, 5))).low), ONE.high)  # lambda, alpha, K (item 8)
    start = () if name == "everywhere" or (name == "basin" and "mu" not in body["domain"]) else ("mu", "nu")
    d = box_of(only(body["domain"], "omega", "tau", *start), {"mu": (), "nu": ()})
    around = box_of(only(body["attractor"], "mu", "nu"), d) if name in MANY else d
    beyond = name not in MANY and (body["attractor"] is not None or body["steps"] != [])
    if beyond or (published and (d, around) != (published, OMEGA if name in MANY else published)):
        raise Rejected(f"its domain is not that of {name}, or it has steps or an attractor though {name} has none")
    steps, claims = ([Claim(c, f, key == "steps") for c in body[key]] for key in ("steps", "claims"))
    here, leaves, total, reach = d, 0, 0, places(d["nu"][0]) if d["nu"] else inf
    shown = {**d, **({} if selu else constants)}.items()
    words = ["for " + ", ".join(f"{k} in [{x[0]}, {x[1]}]" if x else EVERY[k] for k, x in shown) + ":"]
    for step in steps:
        leaves += step.check(here) if step.kind == "inside" else 0
        n, reach = step.lead(here, reach)
        total += n
        here = {**d, "mu": step.target[:2], "nu": step.target[2:]}
    if not all(around[k][0] <= here[k][0] and here[k][1] <= around[k][1] for k in ("mu", "nu")):
        raise Rejected("the last step does not lie in the attracting box")
    if name in MANY:
        (x, y), (c, e), after = around["mu"], around["nu"], "finitely many" if total == inf else total
        words += [f"after {after} layers, (omega, tau) changing, mu in [{x}, {y}], nu in [{c}, {e}]; from there:"]
    leaves += sum(c.check(around) for c in claims)
    if not wanted:  # that the map keeps the box and contracts there (item 9)
        pairs = (("mean", around["mu"]), ("variance", around["nu"]))
        wanted = [(k, side, z) for k, x in pairs for side, z in zip(("above", "below"), x, strict=True)] + [CONTRACTS]
    found = [[v for c in claims if (v := c.settles(want, published is None)) is not None] for want in wanted]
    left = [want for want, v in zip(wanted, found, strict=True) if not (any(v) if name in MANY else v)]
    if left:
        raise Rejected("the claims leave open: " + " ".join(map(str, left[0])))
    verdict = "proved" if all(map(any, found)) else "refuted"
    return {"verdict": verdict, "statement": name, "leaves": leaves, "words": words + [c.words for c in claims]}


def main(paths: list[str]) -> int:  # 1 where one does not hold
    status = 0
    for path in paths:
        try:
            with open(path, "rb") as file:
                found = check(file.read(MAX_BYTES + 1))
            head = f"{path}: {found['statement']} {found['verdict']}, {found['leaves']} leaves"
            print(head, *found["words"], sep="\n  ")
        except (OSError, Rejected) as error:
            status = 1
            print(f"{path}: rejected: {error}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
