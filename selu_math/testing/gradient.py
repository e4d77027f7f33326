"""The checks of a derivative, whether given or found by automatic differentiation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import isfinite

import numpy as np

from selu_math.testing.adapters import NOTHING, Output
from selu_math.testing.checks import flushing, region, regions
from selu_math.testing.constants import known
from selu_math.testing.judgement import Judgement, Mask
from selu_math.testing.probes import Array
from selu_math.testing.profiles import Profile
from selu_math.testing.result import Check, Status
from selu_math.testing.structure import gradient_positions
from selu_math.testing.subject import Recovered, Slope, Subject


def gradient(subject: Subject, slope: Slope, recovered: Recovered) -> Iterator[Check]:
    """Judge the slope over all probes, and at 0."""
    output = subject.differentiate(slope, subject.probes)
    if output.faults:
        yield _no_gradient(subject, slope, output)
        return
    at_zero = float(subject.differentiate(slope, np.array([0.0])).values[0])
    judged = count_flushed(subject.judge(output, recovered, slope=True), at_zero)
    finite, failed = np.isfinite(judged.got), False
    yield _finite(subject, judged, ~finite, output)
    for name, mask in regions("gradient", judged.x):
        own = recovered.own_above if name.endswith("above_zero") else recovered.own_below
        if not (mask & finite).any():
            yield subject.record(name, Status.SKIPPED, "no finite slope to judge")
            continue
        judged_region = region(subject, name, judged, mask & finite, output, own, recovered.is_selu, _explain)
        yield judged_region
        failed |= judged_region.status is Status.FAILED
    skipped = failed or not recovered.is_selu
    name = "gradient_subnormals"
    yield subject.record(name, Status.SKIPPED) if skipped else flushing(subject, name, judged)
    yield _at_zero(subject, slope, recovered)
    if not subject.implementation.elementwise:
        yield gradient_positions(subject, slope)


def count_flushed(judged: Judgement, at_zero: float) -> Judgement:
    """Count a subnormal x that has the slope of 0 as flushed; whether that slope is right is another check."""
    flushed = judged.over & (np.abs(judged.x) < float(judged.form.smallest_normal)) & (judged.got == at_zero)
    error = np.where(flushed, 0.0, judged.error)
    return replace(judged, error=error, over=judged.over & ~flushed, flushed=judged.flushed | flushed)


def _no_gradient(subject: Subject, slope: Slope, output: Output) -> Check:
    first = min(output.faults)
    fault = output.faults[first]
    if not slope.given and len(output.faults) == output.values.size:
        return subject.record("gradient_finite", Status.SKIPPED, f"no gradient by automatic differentiation: {fault}")
    x = float(subject.probes[first])
    hint = fault if fault != NOTHING else "the gradient is None for some x: a branch or its return is missing"
    return Check("gradient_finite", Status.FAILED, subject.form.name, hint, worst_x=x)


def _finite(subject: Subject, judged: Judgement, bad: Mask, output: Output) -> Check:
    name = "gradient_finite"
    if not bad.any():
        return subject.record(name)
    hint = "the gradient is not finite"
    if (judged.x[bad] > 0).all():
        hint += (
            ": exp(x) overflows in the branch not taken, and 0 * inf is nan; clamp its input, as in exp(minimum(x, 0))"
        )
    return subject.worst(name, Status.FAILED, hint, judged, bad, output)


def _explain(judged: Judgement, over: Mask, _: Output) -> str:
    x, got = judged.x[over], judged.got[over]
    if (x > 0).all():
        return "the slope above zero must be λ"
    above = judged.got[judged.x > 0][0]
    # farther from 0 another fault may add to it
    beside = x > -0.125
    if (x > -1).all() and beside.any() and np.allclose(got[beside], above, rtol=1e-2):
        return "the slope is that of x > 0, λ, where it must be λα exp(x)"
    if text := _missing_factor(got, judged.truth.nearest[over]):
        return text
    dead = got == 0
    if dead.all():
        return "the gradient is dead: exactly 0 where SELU's is a normal number"
    # the fingerprint of f(x) + λα: however small the slope, the error stays a rounding of numbers near λα
    if (judged.absolute_errors(over) <= 2.0 ** (4 - judged.form.precision)).all():
        end = " and ends as exactly 0" if dead.any() else ""
        return (
            f"the gradient is computed from the output as f(x) + λα, which cancels{end}; "
            "use λα exp(x) (torch and jax differentiate expm1 that way)"
        )
    return "the gradient is wrong"


def _missing_factor(got: Array, right: Array) -> str:
    """Return which factor is not in the slope below zero; empty where the ratio is none of them everywhere."""
    normal = np.abs(right) >= np.abs(right).max() / 64  # the smallest may be flushed or cancel
    scale, alpha, product = (float(constant.value) for constant in known())
    for factor, name in ((alpha, "α is"), (scale, "λ is"), (product, "λ and α are")):
        if np.allclose(factor * got[normal], right[normal], rtol=1 / 64, atol=0):
            return f"{name} missing in the slope below zero, λα exp(x)"
    return ""


def _at_zero(subject: Subject, slope: Slope, recovered: Recovered) -> Check:
    """Report the slope at 0, where SELU has none: both one-sided slopes, and all between them, are in use."""
    name = "gradient_at_zero"
    if recovered.own_above or recovered.own_below:
        return subject.record(name, Status.SKIPPED, "follows from the constants")
    form, tolerance = subject.form, Fraction(Profile.PRACTICAL.tolerance(subject.form))
    scale, _, product = known()
    output = subject.differentiate(slope, np.array([0.0]))
    got = float(output.values[0])
    sides = {"λ": scale.nearest(form), "λα": product.nearest(form)}
    slack = tolerance * form.ulp(sides["λα"])
    both = float(form.round(sides["λ"] + sides["λα"]).fraction)
    if not isfinite(got) or not sides["λ"] - slack <= Fraction(got) <= sides["λα"] + slack:
        branches = {
            0.0: "; 0 means that neither branch counts at 0",
            both: "; their sum means that both branches count at 0",
        }
        hint = f"f'(0) must lie between the one-sided slopes, λ and λα{branches.get(got, '')}"
        return subject.at(name, Status.FAILED, hint, 0.0, output, float(sides["λα"]))
    side = next((text for text, value in sides.items() if abs(Fraction(got) - value) <= slack), "between λ and λα")
    return subject.record(name, Status.CONVENTION, f"f'(0) is {side}")
