"""Running a check in a process of its own, so that code which hangs, prints or ends the process does no harm."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from selu_math.exceptions import InputError, SeluMathError, quoted
from selu_math.testing.adapters import one_line
from selu_math.testing.api import check_selu
from selu_math.testing.result import CheckResult
from selu_math.testing.targets import resolve_target


def check_target(target: str, *, timeout: float | None = None, **options: Any) -> CheckResult:
    """Return what :func:`~selu_math.testing.check_selu` finds about a target, which is loaded and run elsewhere.

    What it prints, from C code too, goes to standard error.

    Args:
        target: as for :func:`~selu_math.testing.targets.resolve_target`.
        timeout: seconds that it may take; None sets no limit.
        options: passed on to ``check_selu``.

    Raises:
        InputError: for whatever ``resolve_target`` and ``check_selu`` refuse, for a target that takes longer, and for
            one that ends the process.
    """
    return _run(_check, target, timeout, options)


def _check(target: str, options: dict[str, Any]) -> CheckResult:
    return check_selu(resolve_target(target), **options, on_fail=None)


def _run(work: Callable[..., CheckResult], target: str, timeout: float | None, options: dict[str, Any]) -> CheckResult:
    # a fresh interpreter: frameworks do not survive a fork
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(there, work, target, options), daemon=True)
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
    found: CheckResult = result
    return found


def _child(connection: Connection, work: Callable[..., CheckResult], target: str, options: dict[str, Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends both
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        connection.send(work(target, options))
    except SeluMathError as error:
        connection.send(InputError(str(error)))
    except Exception as error:  # noqa: BLE001  a fault of ours reaches the parent in one line, too
        connection.send(RuntimeError(one_line(error)))


def _end(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name
