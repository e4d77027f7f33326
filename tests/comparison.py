"""Random points, and how far balls and doubles are there from quadrature on panels, each quantity in its own unit.

Units: ``r = sqrt(E f**2)`` for E f; ``r/s**n`` for the mean of the n-th derivative, which is at most ``sqrt(n!)`` of it
(Cauchy-Schwarz, with ``s**n E f^(n) = E f He_n(t)``); E f**2, E f'**2 and Var f in units of themselves.
"""

from fractions import Fraction

import numpy as np
from helpers import ball_ends, to_mp
from mpmath import mp, mpf
from panels import DPS, FINE, NAMES, truth

from selu_math.activations import parse_activation
from selu_math.moments import Moments, moments
from selu_math.numbers.ball import BALL, refine

BITS, MOST_BITS = 192, 1536
NARROW = mpf(10) ** -52
"""The widest that a ball may be in its unit before it is computed with more bits."""
LEAST, MOST = 0.05, 20.0
"""The range of v."""


def points(count):
    """Return pairs (m, v) of doubles as exact fractions: m evenly in [-3, 3], v evenly in the logarithm."""
    source = np.random.default_rng(1706_02515)
    pairs = ((source.uniform(-3, 3), source.uniform(np.log(LEAST), np.log(MOST))) for _ in range(count))
    return [(Fraction(m), Fraction(float(np.exp(log)))) for m, log in pairs]


def units(expected, v):
    """Return the unit of each quantity of ``NAMES`` at a point."""
    v, root = to_mp(v), mp.sqrt(expected["second_moment"])
    return {
        "mean": root,
        "second_moment": expected["second_moment"],
        "slope_square": expected["slope_square"],
        "slope": root / mp.sqrt(v),
        "curvature": root / v,
    }


def differences(text, where):
    """Return, of balls from quadrature and of doubles from balls, the worst difference of each quantity in its unit.

    A ball's difference is that of its farther end.  Where f jumps there is no E f'**2; doubles have Var f besides.
    """
    activation = parse_activation(text)
    names = [name for name in NAMES if name != "slope_square" or not activation.function.jumps]
    doubles = moments(*np.array(where, dtype=np.float64).T, activation=activation)
    assert all(np.isfinite(getattr(doubles, name)).all() for name in (*names, "variance"))
    by_ball, by_double = dict.fromkeys(names, mpf(0)), dict.fromkeys((*names, "variance"), mpf(0))
    for i, (m, v) in enumerate(where):
        expected = truth(text, m, v)
        with mp.workdps(DPS):
            unit = units(expected, v)
            exact = _narrow_balls(activation, m, v, unit, by_double)
            unit["variance"] = exact["variance"][1]
            for name in names:
                low, _, high = exact[name]
                off = max(abs(low - expected[name]), abs(high - expected[name]))
                by_ball[name] = max(by_ball[name], off / unit[name])
            for name in by_double:
                off = abs(mpf(float(getattr(doubles, name)[i])) - exact[name][1])
                by_double[name] = max(by_double[name], off / unit[name])
    return by_ball, by_double


def _narrow_balls(activation, m, v, unit, names):
    """Return lower end, middle and upper end of each ball, with as many bits as they need to be narrow."""

    def attempt():
        at = Moments(BALL, activation, BALL.rational(m), BALL.rational(v))
        balls = {name: getattr(at, name) for name in names}
        if not all(ball.is_finite() for ball in balls.values()):
            return None
        ends = {name: tuple(map(to_mp, ball_ends(ball))) for name, ball in balls.items()}
        found = {name: (low, (low + high) / 2, high) for name, (low, high) in ends.items()}
        if all(high - low <= NARROW * unit.get(name, middle) for name, (low, middle, high) in found.items()):
            return found
        return None

    return refine(attempt, bits=BITS, max_bits=MOST_BITS, what=activation.name)


def unsettled(text, m, v):
    """Return the largest difference, in its unit, that twice as many nodes make to a truth."""
    expected, finer = truth(text, m, v), truth(text, m, v, FINE)
    with mp.workdps(DPS):
        unit = units(finer, v)
        return max(abs(expected[name] - finer[name]) / unit[name] for name in NAMES if finer[name])
