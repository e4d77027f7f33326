"""Reaching jax functions; this module alone imports jax, when the target is jax's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

from selu_math.testing.adapters import Library, as_float64
from selu_math.testing.probes import Array


class JaxArrays(Library):
    """Arrays on jax's default device in, arrays out; float64 within jax's own switch for it."""

    formats = ("float64", "float32", "bfloat16", "float16")
    differentiates = True
    compiler = "jax.jit"
    compiles_quickly = True

    def __init__(self, name: str = "jax") -> None:
        self.name = name

    def session(self, dtype: str) -> AbstractContextManager[Any]:
        """Return the context in which arrays of ``dtype`` exist; other formats are left to the user's settings."""
        return jax.enable_x64(True) if dtype == "float64" else nullcontext()

    def pack(self, x: Array, dtype: str, layout: str = "") -> Any:
        """Return an array of ``dtype``; rounded by NumPy, since jax may flush subnormal numbers."""
        return jnp.asarray(np.asarray(x).astype(getattr(ml_dtypes, dtype, dtype)))

    def unpack(self, y: Any) -> tuple[Any, str]:
        """Return an array and the dtype that it had."""
        if not isinstance(y, jax.Array):
            return as_float64(y)
        if not jnp.issubdtype(y.dtype, jnp.floating):
            return as_float64(np.asarray(y))
        return np.asarray(y).astype(np.float64), str(y.dtype)

    def slope(self, fn: Callable[[Any], Any], x: Any, dtype: str) -> Any:
        """Return the derivative at each entry, pulled back from ones all at once as in training."""
        y, pull = jax.vjp(fn, x)
        return pull(jnp.ones_like(y))[0]

    def compiled(self, fn: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return ``fn`` compiled."""
        return jax.jit(fn)  # type: ignore[no-any-return]
