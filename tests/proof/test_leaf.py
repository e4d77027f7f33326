"""Enclosures over boxes of (m, v): no point of a box lies outside, and small boxes are known narrowly."""

import math
import random
from fractions import Fraction

import pytest
from flint import arb
from half_lines import ORDERS, derivatives
from mpmath import mp, mpf

from selu_math.numbers.ball import ends, interval, precision
from selu_math.proofs import checker, leaf
from selu_math.proofs.leaf import LeafMoments, Rough

ROUNDS = 120
SELU_SHAPE = checker.LAMBDA, checker.ALPHA, checker.LAMBDA  # the slope is at least lambda from -1/2 on


def random_box(draw):
    """Return a box, sometimes a point, with v from 2^-30 to 2^20 and |m| up to 16 deviations or 4."""
    v = Fraction(2) ** draw.randint(-30, 20) * Fraction(draw.randint(1, 1 << 20), 1 << 20)
    reach = max(4.0, 16 * float(v) ** 0.5)
    m = Fraction(draw.uniform(-reach, reach)) if draw.random() < 0.9 else Fraction(0)
    wide = Fraction(2) ** draw.randint(-40, 0) if draw.random() < 0.9 else Fraction(0)
    high = m + wide * Fraction(draw.random()) * Fraction(max(abs(float(m)), float(v) ** 0.5))
    return m, high, v, v * (1 + wide * draw.randint(0, 3))


def point_inside(draw, box):
    m0, m1, v0, v1 = box
    share = Fraction(draw.choice((0, 0.5, 1, draw.random()))), Fraction(draw.choice((0, 0.5, 1, draw.random())))
    return m0 + share[0] * (m1 - m0), v0 + share[1] * (v1 - v0)


def true_values(m, v):
    """Return all ten numbers, and the variance over v, to 45 digits."""
    with mp.workdps(60):
        m, v = (mpf(x.numerator) / x.denominator for x in (m, v))
        f, g = derivatives(m, v)
        return [*f, *g, (g[0] - f[0] ** 2) / v]


def exact_ends(ball):
    """Return the ends of a ball, whatever their size."""
    with mp.workdps(90):
        mid, rad = (mp.ldexp(*map(int, x.man_exp())) for x in (ball.mid(), ball.rad()))
        return mid - rad, mid + rad


def enclosed(low, high, value):
    """Whether a value known to 30 digits, absolutely where it is small, lies between two numbers."""
    with mp.workdps(60):
        room = mpf(10) ** -30 * max(1, abs(value))
        return low - room <= value <= high + room


@pytest.mark.parametrize("seed", range(4))
def test_no_value_lies_outside_the_ball_of_its_box(seed):
    draw = random.Random(seed)
    for _ in range(ROUNDS):
        box = random_box(draw)
        truth = true_values(*point_inside(draw, box))
        with precision(draw.choice((53, 64, 96, 200))):
            found = LeafMoments(interval(*box[:2]), interval(*box[2:]))
            balls = [*found.f, *found.g]
            for ball, value in zip(balls, truth[:-1], strict=True):
                if ball.is_finite():
                    assert enclosed(*exact_ends(ball), value), box
            rough = Rough(interval(*box[:2]), interval(*box[2:]))
            for span, value in ((rough.near, truth[0]), (rough.ratio, truth[-1]), (found.ratio, truth[-1])):
                assert enclosed(exact_ends(span.low)[0], exact_ends(span.high)[1], value), box


@pytest.mark.parametrize("seed", range(4))
def test_no_value_lies_outside_the_checkers_interval(seed):
    draw = random.Random(seed)
    one = 1 << checker.BITS
    for _ in range(ROUNDS // 2):
        box = random_box(draw)
        truth = true_values(*point_inside(draw, box))
        try:
            found = checker.Moments(checker.between(*box[:2]), checker.between(*box[2:]), *SELU_SHAPE[:2])
        except checker.Rejected:
            continue
        rough = checker.Leaf(box, "2", *SELU_SHAPE)
        pairs = zip(
            (*found.f, *found.g, found.ratio, rough.near, rough.ratio), (*truth, truth[0], truth[-1]), strict=True
        )
        for x, value in pairs:
            with mp.workdps(60):
                low, high = mpf(x.low) / one, mpf(x.high) / one
            assert enclosed(low, high, value), box


def test_points_are_known_to_many_digits():
    for m, v in ((Fraction(0), Fraction(1)), (Fraction(1, 100), Fraction(22, 25)), (Fraction(-3), Fraction(2))):
        truth = true_values(m, v)
        with precision(96):
            found = LeafMoments(interval(m, m), interval(v, v))
            for ball, value in zip((*found.f, *found.g), truth, strict=False):
                low, high = exact_ends(ball)
                assert high - low < mpf(10) ** -22
                assert enclosed(low, high, value)
        exact = checker.Moments(checker.exactly(m), checker.exactly(v), *SELU_SHAPE[:2])
        for x in (*exact.f, *exact.g):
            assert x.high - x.low < 1 << checker.BITS - 90


def test_slopes_of_mean_variance_and_jacobian_are_those_of_their_values():
    """By differences of high-precision values, which know nothing of the formulas for slopes."""
    m, v, h = Fraction(3, 10), Fraction(6, 5), Fraction(1, 10**12)

    def values(m, v):
        with precision(300):
            at = LeafMoments(interval(m, m), interval(v, v))
            return [at.mean().value, at.variance().value, *at.matrix(second=False), *at.matrix(second=True)]

    with precision(300):
        at = LeafMoments(interval(m, m), interval(v, v))
        pairs = [at.mean(), at.variance()]
        slopes = [(x.by_m, x.by_v) for x in pairs]
        for second in (False, True):
            slopes += list(zip(*at.matrix_slopes(second=second), strict=True))
        steps = (values(m + h, v), values(m - h, v)), (values(m, v + h), values(m, v - h))
        for i, pair in enumerate(slopes):
            for slope, (up, down) in zip(pair, steps, strict=True):
                difference = (up[i] - down[i]) / (2 * float(h))
                assert abs(float(difference.mid()) - float(slope.mid())) < 1e-9
    assert len(slopes) == 10
    assert ORDERS == 5


def test_far_below_zero_the_variance_stays_above_zero():
    with precision(96):
        at = LeafMoments(interval(Fraction(-10), Fraction(-9)), interval(Fraction(1, 10**6), Fraction(2, 10**6)))
        low, high = (ends(end)[0] for end in at.ratio)
    assert 0 < low < high < Fraction(1, 10**6)


@pytest.mark.parametrize(
    ("m", "least"),
    [
        (Fraction(1, 5), 1.1),  # nearly all of z lies above -1/2
        (Fraction(-1, 10), 1.69),  # half of z below 0, with slopes alpha exp(-0.1 - 0.8 s) times those above
        (Fraction(-1, 2), 1.079),  # the same, less than 1 by a little
        (Fraction(-3, 5), 0.884),
    ],
)
def test_where_variances_begin_at_0(m, least):
    """By hand, for s = 0.0316."""
    with precision(96):
        found = Rough(interval(m, m), interval(Fraction(0), Fraction(1, 1000)))
    rough = checker.Leaf((m, m, Fraction(0), Fraction(1, 1000)), "2", *SELU_SHAPE)
    for low, high in (
        (float(found.ratio.low), float(found.ratio.high)),
        (rough.ratio.low / 2**128, rough.ratio.high / 2**128),
    ):
        assert least <= low < least + 0.005
        assert high == pytest.approx((1.0507009873554805 * 1.6732632423543772) ** 2)
    span = (float(found.near.low), float(found.near.high)), (rough.near.low / 2**128, rough.near.high / 2**128)
    for low, high in span:
        value = 1.0507009873554805 * (float(m) if m > 0 else 1.6732632423543772 * math.expm1(m))
        assert low == pytest.approx(value - 1.7580993408473766 * 0.001**0.5, abs=1e-9)
        assert high == pytest.approx(value + 1.7580993408473766 * 0.001**0.5, abs=1e-9)


@pytest.mark.parametrize("x", [999, 1000.5, 1e4, 1e6, 1e9])
def test_mills_ratio_of_large_numbers(x):
    with precision(96), mp.workdps(60):
        low, high = exact_ends(leaf._mills_at(arb(x)))
        # R = 1/x - 1/x^3 + 3/x^5 - 15/x^7 + 105/x^9 - ...: the error is less than the first term left out
        series = 1 / mpf(x) * (1 - mpf(x) ** -2 + 3 * mpf(x) ** -4 - 15 * mpf(x) ** -6 + 105 * mpf(x) ** -8)
        assert low <= series * (1 + mpf(x) ** -10 * 1000)
        assert high >= series * (1 - mpf(x) ** -10 * 1000)
        assert high - low < 1e-15 / x
