"""Errors of the package: every message is one line that says what was wrong and what is accepted."""

from __future__ import annotations


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


class MissingExtraError(SeluMathError, ImportError):
    """A feature needs an optional dependency that is not installed."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        super().__init__(f"{feature} needs {package}: pip install 'selu-math[{extra}]'")
