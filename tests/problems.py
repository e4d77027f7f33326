"""The problems that tests share: activations, written down a second time without the package, and points.

A piece gives f and f' as formulas in ``x`` and an exponential ``e``, so that mpmath and SymPy can both evaluate it;
``c`` carries SELU's two constants.  The derivative is written by hand, never taken from the package.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Problem:
    """An activation: what people type, its breakpoints, and (f, f') between them from left to right."""

    text: str
    breaks: tuple
    pieces: tuple

    def __str__(self):
        return self.text


def zero(e, x, c):
    """Return 0."""
    return 0 * x


def one(e, x, c):
    """Return 1."""
    return 1 + 0 * x


def identity(e, x, c):
    """Return x."""
    return x


SELU = Problem(
    "selu",
    (0,),
    (
        (lambda e, x, c: c.scale_alpha * (e(x) - 1), lambda e, x, c: c.scale_alpha * e(x)),
        (lambda e, x, c: c.scale * x, lambda e, x, c: c.scale + 0 * x),
    ),
)
ELU = Problem(
    "elu",
    (0,),
    ((lambda e, x, c: e(x) - 1, lambda e, x, c: e(x)), (identity, one)),
)
ELU_STEEP = Problem(
    "elu(3/2)",
    (0,),
    ((lambda e, x, c: 3 * (e(x) - 1) / 2, lambda e, x, c: 3 * e(x) / 2), (identity, one)),
)
RELU = Problem("relu", (0,), ((zero, zero), (identity, one)))
LEAKY_RELU = Problem(
    "leaky_relu",
    (0,),
    ((lambda e, x, c: x / 100, lambda e, x, c: (1 + 0 * x) / 100), (identity, one)),
)
LEAKY_RELU_DOWN = Problem(
    "leaky_relu(-0.2)",
    (0,),
    ((lambda e, x, c: -x / 5, lambda e, x, c: -(1 + 0 * x) / 5), (identity, one)),
)
CATALOGUE = (SELU, ELU, ELU_STEEP, RELU, LEAKY_RELU, LEAKY_RELU_DOWN)


def number(value):
    """Return a constant function and its derivative."""
    return (lambda e, x, c: value + 0 * x), zero


def sixth(e, x, c):
    """Return a sixth."""
    return (1 + 0 * x) / 6


ENTRIES = (
    Problem("celu(2)", (0,), ((lambda e, x, c: 2 * (e(x / 2) - 1), lambda e, x, c: e(x / 2)), (identity, one))),
    Problem(
        "serlu",
        (0,),
        (
            (
                lambda e, x, c: 107862 * 290427 * (x * e(x)) / 10**10,
                lambda e, x, c: 107862 * 290427 * (e(x) + x * e(x)) / 10**10,
            ),
            (lambda e, x, c: 107862 * x / 10**5, lambda e, x, c: 107862 * (1 + 0 * x) / 10**5),
        ),
    ),
    Problem("prelu", (0,), ((lambda e, x, c: x / 4, lambda e, x, c: (1 + 0 * x) / 4), (identity, one))),
    Problem("relu6", (0, 6), ((zero, zero), (identity, one), number(6))),
    Problem("squared_relu", (0,), ((zero, zero), (lambda e, x, c: x * x, lambda e, x, c: 2 * x))),
    Problem("hardtanh", (-1, 1), (number(-1), (identity, one), number(1))),
    Problem(
        "hardtanh(-1/2, 2)",
        (-Fraction(1, 2), 2),
        ((lambda e, x, c: -(1 + 0 * x) / 2, zero), (identity, one), number(2)),
    ),
    Problem("hard_sigmoid", (-3, 3), ((zero, zero), (lambda e, x, c: (x + 3) / 6, sixth), number(1))),
    Problem(
        "hardswish",
        (-3, 3),
        ((zero, zero), (lambda e, x, c: x * (x + 3) / 6, lambda e, x, c: (2 * x + 3) / 6), (identity, one)),
    ),
    Problem(
        "softshrink",
        (-Fraction(1, 2), Fraction(1, 2)),
        ((lambda e, x, c: (2 * x + 1) / 2, one), (zero, zero), (lambda e, x, c: (2 * x - 1) / 2, one)),
    ),
    Problem("abs", (0,), ((lambda e, x, c: -x, lambda e, x, c: -1 + 0 * x), (identity, one))),
    Problem("identity", (), ((identity, one),)),
)
"""The rest of the catalogue's continuous piecewise entries."""

CLIPPED = Problem(
    "piecewise: x<-1: 0; -1<=x<1: exp(x)-exp(-1); x>=1: exp(1)-exp(-1)",
    (-1, 1),
    (
        (zero, zero),
        (lambda e, x, c: e(x) - e(-1), lambda e, x, c: e(x)),
        (lambda e, x, c: e(1) - e(-1) + 0 * x, zero),
    ),
)
POLYNOMIAL = Problem(
    "piecewise: x<1/2: x^2*exp(x/2)/4 - x; x>=1/2: (1/16*exp(1/4) - 1/2) + (x-1/2)^2",
    (Fraction(1, 2),),
    (
        (
            lambda e, x, c: x**2 * e(x / 2) / 4 - x,
            lambda e, x, c: (2 * x + x**2 / 2) * e(x / 2) / 4 - 1,
        ),
        (
            lambda e, x, c: e((1 + 0 * x) / 4) / 16 - (1 + 0 * x) / 2 + ((2 * x - 1) / 2) ** 2,
            lambda e, x, c: 2 * x - 1,
        ),
    ),
)
SMOOTH = Problem(
    "piecewise: 2*x^3 - exp(-x/3)",
    (),
    ((lambda e, x, c: 2 * x**3 - e(-x / 3), lambda e, x, c: 6 * x**2 + e(-x / 3) / 3),),
)
CONTINUOUS = (*CATALOGUE, *ENTRIES, CLIPPED, POLYNOMIAL, SMOOTH)

STEP = Problem("piecewise: x<0: 0; x>=0: 1", (0,), ((zero, zero), (one, zero)))
THRESHOLD = Problem(
    "piecewise: x<=1/2: -exp(x); x>1/2: x", (Fraction(1, 2),), ((lambda e, x, c: -e(x),) * 2, (identity, one))
)
STEP_TO_LINE = Problem("threshold", (1,), ((zero, zero), (identity, one)))
HARDSHRINK = Problem(
    "hardshrink",
    (-Fraction(1, 2), Fraction(1, 2)),
    ((identity, one), (zero, zero), (identity, one)),
)
JUMPING = (STEP, THRESHOLD, STEP_TO_LINE, HARDSHRINK)

POINTS = tuple(
    (Fraction(m), Fraction(v))
    for m, v in (("0", "1"), ("1/10", "5/4"), ("-2", "1/2"), ("3", "4"), ("-1/3", "9"), ("-5", "2"))
)
"""Pairs (m, v), the mean and variance of the pre-activation."""

INPUTS = tuple(
    tuple(map(Fraction, numbers))
    for numbers in (("0", "1", "0", "1"), ("-1/10", "4/5", "-1/10", "11/10"), ("1/3", "3/2", "1/2", "7/8"))
)
"""(mean, variance, omega, tau) of a layer's inputs and weights."""

MAIN = (SELU, ELU, RELU, LEAKY_RELU)
CASES = (
    *((problem, *point) for problem in MAIN for point in POINTS),
    *((problem, *point) for problem in CONTINUOUS if problem not in MAIN for point in POINTS[1:4]),
)
"""(problem, m, v) with a continuous f."""
JUMPING_CASES = tuple((problem, *point) for problem in JUMPING for point in POINTS[1:4])
"""(problem, m, v) with an f that jumps."""
