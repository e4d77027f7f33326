"""What a check found, and what all checks found together."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import isfinite
from typing import Any, Final, Literal, TypeAlias

from selu_math.exceptions import InputError, quoted
from selu_math.numbers.formats import BinaryFormat


class Status(StrEnum):
    """The outcome of one check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CONVENTION = "convention"
    """A choice that the definition leaves open; reported, never a failure."""
    EXPECTED = "expected"
    """A failure that the caller announced."""


OnFail: TypeAlias = Literal["raise", "warn"] | None
"""What a failed check does: raise an AssertionError, warn, or nothing."""
_ORDER: Final = (Status.FAILED, Status.EXPECTED, Status.CONVENTION, Status.SKIPPED, Status.PASSED)
_PLURALS: Final = {Status.CONVENTION: "conventions", Status.EXPECTED: "expected failures"}


@dataclass(frozen=True)
class Check:
    """One check at one number format.

    Attributes:
        name: which check.
        status: its outcome.
        dtype: the number format.
        hint: what was found, and what to change; empty where there is nothing to say.
        where: how many inputs are at fault, and in which range.
        worst_x: the input with the largest error, or the one at fault.
        got: what it gave there: the shortest decimal that rounds to it, or ``"None"``; None where it raised.
        expected: the correctly rounded value there, likewise.
        ulp: the largest error in units in the last place, 0.5 at least; None where an error is no number.
    """

    name: str
    status: Status
    dtype: str
    hint: str = ""
    where: str = ""
    worst_x: float | None = None
    got: str | None = None
    expected: str | None = None
    ulp: float | None = None

    @property
    def case(self) -> str:
        """Where it is wrong, and the worst case, as a phrase; empty where neither is known."""
        if self.worst_x is None:
            return self.where
        at = f"{self.where}, worst at x = {self.worst_x!r}" if self.where else f"at x = {self.worst_x!r}"
        if self.got is None:
            return at
        ulp = "" if self.ulp is None or not isfinite(self.ulp) else f" ({_short(self.ulp)} ulp)"
        return f"{at}: got {self.got}, expected {self.expected}{ulp}"

    def __str__(self) -> str:
        return merged([self])[0]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-safe values; inputs are strings, since they may need 17 digits."""
        return {
            "name": self.name,
            "status": str(self.status),
            "dtype": self.dtype,
            "worst_x": None if self.worst_x is None else repr(self.worst_x),
            "got": self.got,
            "expected": self.expected,
            "ulp": None if self.ulp is None or not isfinite(self.ulp) else float(_short(self.ulp)),
            "hint": self.hint,
            "where": self.where,
        }


@dataclass(frozen=True)
class CheckResult:
    """All checks of one implementation.

    Attributes:
        target: what was checked, by name.
        profile: the profile it was held to.
        checks: one record for each check and number format, in the order they were made.
        of: what it is to be.
    """

    target: str
    profile: str
    checks: tuple[Check, ...]
    of: str = "SELU"

    @property
    def passed(self) -> bool:
        """Whether nothing failed; conventions, skipped checks and announced failures do not count."""
        return not self.failures

    @property
    def failures(self) -> tuple[Check, ...]:
        """The records that failed."""
        return tuple(check for check in self.checks if check.status is Status.FAILED)

    @property
    def summary(self) -> str:
        """One line: the verdict and how many checks went which way."""
        counts = {status: sum(check.status is status for check in self.checks) for status in _ORDER}
        shown = ", ".join(f"{n} {_PLURALS.get(s, s) if n > 1 else s}" for s, n in counts.items() if n)
        verdict = "passes" if self.passed else "fails"
        return f"{self.target} {verdict} the checks for {self.of} ({self.profile}): {shown}"

    def __str__(self) -> str:
        """Return the summary, then failures, announced failures and conventions."""
        shown = [check for check in self.checks if check.status not in {Status.PASSED, Status.SKIPPED}]
        shown.sort(key=lambda check: _ORDER.index(check.status))
        return "\n".join([self.summary, *(f"  {entry}" for entry in merged(shown))])

    def concluded(self, on_fail: OnFail) -> CheckResult:
        """Return the result to whoever asked for the check, or raise or warn where it failed."""
        if not self.passed and on_fail == "raise":
            raise AssertionError(str(self))
        if not self.passed and on_fail == "warn":
            warnings.warn(str(self), stacklevel=3)
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-safe values."""
        return {
            "target": self.target,
            "profile": self.profile,
            "passed": self.passed,
            "checks": [check.to_dict() for check in self.checks],
        }


def require_on_fail(on_fail: OnFail) -> None:
    """Raise an InputError for anything else."""
    if on_fail not in {"raise", "warn", None}:
        raise InputError(f"on_fail must be 'raise', 'warn' or None, not {quoted(on_fail)}")


def merged(checks: Iterable[Check]) -> list[str]:
    """Return an entry for each check: what is said, then a line a case; formats of which the same is said share one."""
    groups: dict[tuple[str, Status, str], list[Check]] = {}
    for check in checks:
        groups.setdefault((check.name, check.status, check.hint), []).append(check)
    lines = []
    for (name, status, hint), group in groups.items():
        cases = [f"{check.dtype} {check.case}" for check in group if check.case and status in _ORDER[:2]]
        formats = ", ".join(dict.fromkeys(check.dtype for check in group))
        lines.append("\n    ".join([f"{status} {name} [{formats}]{': ' if hint else ''}{hint}", *cases]))
    return lines


def show_number(value: float, form: BinaryFormat) -> str:
    """Return the shortest decimal that rounds to ``value`` in ``form``."""
    if not isfinite(value) or not value:
        return str(value)
    return form.round(Fraction(value)).decimal


def _short(ulp: float) -> str:
    return f"{ulp:.3g}"
