"""One test per check and number format: a mark for pytest, which is imported when the mark is made.

The idea is that of scikit-learn's ``parametrize_with_checks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from selu_math.exceptions import MissingExtraError
from selu_math.testing.api import Gradient, Plan, planned
from selu_math.testing.profiles import ProfileName
from selu_math.testing.result import Check, CheckResult, Status

if TYPE_CHECKING:
    import pytest


def parametrize_selu(
    fn: Callable[[Any], Any],
    *,
    grad: Gradient = "auto",
    dtypes: Iterable[Any] | None = None,
    profile: ProfileName = "practical",
    compiled: bool | None = None,
    expected_failures: Mapping[str, str] | None = None,
) -> pytest.MarkDecorator:
    """Return a mark for a test function or class that makes one test of each check of ``fn`` and number format.

    The test takes an argument ``check`` and calls it::

        @parametrize_selu(my_selu, dtypes=["float32"])
        def test_my_selu(check):
            check()

    It is called ``test_my_selu[values_near_zero-float32]`` then, and so on.  Where the check failed, the call raises
    an AssertionError that says what is wrong; where it was not made, the test is skipped, with the reason;
    conventions pass.  A check that is known to fail is an xfail; whether it is an error that it passes is decided, as
    for all tests, by pytest's ``xfail_strict``.  A reason holds for all formats, so what fails in some of them only
    takes two marked tests, with ``dtypes`` each.

    When tests are collected, ``fn`` is called with a few numbers to see what it takes.  All checks are made at once
    when the first of the tests runs (in each process, where they are spread over several).

    Args:
        fn: the implementation, as for :func:`~selu_math.testing.check_selu`.
        grad: its derivative, likewise.
        dtypes: number formats, likewise.
        profile: ``"practical"`` or ``"strict"``.
        compiled: whether it is also compiled and judged once more, likewise.
        expected_failures: names of checks that are known to fail, with the reason.

    Raises:
        InputError: as for :func:`~selu_math.testing.check_selu`.
        MissingExtraError: where pytest is not installed; else as for :func:`~selu_math.testing.check_selu`.
    """
    try:
        import pytest
    except ImportError:
        raise MissingExtraError("parametrize_selu", "pytest", "test") from None
    plan = planned(
        fn, grad=grad, dtypes=dtypes, profile=profile, compiled=compiled, expected_failures=expected_failures
    )
    run = _Run(plan)
    cases = []
    for name, dtype in plan.cases:
        reason = plan.expected.get(name)
        # an error in the checks themselves is never expected
        marks = () if reason is None else pytest.mark.xfail(reason=reason, raises=AssertionError)
        cases.append(pytest.param(Case(name, dtype, run), id=f"{name}-{dtype}", marks=marks))
    return pytest.mark.parametrize("check", cases)


@dataclass
class _Run:
    plan: Plan

    @cached_property
    def result(self) -> CheckResult:
        return self.plan.run()


@dataclass(frozen=True, eq=False)
class Case:
    """One check at one number format, as an argument of a test.

    Attributes:
        name: the check.
        dtype: the number format.
    """

    name: str
    dtype: str
    _run: _Run = field(repr=False)

    def __call__(self) -> None:
        """Return nothing where the check passed or found a convention.

        Raises:
            AssertionError: where it failed; announced failures are the mark's business.
            pytest.skip.Exception: where it was not made.
        """
        __tracebackhide__ = True
        import pytest

        made = [check for check in self._run.result.checks if check.dtype == self.dtype]
        own = next((check for check in made if check.name == self.name), None)
        if own is None:
            pytest.skip(_why_missing(made))
        if own.status in {Status.FAILED, Status.EXPECTED}:
            raise AssertionError(str(own))
        if own.status is Status.SKIPPED:
            pytest.skip(own.hint or "follows from another check")


def _why_missing(made: list[Check]) -> str:
    """Return why a format's checks end early: the last one tells."""
    last = made[-1]
    if last.status is Status.SKIPPED:
        return last.hint
    return f"follows from {last.name}" if last.status in {Status.FAILED, Status.EXPECTED} else "not made"
