"""``selu-math derive``: where lambda and alpha come from, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from selu_math.exceptions import InputError
from selu_math_cli.options import Json, Omega, Output, Quiet, Tau, choice
from selu_math_cli.output import Sink, number

if TYPE_CHECKING:
    from selu_math.derivation import Derivation

_FORMATS = ("text", "markdown", "latex", "json")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("derive", short_help="Where λ and α come from, step by step, each step verified.")(derive)


def derive(
    mean: Annotated[str, typer.Option("--mean", metavar="M", help="The mean to keep.")] = "0",
    variance: Annotated[str, typer.Option("--variance", metavar="V", help="The variance to keep, above 0.")] = "1",
    omega: Omega = "0",
    tau: Tau = "1",
    format_: Annotated[
        str | None, typer.Option("--format", metavar="F", help="text, markdown, latex or json; text by default.")
    ] = None,
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """SELU's lambda and alpha for a fixed point, derived for a reader who knows calculus.

    Gaussian integrals, the two equations and their solution, the proved digits, and whether the fixed point attracts.
    Each step is verified, exactly by SymPy or in ball arithmetic by quadrature, before it is written.
    """
    chosen = choice(format_ or ("json" if json else "text"), "format", _FORMATS)
    if json and chosen != "json":
        raise InputError(f"--json and --format {chosen} contradict each other; choose one")
    sink = Sink(output, as_json=chosen == "json", quiet=quiet)
    from selu_math.derivation import derive as derive_steps

    with sink.progress("deriving, and verifying every step"):
        derivation = derive_steps(mean, variance, omega=omega, tau=tau)
    if sink.as_json:
        sink.emit(_document(derivation))
    else:
        from selu_math.reporting.derivation import document

        sink.write(document(derivation, chosen))
    if derivation.parameters.solution is None:
        raise typer.Exit(1)


def _document(derivation: Derivation) -> dict[str, Any]:
    from selu_math.derivation.notation import LATEX, TEXT
    from selu_math.numbers.exact import decimal_text

    found, layer = derivation.parameters.solution, derivation.layer
    moments = {
        "mean": derivation.mean,
        "second_moment": derivation.second_moment,
        "variance": derivation.variance,
        "spectral_radius": None if layer is None else layer.spectral_radius,
    }
    document: dict[str, Any] = {
        "steps": [
            {
                "title": step.title,
                "text": TEXT.prose(step.text),
                "formulas": [LATEX.formula(formula) for formula in step.formulas],
                "verified": step.verified,
            }
            for step in derivation.steps
        ],
        **{name: None if x is None else number(x) for name, x in moments.items()},
        "jacobian": None if layer is None else [[number(x) for x in row] for row in layer.jacobian],
        "lambda": None if found is None else str(found.scale),
        "alpha": None if found is None else str(found.alpha),
        "lambda_alpha": None if found is None else str(found.scale_alpha),
        "digits": derivation.parameters.digits,
        "target": {name: decimal_text(value) for name, value in vars(derivation.target).items()},
    }
    if found is None:
        document["reason"] = derivation.parameters.reason
    return document
