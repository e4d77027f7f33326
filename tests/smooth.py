"""Activations smooth on the whole line, written down a second time, without the package: f and f' for mpmath."""

from mpmath import mp, mpf


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def softplus(x):
    return mp.log1p(mp.exp(x))


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def sech2(x):
    return mp.sech(x) ** 2


def _gelu_tanh(x):
    return x * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mpf(44715) / 10**6 * x**3))) / 2


def _gelu_tanh_slope(x):
    k, c = mp.sqrt(2 / mp.pi), mpf(44715) / 10**6
    u = k * (x + c * x**3)
    return (1 + mp.tanh(u)) / 2 + x * sech2(u) * k * (1 + 3 * c * x**2) / 2


def _mish_slope(x):
    return mp.tanh(softplus(x)) + x * sech2(softplus(x)) * sigmoid(x)


SMOOTH = {
    "tanh": (mp.tanh, sech2),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "softplus": (softplus, sigmoid),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) + x * sigmoid(x) * sigmoid(-x)),
    "mish": (lambda x: x * mp.tanh(softplus(x)), _mish_slope),
    "gelu": (lambda x: x * cdf(x), lambda x: cdf(x) + x * mp.exp(-(x**2) / 2) / mp.sqrt(2 * mp.pi)),
    "gelu_tanh": (_gelu_tanh, _gelu_tanh_slope),
    "erf": (mp.erf, lambda x: 2 * mp.exp(-(x**2)) / mp.sqrt(mp.pi)),
    "arctan": (mp.atan, lambda x: 1 / (1 + x**2)),
}
"""Name to (f, f')."""

WAVES = {
    "sine": (mp.sin, mp.cos),
    "cosine": (mp.cos, lambda x: -mp.sin(x)),
    "snake": (lambda x: x + mp.sin(x) ** 2, lambda x: 1 + 2 * mp.sin(x) * mp.cos(x)),
    "snake(3/2)": (
        lambda x: x + 2 * mp.sin(3 * x / 2) ** 2 / 3,
        lambda x: 1 + 2 * mp.sin(3 * x / 2) * mp.cos(3 * x / 2),
    ),
}
"""The same for those whose moments are closed forms all the same."""
