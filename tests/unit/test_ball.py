"""Balls contain the truth, are narrow, and never leave a changed precision behind."""

import threading
from fractions import Fraction

import pytest
from flint import arb, ctx
from helpers import assert_encloses, ball_ends
from mpmath import mp, mpf

from selu_math.exceptions import PrecisionError
from selu_math.numbers.ball import BALL, dyadic, ends, interval, precision, refine

NAN = arb("nan")


def spanned(low, high):
    """Return the ball from ``low`` to ``high``, both dyadic."""
    return interval(Fraction(low), Fraction(high))


def normal_cdf(t):
    return mp.erfc(-t / mp.sqrt(2)) / 2


def cdf(a, t):
    return BALL.tilted_cdf(a, t, BALL.tilted_density(a, t))


def test_precision_is_a_scope():
    before = ctx.prec
    with precision(200):
        assert ctx.prec == 200
        with precision(77):
            assert ctx.prec == 77
        assert ctx.prec == 200
    assert ctx.prec == before


def test_precision_is_restored_after_an_exception():
    before = ctx.prec
    with pytest.raises(ZeroDivisionError), precision(200):
        raise ZeroDivisionError
    assert ctx.prec == before
    with pytest.raises(ZeroDivisionError):
        refine(lambda: 1 // 0, bits=300, max_bits=300, what="it")
    assert ctx.prec == before


def test_another_thread_waits_for_the_precision():
    """FLINT's precision is one global; a thread must not change it under a computation."""
    inside, seen = threading.Event(), []

    def other():
        inside.wait()
        with precision(99):
            seen.append(ctx.prec)

    thread = threading.Thread(target=other)
    thread.start()
    with precision(200):
        inside.set()
        thread.join(timeout=0.05)
        assert ctx.prec == 200
        assert not seen
    thread.join()
    assert seen == [99]


def test_refine_doubles_until_something_is_found():
    tried = []

    def compute():
        tried.append(ctx.prec)
        return "found" if ctx.prec >= 150 else None

    assert refine(compute, bits=40, max_bits=1000, what="it") == "found"
    assert tried == [40, 80, 160]


def test_refine_names_what_it_could_not_prove():
    tried = []
    with pytest.raises(PrecisionError, match=r"the answer .* 100 bits"):
        refine(lambda: tried.append(ctx.prec), bits=40, max_bits=100, what="the answer")
    assert tried == [40, 80, 100]


def test_refine_takes_a_false_answer_for_an_answer():
    assert refine(lambda: 0, bits=40, max_bits=100, what="it") == 0


@pytest.mark.parametrize("bits", [30, 53, 300])
def test_rationals_are_enclosed(bits):
    with precision(bits):
        for q in (Fraction(1, 10), Fraction(-22, 7), Fraction(10**40 + 1, 3), Fraction(0)):
            assert_encloses(BALL.rational(q), q, max_radius=abs(q.numerator / q.denominator) * 2.0 ** (1 - bits))


@pytest.mark.parametrize(("low", "high"), [("1/3", "2/3"), ("-1/10", "1/10"), ("1/10", "1/10"), ("-5", "7")])
def test_intervals_are_rounded_outward(low, high):
    low, high = Fraction(low), Fraction(high)
    with precision(53):
        got_low, got_high = ends(interval(low, high))
    assert got_low <= low <= high <= got_high
    assert got_high - got_low <= (high - low) * (1 + Fraction(1, 2**27)) + Fraction(1, 2**50)
    assert ball_ends(interval(low, high))[0] <= low


def test_dyadic_reads_exact_balls():
    assert dyadic(arb((3, -5))) == Fraction(3, 32)
    assert dyadic(arb((-3, 5))) == -96
    assert dyadic(arb(0)) == 0


@pytest.mark.parametrize(
    ("low", "high", "least", "most"),
    [("-1", "1", "0", "1"), ("-1/2", "3/2", "0", "9/4"), ("1", "2", "1", "4"), ("-2", "-1", "1", "4")],
)
def test_a_square_is_never_negative_and_tight(low, high, least, most):
    got_low, got_high = ends(BALL.square(spanned(low, high)))
    least, most = Fraction(least), Fraction(most)
    assert got_low <= least <= most <= got_high
    assert got_low >= least - Fraction(1, 10**7)
    assert got_high <= most + Fraction(1, 10**7)


@pytest.mark.parametrize(
    ("low", "high", "least", "most"),
    [("0", "4", "0", "2"), ("1", "4", "1", "2"), ("-1/1024", "4", "0", "2"), ("0", "0", "0", "0")],
)
def test_a_square_root_reaches_down_to_zero_and_no_further(low, high, least, most):
    got_low, got_high = ends(BALL.sqrt(spanned(low, high)))
    least, most = Fraction(least), Fraction(most)
    assert got_low <= least <= most <= got_high
    assert got_low >= least - Fraction(1, 10**7)
    assert got_high <= most + Fraction(1, 10**7)


@pytest.mark.parametrize("negative", [arb(-1), arb(-2, 1) - 1], ids=str)
def test_the_root_of_a_negative_ball_is_unknown(negative):
    assert not BALL.sqrt(negative).is_finite()


def test_what_is_unknown_stays_unknown():
    one = arb(1)
    assert not BALL.square(NAN).is_finite()
    assert not BALL.sqrt(NAN).is_finite()
    assert not BALL.exp(NAN).is_finite()
    assert not BALL.tilted_density(NAN, one).is_finite()
    assert not BALL.tilted_density(one, NAN).is_finite()
    assert not cdf(NAN, one).is_finite()
    assert not cdf(one, NAN).is_finite()
    assert not cdf(one, arb(0, "inf")).is_finite() or ends(cdf(one, arb(0, "inf")))[1] >= Fraction(27, 10)


WIDE = ("4/5 3/2", "-3/2 -4/5", "-1/2 3/2", "-30 -29", "-40 -1/2", "5 9", "-9 9", "-1 0")


@pytest.mark.parametrize(("low", "high"), [ends.split() for ends in WIDE])
@pytest.mark.parametrize("tilt", ["0", "2", "-3"])
def test_the_distribution_function_of_a_wide_ball_contains_and_is_tight(low, high, tilt):
    """FLINT's erfc of [0.8, 1.5] comes out as [-0.10, 0.31] where the truth is [0.03, 0.26]."""
    low, high = Fraction(low), Fraction(high)
    got_low, got_high = ends(cdf(BALL.rational(Fraction(tilt)), spanned(low, high)))
    with mp.workdps(30):
        factor = mp.exp(mpf(tilt))
        least, most = (factor * normal_cdf(mpf(t.numerator) / t.denominator) for t in (low, high))
        below, above = mpf(got_low.numerator) / got_low.denominator, mpf(got_high.numerator) / got_high.denominator
        assert below <= least <= most <= above
        assert above - most <= (most - least) / 1000
        assert least - below <= (most - least) / 2


def test_a_tilt_that_moves_with_the_argument_costs_nothing():
    """exp(t**2/2) Phi(t) for t in [-20, -19.9] lies in [0.0198, 0.0202]; exp(a) alone varies by a factor of 7."""
    t = spanned("-20", "-199/10")
    low, high = ends(BALL.tilted_cdf(BALL.square(t) / 2, t, 1 / (2 * arb.pi()).sqrt()))
    with mp.workdps(30):
        truths = [mp.exp(x * x / 2) * normal_cdf(x) for x in (mpf(-20), mpf(-199) / 10)]
    assert low <= Fraction(str(truths[0])) <= Fraction(str(truths[1])) <= high
    assert high - low < Fraction(2, 1000)


@pytest.mark.parametrize("bits", [53, 128])
@pytest.mark.parametrize("relative", [0, 2.0**-45, 2.0**-30, 2.0**-20, 1e-3, 0.1])
@pytest.mark.parametrize("middle", [-37.5, -8.25, -2.5, -0.75, 0.5, 3.0, 7.0])
def test_the_distribution_function_contains_sampled_truths(bits, relative, middle):
    with precision(bits):
        t = arb(middle, abs(middle) * relative)
        a = arb(0.75)
        low, high = ball_ends(cdf(a, t))
        inside = [ball_ends(t)[0] + (ball_ends(t)[1] - ball_ends(t)[0]) * Fraction(k, 8) for k in range(9)]
    with mp.workdps(60):
        truths = [mp.exp(mpf(0.75)) * normal_cdf(mpf(x.numerator) / x.denominator) for x in inside]
        low, high = mpf(low.numerator) / low.denominator, mpf(high.numerator) / high.denominator
        assert low <= truths[0]
        assert all(low <= x <= high for x in truths)
        rounding = truths[-1] * (1 + middle**2) * mpf(2) ** (5 - bits)
        assert high - low <= mpf("2.5") * (truths[-1] - truths[0]) + rounding


@pytest.mark.parametrize("deviations", [10, 10**3, 10**7, 10**10])
def test_the_far_tail_keeps_its_relative_accuracy(deviations):
    """exp(t**2/2) Phi(-t) is close to 1/(t sqrt(2 pi)), however far out."""
    with precision(192):
        t = arb(deviations) * arb(3).sqrt() / 2
        got = cdf(BALL.square(t) / 2, -t) * t * (2 * arb.pi()).sqrt()
        assert got.is_finite()
        assert got.rel_accuracy_bits() > 60
        low, high = ball_ends(got)
        t2 = Fraction(3, 4) * deviations**2
        assert low <= 1 - 1 / t2 + 3 / t2**2
        assert high >= 1 - 1 / t2
        assert high - low < 3 / t2**2 + Fraction(1, 10**20)


def test_the_density():
    with precision(128), mp.workdps(50):
        got = BALL.tilted_density(arb(3), arb(-1.25))
        assert_encloses(got, mp.exp(3) * mp.npdf(mpf(-1.25)), max_radius=1e-35, known_to=mpf("1e-45"))
        wide_low, wide_high = ball_ends(BALL.tilted_density(arb(0), spanned("-1", "1")))
        assert wide_low <= Fraction(241970724, 10**9) <= Fraction(398942280, 10**9) <= wide_high
        assert wide_high - wide_low < Fraction(16, 100)
