"""A figure of a report: what it is, its proved value, what was published, and the verdict on that."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from selu_math.exceptions import PrecisionError
from selu_math.numbers.enclosure import Enclosure


class Comparison(StrEnum):
    """How a published statement fares."""

    AGREES = "agrees"
    DIFFERS = "differs"
    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Figure:
    """One line of a table.

    Attributes:
        key: its name in the JSON document.
        meaning: what it is, in words and symbols.
        value: the proved digits.
        published: the published figure or statement, as printed; empty where there is none.
        source: where that was published.
        verdict: how the published one fares; empty where there is none.
    """

    key: str
    meaning: str
    value: str
    published: str = ""
    source: str = ""
    verdict: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the figure for JSON."""
        return asdict(self)


def proved_digits(x: Enclosure, digits: int, unit: float = 1.0) -> str:
    """Return proved digits, or raise where they are not."""
    text = x.bounded_digits(digits, unit)
    if text is None:
        raise PrecisionError(f"{digits} digits of {x!r} are not proved")
    return text


def against_rounded(x: Enclosure, published: str) -> Comparison:
    """Compare with a published decimal: it agrees if it is one of the two nearest of its length, by at most one unit.

    Published figures are rounded or cut off, which no source says; both count as agreement.
    """
    unit = Decimal(1).scaleb(int(Decimal(published).as_tuple().exponent))
    low, high = (Decimal(end.numerator) / Decimal(end.denominator) for end in (x.lower, x.upper))
    return (
        Comparison.AGREES
        if abs(low - Decimal(published)) < unit > abs(high - Decimal(published))
        else Comparison.DIFFERS
    )


def figure(
    key: str, meaning: str, x: Enclosure, digits: int, published: str = "", source: str = "", unit: float = 1.0
) -> Figure:
    """Return a figure whose published value, if any, is a decimal to compare with."""
    verdict = against_rounded(x, published) if published else ""
    return Figure(key, meaning, proved_digits(x, digits, unit), published, source, str(verdict))


def bound(key: str, meaning: str, x: Enclosure, digits: int, relation: str, limit: str, source: str) -> Figure:
    """Return a figure with a published bound ``value <relation> limit``, relation being ``<``, ``<=`` or ``>=``."""
    end = Decimal(limit)
    low, high = (Decimal(e.numerator) / Decimal(e.denominator) for e in (x.lower, x.upper))
    holds, fails = (low > end, high < end) if relation == ">=" else (high < end, low > end)
    verdict = Comparison.PROVED if holds else Comparison.REFUTED if fails else Comparison.UNDECIDED
    symbol = {"<": "<", "<=": "≤", ">=": "≥"}[relation]
    return Figure(key, meaning, proved_digits(x, digits), f"{symbol} {limit}", source, str(verdict))
