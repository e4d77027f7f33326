"""The certified atlas: how many tiles are proved, and how long it takes on one worker, on two, and on a Dask cluster.

``--whole`` proves 150 x 150 tiles; without it a strip of six columns of them is timed.
"""

import sys
import time
from typing import Any

from distributed import LocalCluster

from selu_math.atlas import sweep

PARTS = 150
TAU = f"0.3:3:{PARTS}"
STRIP, WHOLE = "0.56:0.68:6", f"-1.5:1.5:{PARTS}"


def timed(omega: str, **how: Any) -> tuple[float, dict[str, int]]:
    """Return seconds and counts of the tiles above a range of omega."""
    started = time.perf_counter()
    with sweep(omega, TAU, method="certified", **how) as atlas:
        counts = atlas.counts()
    return time.perf_counter() - started, counts


def show(counts: dict[str, int]) -> str:
    """Return counts as shares."""
    tiles = sum(counts.values())
    return ", ".join(f"{name} {count / tiles:.1%}" for name, count in counts.items())


def main() -> None:
    """Print shares and times."""
    alone, counts = timed(STRIP, workers=1)
    print(f"ω in {STRIP}, τ in {TAU}: {show(counts)}; {alone:.1f} s on one worker")
    both, _ = timed(STRIP, workers=2)
    print(f"on two workers {both:.1f} s, {alone / both:.2f} times as fast")
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        dask, _ = timed(STRIP, scheduler=cluster.scheduler_address)
        print(f"on a Dask cluster of two workers {dask:.1f} s, {alone / dask:.2f} times as fast")
    if "--whole" in sys.argv:
        seconds, counts = timed(WHOLE, workers=2)
        print(f"{PARTS} x {PARTS} tiles: {show(counts)}; {seconds:.0f} s on two workers")


if __name__ == "__main__":
    main()
