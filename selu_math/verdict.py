"""Three-valued verdicts: proved, refuted with a witness, or undecided with what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Answer(StrEnum):
    """What a proof came to."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Verdict:
    """An answer and the ground for it.

    Attributes:
        answer: proved, refuted or undecided.
        reason: one sentence.
        witness: for a refutation, the point that refutes, by the field's names.
    """

    answer: Answer
    reason: str
    witness: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.answer is Answer.PROVED

    def __str__(self) -> str:
        return f"{self.answer}: {self.reason}"


def both(*verdicts: Verdict) -> Answer:
    """Return the answer to a conjunction: refuted if any is, proved if all are."""
    answers = {verdict.answer for verdict in verdicts}
    if Answer.REFUTED in answers:
        return Answer.REFUTED
    return Answer.PROVED if answers == {Answer.PROVED} else Answer.UNDECIDED
