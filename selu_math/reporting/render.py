"""From a report's figures to files: Markdown by a template, JSON, and SVG pictures in two themes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from selu_math.derivation.notation import LATEX
from selu_math.files import check_folder, write_atomically
from selu_math.plotting import render
from selu_math.proofs.statements import STATEMENTS
from selu_math.reporting.pictures import REPORTED, draw
from selu_math.reporting.selu import SeluReport, build_report
from selu_math.reporting.template import fill

THEMES: Final = {"light": "", "dark": "-dark"}
FILES: Final = (
    "README.md",
    "report.json",
    *(f"{name}{suffix}.svg" for name in REPORTED for suffix in THEMES.values()),
    *(f"certificates/{name}.json" for name in STATEMENTS),
)


def write_report(folder: Path, *, step: Callable[[str], None] = lambda _: None) -> SeluReport:
    """Compute the report on SELU and write it to ``folder``, which is made where it is missing.

    Every file is made in memory before the first is written.

    Args:
        folder: where to.
        step: called with what is being done, for a progress display.

    Raises:
        InputError: where the folder cannot be written.
    """
    check_folder(folder)
    step("proving")
    report = build_report()
    drawn = {}
    captions = {}
    for theme, suffix in THEMES.items():
        for name in REPORTED:
            step(f"drawing {name}, {theme}")
            picture = draw(name, theme=theme, theorem=report.contraction)
            drawn[f"{name}{suffix}.svg"] = render(picture.figure, "svg")
            captions[name] = picture.caption
    files = {
        "README.md": markdown(report, captions).encode(),
        "report.json": (json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n").encode(),
        **drawn,
        **{f"certificates/{name}.json": data for name, data in report.theorems.certificates.items()},
    }
    step("writing")
    (folder / "certificates").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_atomically(folder / name, [content])
    return report


_GREEK: Final = {"mu": "μ", "nu": "ν", "omega": "ω", "tau": "τ"}


def markdown(report: SeluReport, captions: dict[str, str]) -> str:
    """Return the report as Markdown."""
    filters: dict[str, Callable[..., str]] = {
        "short": lambda text, digits=34: text if len(text) <= digits else f"{text[:digits]}…",
        "sentence": lambda text: f"{text[0].upper()}{text[1:]}.",
        "latex": LATEX.expression,
        "greek": lambda text: re.sub(r"\b(mu|nu|omega|tau)\b", lambda found: _GREEK[found[0]], text),
        "region": lambda region: "[{}, {}] × ({}, {})".format(*str(region).replace("inf", "∞").split(",")),
    }
    return fill("selu.md.j2", filters, report=report, captions=captions)
