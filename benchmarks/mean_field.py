"""The correlation map at many correlations, beside SciPy's double integrals, timed at a few and scaled."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import dblquad

from selu_math import correlation_map, parse_activation, prove_correlation
from timing import timed

LAMBDA, ALPHA = 1.0507009873554805, 1.6732632423543772
RIVALS: dict[str, Callable[[float], float]] = {
    "selu": lambda x: LAMBDA * x if x > 0 else LAMBDA * ALPHA * float(np.expm1(x)),
    "relu": lambda x: max(x, 0.0),
    "tanh": lambda x: float(np.tanh(x)),
}
COUNT = 10_000
SAMPLE = (-0.5, 0.3, 0.9, 0.999)


def by_scipy(name: str, c: float) -> float:
    """Return E f(z1) f(z2) over independent standard normals, to dblquad's default tolerance of 1.5e-8."""
    f, rest = RIVALS[name], np.sqrt((1 - c) * (1 + c))

    def integrand(u: float, t: float) -> float:
        return f(t) * f(c * t + rest * u) * float(np.exp(-(t * t + u * u) / 2)) / (2 * np.pi)

    value, _ = dblquad(integrand, -8.5, 8.5, -8.5, 8.5)
    return float(value)


def worst(ours: Any, theirs: list[float], square: float) -> float:
    """Return the largest difference of both maps."""
    return float(np.max(np.abs(ours - np.array(theirs) / square)))


print(f"{'activation':>10} {'10^4 values, s':>15} {'SciPy, scaled, s':>17} {'ratio':>8} {'SciPy off by':>13}")
c = np.linspace(-1, 1, COUNT)
for name in RIVALS:
    f = parse_activation(name)
    ours = timed(lambda f=f: correlation_map(c, activation=f), 3)
    found: list[float] = []
    theirs = timed(lambda name=name, found=found: found.extend(by_scipy(name, x) for x in SAMPLE), 1)
    scaled = theirs * COUNT / len(SAMPLE)
    off = worst(correlation_map(SAMPLE, activation=f), found, by_scipy(name, 1.0))
    print(f"{name:>10} {ours:>15.3f} {scaled:>17.0f} {scaled / ours:>8.0f} {off:>13.1e}")

print(f"\n{'proved':>10} {'c':>6} {'digits':>7} {'terms':>6} {'s':>8}")
for name, at, digits in (("selu", "0.5", 15), ("selu", "0.5", 100), ("selu", "0.99", 15), ("tanh", "0.5", 15)):
    f = parse_activation(name)
    seconds = timed(lambda f=f, at=at, n=digits: prove_correlation(at, activation=f, digits=n), 3)
    terms = prove_correlation(at, activation=f, digits=digits).terms
    print(f"{name:>10} {at:>6} {digits:>7} {terms:>6} {seconds:>8.4f}")
