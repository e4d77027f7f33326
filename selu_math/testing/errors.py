"""The errors of an implementation of SELU and of its slope over all probes, for pictures and statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from selu_math.numbers.formats import FORMATS
from selu_math.testing import checks
from selu_math.testing.adapters import refusal
from selu_math.testing.api import Gradient, Plan, planned
from selu_math.testing.gradient import count_flushed
from selu_math.testing.judgement import Judgement, Mask
from selu_math.testing.probes import SAMPLE, Array
from selu_math.testing.profiles import ProfileName
from selu_math.testing.result import Status
from selu_math.testing.subject import Recovered, Subject
from selu_math.testing.truth import TRUE_CONSTANTS


@dataclass(frozen=True)
class Errors:
    """How far values or slopes are off, at each probe of one number format.

    Attributes:
        of: what is off.
        dtype: the number format.
        profile: what the tolerance belongs to.
        tolerance: the largest error that it allows, in ulp.
        every_number: whether the probes are all non-zero finite numbers of the format.
        x: the probes, increasing, as float64.
        ulp: proved to be off by at least this many ulp of the truth; 0.5 stands for a correctly rounded number, inf for
            nan and where there is no number.
        right: where it is the nearest number of the format.
        flushed: where there is a zero in place of a subnormal number, which is a convention; ``ulp`` is 0 there.
        not_finite: where there is no number, nan, or an infinity in place of a finite number.
    """

    of: Literal["values", "slopes"]
    dtype: str
    profile: str
    tolerance: float
    every_number: bool
    x: Array
    ulp: Array
    right: Mask
    flushed: Mask
    not_finite: Mask

    @property
    def worst(self) -> int:
        """The index of the largest error that is a number; among equals, of the smallest ``|x|``."""
        finite = np.where(self.not_finite, -1.0, self.ulp)
        largest = np.flatnonzero(finite == finite.max())
        return int(largest[np.argmin(np.abs(self.x[largest]))])


def measure_errors(
    fn: Callable[[Any], Any],
    *,
    grad: Gradient = "auto",
    dtypes: Iterable[Any] | None = None,
    profile: ProfileName = "practical",
) -> tuple[Errors, ...]:
    """Return the errors of an implementation of SELU and of its slope over the probes of :func:`check_selu`.

    Both are measured from SELU itself, also where the implementation has other constants.

    Args:
        fn: the implementation, as for :func:`check_selu`.
        grad: its derivative, likewise; None leaves the slopes out.
        dtypes: number formats, likewise.
        profile: whose tolerance goes with them.

    Returns:
        For each format that is taken and kept, the values' errors and, where there is a derivative, the slopes'; left
        out where no number came back.

    Raises:
        InputError: for an unknown dtype or profile, or something that is no function.
        MissingExtraError: as for :func:`check_selu`.
    """
    plan = planned(fn, grad=grad, dtypes=dtypes, profile=profile, compiled=False)
    subjects = (Subject(plan.implementation, FORMATS[name], plan.profile) for name in plan.formats)
    found = (errors for subject in subjects if _is_taken(subject, plan) for errors in _measure(subject, plan))
    return tuple(errors for errors in found if not errors.not_finite.all())


def _is_taken(subject: Subject, plan: Plan) -> bool:
    """Return whether the format is to be measured: as in the checks, one not asked for by name need not be kept."""
    if refusal(subject.call(SAMPLE)):
        return False
    may_widen = plan.must_keep_dtype or plan.implementation.elementwise or subject.form.storage_bits > 16
    return may_widen or checks.dtype(subject).status is Status.PASSED


def _measure(subject: Subject, plan: Plan) -> Iterator[Errors]:
    true = Recovered(TRUE_CONSTANTS)
    yield _errors(subject, "values", subject.judge(subject.over_grid, true))
    if plan.slope is not None:
        slopes = subject.differentiate(plan.slope, subject.probes)
        at_zero = float(subject.differentiate(plan.slope, np.array([0.0])).values[0])
        yield _errors(subject, "slopes", count_flushed(subject.judge(slopes, true, slope=True), at_zero))


def _errors(subject: Subject, of: Literal["values", "slopes"], judged: Judgement) -> Errors:
    form = subject.form
    return Errors(
        of=of,
        dtype=form.name,
        profile=str(subject.profile),
        tolerance=subject.profile.tolerance(form),
        every_number=form.storage_bits == 16 and not subject.sparse,
        x=judged.x,
        ulp=judged.error,
        right=judged.got == judged.truth.nearest,
        flushed=judged.flushed,
        not_finite=np.isnan(judged.got) | (np.isinf(judged.got) & (judged.got != judged.truth.nearest)),
    )
