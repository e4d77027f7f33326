"""The entry point: commands, and errors in one line."""

from __future__ import annotations

import os
import re
import sys
from typing import Annotated

import typer

from selu_math.exceptions import PrecisionError, SeluMathError
from selu_math_cli.commands import (
    activations,
    atlas,
    check,
    constants,
    contraction,
    derive,
    fixed_points,
    gain,
    map_,
    plot,
    prove,
    report,
    verify,
)

app = typer.Typer(
    name="selu-math",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Derive, compute, prove and check the fixed-point mathematics of SELU.",
    epilog="Exit status: 0 it holds, 1 the answer is no or not proved, 2 bad usage or input.",
)

_COMMANDS = (
    constants,
    gain,
    derive,
    map_,
    fixed_points,
    contraction,
    prove,
    check,
    atlas,
    plot,
    verify,
    report,
    activations,
)
for module in _COMMANDS:
    module.register(app)

_NEGATIVE_NUMBER = re.compile(r"-(\d|\.\d|inf|nan)", re.IGNORECASE)


def _version(asked: bool) -> None:
    if asked:
        from selu_math import __version__

        typer.echo(f"selu-math {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Show help where no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line and leave with its status."""
    # a negative number is an argument, not an option: written with a minus sign proper, the parser lets it pass
    arguments = [re.sub("^-", "\N{MINUS SIGN}", a) if _NEGATIVE_NUMBER.match(a) else a for a in sys.argv[1:]]
    try:
        status = app(arguments, prog_name="selu-math", standalone_mode=False)
        sys.stdout.flush()
    except PrecisionError as error:
        status = _fail(str(error), 1)
    except SeluMathError as error:
        status = _fail(str(error), 2)
    except typer.TyperException as error:
        status = _fail(_one_line(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        status = 130
    except BrokenPipeError:
        # the reader has gone; nothing is left to say, and nowhere to say it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:  # noqa: BLE001 - a fault of ours is said in one line, too
        status = _fail(f"internal error, please report it: {type(error).__name__}: {' '.join(str(error).split())}", 1)
    sys.exit(status if isinstance(status, int) else 0)


def _one_line(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    help_for = getattr(context, "command_path", "selu-math")
    message = " ".join(error.format_message().split()).rstrip(".").replace("\N{MINUS SIGN}", "-")
    return f"{message}; see {help_for} --help"


def _fail(message: str, status: int) -> int:
    sys.stderr.write(f"selu-math: {message}\n")
    return status
