"""Arrays of other libraries, by a strict implementation of the array API with devices of its own."""

import inspect
import subprocess
import sys
from types import ModuleType

import array_api_strict as strict
import numpy as np
import pytest

import selu_math as sm
from selu_math.arrays import takes_foreign_arrays
from selu_math.exceptions import InputError
from selu_math.mean_field import correlation_slope, length_map

CPU, ELSEWHERE, NARROW = (strict.Device(name) for name in ("CPU_DEVICE", "device1", "no_float64"))
M, V = np.array([[-0.5], [0.0], [2.0]]), np.array([0.5, 1.0])
Array = type(strict.asarray(0.0))
FUNCTIONS = {
    "mean": lambda m, v: sm.moments(m, v).mean,
    "gradient": lambda m, v: sm.moments(m, v).gradient,
    "hessian": lambda m, v: sm.moments(m, v, activation=sm.parse_activation("elu(1)")).hessian,
    "smooth variance": lambda m, v: sm.moments(m, v, activation=sm.parse_activation("tanh")).variance,
    "pre-activation": lambda m, v: (sm.moments(m, v).m, sm.moments(m, v).v),
    "layer_map": lambda m, v: sm.layer_map(m, v, omega=0.1, tau=v),
    "mean-field": lambda m, v: sm.layer_map(m, v, kind="mean-field"),
    "jacobian": lambda m, v: sm.jacobian(m, v),
    "propagate": lambda m, v: sm.propagate(m, v, 3),
    "length_map": lambda m, v: length_map(v),
    "correlation_map": lambda m, v: sm.correlation_map(m / 4, q=v),
    "correlation_slope": lambda m, v: correlation_slope(m / 4, q=v),
}


def numbers(array):
    return np.from_dlpack(array)


def leaves(value):
    return [leaf for entry in value for leaf in leaves(entry)] if isinstance(value, tuple) else [value]


def one_line(call, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("device", [CPU, ELSEWHERE], ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_strict_arrays_come_back_as_such_with_the_numbers_of_numpy(name, device):
    call = FUNCTIONS[name]
    expected = call(M, V)
    got = call(strict.asarray(M, device=device), strict.asarray(V, device=device))
    assert type(got) is (Array if type(expected) is np.ndarray else type(expected))
    for here, there in zip(leaves(expected), leaves(got), strict=True):
        assert type(here) is np.ndarray
        assert (there.dtype, there.device) == (strict.float64, device)
        assert numbers(there).tolist() == here.tolist()


@pytest.mark.parametrize(
    ("mean", "variance"),
    [
        (strict.asarray(0.1), 1.0),
        ([0.1], strict.asarray([1.0])),
        (np.array(0.1), strict.asarray(1)),
        ("0.1", strict.asarray(1.0)),
    ],
    ids=repr,
)
def test_one_foreign_array_among_other_arguments_decides(mean, variance):
    got, plain = sm.layer_map(mean, variance, omega=0.1), sm.layer_map(0.1, 1.0, omega=0.1)
    for here, there in zip(plain, got, strict=True):
        assert type(there) is Array
        assert there.shape == np.broadcast_shapes(
            np.shape(np.asarray(mean)), variance.shape if type(variance) is Array else ()
        )
        assert float(numbers(there).item()) == here


def test_any_argument_may_be_foreign():
    assert type(sm.layer_map(mean=0, variance=1, tau=strict.ones(3)).mean) is Array
    assert type(sm.propagate(0, 1, 2, omega=strict.asarray(0.1)).mean) is Array


def test_without_float64_there_it_is_float32():
    m = strict.zeros(2, dtype=strict.float32, device=NARROW)
    got = sm.moments(m, V).variance
    assert (got.dtype, got.device) == (strict.float32, NARROW)
    assert numbers(got).tolist() == sm.moments(0.0, V).variance.astype(np.float32).tolist()
    assert numbers(sm.moments(m, [1.0, 1e300]).variance)[1] == np.inf


def test_whole_numbers_are_taken_and_complex_ones_refused():
    assert float(sm.moments(strict.asarray(0), strict.asarray(1)).variance) == sm.moments(0, 1).variance
    for rows in (strict.asarray([[1j], [2j]]), np.array([[1j], [2j]])):
        assert "m must be real numbers within float64" in one_line(sm.moments, rows, 1)


def test_values_are_checked_as_ever():
    assert one_line(sm.moments, strict.asarray([0.0, 1.0]), strict.asarray([1.0, -1.0])).startswith(
        "v must be positive"
    )
    assert one_line(sm.layer_map, strict.zeros(2), strict.ones(3)).startswith("shapes do not broadcast")


def test_arrays_on_two_devices_are_refused():
    assert "give arrays on one device" in one_line(sm.moments, strict.zeros(2), strict.ones(2, device=ELSEWHERE))


OTHER = ModuleType("other.numpy")


class Other:
    """An array of another library still; its numbers cannot be read."""

    device = "cpu"

    def __array_namespace__(self, api_version=None):
        return OTHER

    def __array__(self, dtype=None, copy=None):
        raise TypeError("traced\nlines of advice")


class Readable(Other):
    def __array__(self, dtype=None, copy=None):
        return np.ones(2)


def test_arrays_of_two_libraries_are_refused():
    message = "mean is of array_api_strict, tau of other; give arrays of one library"
    assert one_line(sm.jacobian, strict.zeros(2), 1.0, tau=Readable()) == message


def test_an_array_without_numbers_is_refused_with_its_librarys_reason():
    assert (
        one_line(sm.moments, 0, Other())
        == "v cannot be read as numbers (traced); inside jit, vmap and grad there are none"
    )


class Frame:
    """Like a data frame: convertible, but no array of the standard."""

    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0])


def test_what_is_only_convertible_comes_back_as_numpy():
    assert type(sm.moments(0, Frame()).mean) is np.ndarray
    assert type(sm.jacobian(Frame(), 1.0)) is np.ndarray
    assert type(sm.layer_map([0.0], (1.0,)).mean) is np.ndarray
    assert type(sm.correlation_map(0.5)) is np.float64


def test_moments_of_foreign_arrays_have_what_moments_have():
    got, plain = sm.moments(strict.zeros(2), 1.0), sm.moments(np.zeros(2), 1.0)
    assert got.activation is sm.SELU
    assert got.mean is got.mean
    assert set(dir(plain)) <= set(dir(got))
    for name in ("nonsense", "_expect"):
        with pytest.raises(AttributeError):
            getattr(got, name)


def test_results_own_their_memory():
    given = strict.zeros(3)
    got = sm.moments(given, 1.0)
    got.m[0] = got.v[0] = 5.0
    assert numbers(got.v).tolist() == [5.0, 1.0, 1.0]
    assert numbers(given).tolist() == [0.0, 0.0, 0.0]
    assert numbers(got.mean).tolist() == sm.moments(np.zeros(3), 1.0).mean.tolist()


def test_functions_keep_their_names_and_signatures():
    assert list(inspect.signature(sm.moments).parameters) == ["m", "v", "activation"]
    assert sm.layer_map.__name__ == "layer_map"
    with pytest.raises(TypeError, match="missing a required argument: 'v'"):
        sm.moments(strict.zeros(2))


def test_results_that_are_no_numbers_stay_what_they_are():
    named = takes_foreign_arrays(lambda x, label: (label, None, 3, x))
    label, nothing, count, array = named(strict.ones(1), label="name")
    assert (label, nothing, count) == ("name", None, 3)
    assert type(array) is Array


def test_numpy_alone_loads_nothing_of_this():
    code = (
        "import sys, numpy as np, selu_math as sm; sm.propagate(np.zeros(2), [1, 2], 2); sm.moments(0, 1).mean;"
        "print([n for n in ('array_api_compat', 'torch', 'jax') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
