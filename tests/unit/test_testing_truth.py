"""The truth that implementations are judged by, against mpmath at 80 digits and the frameworks' literals."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp, mpf

from selu_math.numbers.formats import FORMATS
from selu_math.testing.judgement import judge
from selu_math.testing.probes import SATURATED, grid
from selu_math.testing.truth import round_all, rounded_selu, truth

SCALE = "1.050700987355480493419334985294606351958981204"
SCALE_ALPHA = "1.758099340847376859940217520812279577323506837"
NAMES = ("float16", "bfloat16", "float32", "float64")


def by_mpmath(x, *, slope=False):
    """Return SELU or its slope by the literals, good to 44 digits."""
    scale, depth = mpf(SCALE), mpf(SCALE_ALPHA)
    if x > 0:
        return scale if slope else scale * mpf(x)
    if x < -2000:  # beyond it exp(x) is no number of any of these formats
        return mpf(0) if slope else -depth
    return depth * (mp.exp(x) if slope else mp.expm1(x))


def exactly(value):
    """Return an mpmath number as a fraction."""
    sign, man, exp, _ = value._mpf_
    return (-1) ** sign * int(man) * Fraction(2) ** exp


def exact_error(form, value, x, *, slope=False):
    """Return the error of a value at x, in ulp of the truth."""
    with mp.workdps(60):
        right = exactly(by_mpmath(x, slope=slope))
    return abs(Fraction(value) - right) / form.ulp(right)


def test_the_literals_are_selus_constants_by_their_closed_form():
    with mp.workdps(60):
        a, b = mp.sqrt(mp.e) * mp.erfc(1 / mp.sqrt(2)), mp.e**2 * mp.erfc(mp.sqrt(2))
        alpha = mp.sqrt(2 / mp.pi) / (1 - a)
        scale = (1 - a) * mp.sqrt(2 * mp.pi) / mp.sqrt(2 * b + mp.pi * a**2 - 2 * (2 + mp.pi) * a + mp.pi + 2)
        assert abs(scale - mpf(SCALE)) < mpf(10) ** -42
        assert abs(scale * alpha - mpf(SCALE_ALPHA)) < mpf(10) ** -42


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("slope", [False, True])
def test_truth_is_mpmaths_rounded(name, slope):
    form = FORMATS[name]
    table = truth(form, slope=slope)
    assert len(table.x) == len(table.nearest) == len(table.low) == len(table.high)
    assert (table.high - table.low < 1e-6).all()
    with mp.workdps(400):
        for i in range(0, len(table.x), max(1, len(table.x) // 400)):
            right = by_mpmath(float(table.x[i]), slope=slope)
            assert float(form.round(exactly(right))) == table.nearest[i]
            rest = right / mpf(2) ** int(table.unit[i]) - table.ulps[i]
            slack = abs(table.ulps[i]) * mpf(10) ** -42 + mpf(2) ** -900
            assert table.low[i] - slack <= rest <= table.high[i] + slack


@pytest.mark.parametrize("name", NAMES)
def test_probes_cover_every_binade_on_both_sides_exactly(name):
    form, x = FORMATS[name], grid(FORMATS[name])
    assert (np.diff(x) > 0).all()
    assert np.array_equal(x, -x[::-1])
    positive = x[x > 0]
    assert positive[0] == float(form.smallest)
    assert positive[-1] == float(form.overflow - form.ulp(form.overflow / 2))
    exponents = set(np.frexp(positive)[1])
    assert exponents == set(range(min(exponents), max(exponents) + 1))
    for value in x[:: max(1, len(x) // 500)].tolist():
        assert form.round(Fraction(value)).fraction == Fraction(value)


@pytest.mark.parametrize("name", FORMATS)
def test_the_saturated_probe_shows_the_constant_alone(name):
    form = FORMATS[name]
    assert rounded_selu(Fraction(SATURATED), form) == form.round(-Fraction(SCALE_ALPHA))
    if form.precision <= 64:  # at half of it still, as the test for a leaky ReLU needs
        assert rounded_selu(Fraction(SATURATED) / 2, form) == form.round(-Fraction(SCALE_ALPHA))


def test_errors_are_measured_exactly_and_flushing_is_set_apart():
    form = FORMATS["float32"]
    table = truth(form)
    got = table.nearest.copy()
    near, tiny = int(np.searchsorted(table.x, -0.5)), int(np.searchsorted(table.x, -1e-40))
    got[near] = np.nextafter(np.float32(got[near]), np.float32(-np.inf)).astype(float)
    got[tiny] = 0.0
    got[-1] = np.nan
    judged = judge(got, table, 2, 2)
    assert judged.error[near] == pytest.approx(float(exact_error(form, got[near], float(table.x[near]))))
    assert 0.5 < judged.error[near] < 1.5
    assert judged.flushed[tiny]
    assert judged.flushed.sum() == 1
    assert list(np.flatnonzero(judged.over)) == [len(got) - 1]
    assert judged.worst(np.ones(len(got), dtype=bool)) == len(got) - 1


def test_an_infinity_one_rounding_beyond_the_edge_is_no_error():
    form = FORMATS["float16"]
    table = truth(form)
    last = int(np.flatnonzero(np.isfinite(table.nearest) & (table.x > 0))[-1])
    got = table.nearest.copy()
    got[last] = np.inf
    ulps = judge(got, table, 8, 8).error[last]
    assert ulps == pytest.approx(float(exact_error(form, form.overflow, float(table.x[last]))))
    got[-1] = 65504.0  # where the truth is 5 % beyond
    assert judge(got, table, 8, 8).over[-1]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("slope", [False, True])
def test_errors_of_any_size_are_lower_bounds_and_tight(name, slope):
    form = FORMATS[name]
    table = truth(form, slope=slope)
    largest = float(form.overflow - form.ulp(form.overflow / 2))
    some = [np.full(len(table.x), value) for value in (0.0, float(form.smallest), -1.0, largest, np.inf, -np.inf)]
    for got in (*some, round_all(table.nearest / 2, form), round_all(table.nearest * 1.01, form)):
        errors = table.errors(got)
        for i in range(0, len(table.x), len(table.x) // 200):
            value = float(got[i])
            edge = form.overflow if value > 0 else -form.overflow
            exact = exact_error(form, edge if np.isinf(value) else Fraction(value), float(table.x[i]), slope=slope)
            if exact < 2**1000:
                assert errors[i] <= exact <= errors[i] * (1 + 2.0**-45) + 2.0**-20
            else:
                assert errors[i] > 2.0**999


def test_each_side_of_zero_has_its_tolerance_and_the_worst_is_the_one_next_to_zero():
    form = FORMATS["bfloat16"]
    table = truth(form, sparse=True)
    got = round_all(table.nearest * (1 + 2.0**-5), form)  # some 4 to 8 ulp
    above, normal = table.x > 0, np.abs(table.x) > 1e-30
    finite = normal & np.isfinite(table.nearest) & np.isfinite(got)
    assert np.array_equal(judge(got, table, 20, 2).over & finite, above & finite)
    assert np.array_equal(judge(got, table, 2, 20).over & finite, ~above & finite)
    nowhere = judge(np.full(len(table.x), np.nan), table, 2, 2)
    assert abs(nowhere.x[nowhere.worst(table.x < -1)]) == abs(table.x[table.x < -1]).min()
    assert nowhere.x[nowhere.worst(table.x > 3)] == table.x[table.x > 3].min()


@given(st.floats(allow_nan=False))
@example(65519.99999999999)
@example(65520.0)
@example(2.0**-25)
@example(-5e-324)
def test_doubles_round_to_a_format_as_they_do_one_by_one(value):
    for name in ("float16", "bfloat16", "float32", "float64"):
        (rounded,) = round_all(np.array([value]), FORMATS[name])
        assert rounded == (value if np.isinf(value) else float(FORMATS[name].round(Fraction(value))))
