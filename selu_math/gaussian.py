"""The one derivation: integrals of piecewise exponential polynomials against a normal density, in any kit.

With ``z ~ N(m, v)``, exponential tilting moves ``exp(k z)`` into the density,

    integral over (a, b) of z**j exp(kz) N(z; m, v) dz = exp(km + k**2 v/2) T_j,

where ``T_j`` is the truncated moment of ``N(m', v)``, ``m' = m + kv``, which obeys

    T_j = m' T_{j-1} + (j-1) v T_{j-2} - v (b**(j-1) n(b) - a**(j-1) n(a)).

An atom, the n-th derivative of the Dirac delta at c, contributes ``He_n(t) n(c) / s**n`` with ``t = (c - m)/s``,
``s = sqrt(v)`` and ``He_n`` the probabilists' Hermite polynomial.

On the whole line the same holds for ``k = i w``, whose real and imaginary parts are the integrals of ``z**j cos(wz)``
and ``z**j sin(wz)``.

Smooth functions outside these families are integrated by the kit's quadrature, a user's callable by sampling it.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from selu_math.analytic import Analytic
from selu_math.numbers.kit import Integrand, Kit
from selu_math.pieces import Piecewise, Term
from selu_math.sampled import Sampled
from selu_math.trigonometric import TrigPoly, Wave


class GaussianExpectation:
    """Expectations under ``N(m, v)``, sharing every common integral.

    Args:
        kit: the number system.
        m: mean of z, any shape the kit supports.
        v: variance of z, positive, broadcasting against ``m``.
    """

    def __init__(self, kit: Kit[Any], m: Any, v: Any) -> None:
        self.kit, self.m, self.v = kit, m, v
        self.s = kit.sqrt(v)
        self._quadrature: Callable[[Integrand], Any] | None = None
        self._sampling: Callable[[Sampled], Any] | None = None
        self._standard: dict[Fraction, Any] = {}
        self._density: dict[tuple[Fraction, Fraction], Any] = {}
        self._mass: dict[tuple[Fraction, Fraction, bool], Any] = {}
        self._moments: dict[tuple[Fraction | None, Fraction | None, Fraction], list[Any]] = {}
        self._waves: dict[Fraction, list[tuple[Any, Any]]] = {}

    def __call__(self, h: Piecewise) -> Any:
        """Return E h(z); atoms of ``h`` count as the distributions they are."""
        total = self.kit.rational(Fraction(0))
        for (a, b), part in zip(h.piece_bounds(), h.parts, strict=True):
            if isinstance(part, Analytic):
                self._quadrature = self._quadrature or self.kit.integrator(self.m, self.s)
                total = total + self._quadrature(part)
            elif isinstance(part, Sampled):
                self._sampling = self._sampling or part.sampling(self.kit, self.m, self.s)
                total = total + self._sampling(part)
            elif isinstance(part, TrigPoly):
                for wave, coefficient in part.terms.items():
                    total = total + self.kit.exact(coefficient) * self._wave(wave)
            else:
                for term, coefficient in part.terms.items():
                    total = total + self.kit.exact(coefficient) * self._integral(a, b, term)
        for (c, order), coefficient in h.atoms.items():
            total = total + self.kit.exact(coefficient) * self._atom(c, order)
        return total

    def _standardised(self, c: Fraction) -> Any:
        """Return (c - m)/s."""
        if c not in self._standard:
            self._standard[c] = ((self.kit.rational(c) - self.m) if c else -self.m) / self.s
        return self._standard[c]

    def _tilt(self, k: Fraction) -> Any:
        """Return km + k**2 v/2."""
        return self.kit.rational(k) * self.m + self.kit.rational(k * k / 2) * self.v

    def _tilted_density(self, c: Fraction, k: Fraction) -> Any:
        """Return exp(kc) * phi((c - m)/s), which is exp(km + k**2 v/2) times the density of N(m', v) at c, times s."""
        exponent = k * c
        if (c, exponent) not in self._density:
            self._density[c, exponent] = self.kit.tilted_density(self.kit.rational(exponent), self._standardised(c))
        return self._density[c, exponent]

    def _tail(self, c: Fraction, k: Fraction, *, below: bool) -> Any:
        """Return the integral of exp(kz) N(z; m, v) over the half-line below or above c."""
        key = (c, k, below)
        if key not in self._mass:
            t = self._standardised(c)
            if k:
                t = t - self.kit.rational(k) * self.s
            density = self._tilted_density(c, k)
            self._mass[key] = self.kit.tilted_cdf(self._tilt(k), t if below else -t, density)
        return self._mass[key]

    def _zeroth(self, a: Fraction | None, b: Fraction | None, k: Fraction) -> Any:
        if a is None:
            return self.kit.exp(self._tilt(k)) if b is None else self._tail(b, k, below=True)
        if b is None:
            return self._tail(a, k, below=False)
        return self._tail(b, k, below=True) - self._tail(a, k, below=True)

    def _integral(self, a: Fraction | None, b: Fraction | None, term: Term) -> Any:
        """Return the integral of z**j exp(kz) N(z; m, v) over (a, b)."""
        power, k = term
        known = self._moments.setdefault((a, b, k), [])
        mean = self.m + self.kit.rational(k) * self.v if k else self.m
        while len(known) <= power:
            j = len(known)
            if j == 0:
                known.append(self._zeroth(a, b, k))
                continue
            value = mean * known[j - 1]
            if j > 1:
                value = value + (j - 1) * self.v * known[j - 2]
            for edge, sign in ((a, 1), (b, -1)):
                if edge is not None and (j == 1 or edge):
                    value = value + self.kit.rational(sign * edge ** (j - 1)) * self.s * self._tilted_density(edge, k)
            known.append(value)
        return known[power]

    def _wave(self, wave: Wave) -> Any:
        """Return E z**j cos(wz) or E z**j sin(wz): with m' = m + iwv, T_j = m' T_{j-1} + (j-1) v T_{j-2}, in parts."""
        power, frequency, sine = wave
        kit, w = self.kit, self.kit.rational(frequency)
        known = self._waves.setdefault(frequency, [])
        while len(known) <= power:
            j = len(known)
            if j == 0:
                damping, phase = kit.exp(kit.rational(-frequency * frequency / 2) * self.v), w * self.m
                known.append((damping * kit.cos(phase), damping * kit.sin(phase)))
                continue
            real, imaginary = known[j - 1]
            by = w * self.v
            following = (self.m * real - by * imaginary, self.m * imaginary + by * real)
            if j > 1:
                following = tuple(x + (j - 1) * self.v * y for x, y in zip(following, known[j - 2], strict=True))
            known.append(following)
        return known[power][sine]

    def _atom(self, c: Fraction, order: int) -> Any:
        t = self._standardised(c)
        before, hermite = self.kit.rational(Fraction(0)), self.kit.rational(Fraction(1))
        for n in range(order):
            before, hermite = hermite, t * hermite - n * before
        value = hermite * self._tilted_density(c, Fraction(0)) / self.s
        for _ in range(order):
            value = value / self.s
        return value
