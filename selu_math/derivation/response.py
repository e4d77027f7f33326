"""The last part: how the output's statistics respond to the input's, and what follows at the fixed point."""

from __future__ import annotations

from math import log, log1p
from typing import Any

import sympy as sp

from selu_math.derivation import symbols as y
from selu_math.derivation.formula import formula, say
from selu_math.derivation.integrals import BY_QUADRATURE, weigh
from selu_math.derivation.solution import BOTH_WAYS
from selu_math.derivation.workings import Workings, evaluated, refused
from selu_math.numbers.enclosure import Enclosure
from selu_math.proved_map import ProvedMap


def slopes(w: Workings) -> None:
    """Derivatives of the two moments by m and v."""
    z, m, v, s, x, b = y.Z, y.M, y.V, y.S, y.LAMBDA, y.B
    density = y.Density(z, m, v)
    by_m, by_v = (sp.diff(y.explicit(density), parameter) for parameter in (m, v))
    f, square = y.F(z), y.F(z) ** 2

    def against(body: Any) -> Any:
        return sp.Integral(body, (z, sp.S.NegativeInfinity, sp.oo))

    with sp.evaluate(False):
        shift = formula(sp.Derivative(density, m), -sp.Derivative(density, z))
        spread = formula(sp.Derivative(density, v), sp.Rational(1, 2) * sp.Derivative(density, (z, 2)))
        half = y.MEAN_G_CURVATURE / 2
        jump = formula(y.JUMP, x - b)
        claims = (
            (formula(y.MEAN_SLOPE, x * y.Phi(m / s) + b * y.I1), against(f * by_m)),
            (
                formula(y.MEAN_CURVATURE, b * y.I1 + (x - b) * y.StandardDensity(m / s) / s),
                against(2 * f * by_v),
            ),
            (formula(y.SQUARE_SLOPE, 2 * x**2 * y.E1 + 2 * b**2 * (y.I2 - y.I1)), against(square * by_m)),
            (
                formula(y.SQUARE_CURVATURE, 2 * (x**2 * y.Phi(m / s) + b**2 * (2 * y.I2 - y.I1))),
                against(2 * square * by_v),
            ),
        )
    below, above = w.branches[y.SLOPE]
    w.by_algebra(shift)
    w.by_algebra(spread)
    w.by_algebra(jump, above.subs(z, 0) - below.subs(z, 0), given={b: w.closed[b]})
    for claim, meaning in claims:
        w.by_balls(claim, evaluated(meaning))
    w.step(
        "How the moments respond",
        say(
            "Moving the mean of a Gaussian moves its density, and widening it lets the density diffuse: these are the "
            "first two formulas. Integrating by parts puts the derivatives on the function instead (Stein, Price): {} "
            "and {}, for {} and for {}. At 0 the slope of {} jumps, which adds the jump times the density there to the "
            "mean of the second derivative. The slope of {} does not jump, because {}.",
            formula(y.MEAN_G_BY_M, y.MEAN_G_SLOPE),
            formula(y.MEAN_G_BY_V, half),
            formula(y.G, y.F_NAME),
            formula(y.G, y.F_SQUARE),
            y.F_NAME,
            y.F_SQUARE,
            formula(y.F_AT_0, sp.S.Zero),
        ),
        f"the first three exactly, by SymPy; the others, with the derivative on the density: {BY_QUADRATURE}",
    )


def chain_rule(w: Workings) -> None:
    """The Jacobian in symbols."""
    with sp.evaluate(False):
        right = (
            (y.OMEGA * y.MEAN_SLOPE, y.TAU * y.MEAN_CURVATURE / 2),
            (
                y.OMEGA * (y.SQUARE_SLOPE - 2 * y.MEAN_F * y.MEAN_SLOPE),
                y.TAU * (y.SQUARE_CURVATURE / 2 - y.MEAN_F * y.MEAN_CURVATURE),
            ),
        )
    inner = {name: w.closed[name] for name in (y.D, y.C)}
    deeper = {name: w.closed[name] for name in (y.E1, y.E2, y.I1, y.I2, y.Q)}
    last = {y.M: y.MU * y.OMEGA, y.V: y.NU * y.TAU, y.S: sp.sqrt(y.NU * y.TAU)}
    mean, square = (w.closed[name].subs(inner).subs(deeper).subs(last) for name in (y.MEAN_F, y.MEAN_SQUARE))
    for left, entries, moment in zip(y.ENTRIES, right, (mean, square - mean**2), strict=True):
        for name, entry, parameter in zip(left, entries, (y.MU, y.NU), strict=True):
            w.by_balls(formula(name, entry), sp.diff(moment, parameter))
    w.step(
        "The Jacobian",
        say(
            "The chain rule with {} and {} makes the Jacobian of the layer map from these means.",
            formula(y.M, sp.Mul(y.MU, y.OMEGA, evaluate=False)),
            formula(y.V, sp.Mul(y.NU, y.TAU, evaluate=False)),
        ),
        "against the derivatives that SymPy takes of the closed forms, at 3 random rational points, in overlapping "
        "balls of 30 digits",
    )


def stability(w: Workings, at: ProvedMap) -> None:
    """The Jacobian at the fixed point, its spectral radius, and what follows."""
    for names, values in zip(y.ENTRIES, at.jacobian, strict=True):
        for name, value in zip(names, values, strict=True):
            w.here(formula(name, value=value))
    (a, b), (c, d) = y.ENTRIES
    with sp.evaluate(False):
        trace, determinant = formula(y.TRACE, a + d), formula(y.DETERMINANT, a * d - b * c)
        under = (y.TRACE / 2) ** 2 - y.DETERMINANT
    w.define(trace)
    w.define(determinant)
    is_complex, is_negative = w.is_negative(evaluated(under)), w.is_negative(y.TRACE)
    with sp.evaluate(False):
        half = -y.TRACE / 2 if is_negative else y.TRACE / 2
        radius = sp.sqrt(y.DETERMINANT) if is_complex else half + sp.sqrt(under)
    w.closed[y.RADIUS] = evaluated(radius)
    w.here(formula(y.RADIUS, radius, value=at.spectral_radius))
    w.step(
        "The Jacobian at the fixed point",
        say(
            "{} is the trace of the Jacobian and {} its determinant; {} is the spectral radius, the largest modulus of "
            f"an eigenvalue, here of a {'complex pair' if is_complex else 'real one'}. "
            f"{_consequence(w, at.spectral_radius)}",
            y.TRACE,
            y.DETERMINANT,
            y.RADIUS,
        ),
        "the entries of the step before, their quadrature, SymPy's derivatives and this program's own layer map: all "
        "at this fixed point, in overlapping balls",
    )


def _consequence(w: Workings, radius: Enclosure) -> str:
    if radius.upper < 1:
        forgets = " The mean is forgotten in one layer, because the weights' sum is 0." if not w.target.omega else ""
        return (
            "It is below 1: the fixed point attracts. Every start near enough tends to it, in the long run by about "
            f"that factor a layer.{forgets}"
        )
    if radius.lower > 1:
        return "It is above 1: the fixed point does not attract. Almost every start, however near, moves away from it."
    return "Whether it is below 1 is not decided by these digits."


def limits(w: Workings) -> None:
    """What has not been shown."""
    with sp.evaluate(False):
        square = formula(y.SLOPE_SQUARE, weigh(y.SLOPE(y.Z) ** 2), y.LAMBDA**2 * y.Phi(y.M / y.S) + y.B**2 * y.I2)
        gain = formula(y.GRADIENT_GAIN, y.TAU * y.SLOPE_SQUARE)
    w.by_balls(square)
    w.closed[y.GRADIENT_GAIN] = evaluated(gain.sides[1])
    value = w.number(y.GRADIENT_GAIN, 17)
    w.here(formula(*gain.sides, value=value))
    if value.upper < 1:
        raise refused(gain)
    w.step(
        "Where this stops",
        say(
            "Everything above is about one Gaussian {}, and about what goes forwards. Layers of finite width are only "
            "nearly Gaussian, and training changes the weights and their sums. That a fixed point attracts is said of "
            "its neighbourhood, not of a region with a size. Backwards another number counts: where the errors of the "
            "units are uncorrelated with one another and with the slopes, and the squared weights that leave a unit "
            "also add up to {}, a layer multiplies the mean square of the gradient by {}. At a fixed point that is "
            "never below 1, whatever {}: the variance of {} is at most {} times the mean of {} (Chernoff 1981). "
            f"{_growth(value)}",
            y.Z,
            y.TAU,
            y.GRADIENT_GAIN,
            y.F_NAME,
            y.F(y.Z),
            y.V,
            y.SLOPE(y.Z) ** 2,
        ),
        f"{BY_QUADRATURE}; the number: {BOTH_WAYS}",
    )


def _growth(gain: Enclosure) -> str:
    """Return what a gradient gain above 1 does over many layers."""
    excess = float(gain.lower - 1)
    if excess <= 0:
        return "Here it exceeds 1 by less than the digits show."
    layers = log(2) / log1p(excess)
    return f"Here gradients grow with depth: their mean square doubles about every {layers:.3g} layers."
