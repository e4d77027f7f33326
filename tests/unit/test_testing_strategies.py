"""Inputs drawn by Hypothesis: every binade, exact numbers, flags, and what failures are simplified to."""

import sys
from functools import cache
from math import copysign, inf, log, nan

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from selu_math.exceptions import InputError, MissingExtraError
from selu_math.numbers.formats import binary_format
from selu_math.testing import selu_inputs
from selu_math.testing.strategies import from_bytes

# bits of the significand, smallest and largest exponents of normal numbers: IEEE 754-2019, table 3.5
FORMATS = {
    "float16": (11, -14, 15),
    "bfloat16": (8, -126, 127),
    "float32": (24, -126, 127),
    "float64": (53, -1022, 1023),
}
EVERY = pytest.mark.parametrize("dtype", FORMATS)


def draw(strategy, count=300):
    """Return what a strategy gives, as a list."""
    drawn = []

    @settings(max_examples=count, phases=[Phase.generate])
    @given(strategy)
    def collect(value):
        drawn.append(value)

    collect()
    return drawn


@cache
def numbers(dtype, **flags):
    """Return 60,000 numbers as a float64 array, from random bytes; Hypothesis repeats itself too much to count."""
    size, made = from_bytes(binary_format(dtype), **flags)
    random = np.random.default_rng(1)
    return np.array([made(random.bytes(size)) for _ in range(60_000)])


def is_exact(x, dtype):
    """Return whether float64 numbers are numbers of a format, by NumPy's own casts; bfloat16 is a float32 cut short."""
    if dtype == "bfloat16":
        single = x.astype(np.float32)
        cut = (single.view(np.uint32) & 0xFFFF0000).view(np.float32)
        return np.array_equal(cut.astype(np.float64), x, equal_nan=True)
    with np.errstate(over="ignore"):
        return np.array_equal(x.astype(dtype).astype(np.float64), x, equal_nan=True)


def binades(x):
    return np.frexp(x[np.isfinite(x) & (x != 0)])[1] - 1


@EVERY
def test_every_number_is_exact(dtype):
    x = numbers(dtype)
    assert x.size == 60_000
    assert is_exact(x, dtype)
    assert is_exact(np.array(draw(selu_inputs(dtype))), dtype)


@EVERY
def test_every_binade_is_reached_on_both_sides(dtype):
    bits, low, high = FORMATS[dtype]
    x = numbers(dtype)
    for side in (x,) if dtype == "float64" else (x[x > 0], x[x < 0]):
        assert set(binades(side)) == set(range(low - bits + 1, high + 1))


@EVERY
def test_binades_are_as_likely_as_each_other(dtype):
    bits, low, high = FORMATS[dtype]
    found = binades(numbers(dtype))
    found = found[(found < 1) | (found > 10)]  # where the numbers around saturation come on top
    groups = np.array_split([e for e in range(low - bits + 1, high + 1) if not 1 <= e <= 10], 6)
    shares = [np.isin(found, group).sum() / len(group) for group in groups]
    assert max(shares) < 1.15 * min(shares)


def test_hypothesis_draws_them_as_evenly():
    """Other floats come nowhere near."""

    def shares(strategy):
        found = binades(np.array(draw(strategy, 2000), dtype=np.float64))
        return np.histogram(found[(found < 1) | (found > 10)], bins=np.linspace(-1075, 1025, 7))[0]

    even, other = shares(selu_inputs("float64")), shares(st.floats())
    assert even.min() > 100
    assert even.max() < 1.6 * even.min()
    assert other.max() > 5 * other.min()


@EVERY
def test_signs_are_as_likely_as_each_other(dtype):
    x = numbers(dtype)
    x = x[np.isfinite(x) & (np.abs(x) < 1) & (x != 0)]
    assert 0.45 < np.mean(x < 0) < 0.55


@EVERY
def test_significands_have_all_their_bits(dtype):
    bits = FORMATS[dtype][0]
    x = np.abs(numbers(dtype, subnormals=False, infinities=False, nans=False))
    significands = np.ldexp(np.frexp(x[x > 0])[0], bits).astype(np.int64)
    shares = [np.mean(significands >> i & 1) for i in range(bits)]
    assert shares[-1] == 1
    assert 0.3 < min(shares[:-1]) < max(shares[:-1]) < 0.65
    # the first and the last of a binade
    assert {1 << (bits - 1), (1 << bits) - 1} < set(significands.tolist())


@EVERY
def test_saturation_is_met_from_both_sides(dtype):
    bits, low, high = FORMATS[dtype]
    x = numbers(dtype)
    x = x[np.isfinite(x)]
    # expm1(x) rounds to -1; exp(x) becomes subnormal, zero, infinite
    for edge in (-bits - 1, low, low - bits, high + 1):
        at = edge * log(2)
        near = x[np.abs(x - at) < 1]
        assert min(np.sum(near < at), np.sum(near > at)) > 30, edge
        assert near.size > 0.02 * x.size
        assert np.unique(near).size >= 4


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_numpy_saturates_on_some_of_them_only(dtype):
    bits = FORMATS[dtype][0]
    x = numbers(dtype)
    x = x[np.abs(x + (bits + 1) * log(2)) < 1.5].astype(dtype)
    assert 0.1 < np.mean(np.expm1(x) == -1) < 0.9


@EVERY
def test_ends_of_the_range_and_what_is_no_number(dtype):
    bits, low, high = FORMATS[dtype]
    x = numbers(dtype)
    assert {inf, -inf, 2.0**low, -(2.0**low)} < set(x)
    assert {(copysign(1, v)) for v in x[x == 0]} == {1, -1}
    assert 0.03 < np.mean(np.isnan(x)) < 0.08
    if dtype != "float64":
        assert {2.0 ** (low - bits + 1), (2 - 2.0 ** (1 - bits)) * 2.0**high} < set(np.abs(x))


@EVERY
def test_flags_are_kept(dtype):
    _, low, _ = FORMATS[dtype]
    x = numbers(dtype, subnormals=False, infinities=False, nans=False)
    assert np.isfinite(x).all()
    assert (np.abs(x[x != 0]) >= 2.0**low).all()
    assert (np.abs(x) < 2.0 ** (low + 2)).any()
    assert (x == 0).any()
    x = numbers(dtype)
    assert (np.abs(x[x != 0]) < 2.0**low).any()


def test_each_flag_stands_for_itself():
    only = {"subnormals": False, "infinities": False, "nans": False}
    kept = {
        "subnormals": lambda x: ((x != 0) & (np.abs(x) < 2.0**-14)).any(),
        "infinities": lambda x: np.isinf(x).any(),
        "nans": lambda x: np.isnan(x).any(),
    }
    for flag in kept:
        x = np.array(draw(selu_inputs("float16", **{**only, flag: True})))
        assert [name for name, has in kept.items() if has(x)] == [flag]


@EVERY
@pytest.mark.parametrize(
    ("fails", "simplest"),
    [
        (lambda x: True, 1.0),
        (lambda x: x < -0.1, -1.0),
        (lambda x: x != x, nan),
        (lambda x: x == -inf, -inf),
        (lambda x: x == 0 and copysign(1, x) < 0, -0.0),
        (lambda x: 0 < x < 1e-3, 2.0**-10),
    ],
)
def test_failures_become_simple(dtype, fails, simplest):
    found = find(selu_inputs(dtype), fails, settings=settings(max_examples=2000))
    assert str(found) == str(simplest)


def test_few_bits_are_simpler_than_many():
    assert find(selu_inputs("float16"), lambda x: 1.2 < x < 1.4, settings=settings(max_examples=5000)) == 1.25
    assert find(selu_inputs("float32"), lambda x: -18 <= x < -16, settings=settings(max_examples=2000)) in {-18, -16.5}


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        ("float16", "float16"),
        ("bfloat16", "float32"),
        ("torch.bfloat16", "float32"),
        (np.float32, "float32"),
        (np.dtype("float64"), "float64"),
    ],
)
@pytest.mark.parametrize("shape", [(), 3, (2, 3), (0, 4), np.int64(2), [2, 2], (400,), (20, 30)])
def test_arrays(dtype, kind, shape):
    made = draw(selu_inputs(dtype, shape), 10)
    assert {str(x.dtype) for x in made} == {kind}
    assert {x.shape for x in made} == {np.empty(shape).shape}
    if made[0].size > 256:
        assert max(np.unique(x).size for x in made) > 5


def test_shapes_may_be_drawn():
    shapes = st.tuples(st.integers(0, 3), st.just(2))
    assert {x.shape for x in draw(selu_inputs("float32", shapes), 60)} == {(n, 2) for n in range(4)}


def test_entries_are_drawn_by_themselves():
    x = find(selu_inputs(shape=5), lambda x: np.isnan(x).sum() == 1)
    assert sorted(map(str, x.tolist())) == ["1.0", "1.0", "1.0", "1.0", "nan"]
    assert np.mean([np.unique(x, equal_nan=False).size for x in draw(selu_inputs("float32", 200), 20)]) > 50


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("float31",),
            "unknown dtype 'float31'; did you mean 'float32'\\? accepted: float16, bfloat16, float32, float64",
        ),
        (("longdouble",), "unknown dtype 'longdouble'"),
        ((np.int32,), "unknown dtype 'int32'"),
        (("float32", -1), "shape must be None, whole numbers from 0 or a strategy for them, not -1"),
        (("float32", 2.5), "not 2.5"),
        (("float32", "abc"), "not 'abc'"),
        (("float32", (2, -1)), "not \\(2, -1\\)"),
        (("float32", (2, None)), "not \\(2, None\\)"),
        (("float32", "x" * 500), "^.{1,140}$"),
    ],
)
def test_bad_arguments_are_one_line(arguments, says):
    with pytest.raises(InputError, match=says) as caught:
        selu_inputs(*arguments)
    assert "\n" not in str(caught.value)


def test_without_hypothesis(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(MissingExtraError, match=r"^selu_inputs needs hypothesis: pip install 'selu-math\[test\]'$"):
        selu_inputs()


@given(selu_inputs("float32", (3, 5)))
def test_they_find_what_cancels(x):
    """A correct step holds on all of them; exp(x) - 1 does not."""
    y = np.minimum(x, 0)
    with np.errstate(invalid="ignore"):
        assert (np.isnan(x) | (np.abs(np.expm1(y)) <= np.abs(y))).all()


def test_they_find_it_wherever_it_is():
    def cancels(x):
        single = np.float32(x)
        return x < 0 and np.exp(single) - np.float32(1) == 0

    found = find(selu_inputs("float32"), cancels, settings=settings(max_examples=500))
    assert -(2.0**-23) < found < 0
