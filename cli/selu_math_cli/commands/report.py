"""``selu-math report``: all of it in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selu_math_cli.options import Json, Quiet
from selu_math_cli.output import Sink, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report", short_help="The report on SELU, in one folder.")(report)


def report(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write, made where it is missing.")
    ] = Path("reports/selu"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the report on SELU: Markdown, pictures and every figure as JSON."""
    from selu_math.exceptions import InputError
    from selu_math.files import check_folder

    if str(output) == "-":
        raise InputError("a report is a folder of files; give --output the name of a folder")
    check_folder(output)
    sink = Sink(None, as_json=json, quiet=quiet)
    from selu_math.reporting.render import FILES, write_report

    with sink.progress("proving") as step:
        result = write_report(output, step=step)
    paths = [str(output / name) for name in FILES]
    sink.emit(
        {"files": paths, "verdicts": result.verdicts},
        f"λ = {result.parameters.scale.digits(32)}",
        f"α = {result.parameters.alpha.digits(32)}",
        "",
        table(("claim", "verdict"), [(claim.sentence, claim.verdict) for claim in result.claims]),
        "",
        f"Read {output / 'README.md'}; every figure is in {output / 'report.json'}.",
    )
