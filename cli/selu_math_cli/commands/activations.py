"""``selu-math activations``: the catalogue."""

from __future__ import annotations

import typer

from selu_math_cli.options import Json, Output, Quiet
from selu_math_cli.output import Sink, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("activations", short_help="The catalogue.")(activations)


def activations(json: Json = False, output: Output = None, quiet: Quiet = False) -> None:
    """List the activations that every command knows."""
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.activations import CATALOGUE

    entries = [
        {"name": entry.name, "parameters": dict(entry.parameters), "definition": entry.summary}
        for entry in CATALOGUE.values()
    ]
    rows = [
        (entry.name, ", ".join(f"{name} = {value}" for name, value in entry.parameters.items()), entry.summary)
        for entry in CATALOGUE.values()
    ]
    sink.emit(
        {"activations": entries},
        table(("name", "parameters", "definition"), rows),
        "",
        "Your own: --activation 'piecewise: x<0: 2*(exp(x)-1); x>=0: x'",
    )
