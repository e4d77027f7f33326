"""``selu-math plot``: a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selu_math_cli.options import ActivationName, Json, Kind, Omega, Output, Quiet, Tau, choice
from selu_math_cli.output import Sink, require_standard_output_free


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plot", short_help="A picture: activation, phase, stability, atlas, compare.")(plot)


def plot(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="activation, phase, stability, atlas or compare.")],
    activation: ActivationName = "selu",
    omega: Omega = "0",
    tau: Tau = "1",
    kind: Kind = "paper",
    theme: Annotated[str, typer.Option("--theme", metavar="THEME", help="light or dark.")] = "light",
    store: Annotated[
        Path | None,
        typer.Option("--store", metavar="PATH", help="For atlas: the tiles that the command atlas has kept there."),
    ] = None,
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Draw a picture; the suffix of --output (svg, png, pdf) names its format, PICTURE.svg is the default.

    --omega, --tau and --kind are those of the phase portrait. The atlas is swept in float64 unless --store names
    one, which may be a certified one. With --output - the SVG goes to standard output.
    """
    require_standard_output_free(json, output)
    from selu_math.activations import parse_activation
    from selu_math.exceptions import InputError
    from selu_math.numbers.exact import as_fraction
    from selu_math.plotting import format_of, render
    from selu_math.reporting.pictures import KINDS, draw

    chosen = choice(picture, "picture", KINDS)
    if chosen != "phase" and (omega, tau, kind) != ("0", "1", "paper"):
        raise InputError(f"--omega, --tau and --kind belong to the phase portrait; {chosen} takes none of them")
    if chosen != "atlas" and store is not None:
        raise InputError(f"--store belongs to the atlas; {chosen} takes none")
    path = Path(f"{chosen}.svg") if output is None else output
    file_format = "svg" if str(path) == "-" else format_of(path)
    sink = Sink(path, quiet=quiet)
    f = parse_activation(activation)
    with sink.progress(f"drawing {chosen}"):
        drawn = draw(
            chosen,
            activation=f,
            omega=float(as_fraction(omega, "omega")),
            tau=float(as_fraction(tau, "tau")),
            map_kind=kind,
            theme=theme,
            store=store,
        )
        sink.write(render(drawn, file_format))
    if sink.path is not None:
        document = {
            "path": str(path),
            "kind": chosen,
            "activation": drawn.data["activation"],
            "caption": drawn.caption,
            "data": dict(drawn.data),
        }
        Sink(None, as_json=json, quiet=quiet).emit(document, drawn.caption, "", f"Written to {path}.")
