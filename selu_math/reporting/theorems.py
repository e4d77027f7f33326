"""The report's table of theorems: what was claimed, what is certified, and what lies beyond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.enclosure import Enclosure
from selu_math.proofs.bounds import Bound
from selu_math.proofs.certificate import canonical
from selu_math.proofs.prover import BITS, Proof, prove
from selu_math.proofs.statements import STATEMENTS
from selu_math.reporting.figures import Figure, figure

_DIGITS: Final = 6
_TOLERANCE: Final = "1e-9"
_NOTEBOOK: Final = "the authors' notebook"
# statement, quantity, side, rows, meaning, published to so many digits, where
_FIGURES: Final = (
    ("lemma-12", "norm", "below", "variance", "largest singular value, τ up to 1.25, supremum", "", ""),
    (
        "lemma-12",
        "norm",
        "below",
        "second-moment",
        "the same for (mean, second moment), which the lemma is not about",
        "0.991252",
        "the paper's grid, as the lemma's maximum",
    ),
    ("theorem-2", "growth", "below", "variance", "ν̃ − ν for ν in [3, 16], supremum", "-0.119744", _NOTEBOOK),
    ("theorem-3a", "growth", "above", "variance", "ν̃ − ν for ν in [0.02, 0.16], infimum", "0.00773618", _NOTEBOOK),
    ("theorem-3b", "growth", "above", "variance", "ν̃ − ν for ν in [0.02, 0.24], infimum", "0.0110293", _NOTEBOOK),
)


@dataclass(frozen=True)
class Theorem:
    """A statement with its verdict.

    Attributes:
        name: as ``selu-math prove`` takes it.
        source: where it stands.
        words: what it says.
        verdict: proved, refuted or undecided.
        reason: the witness where it is refuted, or after how many layers it holds; empty elsewhere.
        leaves: how many boxes the proof rests on.
    """

    name: str
    source: str
    words: str
    verdict: str
    reason: str
    leaves: int


@dataclass(frozen=True)
class Theorems:
    """What is settled about the paper's theorems.

    Attributes:
        statements: all named ones.
        figures: certified suprema and infima beside published ones.
        certificates: of each statement, by its name, what ``selu-math check`` reads.
    """

    statements: Sequence[Theorem]
    figures: Sequence[Figure]
    certificates: Mapping[str, bytes]

    def to_dict(self) -> dict[str, Any]:
        """Return statements and figures for JSON."""
        return {"statements": [vars(s) for s in self.statements], "figures": [f.to_dict() for f in self.figures]}


def theorems() -> Theorems:
    """Prove all named statements."""
    proofs = {name: prove(name, tolerance=_TOLERANCE) for name in STATEMENTS}
    rows = [_row(proof) for proof in proofs.values()]
    with precision(BITS):
        figures = [_figure(proofs[name], *about) for name, *about in _FIGURES]
    certificates = {name: canonical(p.certificate) + b"\n" for name, p in proofs.items() if p.certificate is not None}
    return Theorems(rows, figures, certificates)


def _row(proof: Proof) -> Theorem:
    statement, reason = proof.statement, ""
    if not proof:
        reason = proof.verdict.reason
    elif proof.steps:
        reason = "finitely many layers" if proof.layers is None else f"{proof.layers} layers"
    return Theorem(statement.name, statement.source, statement.words, str(proof.verdict.answer), reason, proof.leaves)


def _figure(proof: Proof, kind: str, side: str, rows: str, meaning: str, published: str, source: str) -> Figure:
    bound: Bound = next(
        b for b in proof.bounds if (b.shown.kind, b.shown.side, b.shown.rows) == (kind, side, rows) and b.is_proved
    )
    low, high = map(BALL.rational, bound.ends)
    key = f"{proof.statement.name}_{kind}_{rows}".replace("-", "_")
    return figure(key, meaning, Enclosure.between(low, high), _DIGITS, published, source)
