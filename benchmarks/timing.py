"""What the benchmarks share."""

import statistics
import time
from collections.abc import Callable
from typing import Any


def timed(run: Callable[[], Any], runs: int, before: Callable[[], Any] = lambda: None) -> float:
    """Return the median wall time; ``before`` runs ahead of each, untimed."""
    times = []
    for _ in range(runs):
        before()
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
