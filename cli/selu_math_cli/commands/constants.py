"""``selu-math constants``: lambda and alpha for any fixed point."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selu_math.exceptions import InputError, PrecisionError
from selu_math_cli.options import Json, Omega, Output, Quiet, Tau, choice, whole_number
from selu_math_cli.output import Sink, table

if TYPE_CHECKING:
    from selu_math.numbers.enclosure import Enclosure
    from selu_math.numbers.formats import BinaryNumber
    from selu_math.parameters import Parameters

_NAMES = {"lambda": "λ", "alpha": "α", "lambda_alpha": "λα"}


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
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """SELU's lambda and alpha, and their product, for a fixed point; every digit proved.

    Up to 10,000 digits for any fixed point, and up to 100 million for mean 0, variance 1 at omega 0, tau 1.
    """
    from selu_math.parameters import MANY_DIGITS, MAX_DIGITS, Target, selu_parameters
    from selu_math.reporting.snippets import LANGUAGES

    chosen = choice(format_, "format", ("text", "json", *LANGUAGES))
    sink = Sink(output, as_json=json or chosen == "json", quiet=quiet)
    target = Target.of(mean, variance, omega, tau)
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
        rounded = _rounded(result, dtype)
    if chosen in LANGUAGES and not sink.as_json and result.solution is not None:
        from selu_math.reporting.snippets import snippet

        values = [rounded[name].decimal if rounded else str(x) for name, x in _numbers(result).items()]
        sink.write(snippet(chosen, (values[0], values[1], values[2]), dtype, _note(result)))
        return
    sink.emit(_document(result, rounded), *_text(result, rounded))
    if result.solution is None:
        raise typer.Exit(1)


def _write_many(sink: Sink, count: int, verify: bool) -> None:
    """Write very many digits, number by number."""
    from selu_math.digits import many_digits

    with sink.progress("summing") as step:
        found = many_digits(count, verify=verify, threads=os.cpu_count() or 1, step=step)
    values = dict(zip(_NAMES, (found.scale, found.alpha, found.scale_alpha), strict=True))
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
    lines = [f"{_NAMES[name]:<3} {text}" for name, text in values.items()]
    lines += ["", "SELU with fixed point mean 0, variance 1 under omega 0, tau 1."]
    lines += [f"{count} digits, correctly rounded, {note}proved by ball arithmetic.", ""]
    sink.write("\n".join(lines))


def _numbers(result: Parameters) -> dict[str, Enclosure]:
    return dict(zip(_NAMES, (result.scale, result.alpha, result.scale_alpha), strict=True))


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
    for name, x in _numbers(fine).items():
        number = form.round_enclosure(x)
        if number is None:
            raise PrecisionError(f"the rounding of {_NAMES[name]} to {form.name} is not decided; ask for more --digits")
        found[name] = number
    return found


def _note(result: Parameters) -> str:
    from selu_math import __version__

    return f"SELU with {_target(result)}; proved by selu-math {__version__}"


def _target(result: Parameters) -> str:
    from selu_math.numbers.exact import decimal_text

    t = result.target
    mean, variance, omega, tau = (decimal_text(x) for x in (t.mean, t.variance, t.omega, t.tau))
    return f"fixed point mean {mean}, variance {variance} under omega {omega}, tau {tau}"


def _document(result: Parameters, rounded: dict[str, BinaryNumber]) -> dict[str, Any]:
    from selu_math.numbers.exact import decimal_text

    t = result.target
    found = _numbers(result) if result.solution is not None else {}
    document: dict[str, Any] = {name: str(found[name]) if found else None for name in _NAMES}
    document |= {
        "digits": result.digits,
        "target": {name: decimal_text(getattr(t, name)) for name in ("mean", "variance", "omega", "tau")},
        "solutions": [
            {
                "lambda": str(s.scale),
                "alpha": str(s.alpha),
                "lambda_alpha": str(s.scale_alpha),
                "accepted": s.admissible,
            }
            for s in result.solutions
        ],
    }
    if result.reason:
        document["reason"] = result.reason
    if rounded:
        document["dtype"] = {
            "name": next(iter(rounded.values())).format.name,
            **{name: {"value": x.decimal, "hex": x.hex, "bits": x.bits} for name, x in rounded.items()},
        }
    return document


def _text(result: Parameters, rounded: dict[str, BinaryNumber]) -> list[Any]:
    if result.solution is None:
        return [f"None: {result.reason}", "", f"Asked: {_target(result)}"]
    lines: list[Any] = [f"{_NAMES[name]:<3} {x}" for name, x in _numbers(result).items()]
    lines += [
        "",
        f"SELU with {_target(result)}.",
        f"{result.digits} digits, correctly rounded, proved by ball arithmetic.",
    ]
    others = [s for s in result.solutions if not s.admissible]
    if others and result.target.mean:
        lines += [f"The equations' other root has λ = {s.scale.digits(6)}, α = {s.alpha.digits(6)}." for s in others]
    if rounded:
        rows = [(_NAMES[name], x.decimal, x.hex, x.bits, _ulp(x, result, name)) for name, x in rounded.items()]
        name = next(iter(rounded.values())).format.name
        lines += ["", table((name, "nearest", "hexadecimal", "bits", "error in ulp"), rows)]
    return lines


def _ulp(x: BinaryNumber, result: Parameters, name: str) -> str:
    truth = _numbers(result)[name]
    low, high = x.format.error(x.fraction, truth)
    return f"{float(high):.3f}" if high - low < 1 / 1000 else f"at most {float(high):.3f}"
