"""Arrays of jax in, arrays out."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

import jax.numpy as jnp  # noqa: E402

import selu_math as sm  # noqa: E402
from selu_math.exceptions import InputError  # noqa: E402

jax.config.update("jax_num_cpu_devices", 2)
M, V = np.array([[-0.5], [0.0], [2.0]]), np.array([0.5, 1.0])
FUNCTIONS = {
    "moments": lambda m, v: sm.moments(m, v).slope,
    "layer_map": lambda m, v: sm.layer_map(m, v, omega=0.1).variance,
    "jacobian": lambda m, v: sm.jacobian(m, v),
    "propagate": lambda m, v: sm.propagate(m, v, 3).mean,
    "correlation_map": lambda m, v: sm.correlation_map(m / 4, q=v),
}


@pytest.mark.parametrize("x64", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_arrays_come_back_in_the_widest_format_that_jax_allows(name, x64):
    expected = FUNCTIONS[name](M, V)  # these inputs are exact in float32
    with jax.enable_x64(x64):
        got = FUNCTIONS[name](jnp.asarray(M), jnp.asarray(V))
        assert isinstance(got, jax.Array)
        assert got.dtype == (np.float64 if x64 else np.float32)
    assert np.asarray(got).tolist() == expected.astype(got.dtype).tolist()


def test_bfloat16_is_taken():
    assert sm.moments(0.0, jnp.ones(2, dtype=jnp.bfloat16)).variance.dtype == np.float32


@pytest.mark.parametrize(
    "trace",
    [
        lambda f: jax.jit(f)(1.0),
        lambda f: jax.vmap(f)(jnp.ones(3)),
        lambda f: jax.grad(f)(1.0),
        lambda f: jax.jvp(f, (1.0,), (1.0,)),
    ],
    ids=["jit", "vmap", "grad", "jvp"],
)
@pytest.mark.parametrize(
    "f", [lambda v: sm.moments(0.0, v).variance, lambda v: sm.layer_map(0.0, v).mean], ids=["moments", "layer_map"]
)
def test_traced_values_are_refused_in_one_line(trace, f):
    with pytest.raises(
        InputError, match=r"^v(ariance)? cannot be read as numbers \(.*\); inside jit, vmap and grad"
    ) as caught:
        trace(f)
    assert "\n" not in str(caught.value)


def test_results_are_where_the_arguments_are():
    first, second = jax.devices()[:2]
    there = jax.device_put(jnp.ones(2), second)
    assert sm.moments(jnp.zeros(2), there).mean.devices() == {second}
    assert not sm.moments(jnp.zeros(2), 1.0).mean.committed
    with pytest.raises(InputError, match=r"^m is on .*, v on .*; give arrays on one device$"):
        sm.moments(jax.device_put(jnp.zeros(2), first), there)


def test_arrays_on_several_devices_come_back_on_one():
    mesh = jax.sharding.Mesh(jax.devices()[:2], ("x",))
    spread = jax.device_put(jnp.ones(4), jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("x")))
    assert len(spread.devices()) == 2
    got = sm.propagate(0.0, spread, 2).variance
    assert len(got.devices()) == 1
    assert np.allclose(got, sm.propagate(0.0, np.ones(4), 2).variance, rtol=1e-6)


def test_jax_and_numpy_go_together_jax_and_torch_do_not():
    assert isinstance(sm.moments(np.zeros(2), jnp.ones(2)).mean, jax.Array)
    torch = pytest.importorskip("torch")
    with pytest.raises(InputError, match=r"^m is of jax, v of torch; give arrays of one library$"):
        sm.moments(jnp.zeros(2), torch.ones(2))
