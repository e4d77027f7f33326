"""Networks of torch through check_propagation."""

import pytest

torch = pytest.importorskip("torch")

from selu_math.testing import check_propagation, check_self_normalizing  # noqa: E402

nn = torch.nn


def network(init, activation=nn.SELU, dtype=torch.float32):
    torch.manual_seed(1)
    layers = []
    for _ in range(16):
        linear = nn.Linear(256, 256, dtype=dtype)
        init(linear.weight)
        nn.init.zeros_(linear.bias)
        layers += [linear, activation(), nn.AlphaDropout(0.2)]
    return nn.Sequential(*layers)


def lecun(weight):
    nn.init.kaiming_normal_(weight, nonlinearity="linear")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_lecun_weights_and_selu_stay_and_modules_are_left_as_they_were(dtype):
    model = network(lecun, dtype=dtype)
    model[2].eval()
    assert check_propagation(model).passed
    assert model.training
    assert [model[i].training for i in (1, 2, 5)] == [True, False, True]


def test_the_recommended_gain_is_named():
    result = check_propagation(network(lambda w: nn.init.kaiming_normal_(w, nonlinearity="selu")), on_fail=None)
    assert "the gain is 3/4" in result.failures[0].hint
    assert result.failures[0].name == "layer 1"
    relu = check_propagation(network(lecun, nn.ReLU), on_fail=None)
    assert "as of a ReLU" in relu.failures[0].hint


def test_functions_of_torch_keep_what_selu_keeps():
    assert check_self_normalizing(nn.functional.selu).passed
    assert not check_self_normalizing(nn.functional.gelu, on_fail=None).passed
