"""Tensors of torch in, tensors out."""

import doctest
import warnings
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import selu_math as sm  # noqa: E402
from selu_math.exceptions import InputError  # noqa: E402
from selu_math.mean_field import correlation_slope, length_map  # noqa: E402

M, V = torch.tensor([[-0.5], [0.0], [2.0]], dtype=torch.float64), torch.tensor([0.5, 1.0], dtype=torch.float64)
FUNCTIONS = {
    "moments": lambda m, v: sm.moments(m, v).slope,
    "layer_map": lambda m, v: sm.layer_map(m, v, omega=0.1).variance,
    "jacobian": lambda m, v: sm.jacobian(m, v),
    "propagate": lambda m, v: sm.propagate(m, v, 3).mean,
    "length_map": lambda m, v: length_map(v),
    "correlation_map": lambda m, v: sm.correlation_map(m / 4, q=v),
    "correlation_slope": lambda m, v: correlation_slope(m / 4, q=v),
}


def refusal(call, *args):
    with pytest.raises(InputError) as caught:
        call(*args)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_tensors_come_back_with_the_numbers_of_numpy(name):
    got, expected = FUNCTIONS[name](M, V), FUNCTIONS[name](M.numpy(), V.numpy())
    assert type(got) is torch.Tensor
    assert (got.dtype, got.device, got.requires_grad) == (torch.float64, torch.device("cpu"), False)
    assert got.tolist() == expected.tolist()


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "int64", "bool"])
def test_every_real_format_is_taken_and_gives_float64(dtype):
    ones = torch.ones(2).to(getattr(torch, dtype))
    got = sm.moments(0.0, ones).variance
    assert got.dtype == torch.float64
    assert got.tolist() == sm.moments(0.0, np.ones(2)).variance.tolist()


def test_0_d_tensors_give_0_d_tensors_that_work_on():
    got = sm.moments(torch.tensor(0.0), 1.0)
    assert got.variance.shape == ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got.v.add_(1.0)
    assert (
        torch.autograd.grad(got.variance * (x := torch.tensor(2.0, requires_grad=True)), x)[0] == got.variance.float()
    )


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_tensor_that_requires_grad_is_refused(function):
    message = refusal(function, M.clone().requires_grad_(), V.clone().requires_grad_())
    assert "requires grad, and no gradient flows through here: detach() it; jacobian gives derivatives" in message


@pytest.mark.parametrize(
    "tensor",
    [torch.ones(2, device="meta"), torch.ones(2).to_sparse(), torch.ones((2, 2), dtype=torch.complex64)],
    ids=["meta", "sparse", "complex"],
)
def test_tensors_without_real_numbers_are_refused(tensor):
    assert refusal(sm.moments, tensor, 1.0).startswith(("m cannot be read as numbers (", "m must be real numbers"))


def test_transformed_functions_are_refused():
    def variance(v):
        return sm.moments(0.0, v).variance

    assert "v cannot be read as numbers" in refusal(torch.func.vmap(variance), torch.ones(3))
    assert "v requires grad" in refusal(torch.func.grad(variance), torch.tensor(1.0))


def test_the_page_prints_what_its_python_does():
    page = Path(__file__).parents[2] / "docs" / "float64.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert found.failed == 0
    assert found.attempted >= 4
