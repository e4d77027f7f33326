"""Alpha dropouts and initialisers of frameworks through the command, told apart by their names."""

import json
import subprocess
import sys

import numpy as np
import pytest

from selu_math.exceptions import InputError
from selu_math.testing import check_initializer
from selu_math.testing.isolation import guess


def verify(*words):
    command = [sys.executable, "-m", "selu_math_cli", "verify", *words, "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.parametrize(
    ("target", "failed", "says"),
    [
        ("torch.nn.functional:alpha_dropout", [], ""),
        ("torch.nn:AlphaDropout", [], ""),
        ("torch.nn:Dropout", ["two_values"], "ordinary dropout"),
        ("torch.nn.init:kaiming_normal_", ["tau"], "the gain is sqrt(2)"),
        ("torch.nn.init:xavier_uniform_", ["tau"], "Glorot"),
        ("jax.nn.initializers:lecun_normal", [], ""),
        ("jax.nn.initializers:he_normal", ["tau"], "the gain is sqrt(2)"),
    ],
)
def test_companions_in_frameworks(target, failed, says):
    pytest.importorskip(target.partition(".")[0])
    ran = verify(target)
    assert ran.returncode == (1 if failed else 0), ran.stderr
    checks = [check for check in json.loads(ran.stdout)["checks"] if check["status"] == "failed"]
    assert sorted({check["name"] for check in checks}) == failed
    assert all(says in check["hint"] for check in checks)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["math:expm1", "--of", "relu"], "accepted: selu, alpha-dropout, init"),
        (["math:expm1", "--p", "0.1"], "--p says nothing about selu"),
        (["random:normalvariate", "--dtype", "float32"], "--dtype says nothing about init"),
        (["math:expm1", "--of", "alpha-dropout", "--p", "half"], "--p takes a number between 0 and 1"),
    ],
)
def test_bad_calls_are_one_line(words, says):
    ran = verify(*words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("torch.nn.functional:selu", "selu"),
        ("x.py:Mine.AlphaDropout", "alpha-dropout"),
        ("normal.py:f", "selu"),
        ("jax.nn.initializers:lecun_normal", "init"),
        ("model.onnx", "selu"),
    ],
)
def test_the_attributes_name_decides(target, kind):
    assert guess(target) == kind


def test_functions_of_ones_own_are_called_with_both_sizes_or_a_shape():
    rng = np.random.default_rng(3)
    assert check_initializer(lambda units, inputs: rng.normal(0, inputs**-0.5, (units, inputs))).passed
    assert check_initializer(lambda shape: rng.normal(0, shape[1] ** -0.5, shape)).passed
    exchanged = check_initializer(lambda units, inputs: rng.normal(0, units**-0.5, (units, inputs)), on_fail=None)
    assert "the dimensions may be exchanged" in exchanged.failures[0].hint
    with pytest.raises(InputError, match=r"gives shape \(1000, 400\) for 400 units of 1000 inputs"):
        check_initializer(lambda shape: rng.normal(size=shape[::-1]))
    with pytest.raises(InputError, match="raises ZeroDivisionError"):
        check_initializer(lambda shape: 1 / 0)
