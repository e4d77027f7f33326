"""``selu-math fixed-points``: every fixed point of the layer map in a region."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selu_math_cli.options import ActivationName, Digits, Json, Kind, Omega, Output, Quiet, Tau, whole_number
from selu_math_cli.output import JSON_DIGITS, Sink, table

if TYPE_CHECKING:
    from selu_math.fixed_points import Eigenvalue, FixedPoint, FixedPoints
    from selu_math.numbers.enclosure import Enclosure
    from selu_math.proofs.boxes import Box

_SHOWN = 5
_REASONS = {
    "degenerate": "fixed points that merge, or a continuum of them",
    "precision": "floats are too coarse there",
    "budget": "--max-boxes are used up",
    "zero": "nothing is proved of all variances down to 0",
    "infinity": "nothing is proved of all variances up to infinity",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fixed-points", short_help="Every fixed point in a region, each with its kind. Proved.")(fixed_points)


def fixed_points(
    omega: Omega = "0",
    tau: Tau = "1",
    within: Annotated[
        str,
        typer.Option(
            "--within",
            metavar="BOX",
            help="MU_LO,MU_HI,NU_LO,NU_HI: where to look; NU_LO may be 0 (left out itself) and NU_HI inf.",
        ),
    ] = "-10,10,1e-6,1e6",
    kind: Kind = "paper",
    digits: Digits = "15",
    max_boxes: Annotated[
        str | None,
        typer.Option(
            "--max-boxes",
            metavar="N",
            help="Boxes to examine, 1 to 10000000; by default 20000, or 1000 where moments are integrals.",
        ),
    ] = None,
    activation: ActivationName = "selu",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Every (mean, variance) that a layer keeps, in a region, each with its kind, and the proof that there is no other.

    Status 0: there are some, and these are all. 1: there are none, or part of the region is undecided.
    """
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.activations import parse_activation
    from selu_math.fixed_points import find_fixed_points
    from selu_math.numbers.exact import decimal_text

    f = parse_activation(activation)
    with sink.progress("isolating fixed points in ball arithmetic"):
        result = find_fixed_points(
            omega=omega,
            tau=tau,
            within=within,
            activation=f,
            kind=kind,
            digits=whole_number(digits, f"--digits for {f.name}", 1, f.max_digits),
            max_boxes=None if max_boxes is None else whole_number(max_boxes, "--max-boxes", 1, 10_000_000),
        )
    document = {
        "fixed_points": [_point(point) for point in result.fixed_points],
        "complete": result.complete,
        "undecided": [{"box": _ends(left.box), "reason": left.reason} for left in result.undecided],
        "region": str(result.region),
        "omega": decimal_text(result.omega),
        "tau": decimal_text(result.tau),
        "kind": str(result.kind),
        "activation": result.activation,
        "digits": result.digits,
        "boxes": result.boxes,
        "seconds": round(result.seconds, 4),
    }
    where = "" if result.kind == "mean-field" else f"ω = {decimal_text(result.omega)}, "
    rows = [
        (str(p.mean), str(p.variance), p.kind, " and ".join(map(str, p.eigenvalues)), f"{p.radius:.2g}", p.status)
        for p in result.fixed_points
    ]
    shown = [table(("mean", "variance", "kind", "eigenvalues", "alone within", "status"), rows), ""] if rows else []
    sink.emit(
        document,
        f"Fixed points of the layer map ({result.kind}) of {result.activation}, {where}τ = {decimal_text(result.tau)}",
        f"mean, variance in {result.region}",
        "",
        *shown,
        *_conclusion(result),
        "",
        f"{result.boxes} boxes, {result.seconds:.2g} s",
    )
    if not (result.complete and result.fixed_points):
        raise typer.Exit(1)


def _conclusion(result: FixedPoints) -> list[str]:
    count = len(result.fixed_points)
    if result.complete:
        found = {0: "There is none", 1: "This is the only one"}.get(count, f"These {count} are all")
        return [f"{found} in the region, proved by ball arithmetic."]
    lines = [f"Not complete: {len(result.undecided)} boxes are undecided, and may hold more."]
    for box, reason in result.undecided[:_SHOWN]:
        a, b, c, d = box
        lines.append(f"mean {a:.6g} to {b:.6g}, variance {c:.6g} to {d:.6g}: {_REASONS[reason]}")
    if len(result.undecided) > _SHOWN:
        lines.append("…")
    return lines


def _point(point: FixedPoint) -> dict[str, Any]:
    return {
        "mean": _number(point.mean),
        "variance": _number(point.variance),
        "radius": point.radius,
        "eigenvalues": [_eigenvalue(value) for value in point.eigenvalues],
        "spectral_radius": _number(point.spectral_radius),
        "kind": point.kind,
        "status": point.status,
    }


def _eigenvalue(value: Eigenvalue) -> Any:
    """Return a real eigenvalue as a number, another as its two parts."""
    if value.is_real:
        return _number(value.real)
    return {"real": _number(value.real), "imaginary": _number(value.imaginary)}


def _number(x: Enclosure) -> float | str | None:
    """Return a number with the digits that are proved, at most those asked for; None where not one is."""
    counts = range(x.shown, 0, -1)
    text = next((text for count in counts if (text := x.bounded_digits(count)) is not None), None)
    return float(text) if text is not None and x.shown <= JSON_DIGITS else text


def _ends(box: Box) -> list[float | None]:
    return [end if isfinite(end) else None for end in box]
