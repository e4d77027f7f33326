"""A million float tiles of the (omega, tau) plane, beside SciPy's root on a sample of them, and after ten kills."""

import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from math import erfc, exp, log, pi, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import root
from scipy.special import erfcx

from selu_math import selu_parameters
from selu_math.atlas import Atlas, sweep

OMEGA, TAU = "-1.5:1.5:1000", "0.3:3:1000"
SAMPLE, ROUNDS, KILLS = 200, 3, 10
_p = selu_parameters(digits=30)
SCALE, ALPHA = float(_p.scale), float(_p.alpha)
LONG_TAU = "0.3:3:3000"
COMMAND = [sys.executable, "-m", "selu_math_cli", "atlas", "--omega", OMEGA, "--tau", LONG_TAU, "--quiet", "--store"]


def tilted(a: float, t: float) -> float:
    """Return exp(a) erfc(t) without overflow on the way."""
    return exp(a - t * t) * float(erfcx(t)) if t > 0 else exp(a) * erfc(t)


def off(x: Any, omega: float, tau: float) -> Any:
    """Return the fixed point's equations in mean and log variance, and their Jacobian, by the published formulas."""
    mean, variance = x.item(0), exp(x.item(1))
    m, v = mean * omega, variance * tau
    r = sqrt(2 * v)
    above, below, bell = erfc(-m / r), erfc(m / r), sqrt(2 * v / pi) * exp(-m * m / (2 * v))
    once, twice = tilted(m + v / 2, (m + v) / r), tilted(2 * (m + v), (m + 2 * v) / r)
    first = SCALE / 2 * (m * above + bell + ALPHA * (once - below))
    new = SCALE**2 / 2 * ((m * m + v) * above + m * bell + ALPHA**2 * (twice - 2 * once + below)) - first**2
    slope, bend = SCALE / 2 * (above + ALPHA * once), SCALE / 2 * (ALPHA * once + (1 - ALPHA) * bell / v)
    by_m = SCALE**2 * (m * above + bell + ALPHA**2 * (twice - once)) - 2 * first * slope
    by_v = SCALE**2 / 2 * (above + ALPHA**2 * (2 * twice - once)) - first * bend
    jacobian = ((omega * slope - 1, tau * variance * bend / 2), (omega * by_m / new, tau * variance * by_v / new - 1))
    return (first - mean, log(new) - x.item(1)), jacobian


def by_root(tiles: Any, with_jacobian: bool) -> tuple[float, float, int]:
    """Return SciPy's mean processor time for tiles, one start each, for those that it solves, and their number."""
    equations = off if with_jacobian else (lambda x, omega, tau: off(x, omega, tau)[0])
    times, solved = [], []
    for omega, tau in tiles:
        started = time.process_time()
        try:
            found = root(equations, np.zeros(2), args=(omega, tau), jac=with_jacobian or None)
            solved.append(bool(found.success) and bool(np.abs(found.fun).max() < 1e-8))
        except (ValueError, ArithmeticError):
            solved.append(False)  # it left the half plane
        times.append(time.process_time() - started)
    return (
        statistics.mean(times),
        statistics.mean(t for t, good in zip(times, solved, strict=True) if good),
        sum(solved),
    )


def processor() -> float:
    """Return the processor time of this process and of those it has ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def speed(folder: Path) -> None:
    """Print times for all tiles and for SciPy's sample, taken in turns."""
    rng = np.random.default_rng(1)
    tiles = list(zip(rng.uniform(-1.5, 1.5, SAMPLE).tolist(), rng.uniform(0.3, 3, SAMPLE).tolist(), strict=True))
    ours: list[float] = []
    spent: list[float] = []
    rivals: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for turn in range(ROUNDS):
        started, before = time.perf_counter(), processor()
        with sweep(OMEGA, TAU, store=folder / f"{turn}.db", workers=2) as atlas:
            ours.append(time.perf_counter() - started)
            spent.append(processor() - before)
            counts, found = atlas.counts(), atlas.array("fixed_points")
        for with_jacobian, times in rivals.items():
            every, good, solved = by_root(tiles, with_jacobian)
            times.append((every, good))
            print(
                f"root, {'analytic' if with_jacobian else 'differenced'} Jacobian: {every * 1e6:.0f} us a tile, "
                f"{good * 1e6:.0f} us where it solves, {solved} of {SAMPLE}"
            )
    best, cpu, count = statistics.median(ours), statistics.median(spent), sum(counts.values())
    shown = ", ".join(f"{s:.2f}" for s in ours)
    print(f"{count} tiles on two cores, stored: {best:.2f} s (of {shown}); processor time of all processes {cpu:.2f} s")
    for which, what in enumerate(("all tiles", "tiles that it solves alone")):
        rival = min(statistics.median(times[which] for times in each) for each in rivals.values()) * count
        print(f"root, {what}, scaled: {rival:.0f} s; ratio to wall {rival / best:.0f}, to processor {rival / cpu:.0f}")
    print(f"store {(folder / '0.db').stat().st_size / 1e6:.1f} MB; counts {counts}")
    print(f"tiles by number of fixed points: {np.bincount(found.ravel()).tolist()}")
    started = time.perf_counter()
    with sweep(OMEGA, TAU, store=folder / "0.db"):
        print(f"a complete store, swept again: {time.perf_counter() - started:.2f} s")
    print("stores equal byte by byte:", (folder / "0.db").read_bytes() == (folder / "1.db").read_bytes())


def kills(folder: Path) -> None:
    """Print what is left after each kill, and whether the store ends as one that was never killed."""
    rng = random.Random(7)  # noqa: S311 - moments to kill at
    path, whole = folder / "killed.db", folder / "whole.db"
    last = 0
    for kill in range(KILLS):
        process = subprocess.Popen([*COMMAND, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(1, 3.5))
        process.kill()
        process.wait()
        tiles = 0
        if path.exists() and path.stat().st_size:
            with Atlas.open(path) as left:
                tiles = left.tiles
        print(f"kill {kill + 1}: {tiles} tiles kept" + ("" if tiles >= last else ", FEWER THAN BEFORE"))
        last = tiles
    for store, what in ((path, f"resumed from {last} tiles"), (whole, "never killed")):
        started = time.perf_counter()
        subprocess.run([*COMMAND, str(store)], check=True, stdout=subprocess.DEVNULL)
        print(f"{what}: {time.perf_counter() - started:.2f} s")
    print("equal byte by byte:", path.read_bytes() == whole.read_bytes())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        speed(Path(name))
        kills(Path(name))
