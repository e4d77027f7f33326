"""How often ``check_propagation`` calls a right network wrong: LeCun normal weights, SELU, 32 layers.

Run: python benchmarks/propagation.py
"""

from __future__ import annotations

import numpy as np

import selu_math as sm
from selu_math.testing import check_propagation

NETWORKS = {64: 1500, 128: 800, 256: 300}


def linear(width: int, rng: np.random.Generator):  # noqa: ANN201
    """Return a layer without bias."""
    weights = rng.normal(0, width**-0.5, (width, width))
    return lambda x: x @ weights


def main() -> None:
    """Count."""
    for width, count in NETWORKS.items():
        wrong = 0
        for seed in range(count):
            rng = np.random.default_rng((seed, width))
            layers = [part for _ in range(32) for part in (linear(width, rng), sm.selu)]
            wrong += not check_propagation(layers, width=width, samples=256, seed=seed, on_fail=None).passed
        print(f"{width} units: {wrong} of {count} networks called wrong", flush=True)


if __name__ == "__main__":
    main()
