"""Every entry of the catalogue: balls against mpmath's integration in 70 digits, doubles against balls, both measured.

E f, E f**2, E f'**2 (where f does not jump), E f' and E f'' at the same random points for all; the differences are in
the units that ``tests/comparison.py`` explains.  A finer rule at the hardest points says how well the integration knows
them.  ``--points N`` chooses their number.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from selu_math.activations import CATALOGUE, parse_activation

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the second definitions are the tests'
from comparison import differences, points, unsettled
from panels import NAMES, TEXTS

POINTS = 200
HARDEST = 4
COLUMNS = dict(zip((*NAMES, "variance"), ("E f", "E f²", "E f'²", "E f'", "E f''", "Var f"), strict=True))


def texts() -> dict[str, str]:
    """Return one activation of each entry; parameters are the entry's own, but celu is not elu a second time."""
    found: dict[str, str] = {}
    for text in TEXTS:
        found.setdefault(parse_activation(text).name.partition("(")[0], text)
    if missing := [name for name in CATALOGUE if name not in found]:
        print("no second definition:", ", ".join(missing))
    return {name: found[name] for name in CATALOGUE if name in found}


def row(worst: Mapping[str, Any], names: tuple[str, ...], style: str, scale: int = 1) -> str:
    """Return the figures of one entry in columns."""
    return " ".join(f"{float(scale * worst[n]):>7{style}}" if n in worst else f"{'-':>7}" for n in names)


def main() -> None:
    """Print one line for each entry, and the time of it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=POINTS, help="random points for each entry, 1 or more")
    count: int = parser.parse_args().points
    if count < 1:
        parser.error("--points must be 1 or more")
    where, chosen, started = points(count), texts(), time.perf_counter()
    hardest = sorted(where, key=lambda point: point[1])
    hardest = [*hardest[: HARDEST // 2], *hardest[-HARDEST // 2 :]]
    print(f"{'':12} {'':>6} {'balls from quadrature':^39} {'doubles from balls, 1e-16':^47} {'finer':>7}")
    heads = [f"{COLUMNS[n]:>7}" for n in (*NAMES, *COLUMNS)]
    print(f"{'entry':12} {'points':>6} {' '.join(heads)} {'rule':>7} {'s':>6}")
    for text in chosen.values():
        began = time.perf_counter()
        balls, doubles = differences(text, where)
        finer = max(unsettled(text, *point) for point in hardest)
        figures = f"{row(balls, NAMES, '.0e')} {row(doubles, tuple(COLUMNS), '.1f', 10**16)}"
        print(f"{text:12} {count:>6} {figures} {float(finer):>7.0e} {time.perf_counter() - began:>6.1f}", flush=True)
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
