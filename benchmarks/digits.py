"""Digits of λ and α by binary splitting: the time beside π in the same library, mpmath's closed form and arb's erfc.

Binary digits are compared with binary digits; the decimals are a line of their own.  ``--large`` adds 10^7 digits.
"""

import resource
import sys
import time
from itertools import pairwise
from typing import Any

import mpmath as mp
from flint import arb, ctx

from selu_math.digits import constants, many_digits
from selu_math.numbers.ball import precision
from selu_math.numbers.enclosure import bits_for
from timing import timed


def stages() -> dict[str, float]:
    """Return where the time of one run goes."""
    ctx.cleanup()
    marks: list[tuple[str, float]] = []
    constants(lambda name: marks.append((name, time.perf_counter())))
    marks.append(("", time.perf_counter()))
    return {name: end - start for (name, start), (_, end) in pairwise(marks)}


def by_erfc() -> tuple[arb, arb]:
    """Return A and B through arb's error function."""
    return (arb(1) / 2).exp() * arb(2).rsqrt().erfc(), arb(2).exp() * arb(2).sqrt().erfc()


def by_mpmath(digits: int) -> Any:
    """Return A and B by mpmath."""
    with mp.workdps(digits):
        return mp.sqrt(mp.e) * mp.erfc(1 / mp.sqrt(2)), mp.e**2 * mp.erfc(mp.sqrt(2))


print(f"{'digits':>9} {'λ, α, λα s':>11} {'π s':>9} {'ratio to π':>11}  beside ours: {'arb erfc':>9} {'mpmath':>9}")
before = None
for digits in (10**3, 10**4, 10**5, 10**6):
    runs = 9 if digits < 10**6 else 5
    with precision(bits_for(digits) + 64):
        ours, pi = timed(constants, runs, ctx.cleanup), timed(arb.pi, runs, ctx.cleanup)
        erfc = timed(by_erfc, 1, ctx.cleanup) / ours if digits <= 10**5 else float("nan")
    theirs = timed(lambda n=digits: by_mpmath(n), 1) / ours if digits <= 10**4 else float("nan")
    print(f"{digits:>9} {ours:>11.5f} {pi:>9.5f} {ours / pi:>11.2f} {erfc:>23.1f} {theirs:>9.1f}")
    if digits == 10**6:
        print(f"growth from 10^5 to 10^6: {ours / before:.1f} times")
        with precision(bits_for(digits) + 64):
            print(", ".join(f"{name} {seconds / pi:.2f} π" for name, seconds in stages().items()))
        print(f"with all decimals: {timed(lambda: many_digits(10**6), 3, ctx.cleanup) / pi:.2f} π")
    before = ours
if "--large" in sys.argv:
    for threads in (1, 2):
        started = time.perf_counter()
        found = many_digits(10**7, threads=threads)
        print(f"10^7 digits, decimals included, {threads} threads: {time.perf_counter() - started:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.2f} GiB; λ ends in {found.scale[-50:]}")
