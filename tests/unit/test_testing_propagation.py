"""Networks of NumPy, right and wrong: which layer is named, and with what cause."""

import numpy as np
import pytest

from selu_math.exceptions import InputError
from selu_math.testing import Status, check_propagation

SCALE, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def selu(x):
    return SCALE * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0)))


def relu(x):
    return np.maximum(x, 0)


class Linear:
    """A layer without bias, its weights normal with tau on average."""

    def __init__(self, width, seed, tau=1.0, omega=0.0):
        rng = np.random.default_rng(seed)
        self.weight = rng.normal(omega / width, np.sqrt(tau / width), (width, width))

    def __call__(self, x):
        return x @ self.weight.T


def network(width=256, depth=32, activation=selu, **weights):
    return [part for i in range(depth) for part in (Linear(width, i, **weights), activation)]


@pytest.mark.parametrize("width", [64, 256, 512])
def test_lecun_weights_and_selu_stay(width):
    result = check_propagation(network(width))
    assert len(result.checks) == 64
    assert {check.status for check in result.checks} == {Status.PASSED}
    assert result.checks[0].name == "layer 1"
    assert "variance" in result.checks[0].hint


@pytest.mark.parametrize(
    ("tau", "says"), [(9 / 16, "the gain is 3/4"), (1 / 3, "uniform within"), (0.774, ""), (2.0, "the gain is sqrt(2)")]
)
def test_wrong_weights_are_named(tau, says):
    (failure,) = check_propagation(network(512, tau=tau), on_fail=None).failures
    assert says in failure.hint
    assert "where tau should be 1" in failure.hint


def test_a_relu_is_named():
    (failure,) = check_propagation(network(activation=relu), on_fail=None).failures
    assert failure.name == "layer 2"
    assert failure.hint.endswith("no output is negative, as of a ReLU, so that the mean cannot stay 0")


def test_what_comes_out_is_looked_at():
    layers = [lambda x: x * np.nan], [lambda x: 0 * x], [lambda x: x.sum()], [lambda x: 1 / 0]
    hints = [check_propagation(stack, width=100, on_fail=None).failures[0].hint for stack in layers]
    assert hints[0] == "the output is not finite"
    assert hints[1].endswith("all outputs are the same")
    assert hints[2] == "gives shape (), expected samples by units"
    assert hints[3] == "raises ZeroDivisionError: division by zero"


def test_inputs_of_ones_own_are_taken():
    x = np.random.default_rng(5).standard_normal((300, 128)) * 3
    (failure,) = check_propagation([lambda x: x], x, on_fail=None).failures
    assert "variance 9" in failure.hint or "variance 8.9" in failure.hint
    with pytest.raises(AssertionError, match="network fails the checks for self-normalisation"):
        check_propagation([lambda x: x], x)


@pytest.mark.parametrize(
    ("layers", "width", "says"),
    [
        ([], None, "at least one"),
        ([3], None, "functions of an array"),
        ([selu], None, "width must be"),
        ([selu], 0, "0"),
    ],
)
def test_bad_input_is_one_line(layers, width, says):
    with pytest.raises(InputError, match=says):
        check_propagation(layers, width=width)


@pytest.mark.parametrize("first", [100, 200, 300])
def test_narrow_networks_fluctuate_and_are_not_called_wrong(first):
    layers = [part for i in range(16) for part in (Linear(32, first + i), selu)]
    result = check_propagation(layers, samples=100)
    variances = [float(check.hint.split("variance ")[1].split()[0]) for check in result.checks]
    assert min(variances) < 0.8 or max(variances) > 1.5
