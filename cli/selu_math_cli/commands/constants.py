"""``selu-math constants``: lambda and alpha for any fixed point."""

from __future__ import annotations

import os
from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from selu_math.exceptions import InputError, PrecisionError
from selu_math_cli.options import ActivationName, Json, Omega, Output, Quiet, Tau, choice, whole_number
from selu_math_cli.output import Sink, table

if TYPE_CHECKING:
    from selu_math.activations import Activation
    from selu_math.families import AffineParameters, AffineSolution
    from selu_math.numbers.enclosure import Enclosure
    from selu_math.numbers.formats import BinaryNumber
    from selu_math.parameters import Parameters, Solution
    from selu_math.target import Target

Names: TypeAlias = Mapping[str, tuple[str, str]]

_SELU = {"lambda": ("λ", "scale"), "alpha": ("α", "alpha"), "lambda_alpha": ("λα", "scale_alpha")}
_AFFINE = {"scale": ("a", "scale"), "shift": ("b", "shift")}
"""Of each number: its key in JSON, its symbol, and the solution's attribute."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("constants", short_help="SELU's λ, α and λα for any fixed point.")(constants)


def constants(
    digits: Annotated[str, typer.Option("--digits", metavar="N", help="Significant digits.")] = "50",
    mean: Annotated[str, typer.Option("--mean", metavar="M", help="The mean to keep.")] = "0",
    variance: Annotated[str, typer.Option("--variance", metavar="V", help="The variance to keep, above 0.")] = "1",
    omega: Omega = "0",
    tau: Tau = "1",
    dtype: Annotated[
        str | None,
        typer.Option(
            "--dtype",
            metavar="D",
            help="Also round to a number format: float16, bfloat16, float32, float64, longdouble or binary128.",
        ),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="F", help="text, json, c, rust, julia, python, latex or onnx.")
    ] = "text",
    verify: Annotated[
        bool, typer.Option("--verify", help="Compute the digits again by another route, and compare all of them.")
    ] = False,
    activation: ActivationName = "selu",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """SELU's lambda and alpha, and their product, for a fixed point; every digit proved.

    Up to 10,000 digits for any fixed point, and up to 100 million for mean 0, variance 1 at omega 0, tau 1. With
    another --activation f, the numbers a and b for which a*f(x) + b keeps the fixed point.
    """
    from selu_math.activations import MAX_DIGITS, SELU, parse_activation
    from selu_math.parameters import MANY_DIGITS, selu_parameters
    from selu_math.reporting.snippets import LANGUAGES, snippet, usual_dtype
    from selu_math.target import Target

    chosen = choice(format_, "format", ("text", "json", *LANGUAGES))
    if json and chosen in LANGUAGES:
        raise InputError(f"--json and --format {chosen} are two formats; choose one")
    sink = Sink(output, as_json=json or chosen == "json", quiet=quiet)
    target = Target.of(mean, variance, omega, tau)
    f = parse_activation(activation)
    if f is not SELU:
        if verify or dtype is not None or chosen in LANGUAGES:
            raise InputError("--verify, --dtype and --format with a language are for SELU, without --activation")
        _write_affine(sink, f, target, digits)
        return
    is_normal = target == Target.of(0, 1, 0, 1)
    count = whole_number(digits, "--digits", 1, MANY_DIGITS if is_normal else MAX_DIGITS)
    if verify and not is_normal:
        raise InputError("--verify is for the fixed point mean 0, variance 1 at omega 0, tau 1")
    if verify or count > MAX_DIGITS:
        if chosen in LANGUAGES or dtype is not None:
            raise InputError(f"--format and --dtype go with at most {MAX_DIGITS} digits, and not with --verify")
        _write_many(sink, count, verify)
        return
    with sink.progress("solving in ball arithmetic"):
        result = selu_parameters(mean, variance, omega=omega, tau=tau, digits=count)
        rounded = _rounded(result, dtype or (usual_dtype(chosen) if chosen in LANGUAGES else None))
    if chosen in LANGUAGES and result.solution is not None:
        values = [rounded[name].decimal if rounded else str(x) for name, x in _numbers(_SELU, result).items()]
        sink.write(snippet(chosen, (values[0], values[1], values[2]), dtype, _note(result)))
        return
    document = _document(_SELU, result, [s.admissible for s in result.solutions]) | _rounded_document(rounded)
    if result.reason:
        document["reason"] = result.reason
    sink.emit(document, *_text(result, rounded))
    if result.solution is None:
        raise typer.Exit(1)


def _write_affine(sink: Sink, f: Activation, target: Target, digits: str) -> None:
    """Write a and b for another activation."""
    from selu_math.families import affine_parameters

    count = whole_number(digits, f"--digits for {f.name}", 1, f.max_digits)
    with sink.progress("solving in ball arithmetic"):
        result = affine_parameters(f, target.mean, target.variance, omega=target.omega, tau=target.tau, digits=count)
        first, second = result.solutions
        attracts = f"The fixed point {first.attraction}; with the other solution it {second.attraction}."
    sink.emit(
        {"activation": f.name, **_document(_AFFINE, result, [True, True])},
        *_lines(_AFFINE, first),
        "",
        f"a·f(x) + b with f = {f.name} has {target}.",
        f"{count} digits, correctly rounded, proved by ball arithmetic; 0 means below the last digit shown.",
        f"The other solution has a = {second.scale.digits(6)}, b = {second.shift.bounded_digits(6, float('inf'))}.",
        attracts,
    )


def _write_many(sink: Sink, count: int, verify: bool) -> None:
    """Write very many digits, number by number."""
    from selu_math.digits import many_digits

    with sink.progress("summing") as step:
        found = many_digits(count, verify=verify, threads=os.cpu_count() or 1, step=step)
    values = {name: getattr(found, attribute) for name, (_, attribute) in _SELU.items()}
    if sink.as_json:
        document = {
            **values,
            "digits": count,
            "target": {"mean": "0", "variance": "1", "omega": "0", "tau": "1"},
            "verified": verify,
            "solutions": [{**values, "accepted": True}],
        }
        sink.emit(document)
        return
    # written as it is: laying out lines of millions of characters would take longer than computing them
    note = "two routes agree on every digit, " if verify else ""
    parts = [part for name, text in values.items() for part in (f"{_SELU[name][0]:<3} ", text, "\n")]
    parts += ["\nSELU with fixed point mean 0, variance 1 under omega 0, tau 1.\n"]
    parts += [f"{count} digits, correctly rounded, {note}proved by ball arithmetic.\n"]
    sink.write(*parts)


def _numbers(names: Names, solution: Any) -> dict[str, Enclosure]:
    return {name: getattr(solution, attribute) for name, (_, attribute) in names.items()}


def _lines(names: Names, solution: Any) -> list[str]:
    return [f"{symbol:<3} {getattr(solution, attribute)}" for symbol, attribute in names.values()]


def _rounded(result: Parameters, dtype: str | None) -> dict[str, BinaryNumber]:
    """Return the three numbers in a number format, each rounded by itself."""
    if dtype is None:
        return {}
    from selu_math.numbers.formats import binary_format
    from selu_math.parameters import selu_parameters

    form = binary_format(dtype)
    if result.solution is None:
        return {}
    target = result.target
    fine = selu_parameters(
        target.mean, target.variance, omega=target.omega, tau=target.tau, digits=max(result.digits, 60)
    )
    found = {}
    for name, x in _numbers(_SELU, fine).items():
        number = form.round_enclosure(x)
        if number is None:
            symbol = _SELU[name][0]
            raise PrecisionError(f"the rounding of {symbol} to {form.name} is not decided; ask for more --digits")
        found[name] = number
    return found


def _note(result: Parameters) -> str:
    from selu_math import __version__

    return f"SELU with {result.target}; proved by selu-math {__version__}"


def _document(names: Names, result: Parameters | AffineParameters, accepted: list[bool]) -> dict[str, Any]:
    from selu_math.numbers.exact import decimal_text

    def shown(solution: Any) -> dict[str, Any]:
        return {name: x.bounded_digits(x.shown, inf) for name, x in _numbers(names, solution).items()}

    solutions: tuple[Solution | AffineSolution, ...] = result.solutions
    return {
        **(dict.fromkeys(names) if result.solution is None else shown(result.solution)),
        "digits": result.digits,
        "target": {name: decimal_text(value) for name, value in vars(result.target).items()},
        "solutions": [
            {
                **shown(solution),
                "accepted": holds,
                "attracts": str(solution.attraction.answer),
                "spectral_radius": solution.attraction.spectral_radius.bounded_digits(15),
            }
            for solution, holds in zip(solutions, accepted, strict=True)
        ],
    }


def _rounded_document(rounded: dict[str, BinaryNumber]) -> dict[str, Any]:
    if not rounded:
        return {}
    return {
        "dtype": {
            "name": next(iter(rounded.values())).format.name,
            **{name: {"value": x.decimal, "hex": x.hex, "bits": x.bits} for name, x in rounded.items()},
        }
    }


def _text(result: Parameters, rounded: dict[str, BinaryNumber]) -> list[Any]:
    found = result.solution
    if found is None:
        return [f"None: {result.reason}", "", f"Asked: {result.target}"]
    lines: list[Any] = [
        *_lines(_SELU, found),
        "",
        f"SELU with {result.target}.",
        f"{result.digits} digits, correctly rounded, proved by ball arithmetic.",
        f"The fixed point {found.attraction}.",
    ]
    for other in result.solutions:
        if other is not found:
            lines.append(f"The equations' other root has λ = {other.scale.digits(6)}, α = {other.alpha.digits(6)}.")
    if rounded:
        rows = [
            (_SELU[name][0], x.decimal, x.hex, x.bits, _ulp(x, truth))
            for (name, x), truth in zip(rounded.items(), _numbers(_SELU, found).values(), strict=True)
        ]
        name = next(iter(rounded.values())).format.name
        lines += ["", table((name, "nearest", "hexadecimal", "bits", "error in ulp"), rows)]
    return lines


def _ulp(x: BinaryNumber, truth: Enclosure) -> str:
    low, high = x.format.error(x.fraction, truth)
    return f"{float(high):.3f}" if high - low < 1 / 1000 else f"at most {float(high):.3f}"
