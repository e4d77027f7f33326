"""Functions of jax: its own SELU, subnormal numbers that it flushes, and what its compiler makes of a function."""

import math

import numpy as np
import pytest

jax = pytest.importorskip("jax")

import jax.numpy as jnp  # noqa: E402

from selu_math.exceptions import InputError  # noqa: E402
from selu_math.testing import Status, check_selu  # noqa: E402
from selu_math.testing.adapters import reach  # noqa: E402

SCALE, DEPTH = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123


def right(x):
    return jnp.where(x > 0, SCALE * x, DEPTH * jnp.expm1(jnp.minimum(x, 0)))


@jax.custom_jvp
def exact(x):
    return right(x)


@exact.defjvp
def slope_of_exact(primals, tangents):
    (x,), (t,) = primals, tangents
    return exact(x), t * jnp.where(x > 0, jnp.full_like(x, SCALE), DEPTH * jnp.exp(jnp.minimum(x, 0)))


@jax.jit
def compiled(x):
    return exact(x)


def test_arrays_of_every_format_arrive_exactly_and_come_back_in_their_own():
    way = reach(right)
    assert way.library.name == "jax"
    x = np.array([-2.0, 5e-324, 0.5, math.inf])
    for dtype in ("float64", "float32", "bfloat16", "float16"):
        with way.library.session(dtype):
            packed = way.library.pack(x, dtype)
        assert str(packed.dtype) == dtype
        assert way.call(x, dtype).dtype == dtype
    with way.library.session("float64"):
        assert np.array_equal(np.asarray(way.library.pack(x, "float64")), x)
    assert jnp.ones(1).dtype == jnp.float32


@pytest.mark.parametrize("fn", [exact, compiled], ids=["custom_jvp", "jit"])
def test_a_right_one_passes_with_gradient_compiled_and_not(fn):
    result = check_selu(fn, dtypes=["float32", "bfloat16"])
    assert not [check for check in result.checks if check.status is Status.SKIPPED]
    assert {check.name for check in result.checks} >= {"compiled", "gradient_below_zero", "gradient_positions"}


def test_jaxs_own_values_are_right_and_its_slope_cancels():
    result = check_selu(jax.nn.selu, dtypes=["float32"], on_fail=None)
    assert [check.name for check in result.failures] == ["gradient_below_zero"]
    failure = result.failures[0]
    assert "f(x) + λα, which cancels" in failure.hint
    # independently: jax's slope of expm1(x) is expm1(x) + 1, which is 0 where exp(x) is below half an ulp of 1
    assert float(jax.grad(jax.nn.selu)(-20.0)) == 0.0
    assert jax.grad(right)(-20.0) != pytest.approx(DEPTH * math.exp(-20), rel=0.1, abs=0)


def test_the_slope_of_flushed_numbers_is_a_convention():
    (told,) = (c for c in check_selu(exact, dtypes=["float32"]).checks if c.name == "gradient_subnormals")
    assert told.status in {Status.CONVENTION, Status.PASSED}


def test_what_the_compiler_changes_is_said():
    def other_when_traced(x):
        traced = isinstance(x, jax.core.Tracer)
        return exact(x) * (1.01 if traced else 1)

    result = check_selu(other_when_traced, dtypes=["float32"], grad=None, on_fail=None)
    assert [check.name for check in result.failures] == ["compiled"]
    assert result.failures[0].hint.startswith("right as it is, not after jax.jit: the values are wrong")


def test_what_cannot_be_traced_is_skipped_with_the_reason():
    def branching(x):
        float(x.sum())
        return exact(x)

    (told,) = (c for c in check_selu(branching, dtypes=["float32"], grad=None).checks if c.name == "compiled")
    assert told.status is Status.SKIPPED
    assert told.hint.startswith("jax.jit does not take it: raises ConcretizationTypeError")


def test_positions_are_seen_in_the_gradient():
    @jax.custom_vjp
    def spoiled(x):
        return right(x)

    def forward(x):
        return right(x), x

    def backward(x, t):
        slope = t * jnp.where(x > 0, SCALE, DEPTH * jnp.exp(jnp.minimum(x, 0)))
        return (slope.at[-1].set(0) if x.size % 8 == 7 else slope,)

    spoiled.defvjp(forward, backward)
    result = check_selu(spoiled, dtypes=["float32"], on_fail=None)
    assert [check.name for check in result.failures] == ["gradient_positions"]


def test_a_compiler_that_is_not_there_cannot_be_asked_for():
    with pytest.raises(InputError, match="NumPy has no compiler"):
        check_selu(np.tanh, compiled=True)
