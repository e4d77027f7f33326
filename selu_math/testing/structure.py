"""The checks that a value depends on its own x alone: not on place, length, neighbours, memory layout or the call.

Differences are measured absolutely, in ulp of numbers of size 1 or more: vector and scalar code may round differently,
which is a convention; what depends on the place in the array for another reason is off by far more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, ldexp, nan
from typing import Final, TypeAlias

import numpy as np

from selu_math.numbers.formats import BinaryFormat
from selu_math.testing.adapters import NOTHING, Output
from selu_math.testing.judgement import Mask
from selu_math.testing.probes import SAMPLE, Array
from selu_math.testing.profiles import Profile
from selu_math.testing.result import Check, Status, show_number
from selu_math.testing.subject import Slope, Subject

STRUCTURE: Final = ("zero_dimensional", "lengths", "neighbours", "strides")
"""The names of the checks that only functions of arrays can fail."""
LENGTHS: Final = (1, 7, 31, 32, 33, 100)

_Call: TypeAlias = Callable[[Array], Output]

# 13 numbers, exact in all formats: a period prime to every vector width, so that each meets each lane
# at which SELU, the identity, ReLU and 0 are farther apart than the tolerance
_NUMBERS: Final[Array] = np.array([-8.0, 1.5, -0.75, 3.0, -1.5, 40.0, -1.0, 6.0, -40.0, 2.0, -5.0, 1.0, -3.0])
_BLOCKS: Final = (2, 4, 8, 16, 32)
_ROUNDS: Final = "the last bits depend on the place in the array or its neighbours: vector and scalar code round apart"


@dataclass(frozen=True)
class _Finding:
    """What is wrong: a sentence, and where it is known the input, what it gave and what it gives elsewhere."""

    hint: str
    x: float | None = None
    got: str | None = None
    expected: str | None = None

    def check(self, name: str, form: BinaryFormat) -> Check:
        return Check(name, Status.FAILED, form.name, self.hint, "", self.x, self.got, self.expected)


class _Comparison:
    """Outputs against those for the same numbers elsewhere; differences by rounding are noted and pass."""

    def __init__(self, form: BinaryFormat) -> None:
        self.form, self.rounds = form, False

    def differing(self, got: Array, wanted: Array) -> Mask:
        """Return where two results differ by more than rounding."""
        same: Mask = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
        if same.all():
            return np.logical_not(same)
        limit = Profile.PRACTICAL.tolerance(self.form)
        with np.errstate(invalid="ignore"):
            unit = np.exp2(np.floor(np.log2(np.maximum(np.abs(wanted), 1.0))) + 1 - self.form.precision)
            near: Mask = np.isfinite(got) & np.isfinite(wanted) & (np.abs(got - wanted) <= limit * unit)
        self.rounds |= bool((near & ~same).any())
        return np.logical_not(same | near)

    def finding(self, hint: str, x: float, output: Output, i: int, wanted: float) -> _Finding:
        return _Finding(hint, x, output.show(i, self.form), show_number(wanted, self.form))

    def passed(self, name: str) -> Check:
        if self.rounds:
            return Check(name, Status.CONVENTION, self.form.name, _ROUNDS)
        return Check(name, Status.PASSED, self.form.name)


def deterministic(subject: Subject) -> Check:
    """Whether the same input gives the same bits twice."""
    name, elementwise = "deterministic", subject.implementation.elementwise
    x = _NUMBERS if elementwise else subject.probes
    first = subject.call(x) if elementwise else subject.over_grid
    second = subject.call(x)
    same = (first.values == second.values) & (np.signbit(first.values) == np.signbit(second.values))
    same |= np.isnan(first.values) & np.isnan(second.values)
    if same.all():
        return subject.record(name)
    i = int(np.argmin(same))
    hint = (
        "the same input gives another result the second time: random numbers, a state that is kept, or memory that is "
        "read before it is written"
    )
    found = _Finding(hint, float(x[i]), second.show(i, subject.form), first.show(i, subject.form))
    return found.check(name, subject.form)


def structure(subject: Subject, *, keeps_shape: bool) -> Iterator[Check]:
    """Yield the records of a function of arrays; without the input's shape, layouts in two dimensions mean nothing."""
    if keeps_shape:
        yield _zero_dimensional(subject)
    elif subject.implementation.library.shapes == "any":
        yield subject.record("zero_dimensional", Status.SKIPPED, "needs the input's shape")
    found: _Finding | None = None
    for name, look in (("lengths", _lengths), ("neighbours", _neighbours)):
        if found:
            yield subject.record(name, Status.SKIPPED, "needs results that depend on x alone")
            continue
        comparison = _Comparison(subject.form)
        found = look(subject.call, comparison)
        yield found.check(name, subject.form) if found else comparison.passed(name)
    yield _strides(subject, keeps_shape=keeps_shape)


def gradient_positions(subject: Subject, slope: Slope) -> Check:
    """Whether a slope depends on its own x alone."""
    name, comparison = "gradient_positions", _Comparison(subject.form)

    def call(x: Array) -> Output:
        return subject.differentiate(slope, x)

    found = _lengths(call, comparison) or _neighbours(call, comparison)
    return found.check(name, subject.form) if found else comparison.passed(name)


def _zero_dimensional(subject: Subject) -> Check:
    """Whether an array without dimensions gives one; some correct code refuses it, which is a convention."""
    name, comparison = "zero_dimensional", _Comparison(subject.form)
    among = subject.call(SAMPLE)
    for i in (0, 1):
        output = subject.call(SAMPLE[i].reshape(()))
        if output.faults:
            hint = f"an array without dimensions is refused: {_said(output, 0)}"
            return subject.record(name, Status.CONVENTION, hint)
        if output.shape != ():
            hint = f"an array without dimensions gives a result of shape {output.shape}"
            return subject.record(name, Status.FAILED, hint)
        if comparison.differing(output.values, among.values[i : i + 1]).any():
            hint = "an array without dimensions gives another value than the same number in an array"
            found = comparison.finding(hint, float(SAMPLE[i]), output, 0, float(among.values[i]))
            return found.check(name, subject.form)
    return comparison.passed(name)


def _lengths(call: _Call, comparison: _Comparison) -> _Finding | None:
    """Return what depends on the length; the first numbers of the longest array are the reference."""
    longest = call(np.resize(_NUMBERS, LENGTHS[-1]))
    wrong: dict[int, tuple[Mask, Output, Array]] = {}
    for n in LENGTHS:
        output = call(np.resize(_NUMBERS, n))
        if output.faults:
            i = min(output.faults)
            return _Finding(f"an array of {_numbers(n)} {_said(output, i)}", float(np.resize(_NUMBERS, n)[i]))
        wanted = np.resize(longest.values[: _NUMBERS.size], n)
        mask = comparison.differing(output.values, wanted)
        if mask.any():
            wrong[n] = (mask, output, wanted)
    if not wrong:
        return None
    n, (mask, output, wanted) = next(iter(wrong.items()))
    i = int(np.argmax(mask))
    hint = f"position {i} of {n} gives another value than the same number elsewhere: {_cause(wrong)}"
    return comparison.finding(hint, float(np.resize(_NUMBERS, n)[i]), output, i, float(wanted[i]))


def _cause(wrong: dict[int, tuple[Mask, Output, Array]]) -> str:
    starts = {n: int(np.argmax(mask)) for n, (mask, _, _) in wrong.items()}
    to_the_end = all(mask[starts[n] :].all() for n, (mask, _, _) in wrong.items())
    for block in reversed(_BLOCKS):
        remain = {n: n - n % block for n in LENGTHS if n % block}
        if to_the_end and starts == remain:
            return f"what is left over after whole blocks of {block} is treated otherwise"
    if to_the_end and len(set(starts.values())) == 1 and 0 not in starts.values():
        return f"only the first {next(iter(starts.values()))} numbers are computed"
    period = _NUMBERS.size
    long = [mask for n, (mask, _, _) in wrong.items() if n >= 2 * period]
    # the same number differs wherever it stands
    if long and all((mask[period:] == mask[:-period]).all() for mask in long):
        return "it depends on how many numbers there are, or on all of them (a mean, a maximum, a sum over the array)"
    return "it depends on the place in the array"


def _neighbours(call: _Call, comparison: _Comparison) -> _Finding | None:
    """Return what a nan, an infinity or the largest number changes elsewhere in the array."""
    form = comparison.form
    largest = ldexp(2.0 - ldexp(1.0, 1 - form.precision), form.max_exponent)
    x = np.resize(_NUMBERS, 33)
    alone = call(x)
    strangers = {"nan": nan, "inf": inf, "-inf": -inf, "the largest number": largest, "the lowest number": -largest}
    for shown, stranger in strangers.items():
        for place in (0, 16, 32):
            other = x.copy()
            other[place] = stranger
            output = call(other)
            if len(output.faults) == x.size:
                return _Finding(f"{shown} in the array is refused: {_said(output, 0)}")
            changed = comparison.differing(output.values, alone.values)
            changed[place] = False
            if not changed.any():
                continue
            i = int(np.argmax(changed))
            spread = np.isnan(output.values[i])
            cause = "a sum, a product or a maximum runs over the array" if spread else "the array is judged as a whole"
            hint = f"{shown} at position {place} changes the result at position {i}: {cause}"
            return comparison.finding(hint, float(x[i]), output, i, float(alone.values[i]))
    return None


def _strides(subject: Subject, *, keeps_shape: bool) -> Check:
    """Whether views that do not lie in one piece give what a copy gives."""
    name, comparison = "strides", _Comparison(subject.form)
    for layout in subject.implementation.library.layouts:
        if layout == "transposed" and not keeps_shape:
            continue
        x = np.resize(_NUMBERS, (5, 7) if layout == "transposed" else 33)
        wanted, output = subject.call(x), subject.call(x, layout)
        flat = x.ravel()
        if output.faults:
            hint = f"{_LAYOUTS[layout]} {_said(output, min(output.faults))}"
            return _Finding(hint, float(flat[min(output.faults)])).check(name, subject.form)
        mask = comparison.differing(output.values, wanted.values)
        if mask.any():
            i = int(np.argmax(mask))
            hint = (
                f"{_LAYOUTS[layout]} gives another value at position {i}: the memory is read as if it were in one piece"
            )
            found = comparison.finding(hint, float(flat[i]), output, i, float(wanted.values[i]))
            return found.check(name, subject.form)
    return comparison.passed(name)


_LAYOUTS: Final = {
    "every other": "a view of every other number",
    "reversed": "a reversed view",
    "transposed": "a transposed view",
}


def _said(output: Output, i: int) -> str:
    return "gives None" if output.faults[i] == NOTHING else output.faults[i]


def _numbers(n: int) -> str:
    return f"{n} number{'s' * (n > 1)}"
