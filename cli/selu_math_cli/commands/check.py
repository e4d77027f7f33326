"""``selu-math check``: whether certificates hold, trusting nothing of the prover."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from selu_math_cli.options import Json, Output, Quiet
from selu_math_cli.output import Sink


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check", short_help="Does a certificate hold? Integer arithmetic alone.")(check)


def check(
    certificates: Annotated[list[Path], typer.Argument(metavar="CERT...", help="Files that prove has written.")],
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Check certificates of `selu-math prove` by the standard library alone; the checker also runs by itself."""
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.proofs import checker

    found = []
    with sink.progress("checking leaf by leaf"):
        for path in certificates:
            data = _read(path, checker.MAX_BYTES + 1)
            try:
                result = checker.check(data) | {"reason": "every leaf holds"}
            except checker.Rejected as error:
                result = {"verdict": "rejected", "statement": None, "leaves": 0, "words": [], "reason": str(error)}
            found.append({"path": str(path), **result})
    rejected = any(result["verdict"] == "rejected" for result in found)
    document: dict[str, Any] = found[0] if len(found) == 1 else {"verdict": _together(found), "certificates": found}
    sink.emit(document, *(line for result in found for line in _lines(result)))
    if rejected:
        raise typer.Exit(1)


def _together(found: list[dict[str, Any]]) -> str:
    """Return the worst verdict."""
    verdicts = {result["verdict"] for result in found}
    return next(verdict for verdict in ("rejected", "refuted", "proved") if verdict in verdicts)


def _read(path: Path, limit: int) -> bytes:
    """Return at most so many bytes of a file."""
    from selu_math.exceptions import InputError, quoted

    try:
        with path.open("rb") as file:
            return file.read(limit)
    except OSError as error:
        raise InputError(f"cannot read {quoted(str(path))}: {error.strerror}") from None


def _lines(result: dict[str, Any]) -> list[str]:
    if result["verdict"] == "rejected":
        return [f"REJECTED  {result['path']}: {result['reason']}"]
    from selu_math.numbers.exact import decimal_text

    head = f"{result['verdict'].upper()}  {result['path']}: {result['statement']}, {result['leaves']} leaves"
    decimals = (re.sub("-?[0-9]+/[0-9]+", lambda q: decimal_text(Fraction(q[0])), words) for words in result["words"])
    return [head, *(f"  {words}" for words in decimals)]
