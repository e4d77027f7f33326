"""``selu-math map``: the layer map at a point."""

from __future__ import annotations

from typing import Annotated

import typer

from selu_math_cli.options import ActivationName, Digits, Json, Kind, Omega, Output, Quiet, Tau, whole_number
from selu_math_cli.output import Sink, number, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("map", short_help="Mean, variance and Jacobian after a layer, or many.")(map_)


def map_(
    mean: Annotated[str, typer.Argument(metavar="MEAN", help="Mean of the layer's inputs.")],
    variance: Annotated[str, typer.Argument(metavar="VARIANCE", help="Variance of the layer's inputs, above 0.")],
    omega: Omega = "0",
    tau: Tau = "1",
    layers: Annotated[str, typer.Option("--layers", metavar="N", help="How many layers, 1 to 10000.")] = "1",
    kind: Kind = "paper",
    digits: Digits = "15",
    activation: ActivationName = "selu",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Mean and variance after one layer or N, the Jacobian there, its norm and spectral radius; all digits proved."""
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.activations import parse_activation
    from selu_math.numbers.exact import decimal_text
    from selu_math.proved_map import MAX_LAYERS, prove_map

    f = parse_activation(activation)
    with sink.progress("enclosing the layer map"):
        result = prove_map(
            mean,
            variance,
            omega=omega,
            tau=tau,
            layers=whole_number(layers, "--layers", 1, MAX_LAYERS),
            kind=kind,
            activation=f,
            digits=whole_number(digits, f"--digits for {f.name}", 1, f.max_digits),
        )
    document = {
        "mean": number(result.mean),
        "variance": number(result.variance),
        "jacobian": [[number(x) for x in row] for row in result.jacobian],
        "spectral_radius": number(result.spectral_radius),
        "spectral_norm": number(result.spectral_norm),
        "trajectory": [{"mean": number(m), "variance": number(v)} for m, v in result.trajectory],
        "input": {name: decimal_text(getattr(result.start, name)) for name in ("mean", "variance", "omega", "tau")},
        "kind": str(result.kind),
        "activation": result.activation,
        "layers": len(result.trajectory) - 1,
        "digits": result.digits,
    }
    steps = [(str(i), str(m), str(v)) for i, (m, v) in enumerate(result.trajectory)]
    if len(steps) > 24:
        steps = [*steps[:12], ("…", "…", "…"), *steps[-11:]]
    jacobian = [(name, *(str(x) for x in row)) for name, row in zip(("∂μ̃", "∂ν̃"), result.jacobian, strict=True)]
    where = "" if result.kind == "mean-field" else f"ω = {decimal_text(result.start.omega)}, "
    sink.emit(
        document,
        f"Layer map ({result.kind}) of {result.activation}, {where}τ = {decimal_text(result.start.tau)}; "
        f"digits proved by ball arithmetic, 0 means below the last digit shown",
        "",
        table(("layer", "mean", "variance"), steps, right=(0,)),
        "",
        table(("Jacobian", "/∂μ", "/∂ν"), jacobian),
        "",
        f"spectral radius  {result.spectral_radius}",
        f"spectral norm    {result.spectral_norm}",
    )
