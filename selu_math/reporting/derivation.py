"""The derivation as a document: plain text for a terminal, Markdown, or LaTeX, from one template each."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Final

from selu_math.derivation import Derivation, Formula, symbols
from selu_math.derivation.notation import LATEX, TEXT
from selu_math.derivation.workings import DIGITS
from selu_math.numbers.enclosure import Enclosure
from selu_math.numbers.exact import decimal_text
from selu_math.reporting.template import fill

FORMATS: Final = {"text": "derivation.txt.j2", "markdown": "derivation.md.j2", "latex": "derivation.tex.j2"}
WIDTH: Final = 96
_UNBROKEN: Final = "\N{NO-BREAK SPACE}"


def document(derivation: Derivation, form: str) -> str:
    """Return a derivation as a document.

    Args:
        derivation: what to write.
        form: ``"text"``, ``"markdown"`` or ``"latex"``; the last is a complete document for any LaTeX with amsmath.
    """
    notation = TEXT if form == "text" else LATEX
    filters: dict[str, Callable[..., str]] = {
        "formula": notation.display,
        "prose": lambda prose: notation.prose(prose, _UNBROKEN),
        "wrap": _wrapped,
        "hang": lambda text, indent: text.replace("\n", "\n" + " " * indent),
        "greek": _greek,
    }
    found = derivation.parameters.solution
    target = {name: decimal_text(value) for name, value in vars(derivation.target).items()}
    results = []
    if found is not None:
        for symbol, value in ((symbols.LAMBDA, found.scale), (symbols.ALPHA, found.alpha)):
            results.append(Formula((symbol,), Enclosure(value.ball, DIGITS)))
    return fill(FORMATS[form], filters, derivation=derivation, target=target, results=results)


def _wrapped(text: str, indent: int) -> str:
    margin = " " * indent
    filled = textwrap.fill(text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
    return filled.replace(_UNBROKEN, " ")


def _greek(text: str) -> str:
    return text.replace("λ", r"$\lambda$").replace("α", r"$\alpha$")
