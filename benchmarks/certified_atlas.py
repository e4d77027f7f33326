"""The certified atlas: how many tiles are proved, and how long it takes on one worker, on two, and on a Dask cluster.

``--whole`` proves 150 x 150 tiles; without it a sample of rows, spread over the plane, stands for them.
"""

import sys
import time
from typing import Any

import numpy as np
from distributed import LocalCluster

from selu_math.atlas import sweep

PARTS = 150
OMEGA, TAU = (-1.5, 1.5), (0.3, 3.0)
SAMPLE = 5
WHOLE = f"{OMEGA[0]}:{OMEGA[1]}:{PARTS}"


def columns(which: int) -> str:
    """Return one column of the plane's tiles, as a range of omega."""
    width = (OMEGA[1] - OMEGA[0]) / PARTS
    return f"{OMEGA[0] + which * width:.3f}:{OMEGA[0] + (which + 1) * width:.3f}:1"


def timed(omegas: list[str], **how: Any) -> tuple[float, dict[str, int]]:
    """Return seconds and counts of the tiles above some ranges of omega."""
    total: dict[str, int] = {}
    started = time.perf_counter()
    for omega in omegas:
        with sweep(omega, f"{TAU[0]}:{TAU[1]}:{PARTS}", method="certified", **how) as atlas:
            for name, count in atlas.counts().items():
                total[name] = total.get(name, 0) + count
    return time.perf_counter() - started, total


def show(counts: dict[str, int]) -> str:
    """Return counts as shares."""
    tiles = sum(counts.values())
    return ", ".join(f"{name} {count / tiles:.1%}" for name, count in counts.items())


def main() -> None:
    """Print shares and times."""
    sample = [columns(which) for which in np.linspace(3, PARTS - 4, SAMPLE).astype(int)]
    alone, counts = timed(sample, workers=1)
    print(f"{SAMPLE} columns of {PARTS} tiles: {show(counts)}; {alone:.1f} s on one worker")
    both, _ = timed(sample, workers=2)
    print(f"on two workers {both:.1f} s, {alone / both:.2f} times as fast")
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        dask, _ = timed(sample, scheduler=cluster.scheduler_address)
        print(f"on a Dask cluster of two workers {dask:.1f} s, {alone / dask:.2f} times as fast")
    if "--whole" in sys.argv:
        seconds, counts = timed([WHOLE], workers=2)
        print(f"{PARTS} x {PARTS} tiles: {show(counts)}; {seconds:.0f} s on two workers")


if __name__ == "__main__":
    main()
