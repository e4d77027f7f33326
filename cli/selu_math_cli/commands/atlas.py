"""``selu-math atlas``: the (omega, tau) plane, tile by tile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selu_math_cli.options import ActivationName, Json, Kind, Output, Quiet, whole_number
from selu_math_cli.output import Sink, table

if TYPE_CHECKING:
    from selu_math.atlas import Progress


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("atlas", short_help="The (omega, tau) plane in tiles: fixed points and where they attract.")(atlas)


def atlas(
    omega: Annotated[
        str | None,
        typer.Option("--omega", metavar="LO:HI:N", help="Sums of a unit's weights, N tiles.  [default: -1.5:1.5:150]"),
    ] = None,
    tau: Annotated[
        str, typer.Option("--tau", metavar="LO:HI:N", help="Sums of a unit's squared weights, above 0, N tiles.")
    ] = "0.3:3:150",
    kind: Kind = "paper",
    certified: Annotated[
        bool, typer.Option("--certified", help="Prove of each tile what holds for every (ω, τ) in it; takes an hour.")
    ] = False,
    store: Annotated[
        Path | None,
        typer.Option("--store", metavar="PATH", help="Keep the tiles there, in SQLite; resumes what was broken off."),
    ] = None,
    workers: Annotated[
        str | None, typer.Option("--workers", metavar="N", help="Processes.  [default: as many as there are cores]")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Compute on the Dask cluster with that scheduler."),
    ] = None,
    activation: ActivationName = "selu",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """What becomes of mean 0, variance 1 at the centre of every tile, and which fixed points are there.

    A fast sweep in float64: fixed points are found by search, and nothing is proved. With --certified it is proved in
    ball arithmetic, for whole tiles, that there is a fixed point and that it attracts or not, or that there is none.
    Without --store only the counts are kept. The columns of a store are read with selu_math.atlas.Atlas, which also
    exports them as text.
    """
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.atlas import sweep
    from selu_math.atlas.sweep import MAX_WORKERS

    count = None if workers is None else whole_number(workers, "--workers", 1, MAX_WORKERS)
    with (
        sink.progress("preparing") as step,
        sweep(
            omega,
            tau,
            activation=activation,
            kind=kind,
            method="certified" if certified else "float",
            store=store,
            workers=count,
            scheduler=scheduler,
            progress=lambda progress: step(_line(progress)),
        ) as found,
    ):
        counts, settings = found.counts(), found.settings
        document = {
            "counts": counts,
            "store": None if store is None else str(store),
            "tiles": found.tiles,
            "activation": settings.activation,
            "kind": str(settings.kind),
            "omega": str(settings.omega),
            "tau": str(settings.tau),
            "method": settings.method,
            "settings": settings.identity,
            "content": found.content_hash(),
        }
    where = "" if settings.kind == "mean-field" else f"ω in {settings.omega}, "
    sink.emit(
        document,
        f"{settings.activation} ({settings.kind}), {where}τ in {settings.tau}: {settings.tiles} tiles, "
        + (
            "proved for every (ω, τ) in a tile"
            if certified
            else "judged by their centres in float64; nothing is proved"
        ),
        "",
        table(
            ("a fixed point" if certified else "(0, 1)", "tiles", "share"),
            [(name, str(n), f"{n / settings.tiles:.2%}") for name, n in counts.items()],
            right=(1, 2),
        ),
        "",
        "kept nowhere; give --store PATH to keep the tiles" if store is None else f"kept in {store}",
    )


def _line(progress: Progress) -> str:
    line = f"{progress.done:,} of {progress.total:,} tiles"
    if progress.left is None:
        return line
    minutes, seconds = divmod(round(progress.left), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{line}, {progress.rate:,.0f} a second, {hours}:{minutes:02}:{seconds:02} left"
