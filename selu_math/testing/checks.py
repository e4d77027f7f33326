"""The checks of a function's values, each one a function from a subject to its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import copysign, inf, isfinite, log1p, nan
from typing import Final

import numpy as np

from selu_math.numbers.exact import Exact
from selu_math.numbers.formats import FORMATS
from selu_math.testing.adapters import NOTHING, Output
from selu_math.testing.constants import diagnose, known
from selu_math.testing.judgement import Judgement, Mask
from selu_math.testing.probes import SAMPLE, SATURATED, Array
from selu_math.testing.profiles import Profile
from selu_math.testing.result import Check, Status
from selu_math.testing.subject import Recovered, Subject
from selu_math.testing.truth import TRUE_CONSTANTS, Constants, round_all, rounded_selu

ROUNDINGS: Final = "more roundings than the strict profile allows: constants or steps are rounded in the format itself"
CANCELS: Final = "exp(x) - 1 cancels near 0: compute it as expm1(x)"
_NEGATIVE, _POSITIVE = SAMPLE[SAMPLE < 0], SAMPLE[SAMPLE > 0]


def returns_value(subject: Subject) -> Check:
    """Whether a number comes back for ordinary inputs; everything else depends on it."""
    name, form = "returns_value", subject.form
    below, above = subject.call(_NEGATIVE), subject.call(_POSITIVE)
    for output, inputs in ((below, _NEGATIVE), (above, _POSITIVE), (subject.call(SAMPLE), SAMPLE)):
        if not output.faults:
            continue
        first = min(output.faults)
        x, fault = float(inputs[first]), output.faults[first]
        if fault != NOTHING:
            return Check(name, Status.FAILED, form.name, fault, worst_x=x)
        if below.faults.get(0) == NOTHING and not above.faults:
            hint = "returns None for x < 0: the else branch (or its return) is missing"
        elif above.faults.get(0) == NOTHING and not below.faults:
            hint = "returns None for x > 0: the branch for positive x (or its return) is missing"
        elif len(output.faults) == output.values.size:
            hint = "returns None for every x: the return statement is missing"
        else:
            hint = f"returns None for {len(output.faults)} of {output.values.size} ordinary x: a branch has no return"
        return subject.at(name, Status.FAILED, hint, x, output, float(rounded_selu(Fraction(x), form)), first)
    if np.isnan(below.values).all() and not np.isnan(above.values).any():
        # float arrays turn a missing value into nan
        hint = "returns nan for every x < 0: the else branch (or its return) may be missing, as None becomes nan"
        x = float(_NEGATIVE[0])
        return subject.at(name, Status.FAILED, hint, x, below, float(rounded_selu(Fraction(x), form)))
    return subject.record(name)


def shape(subject: Subject) -> Check:
    """Whether the result has the input's shape, in one and two dimensions."""
    for wanted in ((7,), (2, 3), (0,)):
        count = int(np.prod(wanted))
        found = subject.call(SAMPLE[:count].reshape(wanted))
        if count and found.faults:
            return subject.record("shape", Status.FAILED, f"an input of shape {wanted} {found.faults[0]}")
        if found.shape != wanted:
            hint = f"an input of shape {wanted} gives a result of shape {found.shape}"
            return subject.record("shape", Status.FAILED, hint)
    return subject.record("shape")


def dtype(subject: Subject) -> Check:
    """Whether the result has the input's number format."""
    wanted, found = subject.form.name, subject.call(SAMPLE).dtype
    if found == wanted:
        return subject.record("dtype")
    given = FORMATS.get(found)
    if given is not None and given.precision > subject.form.precision:
        cause = f"a constant or step in {found} widens the result; use Python floats or the input's dtype"
    else:
        cause = "a result buffer or a cast has a fixed dtype; use the input's"
    return subject.record("dtype", Status.FAILED, f"{wanted} in, {found} out: {cause}")


def is_narrowed(subject: Subject) -> bool:
    """Whether results come back in a format too narrow, or of too little range, to hold correct ones."""
    given = FORMATS.get(subject.call(SAMPLE).dtype)
    return given is None or given.precision < subject.form.precision or given.max_exponent < subject.form.max_exponent


def input_unchanged(subject: Subject) -> Check:
    """Whether the input still holds what it held."""
    if subject.call(SAMPLE).mutated:
        return subject.record("input_unchanged", Status.FAILED, "the input is overwritten; work on a copy")
    return subject.record("input_unchanged")


def precision(subject: Subject) -> Check:
    """Whether the values are more than the numbers of a narrower format, in which a step inside would work."""
    form, values = subject.form, subject.over_grid.values
    narrower = (f for f in FORMATS.values() if f.precision < form.precision or f.max_exponent < form.max_exponent)
    for other in sorted(narrower, key=lambda f: f.precision):
        if np.array_equal(round_all(values, other), values, equal_nan=True):
            hint = f"all values are {other.name} numbers: a step inside works in {other.name}"
            return subject.record("precision", Status.FAILED, hint)
    return subject.record("precision")


def constants(subject: Subject) -> tuple[Check, Recovered]:
    """Recover lambda as f(1) and lambda * alpha as -f(-128), and name what is wrong with them."""
    name, form = "constants", subject.form
    xs = (1.0, SATURATED)
    outputs = [subject.call(np.array([x])) for x in xs]
    rights = [float(rounded_selu(Fraction(x), form)) for x in xs]
    gots = [float(output.values[0]) for output in outputs]
    off = [abs(got - right) / float(form.ulp(Fraction(right))) for got, right in zip(gots, rights, strict=True)]
    limit = subject.profile.constants_tolerance()
    wrong = [not error <= limit for error in off]  # nan is wrong
    if not any(off):
        return subject.record(name), Recovered(TRUE_CONSTANTS)
    worst = next((i for i in (0, 1) if not isfinite(gots[i])), max((1, 0), key=lambda i: off[i]))
    if not isfinite(gots[worst]):
        text = f"f({xs[worst]:g}) is {outputs[worst].show(0, form)}, so the constants cannot be read off"
        check = subject.at(name, Status.FAILED, text, xs[worst], outputs[worst], rights[worst])
        return check, Recovered(TRUE_CONSTANTS, wrong[0], wrong[1], is_selu=False)
    half = float(subject.call(np.array([SATURATED / 2])).values[0])
    above, below = Fraction(gots[0]), -Fraction(gots[1])
    if wrong[1] and not wrong[0] and _saturates_early(subject, off[1]):
        return subject.record(name), Recovered(TRUE_CONSTANTS)
    diagnosis = diagnose(form, above, below, -Fraction(half) if isfinite(half) else below)
    status = Status.FAILED if any(wrong) else Status.CONVENTION
    judging = Constants(
        Exact.of(above) if wrong[0] else TRUE_CONSTANTS.scale,
        Exact.of(below) if wrong[1] else TRUE_CONSTANTS.scale_alpha,
    )
    check = subject.at(name, status, diagnosis.text, xs[worst], outputs[worst], rights[worst])
    return check, Recovered(judging if diagnosis.is_selu else TRUE_CONSTANTS, wrong[0], wrong[1], diagnosis.is_selu)


def _saturates_early(subject: Subject, off: float) -> bool:
    """Return whether only what lies far below zero is off: wrong constants would show near zero as well."""
    judged = subject.judge(subject.over_grid, Recovered(TRUE_CONSTANTS))
    near = (judged.x > -2) & (judged.x <= -1)
    return off > 4 * Profile.PRACTICAL.tolerance(subject.form) and not judged.over[near].any()


def values(subject: Subject, recovered: Recovered) -> Iterator[Check]:
    """Judge all probes, in three regions: above zero, ``-1 < x < 0`` where exp(x) - 1 cancels, and below."""
    output, failed = subject.over_grid, False
    judged = subject.judge(output, recovered)
    x = judged.x
    for name, mask in regions("values", x):
        own = recovered.own_above if name.endswith("above_zero") else recovered.own_below
        judged_region = region(subject, name, judged, mask, output, own, recovered.is_selu, _name_value_fault)
        yield judged_region
        failed |= judged_region.status is Status.FAILED
    # an error that zeroes small values is no flushing
    skipped = failed or not recovered.is_selu
    yield subject.record("subnormals", Status.SKIPPED) if skipped else flushing(subject, "subnormals", judged)


def regions(kind: str, x: Array) -> Iterator[tuple[str, Mask]]:
    """Yield the name and the mask of each region of the probes."""
    yield f"{kind}_above_zero", x > 0
    yield f"{kind}_near_zero", (x > -1) & (x < 0)
    yield f"{kind}_below_zero", x <= -1


def region(
    subject: Subject,
    name: str,
    judged: Judgement,
    mask: Mask,
    output: Output,
    own: bool,
    is_selu: bool,
    explain: Callable[[Judgement, Mask, Output], str],
) -> Check:
    """Return the record of one region; where the constants are wrong, only what is wrong besides them fails."""
    if own and not is_selu:
        return subject.record(name, Status.SKIPPED, "follows from the constants")
    over = mask & judged.over
    if over.any():
        large = over & judged.large
        hint = explain(judged, large, output) if large.any() else ROUNDINGS
        failed = subject.worst(name, Status.FAILED, hint, judged, over, output)
        return replace(failed, where=f"{failed.where} by its own constants") if own else failed
    if own:
        return subject.record(name, Status.SKIPPED, "follows from the constants; right apart from them")
    return subject.worst(name, Status.PASSED, "", judged, mask, output)


def _name_value_fault(judged: Judgement, over: Mask, output: Output) -> str:
    x, got, form = judged.x[over], judged.got[over], judged.form
    fault = next((output.faults[i] for i in np.flatnonzero(over).tolist() if i in output.faults), "")
    if fault:
        return fault if fault != NOTHING else "returns None"
    if np.isnan(got).any():
        return "returns nan"
    if (x < -1).all() and (got == got[0]).all() and got.size > 1 and 0 < -got[0] < float(known()[2].value):
        end = log1p(got[0] / float(known()[2].value))
        return f"it stays the same from about x = {end:.2g} down, where SELU is still falling: x is clamped"
    # the fingerprint of cancellation: however large relative to f(x), the error stays a rounding of numbers near 1
    if (x > -1).all() and (x < 0).all() and (judged.absolute_errors(over) <= 2.0 ** (3 - form.precision)).all():
        return CANCELS
    return "the values are wrong"


def flushing(subject: Subject, name: str, judged: Judgement) -> Check:
    """Report whether subnormal numbers are replaced by zero."""
    if not judged.flushed.any():
        return subject.record(name)
    return subject.record(name, Status.CONVENTION, "subnormal numbers are flushed to zero")


def at_points(subject: Subject, *, is_selu: bool) -> Iterator[Check]:
    """Look at infinities, nan and zeros; ``is_selu`` is whether it is a SELU apart from its constants."""
    yield infinities(subject, is_selu=is_selu)
    yield not_a_number(subject)
    yield zeros(subject)


def infinities(subject: Subject, *, is_selu: bool) -> Check:
    """Whether f(inf) is inf and f(-inf) is the saturation value."""
    name = "infinities"
    saturation = float(rounded_selu(Fraction(SATURATED), subject.form))
    own = float(subject.call(np.array([SATURATED])).values[0])
    for x, expected in ((inf, inf), (-inf, saturation)):
        output = subject.call(np.array([x]))
        got = float(output.values[0])
        # wrong constants are another check's business
        if got == expected or (x < 0 and got == own):
            continue
        if x < 0 and not is_selu:
            return subject.record(name, Status.SKIPPED, "follows from the constants")
        cause = "nan comes from inf - inf or 0 * inf in a branch" if np.isnan(got) and not output.faults else ""
        limit = "grows without bound above zero" if x > 0 else "saturates at -λα below zero"
        return subject.at(name, Status.FAILED, cause or f"SELU {limit}", x, output, expected)
    return subject.record(name)


def not_a_number(subject: Subject) -> Check:
    """Whether nan gives nan."""
    output = subject.call(np.array([nan]))
    if np.isnan(output.values[0]) and not output.faults:
        return subject.record("nan")
    hint = "nan must stay nan: a comparison with nan is false, or maximum and minimum dropped it"
    return subject.at("nan", Status.FAILED, hint, nan, output, nan)


def zeros(subject: Subject) -> Check:
    """Whether zero gives zero; the sign of zero is a convention."""
    name = "zeros"
    lost = []
    for x in (0.0, -0.0):
        output = subject.call(np.array([x]))
        got = float(output.values[0])
        if got != 0:
            return subject.at(name, Status.FAILED, "f(0) must be 0", x, output, x)
        if copysign(1.0, got) != copysign(1.0, x):
            lost.append(f"f({x}) is {got}")
    if lost:
        return subject.record(name, Status.CONVENTION, f"the sign of zero is lost: {', '.join(lost)}")
    return subject.record(name)


def compiled(subject: Subject, recovered: Recovered) -> Check:
    """Whether the library's compiler leaves the values as they are, or at least as right; some rewrite expm1."""
    name, how = "compiled", subject.implementation.library.compiler
    output, eager = subject.compiled_over_grid(), subject.over_grid
    if len(output.faults) == output.values.size:
        return subject.record(name, Status.SKIPPED, f"{how} does not take it: {output.faults[0]}")
    judged, before = subject.judge(output, recovered), subject.judge(eager, recovered)
    worse = judged.over & ~before.over
    if worse.any():
        large = worse & judged.large
        cause = _name_value_fault(judged, large, output) if large.any() else ROUNDINGS
        hint = f"right as it is, not after {how}: {cause}"
        if cause == CANCELS:
            hint = f"right as it is; {how} makes exp(x) - 1 of expm1(x), which cancels near 0"
        return subject.worst(name, Status.FAILED, hint, judged, worse, output)
    same = (output.values == eager.values) | (np.isnan(output.values) & np.isnan(eager.values))
    if same.all():
        return subject.record(name)
    return subject.record(name, Status.CONVENTION, f"the last bits differ from those without {how}")
