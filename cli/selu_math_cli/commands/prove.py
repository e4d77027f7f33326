"""``selu-math prove``: the paper's theorems, and statements of one's own, with certificates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selu_math_cli.options import ActivationName, Json, Quiet
from selu_math_cli.output import Sink, require_standard_output_free, table

if TYPE_CHECKING:
    from selu_math.proofs.bounds import Bound
    from selu_math.proofs.prover import Proof


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("prove", short_help="A theorem about the layer map, with a certificate.")(prove)


def prove(
    statement: Annotated[
        str | None,
        typer.Argument(
            metavar="[STATEMENT]",
            help="theorem-1, lemma-12, theorem-2, theorem-3a, theorem-3b, image-bounds, global or everywhere.",
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="BOX", help="A box of your own that is to be kept and contracted."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            metavar="BOX",
            help="mu and nu from where all trajectories are to enter the region, or 'everywhere'.",
        ),
    ] = None,
    activation: ActivationName = "selu",
    smallest: Annotated[
        bool, typer.Option("--smallest", help="Take omega and tau of --region, and the smallest box that they keep.")
    ] = False,
    norm: Annotated[
        str,
        typer.Option("--norm", metavar="NORM", help="euclidean, or logarithmic (in ln nu), for your own region."),
    ] = "euclidean",
    weight: Annotated[
        str | None,
        typer.Option("--weight", metavar="W", help="w of the norm sqrt(dmu^2 + (w dnu)^2), for your own region."),
    ] = None,
    tolerance: Annotated[
        str, typer.Option("--tolerance", metavar="T", help="Width of each certified supremum.")
    ] = "1e-8",
    json: Json = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="CERT", help="Write the certificate there; - is standard output."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Prove or refute a statement about the mean and variance map; `selu-math check` checks the certificate."""
    require_standard_output_free(json, output)
    sink, file = Sink(None, as_json=json, quiet=quiet), Sink(output)
    from selu_math.activations import parse_activation
    from selu_math.exceptions import InputError
    from selu_math.proofs.certificate import canonical
    from selu_math.proofs.leaf import shape_of
    from selu_math.proofs.prover import prove as prove_statement
    from selu_math.proofs.prover import prove_basin
    from selu_math.proofs.region import Region
    from selu_math.proofs.trial import smallest_box

    if (statement is None) is (region is None):
        raise InputError("give either a statement (such as theorem-1) or --region")
    if region is None and (start is not None or smallest):
        raise InputError("--start and --smallest go with --region, which trajectories are to enter")
    function = parse_activation(activation)
    if output is not None and shape_of(function) is None:
        raise InputError(f"certificates are for activations of SELU's form; prove {function.name} without --output")
    options: dict[str, Any] = {"activation": function, "norm": norm, "weight": weight, "tolerance": tolerance}
    with sink.progress("growing split trees"):
        box = None if region is None else Region.parse(region)
        if box is not None and smallest:
            if "mu" in str(region) or "nu" in str(region):
                raise InputError("with --smallest, --region takes omega and tau; mu and nu are what is looked for")
            box = smallest_box(box, activation=function)
        if start is None or box is None:
            result = prove_statement(statement, region=box, **options)
        else:
            if "omega" in start or "tau" in start:
                raise InputError("--start takes mu and nu; omega and tau are those of --region")
            outer = None if start == "everywhere" else replace(Region.parse(start), omega=box.omega, tau=box.tau)
            result = prove_basin(outer, box, **options)
    certificate = result.certificate
    if output is not None and certificate is not None:
        file.write(canonical(certificate), b"\n")
    if output is None or str(output) != "-":
        sink.emit(_document(result, certificate), *_text(result, None if certificate is None else output))
    if not result:
        raise typer.Exit(1)


def _document(result: Proof, certificate: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "verdict": str(result.verdict.answer),
        "statement": result.statement.name,
        "words": result.statement.words,
        "source": result.statement.source,
        "region": result.statement.start,
        "reason": result.verdict.reason,
        "witness": dict(result.verdict.witness),
        "bounds": [
            {
                "quantity": name,
                "lower": low,
                "upper": high,
                "status": "proved" if bound.is_proved else "undecided",
                "at": at,
            }
            for bound in result.bounds
            for name, low, high, at in [_row(bound)]
        ],
        "layers": result.layers,
        "boxes": result.leaves,
        "seconds": round(result.seconds, 4),
        "certificate": certificate,
    }


def _row(bound: Bound) -> tuple[str, str, str, str]:
    """Return quantity, ends, and where the witness is."""
    from selu_math.numbers.exact import decimal_text

    claim, (low, high) = bound.shown, bound.ends
    names = {"mean": "new mean", "variance": "new variance", "growth": "new variance − ν"}
    extreme = "supremum" if claim.side == "below" else "infimum"
    rows = {"second-moment": " for (mean, second moment)", "log-variance": " for (mean, ln ν)"}.get(claim.rows, "")
    weight = "" if claim.weight == 1 else f", weight {claim.weight}"
    name = names.get(claim.kind, f"singular value{rows}{weight}")
    point = zip(("μ", "ω", "ν", "τ"), bound.witness.at or (), strict=False)
    ends = [decimal_text(low), decimal_text(high)]
    if not bound.is_proved:
        ends[claim.side == "below"] = "undecided"
    return f"{extreme} of the {name}", ends[0], ends[1], ", ".join(f"{k} = {float(x):.6g}" for k, x in point)


def _text(result: Proof, output: Path | None) -> list[Any]:
    statement = result.statement
    lines: list[Any] = [
        f"{str(result.verdict.answer).upper()}  {statement.name} ({statement.source})",
        "",
        statement.words,
        f"Region: {statement.start}"
        + ("" if statement.activation.name == "selu" else f", {statement.activation.name}"),
    ]
    if statement.attractor is not None:
        lines.append(f"Attractor: {statement.attractor}")
    if not result:
        lines += ["", result.verdict.reason]
    if result and result.steps:
        after = "finitely many" if result.layers is None else f"{result.layers:,}"
        lines += ["", f"After {after} layers every trajectory is in the attractor."]
    where = "in the attractor" if statement.attractor is not None else "in the region"
    lines += [
        "",
        table((f"certified {where}", "at least", "at most", "nearly attained at"), [_row(b) for b in result.bounds]),
        "",
        f"{result.leaves} boxes of (m, v), {result.seconds:.2g} s",
    ]
    if statement.shape is None:
        lines.append("no certificate: the checker knows activations of SELU's form")
    if output is not None:
        lines.append(f"certificate written to {output}; check it with: selu-math check {output}")
    return lines
