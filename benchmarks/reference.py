"""SELU on arrays beside the plain NumPy form and, where installed, torch's, at a million numbers; and the errors."""

import importlib.util

import numpy as np

import selu_math as sm
from timing import timed

COUNT, RUNS = 10**6, 15
SCALE, DEPTH = 1.0507009873554805, 1.7580993408473768
EXACT_SCALE = np.longdouble("1.050700987355480493419334985294606351958981204")
EXACT_DEPTH = np.longdouble("1.758099340847376859940217520812279577323506837")
DIGITS = {"float16": (11, -14), "float32": (24, -126), "float64": (53, -1022)}


def plain(x: np.ndarray) -> np.ndarray:
    """Return SELU as it is usually written."""
    scale, depth = x.dtype.type(SCALE), x.dtype.type(DEPTH)
    return np.where(x > 0, scale * x, depth * np.expm1(np.minimum(x, 0)))


def error(got: np.ndarray, true: np.ndarray, digits: int, lowest: int) -> float:
    """Return the largest error in ulp of the true value, itself good to 0.002 ulp of float64."""
    unit = np.ldexp(np.longdouble(1), np.maximum(np.frexp(true)[1] - 1, lowest) - digits + 1)
    return float(np.max(np.abs(got - true) / unit))


print(f"{'format':>8} {'ours ms':>8} {'plain':>6} {'torch':>6} {'error':>6} {'plain':>6} {'grad':>6}")
draws = np.random.default_rng(1)
for name, (digits, lowest) in DIGITS.items():
    x = draws.standard_normal(COUNT).astype(name)
    ours = timed(lambda x=x: sm.selu(x), RUNS)
    ratios = [f"{timed(lambda x=x: plain(x), RUNS) / ours:.1f}"]
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        tensor = torch.from_numpy(x)
        ratios.append(f"{timed(lambda t=tensor: torch.nn.functional.selu(t), RUNS) / ours:.2f}")
    else:
        ratios.append("")
    worst = np.zeros(3)
    for low, high in [(-4, 0), (-0.3, 0), (-60, -0.001), (0, 4)] * 4:
        y = draws.uniform(low, high, COUNT).astype(name)
        y = y[y != 0]
        wide = y.astype(np.longdouble)
        value = np.where(wide > 0, EXACT_SCALE * wide, EXACT_DEPTH * np.expm1(np.minimum(wide, 0)))
        slope = np.where(wide > 0, EXACT_SCALE, EXACT_DEPTH * np.exp(np.minimum(wide, 0)))
        found = (sm.selu(y), value), (plain(y), value), (sm.selu_grad(y), slope)
        worst = np.maximum(worst, [error(got, true, digits, lowest) for got, true in found])
    print(f"{name:>8} {1e3 * ours:>8.2f} {ratios[0]:>6} {ratios[1]:>6} " + " ".join(f"{w:>6.3f}" for w in worst))
