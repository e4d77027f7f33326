"""Errors of the package: every message is one line that says what was wrong and what is accepted."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from numbers import Integral


def quoted(text: object, limit: int = 60) -> str:
    """Return ``text`` quoted on one line, its middle left out where it is long."""
    shown = repr(text)
    half = limit // 2
    return shown if len(shown) <= limit else f"{shown[:half]} … {shown[-half:]}"


class SeluMathError(Exception):
    """Root of all errors this package raises on purpose."""


class InputError(SeluMathError, ValueError):
    """An argument is outside what is accepted."""


class PrecisionError(SeluMathError):
    """The asked digits could not be proved within the precision limit."""


def unknown_name(what: str, name: str, accepted: Iterable[str]) -> InputError:
    """Return the error for a name that is none of those accepted; the nearest is suggested."""
    names = list(map(str, accepted))
    near = difflib.get_close_matches(str(name).lower(), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return InputError(f"unknown {what} {quoted(name)}; {hint}accepted: {', '.join(names)}")


def whole_number(name: str, value: object, low: int, high: int) -> int:
    """Return ``value`` where it is a whole number from ``low`` to ``high``, or raise an InputError that says so."""
    if isinstance(value, Integral) and low <= int(value) <= high:
        return int(value)
    raise InputError(f"{name} must be a whole number from {low} to {high}, not {quoted(value)}")


class MissingExtraError(SeluMathError, ImportError):
    """A feature needs an optional dependency that is not installed."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        super().__init__(f"{feature} needs {package}: pip install 'selu-math[{extra}]'")
