"""``selu-math plot``: a picture."""

from __future__ import annotations

from typing import Annotated

import typer

from selu_math_cli.options import ActivationName, Json, Kind, Omega, Output, Quiet, Tau, choice


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plot", short_help="A picture: activation, phase, stability.")(plot)


def plot(
    picture: Annotated[str, typer.Argument(metavar="KIND", help="activation, phase or stability.")],
    activation: ActivationName = "selu",
    omega: Omega = "0",
    tau: Tau = "1",
    kind: Kind = "paper",
    theme: Annotated[str, typer.Option("--theme", metavar="THEME", help="light or dark.")] = "light",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Draw a picture; the suffix of --output (svg, png, pdf) names its format, KIND.svg is the default."""
    from selu_math.plotting import PLOTS

    chosen = choice(picture, "picture", tuple(PLOTS))
    print(chosen)
