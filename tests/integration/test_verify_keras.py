"""Functions and layers of keras, on jax."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

pytest.importorskip("jax")

# importing it here would choose a backend for every test
pytestmark = pytest.mark.skipif(find_spec("keras") is None, reason="keras is not installed")

PROGRAM = """
import keras
from selu_math.testing import check_selu
from selu_math.testing.adapters import reach

print(reach(keras.activations.selu).library.name)
for target in (keras.activations.selu, keras.layers.Activation("selu")):
    result = check_selu(target, dtypes=["float32"], on_fail=None)
    print(*(f"{check.name} {check.dtype}" for check in result.failures))
"""


def run(backend):
    environment = {**os.environ, "KERAS_BACKEND": backend}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_keras_on_jax_has_jaxs_slope():
    lines = run("jax").stdout.splitlines()
    assert lines == ["keras on jax", "gradient_below_zero float32", "gradient_below_zero float32"]
