"""The truth that implementations are judged by, against mpmath at 80 digits and the frameworks' literals."""

from fractions import Fraction

import numpy as np
import pytest
from helpers import to_mp
from mpmath import mp, mpf

from selu_math.numbers.formats import FORMATS
from selu_math.testing.judgement import judge
from selu_math.testing.probes import SATURATED, grid
from selu_math.testing.truth import rounded_selu, truth

SCALE = "1.050700987355480493419334985294606351958981204"
SCALE_ALPHA = "1.758099340847376859940217520812279577323506837"
NAMES = ("float16", "bfloat16", "float32", "float64")


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
    assert len(table.x) == len(table.nearest) == len(table.enclosures)
    with mp.workdps(400):
        scale, depth = mpf(SCALE), mpf(SCALE_ALPHA)
        for i in range(0, len(table.x), max(1, len(table.x) // 400)):
            x = float(table.x[i])
            if x > 0:
                right = scale if slope else scale * mpf(x)
            elif x < -2000:  # beyond it exp(x) is no number of any of these formats
                right = mpf(0) if slope else -depth
            else:
                right = depth * (mp.exp(x) if slope else mp.expm1(x))
            sign, man, exp, _ = right._mpf_
            assert float(form.round((-1) ** sign * int(man) * Fraction(2) ** exp)) == table.nearest[i]
            low, high = (to_mp(end) for end in (table.enclosures[i].lower, table.enclosures[i].upper))
            slack = abs(right) * mpf(10) ** -42 + mpf(2) ** -2000
            assert low - slack <= right <= high + slack


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
    judged = judge(got, table, form, 2, 2)
    low, high = form.error(Fraction(float(got[near])), table.enclosures[near])
    assert judged.error[near] == pytest.approx(float(low))
    assert 0.5 < low <= high < 1.5
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
    ulps = judge(got, table, form, 8, 8).error[last]
    exact = (form.overflow - table.enclosures[last].lower) / form.ulp(table.enclosures[last].lower)
    assert ulps == pytest.approx(float(exact))
    got[-1] = 65504.0  # where the truth is 5 % beyond
    assert judge(got, table, form, 8, 8).over[-1]
