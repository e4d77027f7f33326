"""Who computes the blocks: this process, all cores of this machine, or a Dask cluster."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import Final

from selu_math.atlas.grid import Settings
from selu_math.atlas.methods import compute_block
from selu_math.exceptions import InputError, MissingExtraError, quoted
from selu_math.processes import begin_child, interrupts_held

_WAITING: Final = 256
"""Blocks handed out at a time."""
PATIENCE: Final = 5
"""Seconds until a scheduler must have answered."""

Blocks = Generator[tuple[int, dict[str, bytes]], None, None]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serially(settings: Settings, blocks: Sequence[int]) -> Blocks:
    """Compute blocks in this process, one after the other."""
    return ((block, compute_block(settings, block)) for block in blocks)


def on_cores(settings: Settings, blocks: Sequence[int], workers: int) -> Blocks:
    """Compute blocks in that many processes; they come as they are done.

    Raises:
        InputError: where the processes cannot start or are killed.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(blocks)), mp_context=context, initializer=begin_child)
    try:
        yield from _as_done(pool, settings, blocks)
    except BrokenProcessPool:
        raise InputError(
            "the worker processes could not start, or were killed; in a script, call sweep under "
            "if __name__ == '__main__', or give workers=1"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)  # blocks under way are short enough to be waited for


def on_cluster(settings: Settings, blocks: Sequence[int], address: str) -> Blocks:
    """Compute blocks on the Dask cluster whose scheduler is at an address; they come as they are done.

    Raises:
        MissingExtraError: where ``distributed`` is not installed.
        InputError: where no scheduler answers, it has no workers, or they fail.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise MissingExtraError("--scheduler", "distributed", "distributed") from None
    with _unlogged("distributed", "distributed.client"), ExitStack() as stack:
        try:
            client = stack.enter_context(Client(address, timeout=PATIENCE, set_as_default=False))
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"no Dask scheduler answers at {quoted(address)}: {_brief(error)}") from None
        if not client.nthreads():
            raise InputError(f"the Dask scheduler at {quoted(address)} has no workers; start some")
        executor = client.get_executor()
        try:
            yield from _as_done(executor, settings, blocks)
        except ImportError as error:
            raise InputError(f"the Dask workers need selu-math: {_brief(error)}") from None
        except (KilledWorker, CancelledError, OSError) as error:
            raise InputError(f"the Dask cluster has gone: {_brief(error)}; what was computed is kept") from None
        finally:
            executor.shutdown(wait=False)  # which drops what is not done


@contextmanager
def _unlogged(*names: str) -> Iterator[None]:
    """Keep loggers from printing tracebacks of what is raised as well."""
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in names}
    try:
        for logger in levels:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


def _brief(error: Exception) -> str:
    return quoted(" ".join(f"{type(error).__name__} {error}".split()), 120)


def _as_done(executor: Executor, settings: Settings, blocks: Sequence[int]) -> Blocks:
    """Hand out blocks and return them as they are done."""
    left = iter(blocks)
    waiting: dict[Future[dict[str, bytes]], int] = {}

    def hand_out(count: int) -> None:
        with interrupts_held():
            for block in islice(left, count):
                waiting[executor.submit(compute_block, settings, block)] = block

    hand_out(_WAITING)
    while waiting:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield waiting.pop(future), future.result()
        hand_out(len(done))
