"""What the package exports."""

import subprocess
import sys

import pytest

import selu_math as sm


@pytest.mark.parametrize("name", sm.__all__)
def test_every_name_is_there(name):
    assert getattr(sm, name).__name__ if callable(getattr(sm, name)) else getattr(sm, name) is not None


def test_a_submodule_never_hides_the_function_of_its_name():
    code = "import selu_math as sm, selu_math.moments, selu_math.gains; print(callable(sm.moments), callable(sm.gains))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
