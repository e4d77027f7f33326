"""The certified supremum of the Jacobian's norm over Theorem 1's region, beside an optimiser that proves nothing."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import differential_evolution

from selu_math import check_contraction, jacobian, spectral_norm

RUNS = 7
BOUNDS = [(-0.1, 0.1), (-0.1, 0.1), (0.8, 1.5), (0.95, 1.1)]


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median wall time and the last result."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - started)
    return statistics.median(times), result


def negative_norm(x: np.ndarray) -> np.ndarray:
    """Return minus the norm at columns of (mu, omega, nu, tau)."""
    mu, omega, nu, tau = x
    return -spectral_norm(jacobian(mu, nu, omega=omega, tau=tau))


check_contraction()  # loads what is loaded at first use
proof_seconds, proof = timed(check_contraction)
search_seconds, search = timed(
    lambda: differential_evolution(negative_norm, BOUNDS, vectorized=True, updating="deferred", seed=0, tol=1e-9)
)
low, high = proof.norm_sup.bounds()
print(f"certified   {proof_seconds:.4f} s  [{low!r}, {high!r}]  {proof.boxes} boxes, all five suprema")
print(f"optimiser   {search_seconds:.4f} s  {-search.fun!r}  the norm alone, nothing proved")
print(f"ratio       {search_seconds / proof_seconds:.1f} times the proof's time")
