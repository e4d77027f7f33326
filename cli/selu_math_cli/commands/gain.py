"""``selu-math gain``: by what to scale an activation."""

from __future__ import annotations

from typing import Annotated

import typer

from selu_math_cli.options import Json, Output, Quiet, whole_number
from selu_math_cli.output import Sink, number, table

_MEANINGS = {
    "second_moment_gain": ("1/√E f²", "keeps the mean square, forwards"),
    "variance_gain": ("1/√Var f", "keeps the variance, forwards"),
    "gradient_gain": ("1/√E f′²", "keeps the mean squared gradient, backwards"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gain", short_help="By what to scale an activation, or its weights.")(gain)


def gain(
    activation: Annotated[str, typer.Argument(metavar="ACTIVATION", help="Such as relu, elu(1) or 'piecewise: ...'.")],
    digits: Annotated[str, typer.Option("--digits", metavar="N", help="Significant digits, 1 to 10000.")] = "15",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Gains of an activation at a standard normal; all digits proved."""
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.activations import parse_activation
    from selu_math.gains import gains
    from selu_math.parameters import MAX_DIGITS

    with sink.progress("enclosing the moments"):
        result = gains(parse_activation(activation), digits=whole_number(digits, "--digits", 1, MAX_DIGITS))
    found = {name: getattr(result, name) for name in _MEANINGS}
    document = {name: number(x) for name, x in found.items()}
    rows = [(*_MEANINGS[name], str(x)) for name, x in found.items()]
    sink.emit(
        {**document, "activation": result.activation, "digits": result.digits},
        f"Gains of {result.activation} at z ~ N(0, 1); digits proved by ball arithmetic",
        "",
        table(("gain", "what it keeps", "value"), rows),
    )
