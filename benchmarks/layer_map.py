"""SELU's moments in float64: accuracy against balls, speed beside the published formula, growth with their number.

Points: half ordinary (m in [-3, 3], v in [0.01, 32]), half hostile (m of either sign from 1e-12 to 1e3, v from 1e-12 to
1e12, evenly in the logarithm).  ``--picture PATH`` draws the errors over (m, v).
"""

import resource
import sys
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.special import erfc

from selu_math import SELU, layer_map, moments, selu_parameters
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL, precision
from timing import timed

POINTS = 20_000
_p = selu_parameters(digits=30)
SCALE, ALPHA = float(_p.scale), float(_p.alpha)


def published(m: Any, v: Any) -> tuple[Any, Any]:
    """Return mean and variance by the closed form as it is printed, with erfc and exp."""
    root = np.sqrt(2 * v)
    above, below, bell = erfc(-m / root), erfc(m / root), np.sqrt(2 * v / np.pi) * np.exp(-m * m / (2 * v))
    once, twice = np.exp(m + v / 2) * erfc((m + v) / root), np.exp(2 * (m + v)) * erfc((m + 2 * v) / root)
    mean = SCALE / 2 * (m * above + bell + ALPHA * (once - below))
    second = SCALE**2 / 2 * ((m * m + v) * above + m * bell + ALPHA**2 * (twice - 2 * once + below))
    return mean, second - mean**2


def truth(m: float, v: float) -> tuple[Any, float] | None:
    """Return moments in balls, and the variance's condition number; None where the variance underflows."""
    for bits in (160, 320, 640, 1280, 2560):
        with precision(bits):
            at = Moments(BALL, SELU, BALL.rational(Fraction(m)), BALL.rational(Fraction(v)))
            if at.variance.rel_accuracy_bits() > 80 and at.gradient[1][1].rel_accuracy_bits() > 80:
                by_m, by_v = at.gradient[1]
                condition = float((abs(by_m) * abs(m) + abs(by_v) * v) / at.variance)
                return (at, condition) if float(at.variance) > 1e-290 else None
    return None


def points(count: int) -> tuple[Any, Any]:
    """Return means and variances, half of them hostile."""
    random = np.random.default_rng(2017)
    half = count // 2
    hostile = random.choice([-1, 1], half) * 10 ** random.uniform(-12, 3, half)
    hostile[:100] = 0
    m = np.concatenate([random.uniform(-3, 3, count - half), hostile])
    v = np.concatenate([random.uniform(0.01, 32, count - half), 10 ** random.uniform(-12, 12, half)])
    return m, v


def accuracy() -> tuple[Any, ...]:
    """Print worst errors and how many miss the limits."""
    m, v = points(POINTS)
    ours, (_, naive) = moments(m, v), published(m, v)
    (a, b), (c, d) = ours.gradient
    rows = []
    for i, at in enumerate(map(truth, m.tolist(), v.tolist())):
        if at is None:
            continue
        true, condition = at
        variance, spread = float(true.variance), float(true.second_moment) ** 0.5
        by_row = []
        for got, exact in zip(((a[i], b[i]), (c[i], d[i])), true.gradient, strict=True):
            exact = [float(x) for x in exact]
            by_row.append(max(abs(x - y) for x, y in zip(got, exact, strict=True)) / max(map(abs, exact)))
        error, mean_error = abs(ours.variance[i] / variance - 1), abs(ours.mean[i] - float(true.mean)) / spread
        rows.append((m[i], v[i], error, mean_error, max(by_row), condition, abs(naive[i] / variance - 1)))
    found = np.array(rows)
    limit = np.where(found[:, 5] < 100, 1e-14, found[:, 5] * 2 * 2.0**-52)
    well = found[:, 5] < 100
    naive_bad = ~(found[:, 6] <= limit)
    print(f"{len(found)} points of {POINTS} with a variance above 1e-290; condition below 100 at {well.sum()}")
    print(f"variance: worst {found[well, 2].max():.1e} where the condition is below 100,", end=" ")
    print(f"{(found[:, 2] / limit).max():.2f} of the limit anywhere; beyond it {(found[:, 2] > limit).sum()}")
    print(
        f"variance within 8 ulp (1.8e-15): {(found[well, 2] < 1.8e-15).mean():.4%} of the points of condition below 100"
    )
    print(
        f"mean: worst {found[:, 3].max():.1e} of sqrt(E f^2); Jacobian: worst {found[:, 4].max():.1e} of its row's top"
    )
    print(
        f"published formula: beyond the limit {naive_bad.sum()}, of them not finite {(~np.isfinite(found[:, 6])).sum()}"
    )
    everything = [ours.mean, ours.variance, a, b, c, d]
    print(
        "nan, inf or a negative variance:",
        sum(int((~np.isfinite(x)).sum()) for x in everything) + int((ours.variance < 0).sum()),
    )
    return tuple(found.T)


def speed() -> None:
    """Print throughputs, one thread."""
    random = np.random.default_rng(1)
    for count in (10**3, 10**4, 10**5, 10**6, 10**7):
        m, v = random.uniform(-3, 3, count), random.uniform(0.01, 32, count)
        runs = 7 if count < 10**7 else 1
        naive = timed(lambda m=m, v=v: published(m, v), runs)
        pair = timed(lambda m=m, v=v: layer_map(m, v, omega=1.0), runs)
        whole = timed(lambda m=m, v=v: (lambda at: (at.gradient, at.mean, at.variance))(moments(m, v)), runs)
        print(
            f"{count:>9} points: mean and variance {count / pair / 1e6:6.2f} M/s, {naive / pair:5.2f} of the published "
            f"formula's {count / naive / 1e6:6.2f}; with the Jacobian {whole / pair:4.2f} times the time"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def draw(path: str, found: tuple[Any, ...]) -> None:
    """Draw the variance's errors over (m, v), the published formula's on the left."""
    import matplotlib.pyplot as plt

    m, v, ours, _, _, _, naive = found
    plt.rcParams.update({"font.size": 9, "svg.hashsalt": "selu-math", "svg.fonttype": "none"})
    figure, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True, layout="constrained")
    for axis, error, title in ((axes[0], naive, "published formula"), (axes[1], ours, "selu-math")):
        digits = np.log10(np.clip(np.nan_to_num(error, nan=1e3, posinf=1e3), 1e-17, 1))
        shown = axis.scatter(m, v, c=digits, s=2, vmin=-16, vmax=0, cmap="viridis", rasterized=True)
        axis.set(xscale="symlog", yscale="log", xlabel="mean m of the pre-activation", title=title)
        axis.set_xscale("symlog", linthresh=1e-4)
        axis.set_xticks([-1000, -1, -1e-3, 1e-3, 1, 1000])
    axes[0].set_ylabel("variance v of the pre-activation")
    figure.colorbar(shown, ax=axes, label="relative error of the new variance, power of ten")
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    results = accuracy()
    if "--picture" in sys.argv:
        draw(sys.argv[sys.argv.index("--picture") + 1], results)
    speed()
