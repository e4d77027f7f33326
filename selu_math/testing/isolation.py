"""Running a check in a process of its own, so that code which hangs, prints or ends the process does no harm."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

from selu_math.exceptions import InputError, SeluMathError, quoted
from selu_math.processes import begin_child, interrupts_held
from selu_math.testing.adapters import one_line
from selu_math.testing.api import check_selu
from selu_math.testing.dropout import check_alpha_dropout
from selu_math.testing.errors import Errors, measure_errors
from selu_math.testing.initialisers import check_initializer
from selu_math.testing.result import CheckResult
from selu_math.testing.targets import resolve_target

KINDS: Final[dict[str, Callable[..., CheckResult]]] = {
    "selu": check_selu,
    "alpha-dropout": check_alpha_dropout,
    "init": check_initializer,
}
"""What a target can be checked for, and by what."""
_WORDS: Final = {
    "alpha-dropout": ("dropout",),
    "init": ("init", "normal", "uniform", "lecun", "kaiming", "xavier", "glorot"),
}


def guess(target: str) -> str:
    """Return what a target is to be, by its attribute's name: one of :data:`KINDS`."""
    name = target.rpartition(":")[2].rpartition(".")[2].lower()
    return next((kind for kind, words in _WORDS.items() if any(word in name for word in words)), "selu")


def check_target(target: str, kind: str = "selu", *, timeout: float | None = None, **options: Any) -> CheckResult:
    """Return what the checks of that kind find about a target, which is loaded and run elsewhere.

    What it prints, from C code too, goes to standard error.

    Args:
        target: as for :func:`~selu_math.testing.targets.resolve_target`.
        kind: one of :data:`KINDS`.
        timeout: seconds that it may take; None sets no limit.
        options: passed on to the check.

    Raises:
        InputError: for whatever ``resolve_target`` and the check refuse, for a target that takes longer, and for one
            that ends the process.
    """
    found: CheckResult = _run_elsewhere(KINDS[kind], target, timeout, options)
    return found


def measure_target(
    target: str, *, timeout: float | None = None, **options: Any
) -> tuple[CheckResult, tuple[Errors, ...]]:
    """Return what the checks of SELU find about a target, and its errors; otherwise as :func:`check_target`."""
    found: tuple[CheckResult, tuple[Errors, ...]] = _run_elsewhere(_check_and_measure, target, timeout, options)
    return found


def _check_and_measure(fn: Callable[[Any], Any], **options: Any) -> tuple[CheckResult, tuple[Errors, ...]]:
    result = check_selu(fn, **options)
    return result, measure_errors(fn, dtypes=options.get("dtypes"), profile=options.get("profile", "practical"))


def _run_elsewhere(task: Callable[..., Any], target: str, timeout: float | None, options: dict[str, Any]) -> Any:
    """Return what a task, a function of a module, finds about a target in a process of its own."""
    # a fresh interpreter: frameworks do not survive a fork
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(there, task, target, options), daemon=True)
    with interrupts_held():
        child.start()
    there.close()
    try:
        if not here.poll(timeout):
            raise InputError(f"{quoted(target)} did not finish within {timeout:g} s; --timeout sets the limit")
        result = here.recv()
    except EOFError:
        child.join()
        raise InputError(f"{quoted(target)} ended the process that ran it: {_end(child.exitcode or 0)}") from None
    finally:
        # threads that it left behind, too
        child.kill()
        child.join()
        here.close()
    if isinstance(result, Exception):
        raise result
    return result


def _child(connection: Connection, task: Callable[..., Any], target: str, options: dict[str, Any]) -> None:
    begin_child()
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        connection.send(task(resolve_target(target), **options, on_fail=None))
    except SeluMathError as error:
        connection.send(InputError(str(error)))
    except Exception as error:  # noqa: BLE001  a fault of ours reaches the parent in one line, too
        connection.send(RuntimeError(one_line(error)))


def _end(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name
