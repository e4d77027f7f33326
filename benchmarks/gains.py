"""Gains of smooth activations, all digits proved, beside mpmath's quadrature of the same integrals (not proved)."""

from collections.abc import Callable
from typing import Any

import mpmath as mp

from selu_math import gains, parse_activation
from timing import timed


def sigmoid(x: Any) -> Any:
    """Return 1/(1 + exp(-x))."""
    return 1 / (1 + mp.exp(-x))


RIVALS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tanh": (mp.tanh, lambda x: mp.sech(x) ** 2),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) + x * sigmoid(x) * sigmoid(-x)),
    "gelu": (lambda x: x * mp.ncdf(x), lambda x: mp.ncdf(x) + x * mp.npdf(x)),
}


def by_mpmath(name: str, digits: int) -> list[Any]:
    """Return E f, E f**2 and E f'**2 at N(0, 1)."""
    f, slope = RIVALS[name]
    with mp.workdps(digits + 10):
        reach = mp.sqrt(2 * mp.log(10) * (digits + 5))
        panels = [-reach, *(k * reach / 8 for k in range(-7, 8)), reach]
        return [
            mp.quad(lambda x, h=h: h(x) * mp.npdf(x), panels) for h in (f, lambda x: f(x) ** 2, lambda x: slope(x) ** 2)
        ]


print(f"{'activation':>10} {'digits':>7} {'selu-math s':>12} {'mpmath s':>10} {'ratio':>7}")
for name in RIVALS:
    f = parse_activation(name)
    for digits in (15, 50, 200):
        ours = timed(lambda f=f, n=digits: gains(f, digits=n), 3)
        theirs = timed(lambda name=name, n=digits: by_mpmath(name, n), 1)
        print(f"{name:>10} {digits:>7} {ours:>12.3f} {theirs:>10.3f} {theirs / ours:>7.1f}")
