"""The 16-bit formats, number by number: mpmath and NumPy's expm1 compute, and NumPy rounds."""

import numpy as np
import pytest
from mpmath import mp, mpf

from selu_math.numbers.exact import Exact
from selu_math.numbers.formats import FORMATS
from selu_math.testing import check_selu
from selu_math.testing.probes import grid
from selu_math.testing.truth import TRUE_CONSTANTS, Constants, truth

SCALE = "1.050700987355480493419334985294606351958981204"
SCALE_ALPHA = "1.758099340847376859940217520812279577323506837"
NAMES = ("float16", "bfloat16")
# NumPy's expm1 and exp are good to a few units of 2**-53
COMPUTED = 2.0**-48
OWN = [
    (SCALE, SCALE_ALPHA),
    ("1.5", "2.31415926"),  # few bits, so that values fall on ties
    ("0.75", "0.001"),
    ("1.05078125", "1.7578125"),  # both formats have them
    ("3", "1e-9"),
]


def as_machine(values, name):
    """Return doubles rounded to the format; to bfloat16 twice, by way of float32, of which it is the upper half."""
    with np.errstate(over="ignore"):
        if name == "float16":
            return values.astype(np.float16).astype(np.float64)
        bits = values.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view(np.float32).astype(np.float64)


def assert_rounded(nearest, values, relative, name, most_untold=0):
    """Assert that numbers are ``values`` rounded, wherever those decide it, being known to within ``relative``."""
    # the first of two roundings may be off by this much
    first = 2.0**-23 if name == "bfloat16" else 0.0
    floor = 2.0**-149 if name == "bfloat16" else 0.0
    slack = np.abs(values) * (relative + first) + floor
    low, high = (as_machine(values + sign * slack, name) for sign in (-1, 1))
    told = low == high
    assert np.count_nonzero(~told) <= most_untold
    assert np.array_equal(nearest[told], low[told])
    assert ((low <= nearest) & (nearest <= high)).all()


@pytest.mark.parametrize(("name", "count"), [("float16", 63_486), ("bfloat16", 65_278)])
def test_every_number_is_a_probe(name, count):
    bits = np.arange(1 << 16).astype(np.uint16)
    read = bits.view(np.float16) if name == "float16" else (bits.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(invalid="ignore"):  # signalling nans among them
        numbers = read.astype(np.float64)
    numbers = np.sort(numbers[np.isfinite(numbers) & (numbers != 0)])
    assert len(numbers) == count
    assert np.array_equal(grid(FORMATS[name]), numbers)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("slope", [False, True])
def test_thousands_are_mpmaths_rounded(name, slope):
    table = truth(FORMATS[name], slope=slope)
    kept = np.arange(0, len(table.x), 17)
    with mp.workdps(60):
        scale, depth = mpf(SCALE), mpf(SCALE_ALPHA)

        def right(x):
            if x > 0:
                return scale if slope else scale * x
            # mpmath's exponents have no end, but take long to compute
            x = max(x, -5000.0)
            return depth * (mp.exp(x) if slope else mp.expm1(x))

        values = [right(x) for x in table.x[kept].tolist()]
        assert_rounded(table.nearest[kept], np.array([float(v) for v in values]), 2.0**-52, name, 20)
        rests = [v / mpf(2) ** int(table.unit[i]) - table.ulps[i] for i, v in zip(kept, values, strict=True)]
    assert (table.low[kept] <= [float(rest) + 1e-15 for rest in rests]).all()
    assert (table.high[kept] >= [float(rest) - 1e-15 for rest in rests]).all()
    assert (table.high - table.low < 1e-6).all()
    # rounding moves a value by half an ulp at most, except where all are infinite
    finite = np.isfinite(table.nearest)
    assert (np.maximum(-table.low, table.high)[finite] <= 0.5 + 1e-9).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("slope", [False, True])
@pytest.mark.parametrize(("scale", "depth"), OWN, ids=lambda text: text[:6])
def test_all_are_numpys_rounded_for_any_constants(name, slope, scale, depth):
    x = grid(FORMATS[name])
    own = TRUE_CONSTANTS if scale == SCALE else Constants(Exact.of(scale), Exact.of(depth))
    table = truth(FORMATS[name], own, slope=slope)
    above, below = x > 0, x < 0
    values = np.full(len(x), float(scale)) if slope else float(scale) * x
    with np.errstate(under="ignore"):
        values[below] = float(depth) * (np.exp(x[below]) if slope else np.expm1(x[below]))
    assert_rounded(table.nearest[below], values[below], COMPUTED, name, 50)
    if scale == SCALE:
        assert_rounded(table.nearest[above], values[above], COMPUTED, name, 50)
    else:
        # few bits times few bits is exact in float32 and float64, so ties are seen and go to even
        assert np.array_equal(table.nearest[above], as_machine(values[above], name))


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_just_beside_a_tie_is_told_from_it(name):
    table = truth(FORMATS[name], Constants(Exact.of(1), Exact.of("2.5")))
    tiny = (table.x > -(2.0**-16)) & (table.x < -(2.0**-110))
    # 2.5 expm1(x) is smaller than 2.5 x, but no number or tie of either format is as near below such a product
    shrunk = 2.5 * table.x[tiny] * (1 - 2.0**-16)
    assert np.array_equal(table.nearest[tiny], as_machine(shrunk, name))
    assert not np.array_equal(as_machine(2.5 * table.x[tiny], name), as_machine(shrunk, name))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("slope", [False, True])
def test_sparse_probes_have_the_same_truth(name, slope):
    few, all_ = truth(FORMATS[name], slope=slope, sparse=True), truth(FORMATS[name], slope=slope)
    assert len(few.x) < len(all_.x) / 20
    at = np.searchsorted(all_.x, few.x)
    assert np.array_equal(all_.x[at], few.x)
    assert np.array_equal(all_.nearest[at], few.nearest)


def rounded_once(x):
    """Return SELU in float64, rounded to the format of x."""
    wide = x.astype(np.float64)
    return np.where(wide > 0, float(SCALE) * wide, float(SCALE_ALPHA) * np.expm1(np.minimum(wide, 0))).astype(x.dtype)


def slope_rounded_once(x):
    wide = x.astype(np.float64)
    return np.where(wide > 0, float(SCALE), float(SCALE_ALPHA) * np.exp(np.minimum(wide, 0))).astype(x.dtype)


def moved(y, where):
    """Return float16 numbers, of which some are replaced by the next but one."""
    y[where] = (y[where].view(np.uint16) + 2).view(np.float16)
    return y


@pytest.mark.parametrize("profile", ["practical", "strict"])
def test_a_correctly_rounded_function_is_right_at_every_number(profile):
    result = check_selu(rounded_once, grad=slope_rounded_once, dtypes=["float16"], profile=profile)
    assert {check.ulp for check in result.checks} == {0.5, None}


@pytest.mark.parametrize(
    ("x", "where"),
    [
        (-0.73681640625, "near_zero"),
        (5.3046875, "above_zero"),
        (-(2.0**-14), "near_zero"),
        (-7.79296875, "below_zero"),
    ],
)
def test_one_wrong_number_of_all_is_found(x, where):
    def values(t):
        return moved(rounded_once(t), t == x)

    def slopes(t):
        return moved(slope_rounded_once(t), t == x)

    assert check_selu(values, grad=slopes, dtypes=["float16"]).passed
    result = check_selu(values, grad=slopes, dtypes=["float16"], profile="strict", on_fail=None)
    assert [check.name for check in result.failures] == [f"values_{where}", f"gradient_{where}"]
    for check in result.failures:
        assert check.worst_x == x
        assert check.where.startswith("1 probe at")
        assert 1.5 <= check.ulp <= 2.5


def test_what_is_wrong_nearly_everywhere_is_counted():
    def leaky(x):
        return np.where(x > 0, x.dtype.type(float(SCALE)) * x, x.dtype.type(0.01) * x)

    def halved(x):
        return rounded_once(np.minimum(x, 0)) / 2 + np.maximum(x, 0)

    for wrong in (leaky, halved):
        result = check_selu(wrong, grad=slope_rounded_once, dtypes=["float16"], on_fail=None)
        assert "constants" in {check.name for check in result.failures}
    # with right constants; subnormal numbers that have the slope of 0 count as flushed
    result = check_selu(rounded_once, grad=lambda x: -slope_rounded_once(x), dtypes=["float16"], on_fail=None)
    failed = {check.name: check.where for check in result.failures}
    assert failed["gradient_above_zero"].startswith("31743 probes")
    assert failed["gradient_near_zero"].startswith("14336 probes")
