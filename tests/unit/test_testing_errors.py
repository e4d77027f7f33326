"""Errors over all probes: against mpmath, and what is no error in ulp."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from mpmath import mp, mpf

from selu_math.exceptions import InputError
from selu_math.numbers.formats import FORMATS
from selu_math.testing import measure_errors

SCALE = "1.050700987355480493419334985294606351958981204"
SCALE_ALPHA = "1.758099340847376859940217520812279577323506837"
L, LA = float(SCALE), float(SCALE_ALPHA)


def cancels(x):
    return np.where(x > 0, L * x, LA * (np.exp(np.minimum(x, 0)) - 1)).astype(x.dtype)


def its_slope(x):
    return np.where(x > 0, L, LA * np.exp(np.minimum(x, 0))).astype(x.dtype)


def exact_error(form, value, x, *, slope):
    """Return the error of a value at x in ulp of the truth, by mpmath at 60 digits."""
    with mp.workdps(60):
        if x > 0:
            right = mpf(SCALE) * (1 if slope else mpf(x))
        else:
            right = mpf(SCALE_ALPHA) * (mp.exp(x) if slope else mp.expm1(x))
        sign, man, exp, _ = right._mpf_
        ulp = form.ulp((-1) ** sign * int(man) * Fraction(2) ** exp)
        return abs(mpf(value) - right) / (mpf(ulp.numerator) / ulp.denominator)


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
@pytest.mark.parametrize("of", ["values", "slopes"])
def test_errors_are_lower_bounds_close_to_what_mpmath_finds(name, of):
    found = {one.of: one for one in measure_errors(cancels, grad=its_slope, dtypes=[name])}[of]
    fn = cancels if of == "values" else its_slope
    assert (found.dtype, found.x.shape) == (name, found.ulp.shape)
    inside = np.flatnonzero((np.abs(found.x) > 1e-7) & (np.abs(found.x) < 300) & (found.x > -8))
    for i in inside[:: len(inside) // 80].tolist():
        x = float(found.x[i])
        exact = exact_error(FORMATS[name], float(fn(found.x[[i]].astype(name))[0]), x, slope=of == "slopes")
        if found.right[i]:
            assert found.ulp[i] == 0.5
            assert exact <= 0.5
        elif not found.flushed[i]:
            assert 0.49999 < exact * (1 - 1e-9) <= found.ulp[i] <= exact


def test_the_worst_is_where_everything_cancels():
    (found,) = measure_errors(cancels, dtypes=["float32"])
    x = found.x[found.worst]
    assert cancels(np.float32([x]))[0] == 0
    assert found.ulp[found.worst] == found.ulp.max() > 2**23
    assert not found.right[found.worst]


def test_what_is_no_number_is_told_apart():
    def fn(x):
        y = cancels(x)
        return np.select([x < -2, (x > 2) & (x < 4), x > 4], [np.nan, np.inf, y], y).astype(x.dtype)

    (found,) = measure_errors(fn, dtypes=["float16"])
    assert np.array_equal(found.not_finite, (found.x < -2) | ((found.x > 2) & (found.x < 4)))
    assert np.isinf(found.ulp[found.x < -2]).all()
    assert not found.not_finite[found.worst]
    # beyond the largest number infinity is right
    assert found.right[-1]


def test_zeros_for_subnormal_numbers_are_flushed():
    def fn(x):
        y = cancels(x)
        return np.where(np.abs(y) < np.finfo(x.dtype).tiny, 0, y).astype(x.dtype)

    (found,) = measure_errors(fn, dtypes=["float16"])
    tiny = np.finfo(np.float16).tiny
    assert found.flushed[np.abs(found.x) < 0.9 * tiny / LA].all()
    assert not found.flushed[np.abs(found.x) > 4 * tiny].any()
    assert (found.ulp[found.flushed] == 0).all()


@pytest.mark.parametrize(("name", "count"), [("float16", 63_486), ("float32", None)])
def test_the_16_bit_formats_are_measured_at_every_number(name, count):
    (found,) = measure_errors(cancels, dtypes=[name])
    assert found.every_number == (count is not None)
    assert count in {None, found.x.size}
    assert (np.diff(found.x) > 0).all()


def test_the_tolerance_is_the_profiles():
    (practical,), (strict,) = (measure_errors(cancels, dtypes=["float16"], profile=p) for p in ("practical", "strict"))
    assert (practical.profile, strict.profile) == ("practical", "strict")
    assert strict.tolerance == 1 < practical.tolerance


def test_formats_that_are_not_kept_are_left_out_unless_asked_for():
    def widens(x):
        return LA * np.expm1(x.astype(np.float32)) if x.dtype == np.float16 else cancels(x)

    assert [one.dtype for one in measure_errors(widens)] == ["float64", "float32"]
    assert [one.dtype for one in measure_errors(widens, dtypes=["float16"])] == ["float16"]


@pytest.mark.parametrize("fn", [lambda x: None, lambda x: x * np.nan, lambda x: 1 / 0, lambda x: "selu"])
def test_nothing_comes_of_what_gives_no_numbers(fn):
    assert measure_errors(fn) == ()


def test_one_number_at_a_time_with_a_branch_missing():
    def tutorial(x):
        if x > 0:
            return L * x
        return None

    (found,) = measure_errors(tutorial)
    assert (found.dtype, found.every_number) == ("float64", False)
    assert np.array_equal(found.not_finite, found.x < 0)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="must be callable"):
        measure_errors(3)
    with pytest.raises(InputError, match="did you mean 'float32'"):
        measure_errors(cancels, dtypes=["float33"])


def test_importing_it_loads_no_pictures():
    heavy = "('matplotlib', 'scipy', 'torch', 'jax', 'pytest', 'hypothesis')"
    code = f"import selu_math.testing, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
