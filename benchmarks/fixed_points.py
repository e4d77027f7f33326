"""Every fixed point, proved, beside many starts of a root finder that shares no code: none missed, none invented."""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from selu_math import find_fixed_points, parse_activation

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the second definitions are the tests'
from multistart import ACTIVATIONS, SMOOTH, cases, disagreements, fixed_points

WITHIN = (-20, 20, 1e-4, 1e4)
STARTS = 60

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--count", type=int, default=200, help="how many layer maps")
parser.add_argument("--smooth", type=int, default=20, help="how many of them with smooth activations")
parser.add_argument("--seed", type=int, default=1706)
arguments = parser.parse_args()

find_fixed_points()  # loads what is loaded at first use
started = time.perf_counter()
find_fixed_points()
print(f"SELU, default region: {time.perf_counter() - started:.3f} s")

for label, names, count in (
    ("closed forms", list(ACTIVATIONS), arguments.count - arguments.smooth),
    ("smooth", list(SMOOTH), arguments.smooth),
):
    rng = np.random.default_rng(arguments.seed)
    seconds, boxes, found, kinds, said = [], [], Counter(), Counter(), []
    incomplete, started = 0, time.perf_counter()
    search = 0.0
    for case in cases(rng, count, names):
        result = find_fixed_points(activation=parse_activation(case.name), within=WITHIN, **case.arguments)
        seconds.append(result.seconds)
        boxes.append(result.boxes)
        incomplete += not result.complete
        if not result.complete:
            print("incomplete:", case, Counter(u.reason for u in result.undecided))
        kinds.update(p.kind for p in result.fixed_points)
        found[len(result.fixed_points)] += 1
        before = time.perf_counter()
        near = [(float(p.mean), float(p.variance)) for p in result.fixed_points]
        said += disagreements(case, result, fixed_points(case, WITHIN, rng, STARTS, near))
        search += time.perf_counter() - before
    print(f"{label}: {count} maps, {incomplete} incomplete, {len(said)} disagreements")
    print(f"  fixed points a map {dict(sorted(found.items()))}, kinds {dict(kinds)}")
    for name, numbers in (("seconds", seconds), ("boxes", boxes)):
        low, middle, high = np.quantile(numbers, [0.05, 0.5, 0.95])
        print(f"  {name}: median {middle:.3g}, 5 % {low:.3g}, 95 % {high:.3g}, most {max(numbers):.3g}")
    print(f"  root finder, {STARTS} starts a map: {search:.1f} s; proofs: {sum(seconds):.1f} s")
    for line in said:
        print("  ", line)
