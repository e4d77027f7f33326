"""The whole catalogue at 200 random points: balls and doubles against quadrature in 25 digits."""

from itertools import pairwise

import numpy as np
import pytest
from helpers import assert_encloses, to_mp
from mpmath import mp, mpf
from mpmath.calculus.quadrature import GaussLegendre
from problems import CATALOGUE as PROBLEMS
from problems import ENTRIES, JUMPING
from smooth import SMOOTH, WAVES
from truth import function

from selu_math.activations import CATALOGUE, parse_activation
from selu_math.moments import Moments, moments
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.exact import as_fraction

NAMES = ("mean", "second_moment", "slope", "curvature", "slope_square")
BY_TEXT = {problem.text: problem for problem in (*PROBLEMS, *ENTRIES, *JUMPING)}
with mp.workdps(40):
    RULE = GaussLegendre(mp).calc_nodes(5, 140)  # 3 * 2**(5 - 1) = 48 nodes
TEXTS = (*BY_TEXT, *SMOOTH, *WAVES)


def points(count):
    """Return pairs (activation, (m, v)) that take the activations in turn."""
    source = np.random.default_rng(1706_02515)
    for i in range(count):
        m, v = f"{source.uniform(-4, 4):.4f}", f"{10 ** source.uniform(-1.5, 1):.4f}"
        yield TEXTS[i % len(TEXTS)], (as_fraction(m), as_fraction(v))


def truth(text, m, v):
    """Return the quantities of ``NAMES`` by Gauss's rule on panels."""
    m, v = to_mp(m), to_mp(v)
    s = mp.sqrt(v)
    if text in BY_TEXT:
        problem = BY_TEXT[text]
        f, slope, breaks = function(problem), function(problem, 1), [to_mp(c) for c in problem.breaks]
    else:
        (f, slope), breaks = {**SMOOTH, **WAVES}[text], [mpf(k) for k in range(-4, 5)]
    cuts = {m + k * s for k in (-13, -9, -6, -3, 0, 3, 6, 9, 13)}
    cuts = sorted(cuts | {c for c in breaks if min(cuts) < c < max(cuts)})

    found = []
    for x, weight in nodes(cuts):
        t, weight, y = (x - m) / s, weight * mp.npdf(x, m, s), f(x)
        found.append([weight * h for h in (y, y**2, y * t / s, y * (t * t - 1) / v, slope(x) ** 2)])
    return [mp.fsum(terms) for terms in zip(*found, strict=True)]


def nodes(cuts):
    """Yield nodes and weights of Gauss's rule with 48 points on each panel."""
    for a, b in pairwise(cuts):
        for x, weight in RULE:
            yield (a + b + (b - a) * x) / 2, weight * (b - a) / 2


def test_every_entry_has_a_second_definition():
    known = {parse_activation(text).name.partition("(")[0] for text in TEXTS if ":" not in text}
    assert known == set(CATALOGUE)


@pytest.mark.parametrize(("text", "point"), list(points(200)), ids=str)
def test_moments_at_a_random_point(text, point):
    activation = parse_activation(text)
    names = NAMES[:4] if activation.function.jumps else NAMES
    with mp.workdps(30), precision(110):
        expected = truth(text, *point)
        exact = Moments(BALL, activation, *map(BALL.rational, point))
        doubles = moments(*map(float, point), activation=activation)
        for name, value in zip(names, expected, strict=False):
            size = 1 + expected[1]
            assert_encloses(getattr(exact, name), value, size * mpf(10) ** -24, size * mpf(10) ** -25)
            assert float(getattr(doubles, name)) == pytest.approx(float(value), rel=1e-12, abs=1e-13 * float(size))
