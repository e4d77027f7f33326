"""The first half: from the setting, Gaussian integral by Gaussian integral, to E f and E f**2."""

from __future__ import annotations

from itertools import product
from typing import Any

import sympy as sp

from selu_math.activations import selu_activation
from selu_math.derivation import symbols as y
from selu_math.derivation.formula import formula, say
from selu_math.derivation.workings import Workings, evaluated
from selu_math.numbers.symbolic import SymbolicKit
from selu_math.pieces import ExpPoly

BY_QUADRATURE = "integral against closed form at 3 random rational points, in overlapping balls of 30 digits"
_LOWEST, _ZERO = sp.S.NegativeInfinity, sp.S.Zero


def weigh(body: Any, low: Any = _LOWEST, high: Any = sp.oo) -> Any:
    """Return the integral of ``body(z) N(z; m, v)`` over z."""
    return sp.Integral(body * y.Density(y.Z, y.M, y.V), (y.Z, low, high))


def setting(w: Workings) -> None:
    """What is given and what is assumed."""
    weights, mean, variance = _three_inputs()
    with sp.evaluate(False):
        above = formula(y.F(y.Z), y.LAMBDA * y.Z, where=y.Z > 0)
        below = formula(y.F(y.Z), y.LAMBDA * y.ALPHA * (sp.exp(y.Z) - 1), where=y.Z <= 0)
        m, v = formula(y.M, y.MU * y.OMEGA), formula(y.V, y.NU * y.TAU)
        new = formula(y.NEW_MEAN, y.MEAN_F), formula(y.NEW_VARIANCE, y.MEAN_SQUARE - y.MEAN_F**2)
    own_below, own_above = _own_pieces()
    w.by_algebra(above, own_above)
    w.by_algebra(below, own_below)
    w.branches[y.F] = (own_below, own_above)
    w.branches[y.SLOPE] = (sp.diff(own_below, y.Z), sp.diff(own_above, y.Z))
    w.by_algebra(m, mean, given=weights)
    w.by_algebra(v, variance, given=weights)
    w.closed |= {y.M: y.MU * y.OMEGA, y.V: y.NU * y.TAU}
    for claim in new:
        w.define(claim)
    w.step(
        "The setting",
        say(
            "A unit forms {} from its inputs and passes on {}, where {} is SELU (Klambauer et al. 2017). The inputs "
            "are independent, each with mean {} and variance {}; the weights are fixed numbers with {} and {}. Means "
            "add up, and so do variances of independent terms: that gives the mean {} and the variance {} of {}. The "
            "output has mean {} and variance {}. One thing is assumed and not derived: that {} is Gaussian. It is so "
            "exactly for Gaussian inputs, and nearly so for many inputs of comparable weight, by the central limit "
            "theorem.",
            formula(y.Z, y.UNIT),
            y.F(y.Z),
            y.F_NAME,
            y.MU,
            y.NU,
            formula(y.WEIGHT_SUM, y.OMEGA),
            formula(y.SQUARE_SUM, y.TAU),
            y.M,
            y.V,
            y.Z,
            y.NEW_MEAN,
            y.NEW_VARIANCE,
            y.Z,
        ),
        "the two pieces are those this program computes with, and the mean and variance of a sum hold for three inputs "
        "of two values each: exactly, by SymPy",
    )


def _own_pieces() -> list[Any]:
    """Return SELU below and above zero as the catalogue has it."""
    kit = SymbolicKit({"lambda": y.LAMBDA, "alpha": y.ALPHA})
    return [
        sum(kit.exact(c) * y.Z**j * sp.exp(kit.rational(k) * y.Z) for (j, k), c in part.terms.items())
        for part in selu_activation().function.parts
        if isinstance(part, ExpPoly)
    ]


def _three_inputs() -> tuple[dict[Any, Any], Any, Any]:
    """Return the sums of three weights, and mean and variance of z for inputs that are mean +- deviation, 1 in 2."""
    weights = sp.symbols("w1:4")
    root = sp.sqrt(y.NU)
    values = [
        sum(w * (y.MU + sign * root) for w, sign in zip(weights, signs, strict=True))
        for signs in product((-1, 1), repeat=3)
    ]
    mean = sp.expand(sum(values) / 8)
    variance = sp.expand(sum(sp.expand((z - mean) ** 2) for z in values) / 8)
    return {y.OMEGA: sum(weights), y.TAU: sum(x**2 for x in weights)}, mean, variance


def tilting(w: Workings) -> None:
    """The one identity behind all integrals below zero."""
    z, k, m, v, s = y.Z, y.K, y.M, y.V, y.S
    with sp.evaluate(False):
        exponent = k * m + k**2 * v / 2
        square = formula(k * z - (z - m) ** 2 / (2 * v), exponent - (z - (m + k * v)) ** 2 / (2 * v))
        tilted = formula(sp.exp(k * z) * y.Density(z, m, v), sp.exp(exponent) * y.Density(z, m + k * v, v))
        integral = formula(y.TILTED, weigh(sp.exp(k * z), high=_ZERO), sp.exp(exponent) * y.Phi(-(m + k * v) / s))
        moved, deviation = k * v, formula(s, sp.sqrt(v))
    w.by_algebra(square)
    w.by_algebra(tilted)
    w.by_balls(integral)
    w.step(
        "An exponential under the Gaussian",
        say(
            "Write {} for the density of {}, {} for its standard deviation, {} for the standard normal density and {} "
            "for its distribution function. Completing the square in the exponent turns an exponential times a "
            "Gaussian density into a constant times the same density with its mean moved by {}. Its integral over the "
            "negative half-line is that constant times a value of {}.",
            y.Density(z, m, v),
            z,
            deviation,
            y.STANDARD_DENSITY,
            y.PHI,
            moved,
            y.PHI,
        ),
        f"the first two exactly, by SymPy; the third: {BY_QUADRATURE}",
    )


def above_zero(w: Workings) -> None:
    """The integrals of z and z**2 over the positive half-line."""
    z, m, v, s = y.Z, y.M, y.V, y.S
    density = y.Density(z, m, v)
    with sp.evaluate(False):
        first = formula(z * density, m * density - v * sp.Derivative(density, z))
        second = formula(z**2 * density, m * z * density + v * density - v * sp.Derivative(z * density, z))
        e1 = formula(y.E1, weigh(z, low=_ZERO), m * y.Phi(m / s) + s * y.StandardDensity(m / s))
        e2 = formula(y.E2, weigh(z**2, low=_ZERO), (m**2 + v) * y.Phi(m / s) + m * s * y.StandardDensity(m / s))
        edge = formula(y.Density(sp.S.Zero, m, v), y.StandardDensity(m / s) / s)
        factor = -(z - m) / v
    w.require(edge, edge.sides[0] - evaluated(edge.sides[1]), {s: sp.sqrt(v)})
    w.require(first, evaluated(factor) * density - sp.Derivative(density, z))
    w.by_algebra(first)
    w.by_algebra(second)
    w.by_balls(e1)
    w.by_balls(e2)
    w.step(
        "Above zero",
        say(
            "The derivative of the density is {} times the density. So {} times the density is {} times the density up "
            "to a derivative, and likewise one power higher. Integrated from 0 to infinity, the density gives {}, and "
            "the derivative leaves its value at 0: in the first line {}, in the second nothing.",
            factor,
            z,
            m,
            y.Phi(m / s),
            edge,
        ),
        f"the first two exactly, by SymPy; the others: {BY_QUADRATURE}",
    )


def below_zero(w: Workings) -> None:
    """The integrals of exp(z) - 1 and of its square over the negative half-line."""
    z, m, v, s = y.Z, y.M, y.V, y.S
    with sp.evaluate(False):
        claims = (
            formula(y.Q, weigh(sp.S.One, high=_ZERO), y.Phi(-m / s)),
            formula(y.I1, weigh(sp.exp(z), high=_ZERO), sp.exp(m + v / 2) * y.Phi(-(m + v) / s)),
            formula(y.I2, weigh(sp.exp(2 * z), high=_ZERO), sp.exp(2 * m + 2 * v) * y.Phi(-(m + 2 * v) / s)),
            formula(y.D, weigh(sp.exp(z) - 1, high=_ZERO), y.I1 - y.Q),
            formula(y.C, weigh((sp.exp(z) - 1) ** 2, high=_ZERO), y.I2 - 2 * y.I1 + y.Q),
        )
        k = [formula(y.K, sp.Integer(i)) for i in range(3)]
    for claim in claims:
        w.by_balls(claim)
    w.step(
        "Below zero",
        say(
            "The integral {} of the second step, at {}, {} and {}, gives three numbers, and they make up the two "
            "integrals that SELU needs. {} is negative and {} positive, because {} is negative below zero.",
            y.TILTED,
            *k,
            y.D,
            y.C,
            sp.exp(z) - 1,
        ),
        BY_QUADRATURE,
    )


def first_moment(w: Workings) -> None:
    """E f."""
    with sp.evaluate(False):
        b = formula(y.B, y.LAMBDA * y.ALPHA)
        mean = formula(y.MEAN_F, weigh(y.F(y.Z)), y.LAMBDA * y.E1 + y.B * y.D)
    w.define(b)
    w.by_balls(mean)
    w.step(
        "The mean of f",
        say(
            "Above zero, {} is {} times {}; below zero it is {} times {}. So the mean of the output is linear in {} "
            "and {}.",
            y.F_NAME,
            y.LAMBDA,
            y.Z,
            y.B,
            sp.exp(y.Z) - 1,
            y.LAMBDA,
            y.B,
        ),
        BY_QUADRATURE,
    )


def second_moment(w: Workings) -> None:
    """E f**2."""
    with sp.evaluate(False):
        square = formula(y.MEAN_SQUARE, weigh(y.F(y.Z) ** 2), y.LAMBDA**2 * y.E2 + y.B**2 * y.C)
    w.by_balls(square)
    w.step(
        "The mean of f squared",
        say(
            "Squaring leaves the two halves apart, so no mixed term appears. With the mean this gives the variance {}.",
            formula(y.NEW_VARIANCE, y.MEAN_SQUARE - y.MEAN_F**2),
        ),
        BY_QUADRATURE,
    )
