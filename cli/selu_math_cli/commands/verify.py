"""``selu-math verify``: what an implementation gets right and wrong."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selu_math_cli.options import Json, Output, Quiet, choice
from selu_math_cli.output import Sink, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from selu_math.testing import Check, CheckResult, Errors


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
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="PATH", help="Draw the errors in ulp over x there, as svg, png or pdf."),
    ] = None,
    theme: Annotated[
        str | None, typer.Option("--theme", metavar="THEME", help="Of the picture: light (default) or dark.")
    ] = None,
    timeout: Annotated[str, typer.Option("--timeout", metavar="S", help="Seconds it may take; 0 is no limit.")] = "300",
    json: Json = False,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Check an implementation of SELU against proved values: constants, values in ulp, limits, nan, gradient."""
    sink = Sink(output, as_json=json, quiet=quiet)
    from selu_math.exceptions import InputError
    from selu_math.testing.isolation import KINDS, check_target, guess, measure_target

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
        foreign = {"--dtype": dtype, "--compiled": compiled, "--expect-fail": expect_fail, "--plot": plot}
        foreign |= {} if kind == "alpha-dropout" else {"--p": p}
    for name, value in foreign.items():
        if value is not None:
            raise InputError(f"{name} says nothing about {kind}; --of says what {target} is")
    limit = _seconds(timeout)
    if plot is not None:
        _require_drawable(plot, theme or "light", sink)
    elif theme is not None:
        raise InputError("--theme is the picture's; it needs --plot")
    drawn: dict[str, Any] | None = None
    with sink.progress(f"checking {target}") as step:
        if plot is None:
            result = check_target(target, kind, timeout=limit, **options)
        else:
            result, errors = measure_target(target, timeout=limit, **options)
            step("drawing the errors")
            drawn = _draw(plot, theme or "light", target, errors) if errors else None
    result = replace(result, target=target)
    document, text = result.to_dict(), _text(result)
    if plot is not None:
        document["plot"] = drawn
        says = f"Errors over x are drawn in {plot}." if drawn else "There is nothing to draw: no number came back."
        text += ["", says]
    sink.emit(document, *text)
    if not result.passed:
        raise typer.Exit(1)


def _require_drawable(path: Path, theme: str, sink: Sink) -> None:
    """Raise where a picture could not be drawn or written."""
    from selu_math.exceptions import InputError
    from selu_math.files import check_writable
    from selu_math.plotting import Theme, format_of

    Theme.of(theme)
    format_of(path)
    check_writable(path)
    if sink.path is not None and sink.path.resolve() == path.resolve():
        raise InputError("--plot and --output name the same file; give the picture one of its own")


def _draw(path: Path, theme: str, target: str, errors: Sequence[Errors]) -> dict[str, Any]:
    """Write the picture, and return what it shows."""
    from selu_math.plotting import format_of, plot_errors, render

    picture = plot_errors(errors, name=target, theme=theme)
    Sink(path).write(render(picture, format_of(path)))
    return {"path": str(path), "caption": picture.caption, "data": dict(picture.data)}


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
