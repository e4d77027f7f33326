"""Fixed points by many starts of a root finder, on layer maps that share no code with the package.

Activations are written down once more, in NumPy; moments are Gauss-Legendre sums over panels of the standardised
variable, cut at the kinks and, for where f bends, at powers of 2; the variance is a sum of squares of deviations from
the mean.  Sines and cosines are resolved up to some 10 radians a deviation.  Nothing is proved.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import root
from scipy.special import erf, expit

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
EDGES = np.arange(-12.0, 12.5, 1.0)
BENDS = [sign * 2.0**n for n in range(-1, 6) for sign in (-1, 1)] + [0]
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772

ACTIVATIONS = {
    "selu": ((0,), lambda x: SCALE * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0)))),
    "elu(3/2)": ((0,), lambda x: np.where(x > 0, x, 1.5 * np.expm1(np.minimum(x, 0)))),
    "serlu": ((0,), lambda x: 1.07862 * np.where(x > 0, x, 2.90427 * x * np.exp(np.minimum(x, 0)))),
    "relu": ((0,), lambda x: np.maximum(x, 0)),
    "leaky_relu(0.1)": ((0,), lambda x: np.where(x > 0, x, x / 10)),
    "relu6": ((0, 6), lambda x: np.clip(x, 0, 6)),
    "squared_relu": ((0,), lambda x: np.maximum(x, 0) ** 2),
    "threshold": ((1,), lambda x: np.where(x > 1, x, 0)),
    "hardtanh": ((-1, 1), lambda x: np.clip(x, -1, 1)),
    "hardswish": ((-3, 3), lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "hardshrink": ((-0.5, 0.5), lambda x: np.where(abs(x) > 0.5, x, 0)),
    "softshrink": ((-0.5, 0.5), lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0)),
    "abs": ((0,), abs),
    "sine": ((), np.sin),
    "cosine": ((), np.cos),
}
SMOOTH = {
    "tanh": ((), np.tanh),
    "sigmoid": ((), expit),
    "softplus": ((), lambda x: np.logaddexp(0, x)),
    "silu": ((), lambda x: x * expit(x)),
    "gelu": ((), lambda x: x * (1 + erf(x / np.sqrt(2))) / 2),
}
BOTH = ACTIVATIONS | SMOOTH


def layer(name, mean, variance, omega, tau, kind):
    """Return new mean and variance."""
    breaks, f = BOTH[name]
    m, v = (mean * omega, variance * tau) if kind == "paper" else (0.0, tau * (variance + mean**2))
    s = np.sqrt(v)
    edges = np.unique(np.clip([*EDGES, *((c - m) / s for c in (*breaks, *BENDS))], EDGES[0], EDGES[-1]))
    centre, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    t = centre[:, None] + half[:, None] * NODES
    weights = half[:, None] * WEIGHTS * np.exp(-t * t / 2) / np.sqrt(2 * np.pi)
    values = f(m + s * t)
    new_mean = (weights * values).sum()
    return new_mean, (weights * (values - new_mean) ** 2).sum()


@dataclass(frozen=True)
class Case:
    """A layer map, as its four names and numbers, these in hundredths."""

    name: str
    omega: int
    tau: int
    kind: str

    @property
    def arguments(self):
        """What ``find_fixed_points`` takes."""
        return {"omega": f"{self.omega}e-2", "tau": f"{self.tau}e-2", "kind": self.kind}

    def residual(self, x):
        """Return how far (mean, log variance) is from being kept, in deviations and in the logarithm."""
        variance = np.exp(x[1])
        new = layer(self.name, x[0], variance, self.omega / 100, self.tau / 100, self.kind)
        if not new[1] > 0:
            return np.array([1e3, 1e3])
        return np.array([(new[0] - x[0]) / np.sqrt(variance), np.log(new[1]) - x[1]])


def reached(name, kind, start, omega, tau):
    """Return mean and variance of what a root finder reaches from beside a start, and how far it is from being kept."""

    def residual(x):
        mean, variance = layer(name, x[0], np.exp(x[1]), omega, tau, kind)
        return [mean - x[0], np.log(variance) - x[1]]

    with np.errstate(all="ignore"):
        found = root(residual, [start[0] + 0.01, np.log(start[1])], tol=1e-12).x
        return found[0], np.exp(found[1]), np.nan_to_num(np.abs(residual(found)), nan=1.0).max()


def cases(rng, count, names):
    """Return random layer maps."""
    found = []
    for _ in range(count):
        kind = "paper" if rng.random() < 0.7 else "mean-field"
        omega = int(rng.integers(-250, 251)) if kind == "paper" else 0
        found.append(Case(str(rng.choice(names)), omega, int(rng.integers(20, 600)), kind))
    return found


def fixed_points(case, within, rng, starts, near=()):
    """Return the distinct roots in the interior of a region, as pairs (mean, variance).

    ``near`` are points beside which to start, too.
    """
    left, right, low, high = within
    grid = [
        (rng.uniform(-1, 1) * min(3 * np.exp(y / 2), right), y) for y in rng.uniform(np.log(low), np.log(high), starts)
    ]
    grid += [(m + 1e-3 * np.sqrt(v), np.log(v) + 1e-3) for m, v in near]
    found = []
    with np.errstate(all="ignore"):
        for start in grid:
            solution = root(case.residual, start, tol=1e-13)
            mean, y = solution.x
            if not (left < mean < right and np.log(low) < y < np.log(high)):
                continue
            if np.abs(case.residual(solution.x)).max() > 1e-10:
                continue
            variance = np.exp(y)
            if all(abs(mean - p) > 1e-6 * np.sqrt(q) or abs(variance - q) > 1e-6 * q for p, q in found):
                found.append((mean, variance))
    return found


def disagreements(case, result, roots):
    """Return what a proved answer and the roots say against each other, in words; empty where they agree."""
    said = []
    for mean, variance in roots:
        holding = [
            p
            for p in result.fixed_points
            if p.box.mean_low < mean < p.box.mean_high and p.box.variance_low < variance < p.box.variance_high
        ]
        unsettled = any(
            u.box.mean_low <= mean <= u.box.mean_high and u.box.variance_low <= variance <= u.box.variance_high
            for u in result.undecided
        )
        if len(holding) != 1 and not unsettled:
            said.append(f"{case}: missed ({mean}, {variance}), which is in {len(holding)} boxes")
        for p in holding:
            off = max(abs(mean - float(p.mean)) / np.sqrt(variance), abs(variance - float(p.variance)) / variance)
            if off > 1e-7:
                said.append(f"{case}: ({mean}, {variance}) is not the one proved in its box")
    for p in result.fixed_points:
        mean, variance = float(p.mean), float(p.variance)
        if not any(abs(mean - m) < 1e-7 * np.sqrt(v) and abs(variance - v) < 1e-7 * v for m, v in roots):
            said.append(f"{case}: nothing found at the proved ({mean}, {variance})")
    return said
