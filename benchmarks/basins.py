"""How far attraction reaches: starts, ranges of omega and tau, and the boxes that trajectories enter, each certified.

``--search`` looks for the largest ranges by trial: |omega| at Theorem 1's tau, tau at its omega, tau at omega = 0.
"""

import argparse
import time
from fractions import Fraction

from selu_math import InputError, Region, parse_activation, prove_basin, smallest_box
from selu_math.proofs import checker
from selu_math.proofs.certificate import canonical
from selu_math.proofs.prover import Proof

THEOREM_1 = Region()
STARTS = [
    ("1", "0.02", "16"),
    ("0.1", "1e-12", "1.5"),
    ("100", "0.001", "1000"),
    ("10", "1e-6", "1e6"),
    ("1e6", "1e-12", "1e12"),
]
# omega up to, tau from, to; start (None: everywhere), norm
WEIGHTS = [
    ("0.1", "0.95", "1.1", None, "euclidean"),
    ("0.1", "0.95", "1.1", None, "logarithmic"),
    ("0.1", "0.91", "1.18", ("1", "0.02", "16"), "euclidean"),
    ("0.1", "0.7", "1.4", ("1", "0.02", "16"), "logarithmic"),
    ("0.1", "0.92", "1.6", None, "logarithmic"),
    ("0.3", "0.92", "1.3", None, "logarithmic"),
    ("0.6", "0.95", "1.1", None, "logarithmic"),
    ("0", "0.95", "1.1", None, "logarithmic"),
    ("0", "0.52", "1.7", None, "logarithmic"),
]
# others, which have no certificates: activation, omega up to, tau from, to; start
OTHERS = [
    ("lselu", "0.1", "0.95", "1.1", ("1", "0.02", "16")),
    ("sselu", "0.1", "0.9", "1", ("1", "0.02", "16")),
    ("serlu", "0.1", "0.95", "1.05", ("1", "0.02", "16")),
    ("hardtanh", "0.1", "1.5", "1.7", ("1", "0.02", "16")),
    ("celu(2)", "0.1", "1.2", "1.3", ("1", "0.02", "16")),
]


def box(start: tuple[str, str, str], weights: Region) -> Region:
    """Return |mu| and nu in the ranges given."""
    mu, low, high = map(Fraction, start)
    return Region((-mu, mu), weights.omega, (low, high), weights.tau)


def weights(omega: str, low: str, high: str) -> Region:
    """Return a region with these omega and tau."""
    return Region(omega=(-Fraction(omega), Fraction(omega)), tau=(Fraction(low), Fraction(high)))


def shown(ends: tuple[Fraction, Fraction]) -> str:
    """Return a range with four digits."""
    return f"[{float(ends[0]):.4g}, {float(ends[1]):.4g}]"


def row(proof: Proof) -> str:
    """Return verdict, layers, norm, leaves, bytes and seconds; the checker has to agree."""
    data = canonical(proof.certificate) if proof.certificate else b""
    started = time.perf_counter()
    verdict = checker.check(data)["verdict"] if data else str(proof.verdict.answer)
    seconds = time.perf_counter() - started
    layers = "-" if not proof else "finitely many" if proof.layers is None else f"{proof.layers:,}"
    bound = proof.bounds[0].shown
    norm = f"{float(bound.bound):.4g}" + ("" if bound.weight == 1 else f", w = {bound.weight}")
    checked = f"{len(data):,} | {proof.seconds:.1f} | {seconds:.1f}" if data else f"- | {proof.seconds:.1f} | -"
    counts = f"{proof.leaves:,} | {checked}"
    return f"{verdict} | {layers} | {norm} | {counts}"


def tables() -> None:
    """Print what is certified."""
    heads = "verdict | layers | norm below | leaves | bytes | prover, s | checker, s"
    print(f"| start | {heads} |\n|" + "---|" * 8)
    for start in STARTS:
        first = box(start, THEOREM_1)
        found = row(prove_basin(first, THEOREM_1))
        print(f"| mu {shown(first.mu)}, nu {shown(first.nu)} | {found} |", flush=True)
    print(f"\n| omega | tau | from | box: mu, nu | {heads} |\n|" + "---|" * 11)
    for omega, low, high, start, norm in WEIGHTS:
        region = smallest_box(weights(omega, low, high))
        first = None if start is None else box(start, region)
        where = "everywhere" if first is None else f"mu {shown(first.mu)}, nu {shown(first.nu)}"
        found = row(prove_basin(first, region, norm=norm))
        print(
            f"| {shown(region.omega)} | {shown(region.tau)} | {where} | {shown(region.mu)}, {shown(region.nu)}", end=""
        )
        print(f" | {found} |", flush=True)
    print(f"\n| activation | omega | tau | from | box: mu, nu | {heads} |\n|" + "---|" * 12)
    for name, omega, low, high, start in OTHERS:
        activation = parse_activation(name)
        region = smallest_box(weights(omega, low, high), activation=activation)
        first = box(start, region)
        found = row(prove_basin(first, region, activation=activation, norm="logarithmic"))
        where = f"mu {shown(first.mu)}, nu {shown(first.nu)}"
        print(f"| {name} | {shown(region.omega)} | {shown(region.tau)} | {where}", end="")
        print(f" | {shown(region.mu)}, {shown(region.nu)} | {found} |", flush=True)


def search() -> None:
    """Print how wide ranges may be for a basin to be proved."""
    for what, fixed, start, norm in (
        ("omega", "", None, "logarithmic"),
        ("tau", "0.1", STARTS[0], "euclidean"),
        ("tau", "0.1", STARTS[0], "logarithmic"),
        ("tau", "0.1", None, "logarithmic"),
        ("tau", "0", None, "logarithmic"),
    ):
        good, bad = Fraction(1, 20), Fraction(1)
        while bad - good > Fraction(1, 100):
            x = (good + bad) / 2
            asked = (str(x), "0.95", "1.1") if what == "omega" else (fixed, str(1 - x / 2), str(1 + x))
            try:
                region = smallest_box(weights(*asked))
                proved = bool(prove_basin(None if start is None else box(start, region), region, norm=norm))
            except InputError:
                proved = False
            good, bad = (x, bad) if proved else (good, x)
        end = float(good)
        found = f"|omega| <= {end:.3f}" if what == "omega" else f"tau in [{1 - end / 2:.3f}, {1 + end:.3f}]"
        where = "everywhere" if start is None else f"nu in [{start[1]}, {start[2]}]"
        print(f"{norm} norm, from {where}, |omega| <= {fixed or '...'}: {found}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search", action="store_true")
    search() if parser.parse_args().search else tables()
