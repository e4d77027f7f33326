"""Differences of elementary functions in float64, against mpmath, where values nearly agree or vanish."""

import numpy as np
import pytest
from mpmath import mp, mpf

from selu_math.numbers.differences import Moved, cosine, sine, smooth

FUNCTIONS = {
    "exp": mp.exp,
    "tanh": mp.tanh,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "normal_cdf": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2,
    "arctan": mp.atan,
}
BASES = (-30.0, -8.0, -1.5, -1e-5, 0.0, 1e-9, 0.7, 4.0, 12.0, 33.0)
STEPS = tuple(sign * step for step in (1e-14, 1e-9, 1e-3, 0.09, 0.3, 1.1, 5.0, 40.0) for sign in (1, -1))


def cases():
    """Return points x, bases b and x - b, which is exact where x and b are near and rounded into b elsewhere."""
    b, by = (a.ravel() for a in np.meshgrid(BASES, STEPS))
    return b, by


@pytest.mark.parametrize("name", FUNCTIONS)
def test_differences_keep_their_digits(name):
    b, by = cases()
    with np.errstate(all="ignore"):
        got = smooth(lambda f, x: getattr(f, name)(x), Moved(b + by, b, by)).by
    f = FUNCTIONS[name]
    with mp.workdps(600):
        for here, step, value in zip(b, by, got, strict=True):
            true = f(mpf(here) + mpf(step)) - f(mpf(here))
            # a unit in the last place of x + b is felt by those whose logarithm is steep
            steep = 1 + max(abs(here), abs(here + step)) ** (2 if name == "normal_cdf" else 1)
            assert float(value) == pytest.approx(float(true), rel=4e-16 * (3 + steep), abs=1e-300), (here, step)


@pytest.mark.parametrize(("ours", "theirs"), [(sine, mp.sin), (cosine, mp.cos)], ids=["sine", "cosine"])
def test_waves(ours, theirs):
    b, by = cases()
    keep = np.abs(by) < 0.4
    b, by = b[keep], by[keep]
    got = ours(Moved(b + by, b, by)).by
    with mp.workdps(60):
        for here, step, value in zip(b, by, got, strict=True):
            true = theirs(mpf(here) + mpf(step)) - theirs(mpf(here))
            assert float(value) == pytest.approx(float(true), rel=1e-14, abs=4e-16 * abs(step * (1 + abs(here))))


def test_sums_products_and_quotients():
    x = Moved(np.array([3.0]), np.array([2.0]), np.array([1.0]))
    assert (x * x).by == 5
    assert (1 + 2 * x + -(x * 3)).by == -1
    assert (np.float64(4) * x / 2).by == 2
