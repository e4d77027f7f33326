"""Gauss's rule on fixed panels of the line: a truth for many points at once, sharing no code with the package.

With the panels fixed, f and f' are evaluated once at each node, whatever the point; a point costs its density at the
nodes, which all activations and all five integrals share.

Within 6 of 0, where every kink and jump of ``problems.py`` and ``smooth.py`` and every singularity nearest to the line
is found, a panel is half a unit long, and further out it doubles with the distance.  Kinks and jumps are edges.  The
function nearest to trouble, arctan, has its cut at distance 1, four half-lengths: 48 nodes leave
``(4 + sqrt 17)**-96 < 1e-87``.  Narrow densities far from the mean, v = 1/20 seen from 18 deviations, leave 1e-56.
The line is cut 26 deviations from the mean, where the density is below 1e-146: a threshold seen from 18 deviations,
whose moments are of the order of 1e-71, keeps its digits.
"""

from fractions import Fraction
from functools import cache
from itertools import chain, pairwise

from helpers import to_mp
from kept import KEPT
from mpmath import mp
from mpmath.calculus.quadrature import GaussLegendre
from problems import CATALOGUE, ENTRIES, JUMPING
from smooth import SMOOTH, WAVES
from truth import function

DPS = 70
NAMES = ("mean", "second_moment", "slope_square", "slope", "curvature")
"""E f, E f**2, E f'**2, E f' and E f'', the last two by the density's derivatives."""
BY_TEXT = {problem.text: problem for problem in (*CATALOGUE, *ENTRIES, *JUMPING)}
FORMULAS = {**SMOOTH, **WAVES, **KEPT}
TEXTS = (*BY_TEXT, *FORMULAS)
COARSE, FINE = 5, 6
"""Degrees of mpmath's rule: 3 * 2**(degree - 1) nodes, 48 and 96."""
_CUT = 26
_OUTWARDS = (*(k / 2 for k in range(12)), *range(6, 12), *range(12, 24, 2), *range(24, 48, 4), *range(48, 129, 8))
EDGES = (*(-x for x in reversed(_OUTWARDS[1:])), *_OUTWARDS)
PANELS = tuple(pairwise(EDGES))


@cache
def _rule(degree):
    with mp.workdps(DPS):
        return GaussLegendre(mp).calc_nodes(degree, mp.prec)


@cache
def _nodes(panel, degree):
    a, b = panel
    return [(a + b + (b - a) * x) / 2 for x, _ in _rule(degree)]


@cache
def _values(text, panel, degree):
    """Return f, f**2 and f'**2 at the nodes of a panel."""
    if text in FORMULAS:
        f, slope = FORMULAS[text]
    else:
        assert set(BY_TEXT[text].breaks) <= set(EDGES)
        f, slope = function(BY_TEXT[text]), function(BY_TEXT[text], 1)
    at = _nodes(panel, degree)
    values = [f(x) for x in at]
    return values, [y**2 for y in values], [slope(x) ** 2 for x in at]


@cache
def _weights(m, v, degree):
    """Return the panels that matter and the weights of E h, of (E h)' and of (E h)'', primes by m."""
    m, v = to_mp(m), to_mp(v)
    s = mp.sqrt(v)
    reach = _CUT * s
    assert EDGES[0] <= m - reach
    assert m + reach <= EDGES[-1]
    panels = [(a, b) for a, b in PANELS if m - reach < b and a < m + reach]
    plain, first, second = [], [], []
    factor = 1 / (2 * s * mp.sqrt(2 * mp.pi))
    for a, b in panels:
        for x, (_, weight) in zip(_nodes((a, b), degree), _rule(degree), strict=True):
            t = (x - m) / s
            plain.append(weight * (b - a) * factor * mp.exp(-t * t / 2))
            first.append(plain[-1] * t / s)
            second.append(plain[-1] * (t * t - 1) / v)
    return panels, plain, first, second


def truth(text, m: Fraction, v: Fraction, degree=COARSE):
    """Return the quantities of ``NAMES`` at a rational point, |m| <= 3 and 1/20 <= v <= 20."""
    with mp.workdps(DPS):
        panels, plain, first, second = _weights(m, v, degree)
        tables = [_values(text, panel, degree) for panel in panels]
        f, square, slope_square = (list(chain.from_iterable(column)) for column in zip(*tables, strict=True))
        values = (plain, f), (plain, square), (plain, slope_square), (first, f), (second, f)
        return dict(zip(NAMES, (mp.fdot(*pair) for pair in values), strict=True))
