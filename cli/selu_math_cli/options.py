"""Options that several commands share, and the parsers of their text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from selu_math import exceptions

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Output: TypeAlias = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="PATH", help="Write the result there; - is standard output.")
]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
ActivationName: TypeAlias = Annotated[
    str,
    typer.Option(
        "--activation",
        metavar="NAME",
        help="An activation, such as selu, leaky_relu(0.01) or 'piecewise: x<0: 2*(exp(x)-1); x>=0: x'.",
    ),
]
Omega: TypeAlias = Annotated[str, typer.Option("--omega", metavar="W", help="Sum of a unit's weights.")]
Tau: TypeAlias = Annotated[str, typer.Option("--tau", metavar="T", help="Sum of a unit's squared weights, above 0.")]
Digits: TypeAlias = Annotated[str, typer.Option("--digits", metavar="N", help="Significant digits, 1 to 10000.")]
Kind: TypeAlias = Annotated[str, typer.Option("--kind", metavar="KIND", help="The layer map: paper or mean-field.")]


def whole_number(text: str, name: str, low: int, high: int) -> int:
    """Return a whole number in a range.

    Raises:
        InputError: for anything else; the message states the range.
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    # eighteen digits hold every limit there is, and no conversion of a longer one is tried
    is_number = plain.isascii() and plain.isdigit() and len(plain) <= 18
    return exceptions.whole_number(name, int(plain) if is_number else plain, low, high)


def choice(text: str, name: str, accepted: tuple[str, ...]) -> str:
    """Return ``text`` where it is one of ``accepted``.

    Raises:
        InputError: listing what is accepted.
    """
    if text not in accepted:
        raise exceptions.unknown_name(name, text, accepted)
    return text
