"""``selu-math contraction``: invariance and contraction over a region, proved."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from selu_math_cli.options import ActivationName, Json, Output, Quiet, choice, whole_number
from selu_math_cli.output import Sink, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("contraction", short_help="Does a region map into itself and contract? Proved.")(contraction)


def contraction(
    region: Annotated[
        str | None,
        typer.Option(
            "--region",
            metavar="BOX",
            help="name=lo:hi for mu, omega, nu, tau, comma-separated; a missing name takes Theorem 1's range.",
        ),
    ] = None,
    norm: Annotated[str, typer.Option("--norm", metavar="NORM", help="euclidean or weighted.")] = "euclidean",
    max_boxes: Annotated[
        str, typer.Option("--max-boxes", metavar="N", help="Boxes to spend on each bound, 1 to 10000000.")
    ] = "50000",
    activation: ActivationName = "selu",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Prove or refute that the layer map keeps a (mu, nu) box and contracts on it, for every (omega, tau)."""
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.activations import parse_activation
    from selu_math.numbers.exact import decimal_text
    from selu_math.proofs.contraction import NORMS, check_contraction
    from selu_math.proofs.region import Region

    chosen = choice(norm, "norm", NORMS)
    box = Region() if region is None else Region.parse(region)
    f = parse_activation(activation)
    limit = whole_number(max_boxes, "--max-boxes", 1, 10_000_000)
    with sink.progress("branch and bound in ball arithmetic"):
        result = check_contraction(box, activation=f, norm=chosen, max_boxes=limit)
    ranges = {"mean": result.mean, "variance": result.variance}
    document: dict[str, Any] = {
        "verdict": str(result.answer),
        "invariant": str(result.invariant.answer),
        "contracting": str(result.contracting.answer),
        "reasons": {"invariant": result.invariant.reason, "contracting": result.contracting.reason},
        "norm": result.norm,
        "weight": str(result.weight),
        "norm_sup": list(result.norm_sup.bounds()),
        "norm_at": dict(zip(("mu", "omega", "nu", "tau"), map(decimal_text, result.norm_at), strict=False)),
        "image": {name: list(r.bounds()) for name, r in ranges.items()},
        "image_attained": {name: [r.lowest.bounds()[1], r.highest.bounds()[0]] for name, r in ranges.items()},
        "witness": dict(result.contracting.witness or result.invariant.witness),
        "region": str(box),
        "activation": result.activation,
        "boxes": result.boxes,
        "undecided_boxes": len(result.left),
        "seconds": round(result.seconds, 4),
    }
    rows = [
        ("sup of the norm", str(result.norm_sup), ", ".join(f"{k} = {v}" for k, v in document["norm_at"].items())),
        *(
            (f"{word} new {name}", str(getattr(r, word)), "")
            for name, r in ranges.items()
            for word in ("lowest", "highest")
        ),
    ]
    measure = "Euclidean" if chosen == "euclidean" else f"√(dμ² + (w dν)²) with w = {result.weight}"
    sink.emit(
        _json_safe(document),
        f"{str(result.answer).upper()}  {result.activation} on {box}",
        "",
        f"invariant    {result.invariant}",
        f"contracting  {result.contracting}",
        f"norm         {measure}",
        "",
        table(("certified", "value", "at"), rows),
        "",
        f"{result.boxes} boxes, {len(result.left)} unsettled, {result.seconds:.2g} s",
    )
    if not result:
        raise typer.Exit(1)


def _json_safe(value: Any) -> Any:
    """Return ``value`` with unbounded ends as null, for which JSON has no number."""
    if isinstance(value, dict):
        return {key: _json_safe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json_safe(item) for item in value]
    return None if isinstance(value, float) and abs(value) == float("inf") else value
