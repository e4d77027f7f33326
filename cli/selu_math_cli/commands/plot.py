"""``selu-math plot``: a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from selu_math_cli.options import Json, Output, Quiet, choice, whole_number
from selu_math_cli.output import Sink, require_standard_output_free

_PICTURES: Final = "activation, phase, stability, atlas, trajectories, basin or compare"
_TAKEN_BY: Final = {
    "omega": ("phase", "trajectories", "basin"),
    "tau": ("phase", "trajectories", "basin"),
    "kind": ("phase", "trajectories", "basin"),
    "within": ("phase", "basin"),
    "layers": ("trajectories", "basin"),
    "seed": ("trajectories",),
    "store": ("atlas",),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plot", short_help=f"A picture: {_PICTURES}.")(plot)


def plot(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help=f"{_PICTURES}.")],
    activation: Annotated[
        str | None, typer.Option("--activation", metavar="NAME", help="By default selu, or the store's.")
    ] = None,
    omega: Annotated[
        str | None,
        typer.Option(
            "--omega",
            metavar="W",
            help="Sum of a unit's weights, for phase (default 0), trajectories (0.1; or a range LOW:HIGH from which "
            "each layer's is drawn) and basin (0.8).",
        ),
    ] = None,
    tau: Annotated[
        str | None,
        typer.Option("--tau", metavar="T", help="Sum of a unit's squared weights, above 0, likewise; default 1."),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="The layer map, for these three: paper (default) or mean-field."),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option("--within", metavar="BOX", help="MU_LO,MU_HI,NU_LO,NU_HI: what phase and basin show."),
    ] = None,
    layers: Annotated[
        str | None,
        typer.Option("--layers", metavar="N", help="How many trajectories show; after how many basin gives up (300)."),
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="N", help="Of the weights that trajectories draw; default 0.")
    ] = None,
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

    The atlas is swept in float64 unless --store names one, which may be a certified one. With --output - the SVG goes
    to standard output.
    """
    require_standard_output_free(json, output)
    from selu_math.activations import parse_activation
    from selu_math.exceptions import InputError
    from selu_math.plotting import format_of, render
    from selu_math.reporting.pictures import KINDS, draw

    chosen = choice(picture, "picture", KINDS)
    given = {"omega": omega, "tau": tau, "kind": kind, "within": within, "layers": layers, "seed": seed, "store": store}
    for name, value in given.items():
        if value is not None and chosen not in _TAKEN_BY[name]:
            raise InputError(f"--{name} belongs to {', '.join(_TAKEN_BY[name])}; {chosen} takes none")
    options: dict[str, Any] = {}
    for name, text in (("omega", omega), ("tau", tau)):
        if text is not None:
            options[name] = _range(text, name) if chosen == "trajectories" and ":" in text else _number(text, name)
    if kind is not None:
        options["kind"] = kind
    if within is not None:
        options["region"] = _region(within)
    if layers is not None:
        options["layers"] = whole_number(layers, "--layers", 1, 10_000)
    if seed is not None:
        options["seed"] = whole_number(seed, "--seed", 0, 2**53)
    path = Path(f"{chosen}.svg") if output is None else output
    file_format = "svg" if str(path) == "-" else format_of(path)
    sink = Sink(path, quiet=quiet)
    f = None if activation is None else parse_activation(activation)
    with sink.progress(f"drawing {chosen}"):
        drawn = draw(chosen, activation=f, theme=theme, store=store, options=options)
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


def _number(text: str, name: str) -> float:
    from selu_math.exceptions import InputError, quoted
    from selu_math.numbers.exact import as_fraction

    try:
        return float(as_fraction(text, name))
    except OverflowError:
        raise InputError(f"{name} must be within float64, not {quoted(text)}") from None


def _range(text: str, name: str) -> tuple[float, float]:
    low, _, high = text.partition(":")
    return _number(low, name), _number(high, name)


def _region(text: str) -> tuple[tuple[float, float], tuple[float, float]]:
    from selu_math.exceptions import InputError, quoted

    ends = text.split(",")
    if len(ends) != 4:
        raise InputError(f"--within takes MU_LO,MU_HI,NU_LO,NU_HI, not {quoted(text)}")
    left, right, low, high = (_number(end, "an end of --within") for end in ends)
    if not (left < right and 0 < low < high):
        raise InputError(f"--within {quoted(text)} is empty, or its variances are not above 0")
    return (left, right), (low, high)
