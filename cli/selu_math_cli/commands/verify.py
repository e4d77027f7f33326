"""``selu-math verify``: what an implementation gets right and wrong."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selu_math_cli.options import Json, Output, Quiet, choice
from selu_math_cli.output import Sink, table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from selu_math.testing import Check, CheckResult


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify", short_help="What an implementation of SELU gets right and wrong.")(verify)


def verify(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="package.module:attribute, path/file.py:function or model.onnx; it is run."
        ),
    ],
    of: Annotated[
        str,
        typer.Option("--of", metavar="KIND", help="What it is: selu, alpha-dropout or init; auto goes by its name."),
    ] = "auto",
    p: Annotated[str | None, typer.Option("--p", metavar="P", help="The share that an alpha dropout drops.")] = None,
    dtype: Annotated[
        list[str] | None,
        typer.Option("--dtype", metavar="D", help="float16, bfloat16, float32 or float64; may be repeated."),
    ] = None,
    profile: Annotated[
        str,
        typer.Option("--profile", metavar="P", help="practical, or strict: 1 to 3 ulp, constants correctly rounded."),
    ] = "practical",
    expect_fail: Annotated[
        list[str] | None,
        typer.Option("--expect-fail", metavar="NAME=REASON", help="A check known to fail; may be repeated."),
    ] = None,
    compiled: Annotated[
        bool | None,
        typer.Option("--compiled/--not-compiled", help="Judge what torch.compile or jax.jit makes of it, too."),
    ] = None,
    timeout: Annotated[str, typer.Option("--timeout", metavar="S", help="Seconds it may take; 0 is no limit.")] = "300",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Check an implementation of SELU against proved values: constants, values in ulp, limits, nan, gradient."""
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.exceptions import InputError
    from selu_math.testing.isolation import KINDS, check_target, guess

    kind = guess(target) if of == "auto" else choice(of, "kind", tuple(KINDS))
    if kind == "selu":
        options: dict[str, Any] = {
            "dtypes": dtype,
            "profile": profile,
            "compiled": compiled,
            "expected_failures": _expected(expect_fail or []),
        }
        foreign: dict[str, Any] = {"--p": p}
    else:
        options = {"p": None if p is None else _share(p)} if kind == "alpha-dropout" else {}
        foreign = {"--dtype": dtype, "--compiled": compiled, "--expect-fail": expect_fail}
        foreign |= {} if kind == "alpha-dropout" else {"--p": p}
    for name, value in foreign.items():
        if value is not None:
            raise InputError(f"{name} says nothing about {kind}; --of says what {target} is")
    limit = _seconds(timeout)
    with sink.progress(f"checking {target}"):
        result = check_target(target, kind, timeout=limit, **options)
    result = replace(result, target=target)
    sink.emit(result.to_dict(), *_text(result))
    if not result.passed:
        raise typer.Exit(1)


def _expected(items: list[str]) -> dict[str, str]:
    from selu_math.exceptions import InputError, quoted

    expected = {}
    for item in items:
        name, equals, reason = item.partition("=")
        if not (equals and name.strip() and reason.strip()):
            raise InputError(f"--expect-fail takes NAME=REASON, not {quoted(item)}")
        expected[name.strip()] = reason.strip()
    return expected


def _share(text: str) -> float:
    from selu_math.exceptions import InputError, quoted

    try:
        return float(text)
    except ValueError:
        raise InputError(f"--p takes a number between 0 and 1, not {quoted(text)}") from None


def _seconds(text: str) -> float | None:
    """Return a limit of time, None for 0."""
    from selu_math.exceptions import InputError, quoted

    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not isfinite(seconds) or seconds < 0:
        raise InputError(f"--timeout takes seconds, 0 for no limit, not {quoted(text)}")
    return seconds or None


def _text(result: CheckResult) -> list[RenderableType]:
    cells: dict[str, dict[str, str]] = {}
    for check in result.checks:
        cells.setdefault(check.name, {})[check.dtype] = _cell(check)
    dtypes = list(dict.fromkeys(check.dtype for check in result.checks))
    rows = [(name, *(found.get(dtype, "") for dtype in dtypes)) for name, found in cells.items()]
    return [str(result), "", table(("check", *dtypes), rows)]


def _cell(check: Check) -> str:
    measured = check.status == "passed" and check.ulp is not None
    return f"{check.status}, {check.ulp:.3g} ulp" if measured else str(check.status)
