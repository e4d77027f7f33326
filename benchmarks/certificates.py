"""All named statements: the prover's and the checker's time, the certificates' size, and the paper's grid of points.

``--boxes N`` looks for points of random boxes of which an enclosure says something false, ``--mutants N`` for changed
certificates that the checker accepts though they claim something false.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parents[1] / "tests" / "proof")]

GRID = 3e9
"""Points of the grid behind Lemma 12 (Klambauer et al. 2017, appendix)."""
START = """
import time

started = time.perf_counter()
from selu_math import prove

prove("theorem-1")
print(time.perf_counter() - started)
"""


def statements() -> None:
    """Print a table of all statements."""
    from selu_math import jacobian, spectral_norm
    from selu_math.proofs import checker
    from selu_math.proofs.certificate import canonical
    from selu_math.proofs.prover import prove
    from selu_math.proofs.statements import STATEMENTS

    print("| statement | verdict | leaves | prover, s | checker, s | bytes |\n|---|---|---|---|---|---|")
    total = np.zeros(2)
    for name in STATEMENTS:
        proof = prove(name)
        data = canonical(proof.certificate or {})
        started = time.perf_counter()
        found = checker.check(data)
        seconds = proof.seconds, time.perf_counter() - started
        total += seconds
        print(
            f"| {name} | {found['verdict']} | {found['leaves']} | {seconds[0]:.2f} | {seconds[1]:.2f} | {len(data)} |"
        )
    print(f"| all | | | {total[0]:.2f} | {total[1]:.2f} | |")
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    print(f"\ntheorem-1 with imports: {float(done.stdout):.2f} s")
    draw = np.random.default_rng(1)
    mu, omega, nu, tau = (draw.uniform(*ends, 10**6) for ends in ((-0.1, 0.1), (-0.1, 0.1), (0.8, 1.5), (0.8, 1.25)))
    started = time.perf_counter()
    spectral_norm(jacobian(mu, nu, omega=omega, tau=tau))
    grid = (time.perf_counter() - started) * GRID / 1e6
    ratio = grid / prove("lemma-12").seconds
    print(f"Lemma 12's grid at this rate in float64: {grid:.0f} s (extrapolated), {ratio:.0f} times its proof")


def boxes(count: int) -> None:
    """Look for values outside of the enclosures of their boxes."""
    import test_leaf

    from selu_math.numbers.ball import interval, precision
    from selu_math.proofs.leaf import LeafMoments, Rough

    draw, outside = random.Random(5), 0  # noqa: S311  no secrets
    for _ in range(count):
        box = test_leaf.random_box(draw)
        truth = test_leaf.true_values(*test_leaf.point_inside(draw, box))
        with precision(draw.choice((53, 64, 96, 200))):
            found = LeafMoments(interval(*box[:2]), interval(*box[2:]))
            spans = [test_leaf.exact_ends(x) for x in (*found.f, *found.g) if x.is_finite()]
            values = [value for x, value in zip((*found.f, *found.g), truth, strict=False) if x.is_finite()]
            rough = Rough(interval(*box[:2]), interval(*box[2:]))
            for span, value in ((rough.near, truth[0]), (rough.ratio, truth[-1]), (found.ratio, truth[-1])):
                spans.append((test_leaf.exact_ends(span.low)[0], test_leaf.exact_ends(span.high)[1]))
                values.append(value)
        outside += not all(test_leaf.enclosed(*span, value) for span, value in zip(spans, values, strict=True))
    print(f"{count} boxes, {outside} with a value outside")


def mutants(count: int, seed: int) -> None:
    """Look for changed certificates that are accepted and claim something false."""
    import test_checker
    from claims_by_sampling import falsified

    from selu_math.proofs import checker
    from selu_math.proofs.prover import prove, prove_basin
    from selu_math.proofs.region import Region
    from selu_math.proofs.statements import STATEMENTS

    heavy = ("global", "everywhere")  # whose checks take seconds, and which are drawn less often
    light = [name for name in STATEMENTS if name not in heavy]
    widths = {name: "1e-7" if name == "image-bounds" else "1e-3" for name in light}  # a tenth of the leaves
    certificates = 8 * [prove(name, tolerance=width).certificate for name, width in widths.items()]
    certificates += [prove(name).certificate for name in light]
    certificates += [prove(name, tolerance="1e-3").certificate for name in heavy]
    certificates += [prove(region=test_checker.WIDE, norm="logarithmic", tolerance="1e-3").certificate]
    certificates += 2 * [prove_basin(test_checker.SMALL, Region(), tolerance="1e-3").certificate]
    assert all(certificates)  # noqa: S101
    draw, accepted, false = random.Random(seed), 0, 0  # noqa: S311  no secrets
    for n in range(1, count + 1):
        if n % 500 == 0:
            print(f"{n} mutants, {accepted} accepted, {false} of them claim something false", flush=True)
        wrong = test_checker.mutated(draw.choice(certificates), draw)
        data = test_checker.signed(wrong)
        try:
            found = checker.check(data)
        except checker.Rejected:
            continue
        accepted += 1
        if (wrong := falsified(json.loads(data), found)) is not None:
            false += 1
            print(n, wrong, flush=True)
    print(f"{count} mutants, {accepted} accepted, {false} of them claim something false")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=0)
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--seed", type=int, default=2026, help="of the mutants")
    options = parser.parse_args()
    if options.boxes:
        boxes(options.boxes)
    if options.mutants:
        mutants(options.mutants, options.seed)
    if not options.boxes and not options.mutants:
        statements()
