"""Proved digits of lambda and alpha, beside mpmath's evaluation of the same closed form (rounded, not proved)."""

from typing import Any

import mpmath as mp

from selu_math import selu_parameters
from timing import timed


def closed_form(digits: int) -> tuple[Any, Any]:
    """Return alpha and lambda by mpmath."""
    with mp.workdps(digits + 10):
        a = mp.sqrt(mp.e) * mp.erfc(1 / mp.sqrt(2))
        b = mp.e**2 * mp.erfc(mp.sqrt(2))
        alpha = mp.sqrt(2 / mp.pi) / (1 - a)
        scale = (1 - a) * mp.sqrt(2 * mp.pi) / mp.sqrt(2 * b + mp.pi * a**2 - 2 * (2 + mp.pi) * a + mp.pi + 2)
        return alpha, scale


print(f"{'digits':>7} {'selu-math s':>12} {'mpmath s':>10} {'ratio':>7}")
for digits in (50, 1000, 10_000):
    runs = 5 if digits < 10_000 else 3
    ours = timed(lambda n=digits: selu_parameters(digits=n), runs)
    theirs = timed(lambda n=digits: closed_form(n), runs)
    print(f"{digits:>7} {ours:>12.5f} {theirs:>10.5f} {theirs / ours:>7.1f}")
