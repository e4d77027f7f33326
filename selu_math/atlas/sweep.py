"""Sweeping the plane: what is missing is computed and stored, block by block."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from selu_math.atlas.grid import RangeLike
from selu_math.atlas.methods import DEFAULT_TAU
from selu_math.atlas.methods import settings as settings_of
from selu_math.atlas.result import Atlas
from selu_math.atlas.store import Store
from selu_math.atlas.workers import cores, on_cluster, on_cores, serially
from selu_math.exceptions import InputError, whole_number

MAX_WORKERS = 1024


class Progress(NamedTuple):
    """How far a sweep is.

    Attributes:
        done: tiles that are stored, those of earlier runs included.
        total: all tiles.
        rate: tiles a second in this run, 0 before the first.
        left: seconds left at this rate, None before the first.
    """

    done: int
    total: int
    rate: float
    left: float | None


def sweep(
    omega: RangeLike | None = None,
    tau: RangeLike = DEFAULT_TAU,
    *,
    activation: str = "selu",
    kind: str = "paper",
    method: str = "float",
    store: Path | str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Atlas:
    """Return the atlas of the (omega, tau) plane, computing the tiles that its store does not hold yet.

    With the method ``"float"`` each tile is judged by its centre, in float64: what becomes of mean 0 and variance 1,
    how many fixed points a search finds, and which of them is reached; none of it is proved.  With ``"certified"`` it
    is proved for every (omega, tau) of a tile that a fixed point exists and attracts, that one exists and does not, or
    that there is none with a mean within 100 and a variance from 0.001 to 10,000; or the tile is undecided.

    Args:
        omega: ``"lo:hi:n"`` or a triple, exact; by default -1.5:1.5:150.  The mean-field map has none.
        tau: the same, positive; by default 0.3:3:150.
        activation: an activation's name or its pieces, as text.
        kind: ``"paper"`` or ``"mean-field"``.
        method: what is asked of a tile.
        store: a SQLite file, made or resumed; by default the atlas is in memory.
        workers: processes, by default as many as there are cores; few blocks are computed without others.
        scheduler: address of a Dask scheduler, to compute on its cluster.
        progress: called at the start and after every block.

    Raises:
        InputError: for settings that are not accepted, a store that cannot be used, or workers that fail.
        MissingExtraError: where a scheduler is given and ``distributed`` is not installed.
    """
    if scheduler is not None and workers is not None:
        raise InputError("workers and scheduler exclude each other: a cluster has its own workers")
    count = cores() if workers is None else whole_number("workers", workers, 1, MAX_WORKERS)
    settings = settings_of(omega, tau, activation=activation, kind=kind, method=method)
    opened = Store.create(settings, None if store is None else Path(store))
    try:
        missing = opened.missing()
        done = settings.tiles - sum(len(settings.extent(block)) for block in missing)
        progress(Progress(done, settings.tiles, 0.0, None))
        if missing:
            if scheduler is not None:
                found = on_cluster(settings, missing, scheduler)
            elif min(count, len(missing)) > 1:
                found = on_cores(settings, missing, count)
            else:
                found = serially(settings, missing)
            before, started = done, time.perf_counter()
            with closing(found):
                for block, columns in found:
                    opened.write(block, columns)
                    done += len(settings.extent(block))
                    rate = (done - before) / (time.perf_counter() - started)
                    progress(Progress(done, settings.tiles, rate, (settings.tiles - done) / rate))
        opened.finish()
    except BaseException:
        opened.close()
        raise
    return Atlas(opened)
