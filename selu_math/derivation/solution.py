"""The middle: the two equations at the target, the quadratic they make, its solution, and the solution put back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from selu_math.activations import ALPHA, LAMBDA
from selu_math.derivation import symbols as y
from selu_math.derivation.formula import Formula, Prose, formula, say
from selu_math.derivation.notation import TEXT
from selu_math.derivation.workings import DIGITS, Workings, evaluated, rational
from selu_math.numbers.enclosure import Enclosure
from selu_math.numbers.exact import Exact
from selu_math.numbers.symbolic import SYMBOLIC
from selu_math.parameters import Parameters

BOTH_WAYS = "closed form against quadrature at this fixed point, in overlapping balls of 30 digits"
_READABLE = 72


def equations(w: Workings) -> None:
    """The two demands, and the integrals in them as numbers."""
    with sp.evaluate(False):
        first = formula(y.MEAN_F, y.LAMBDA * y.E1 + y.B * y.D, y.MU)
        second = formula(y.MEAN_SQUARE, y.LAMBDA**2 * y.E2 + y.B**2 * y.C, y.NU + y.MU**2)
        m, v = formula(y.M, y.MU * y.OMEGA), formula(y.V, y.NU * y.TAU)
    w.demand(first)
    w.demand(second)
    w.here(_with_number(w, m))
    w.here(_with_number(w, v))
    for name in (y.E1, y.E2, y.D, y.C):
        w.here(formula(name, *_written_out(w, name), value=w.number(name)))
    w.step(
        "The two equations",
        say(
            "A fixed point is a pair of mean and variance that comes out as it went in, {} and {}, so that the mean of "
            "{} is {}. Asked is {} and {}, with weights of {} and {}. So {} has a known mean and a known variance, the "
            "integrals are numbers, and there are two equations for the two unknowns {} and {}.",
            formula(y.NEW_MEAN, y.MU),
            formula(y.NEW_VARIANCE, y.NU),
            y.F_SQUARE,
            y.NU + y.MU**2,
            *(_with_number(w, formula(name)) for name in (y.MU, y.NU, y.OMEGA, y.TAU)),
            y.Z,
            y.LAMBDA,
            y.B,
        ),
        f"the equations are those of the two steps before; the numbers: {BOTH_WAYS}",
    )


def _with_number(w: Workings, claim: Formula) -> Formula:
    """Return a claim with its value, exact where that is short enough to read."""
    exact = evaluated(claim.sides[-1]).subs(w.given)
    if len(str(exact)) <= _READABLE // 3:
        return formula(*claim.sides, exact)
    return formula(*claim.sides, value=w.number(claim.sides[-1]))


def _written_out(w: Workings, name: Any) -> tuple[Any, ...]:
    """Return the closed form of a name in the target's numbers, where it is short enough to read."""
    m, v = rational(w.target.mean * w.target.omega), rational(w.target.variance * w.target.tau)
    whole = w.closed[name].subs({inner: w.closed[inner] for inner in (y.I1, y.I2, y.Q)})
    whole = whole.subs({y.M: m, y.V: v, y.S: sp.sqrt(v)})
    return (whole,) if len(TEXT.expression(whole)) <= _READABLE else ()


def elimination(w: Workings) -> None:
    """One equation in lambda alone."""
    x, b = y.LAMBDA, y.B
    with sp.evaluate(False):
        from_first = formula(b, (y.MU - x * y.E1) / y.D)
        whole = formula(y.D**2 * (x**2 * y.E2 + b**2 * y.C - (y.NU + y.MU**2)), y.QA * x**2 - 2 * y.QH * x + y.QC)
        a = formula(y.QA, y.E2 * y.D**2 + y.C * y.E1**2)
        h = formula(y.QH, y.C * y.MU * y.E1)
        c = formula(y.QC, y.C * y.MU**2 - (y.NU + y.MU**2) * y.D**2)
    found = w.solves(from_first, x * y.E1 + b * y.D - y.MU, b)
    coefficients = {claim.sides[0]: evaluated(claim.sides[-1]) for claim in (a, h, c)}
    w.by_algebra(whole, given=coefficients | {b: found})
    for claim in (a, h, c):
        w.closed[claim.sides[0]] = coefficients[claim.sides[0]]
        w.here(formula(*claim.sides, value=w.number(claim.sides[0])))
    w.step(
        "One quadratic",
        say(
            "{} is not zero, so the first equation gives {}. Put into the second, and multiplied by {}, it leaves an "
            "equation in {} alone: {}. Nothing has to be guessed or iterated.",
            y.D,
            b,
            y.D**2,
            x,
            formula(whole.sides[1], sp.S.Zero),
        ),
        f"the first two exactly, by SymPy; the numbers: {BOTH_WAYS}",
    )


def roots(w: Workings, found: Parameters) -> None:
    """Both roots, and which of them is an activation."""
    a, h, c, x = y.QA, y.QH, y.QC, y.LAMBDA
    square = a * x**2 - 2 * h * x + c
    with sp.evaluate(False):
        under = h**2 - a * c
        plus = formula(y.ROOT_PLUS, (h + sp.sqrt(under)) / a)
        minus = formula(y.ROOT_MINUS, (h - sp.sqrt(under)) / a)
        alpha = formula(y.ALPHA, (y.MU - x * y.E1) / (x * y.D))
    names = ((y.ROOT_PLUS, y.ALPHA_PLUS), (y.ROOT_MINUS, y.ALPHA_MINUS))
    if found.solutions:
        for claim in (plus, minus):
            w.closed[claim.sides[0]] = w.solves(claim, square.subs(x, claim.sides[0]), claim.sides[0])
        ratio_of = w.solves(alpha, y.MU - x * y.E1 - x * y.ALPHA * y.D, y.ALPHA)
        for (root, ratio), solution in zip(names, found.solutions, strict=True):
            w.closed[ratio] = ratio_of.subs(x, root)
            w.here(formula(root, value=Enclosure(solution.scale.ball, DIGITS)))
            w.here(formula(ratio, value=Enclosure(solution.alpha.ball, DIGITS)))
    else:
        w.here(formula(under, value=w.number(under)))
    if found.solution is not None:
        root, ratio = names[found.solutions.index(found.solution)]
        w.accept({y.LAMBDA: root, y.ALPHA: ratio, y.B: root * ratio})
    w.step(
        "Its solution",
        _judgement(w, found),
        f"the formulas exactly, by SymPy; the numbers: {BOTH_WAYS}" if found.solutions else BOTH_WAYS,
    )


def _judgement(w: Workings, found: Parameters) -> Prose:
    """Return the words about the roots."""
    if not found.solutions:
        return say(
            "The number under the root is negative: no real {} solves the equations. No activation of this family has "
            "this fixed point.",
            y.LAMBDA,
        )
    asked = say("SELU asks for {} and {}. ", y.LAMBDA > 0, y.ALPHA > 0)
    if found.solution is None:
        return asked + say("Neither root has both. No activation of this family has this fixed point.")
    if w.target.mean > 0:
        reason = say(
            "At most one root has both: for {} to be positive, {} must exceed {}, which the midpoint {} of the two "
            "roots does not. ",
            y.B,
            y.LAMBDA,
            y.MU / y.E1,
            y.QH / y.QA,
        )
    else:
        reason = say(
            "At most one root has both: {} is positive and {} is not, so the sum of the roots is not positive. ",
            y.QA,
            y.QH,
        )
    accepted = (y.ROOT_PLUS, y.ROOT_MINUS)[found.solutions.index(found.solution)]
    verdict = say("The root {} has both and is accepted.", accepted)
    mirrored = say(" The other is {}, the same function upside down.", -y.F_NAME) if w.target.mean == 0 else ()
    return asked + reason + verdict + mirrored


@dataclass(frozen=True)
class Classical:
    """The solution for (0, 1) at omega = 0, tau = 1, in A = sqrt(e) erfc(1/sqrt 2) and B = e**2 erfc(sqrt 2).

    Attributes:
        mean: E f in lambda and alpha.
        second_moment: E f**2, likewise.
        alpha: alpha.
        scale: lambda.
    """

    mean: Any
    second_moment: Any
    alpha: Any
    scale: Any


def classical(w: Workings) -> Classical:
    """The closed form for the standard normal, as the paper has it."""
    x, alpha, a, b, pi = y.LAMBDA, y.ALPHA, y.TAIL_A, y.TAIL_B, sp.pi
    with sp.evaluate(False):
        tail_a = formula(a, sp.sqrt(sp.E) * sp.erfc(1 / sp.sqrt(2)))
        tail_b = formula(b, sp.exp(2) * sp.erfc(sp.sqrt(2)))
        integrals = (
            formula(y.E1, 1 / sp.sqrt(2 * pi)),
            formula(y.E2, 1 / sp.Integer(2)),
            formula(y.D, -(1 - a) / 2),
            formula(y.C, (b - 2 * a + 1) / 2),
        )
        mean = formula(y.MEAN_F, x * (1 / sp.sqrt(2 * pi) - alpha * (1 - a) / 2), sp.S.Zero)
        square = formula(y.MEAN_SQUARE, x**2 * (1 + alpha**2 * (b - 2 * a + 1)) / 2, sp.S.One)
        ratio = formula(alpha, sp.sqrt(2 / pi) / (1 - a))
        scale = formula(x, (1 - a) * sp.sqrt(2 * pi) / sp.sqrt(2 * b + pi * a**2 - 2 * (2 + pi) * a + pi + 2))
    tails = {claim.sides[0]: evaluated(claim.sides[1]) for claim in (tail_a, tail_b)}
    here = {y.M: 0, y.V: 1, y.S: 1, y.B: x * alpha}
    inner = {name: w.closed[name] for name in (y.I1, y.I2, y.Q)}
    w.define(tail_a)
    w.define(tail_b)
    for claim in integrals:
        w.by_algebra(claim, w.closed[claim.sides[0]].subs(inner).subs(here), given=tails)
    values = {claim.sides[0]: evaluated(claim.sides[1]) for claim in integrals}
    for claim in (mean, square):
        w.demand(claim, values | here)
    alpha_found = w.solves(ratio, evaluated(mean.sides[1]), alpha)
    scale_found = w.solves(scale, evaluated(square.sides[1] - 1).subs(alpha, alpha_found), x)
    for claim, found, constant in ((ratio, alpha_found, ALPHA), (scale, scale_found, LAMBDA)):
        # the squares, because both are positive and SymPy compares fractions better than roots
        w.require(claim, SYMBOLIC.exact(Exact.of(constant)) ** 2 - found**2, tails)
        w.require_here(claim)
    w.step(
        "In closed form",
        say(
            "For {}, {}, {} and {}, {} is the standard normal, and two numbers {} and {} are left of the integrals. "
            "The first equation then gives {}, and the second the square of {}, whose positive root is taken. This is "
            "equation 14 of Klambauer et al. (2017).",
            *(formula(name, sp.Integer(i)) for name, i in ((y.MU, 0), (y.NU, 1), (y.OMEGA, 0), (y.TAU, 1))),
            y.Z,
            a,
            b,
            alpha,
            x,
        ),
        "exactly, by SymPy: put into the equations they leave 0 and 1, and they equal the forms this program computes "
        "with",
    )
    return Classical(mean.sides[1], square.sides[1], ratio.sides[1], scale.sides[1])


def digits(w: Workings, found: Parameters) -> None:
    """The proved digits."""
    for name, value in ((y.LAMBDA, found.scale), (y.ALPHA, found.alpha), (y.B, found.scale_alpha)):
        w.here(formula(name, value=value))
    w.step(
        "The digits",
        say(
            f"{found.digits} significant digits, each number correctly rounded. The product {{}} is enclosed by "
            "itself: a product of rounded factors may differ from it in the last digit.",
            y.B,
        ),
        "enclosed in balls so narrow that only one rounding is possible, which overlap the closed form above",
    )


def put_back(w: Workings) -> None:
    """Mean and variance return to the target."""
    with sp.evaluate(False):
        claims = (
            formula(y.MEAN_F, y.MU),
            formula(y.MEAN_SQUARE, y.NU + y.MU**2),
            formula(y.NEW_VARIANCE, y.MEAN_SQUARE - y.MEAN_F**2, y.NU),
        )
    for claim in claims:
        w.here(_with_number(w, claim))
    w.step(
        "Put back",
        say(
            "With these numbers a layer returns the mean and the variance that went in; {} and {} are integrated anew.",
            y.F_NAME,
            y.F_SQUARE,
        ),
        BOTH_WAYS,
    )
