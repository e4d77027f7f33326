"""SELU and its derivative on arrays: against mpmath, and by the package's own checks."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from mpmath import mp, mpf

import selu_math as sm
from selu_math import reference
from selu_math.testing import check_selu

SCALE = "1.050700987355480493419334985294606351958981204"
DEPTH = "1.758099340847376859940217520812279577323506837"
FORMATS = {"float16": (11, -14), "float32": (24, -126), "float64": (53, -1022)}
FUNCTIONS = (sm.selu, sm.selu_grad)
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0])


def right(function, x):
    """Return the value at 60 digits."""
    if function is sm.selu:
        return mpf(SCALE) * x if x > 0 else mpf(DEPTH) * mp.expm1(x)
    return mpf(SCALE) if x > 0 else mpf(DEPTH) * mp.exp(x)


def worst(function, x):
    """Return the largest error in ulp of the true value."""
    digits, lowest = FORMATS[x.dtype.name]
    found = []
    with mp.workdps(60):
        for given, got in zip(x.tolist(), function(x).tolist(), strict=True):
            true = right(function, mpf(given))
            exponent = max(int(mp.floor(mp.log(abs(true), 2))), lowest) if true else lowest
            found.append(abs(mpf(got) - true) / mpf(2) ** (exponent - digits + 1))
    return float(max(found))


def points(name):
    """Return numbers near 0-, in the saturation, at the seams of the methods, and down to the subnormals."""
    draws, (digits, lowest) = np.random.default_rng(7), FORMATS[name]
    seams = np.array([-0.125, -44.0, -1 / 64, -3 / 64, -17.0, -746.0])
    x = np.concatenate(
        [
            -np.exp2(draws.uniform(-digits - 5, 6, 1500)),
            draws.uniform(-3, 3, 1500),
            *([draws.choice([-1, 1], 500) * np.exp2(draws.uniform(lowest - digits + 1, 9, 500))]),
            *(seams * (1 + k * 2.0 ** (1 - digits)) for k in range(-2, 3)),
        ]
    ).astype(name)
    return x[x != 0]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_less_than_one_unit_from_mpmath(function, name):
    assert worst(function, points(name)) < (1 if name == "float64" else 0.501)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_float16_is_right(function):
    x = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = x[np.isfinite(x) & (x != 0)]
    overflow = np.isinf(function(finite))
    assert worst(function, finite[~overflow]) < 0.501
    assert all(right(function, mpf(value)) >= 65520 for value in finite[overflow].tolist())  # rounds to 2**16


@pytest.mark.parametrize("name", FORMATS)
def test_passes_the_strict_checks(name):
    check_selu(sm.selu, grad=sm.selu_grad, dtypes=[name], profile="strict")


def test_a_fault_is_seen(monkeypatch):
    tables = reference._tables()
    without = tables._replace(values=(tables.values[0], np.zeros_like(tables.values[1])), split=(tables.split[0], 0.0))
    monkeypatch.setattr(reference, "_tables", lambda: without)
    assert worst(sm.selu, points("float64")) > 1


@pytest.mark.parametrize("name", [*FORMATS, "bfloat16"])
def test_special_values(name):
    if name == "bfloat16":
        name = pytest.importorskip("ml_dtypes").bfloat16
    values = sm.selu(SPECIAL.astype(name))
    expected = np.array([np.nan, np.inf, -float(DEPTH), 0.0, -0.0]).astype(name)
    assert values.dtype == expected.dtype
    assert np.array_equal(values, expected, equal_nan=True)
    assert np.signbit(values.astype(float)[3:]).tolist() == [False, True]
    slopes = sm.selu_grad(SPECIAL.astype(name)).astype(float)
    ends = np.array([float(SCALE), 0.0, float(DEPTH), float(DEPTH)]).astype(name).astype(float)
    assert np.isnan([float(values[0]), slopes[0]]).all()
    assert slopes[1:].tolist() == ends.tolist()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.filterwarnings("error")
def test_shapes_strides_and_input(function, name):
    x = np.linspace(-9, 9, 70_000).astype(name).reshape(7, 100, 100)
    before, whole = x.copy(), function(x)
    assert whole.dtype == x.dtype
    assert np.array_equal(function(x[::2, ::-1].T), whole[::2, ::-1].T)
    assert np.array_equal(x, before)
    assert function(x[:0]).shape == (0, 100, 100)
    assert function(x[1, 2, 3]) == function(np.array(x[1, 2, 3])) == whole[1, 2, 3]
    assert function(np.array([-1e4, 1e4], name)).dtype == x.dtype
    assert np.array_equal(function(x.astype(x.dtype.newbyteorder(">"))), whole)


def test_numbers_count_as_float64():
    for x in (1, 1.0, True, [1, 1.0], np.int8(1)):
        found = np.asarray(sm.selu(x))
        assert found.dtype == np.float64
        assert np.all(found == float(SCALE))


@pytest.mark.parametrize(
    "x", ["1", None, 1j, [1j], np.array(["a"]), [[1], [1, 2]], 10**400, np.longdouble(1), {1: 2}, [10**400]]
)
def test_anything_else_is_refused_in_one_line(x):
    with pytest.raises(sm.InputError, match="accepted") as caught:
        sm.selu(x)
    assert "\n" not in str(caught.value)


def test_the_tables_hold_the_constants():
    tables = reference._tables()
    with mp.workdps(60):
        assert tables.scale == float(mpf(SCALE))
        assert tables.depth[0] == float(mpf(DEPTH))
        for first, rest in (tables.depth, tables.split):
            assert abs(mpf(first) + mpf(rest) - mpf(DEPTH)) < mpf(2) ** -79
        assert float(tables.split[0] * 2.0**25).is_integer()
        assert abs(mpf(tables.steps[0]) + mpf(tables.steps[1]) - mp.log(2) / 32) < mpf(2) ** -92


def test_threads_do_not_share_what_they_write_on():
    blocks = [np.linspace(-30 + i, 30 - i, 1_000_003) for i in range(4)]
    alone = [sm.selu(x) for x in blocks]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            together = list(pool.map(sm.selu, blocks))
            assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
