"""Reaching keras functions and layers, through the arrays of the backend that keras was set up with."""

from __future__ import annotations

import keras

from selu_math.exceptions import InputError
from selu_math.testing.adapters import Library, NumPyArrays


def keras_arrays() -> Library:
    """Return how to reach functions of keras.

    Raises:
        InputError: for a backend that is neither jax nor torch nor NumPy.
    """
    backend = keras.backend.backend()
    if backend == "jax":
        from selu_math.testing.jax_adapter import JaxArrays

        return JaxArrays("keras on jax")
    if backend == "torch":
        from selu_math.testing.torch_adapter import TorchTensors

        return TorchTensors("keras on torch")
    if backend == "numpy":
        return NumPyArrays("keras on NumPy")
    raise InputError(f"keras runs on {backend} here; accepted: KERAS_BACKEND=jax, torch or numpy")
