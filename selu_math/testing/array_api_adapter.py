"""Reaching any other library that follows the Python array API standard, through DLPack where it must be."""

from __future__ import annotations

from typing import Any

import numpy as np

from selu_math.testing.adapters import Library, as_float64
from selu_math.testing.probes import Array


class NamespaceArrays(Library):
    """Arrays of a namespace in, arrays out; what NumPy does not read directly comes back by DLPack."""

    def __init__(self, namespace: Any) -> None:
        self.namespace = namespace
        self.name = str(namespace.__name__)
        wanted = ("float64", "float32", "float16")
        self.formats = tuple(name for name in wanted if hasattr(namespace, name))

    def pack(self, x: Array, dtype: str, layout: str = "") -> Any:
        """Return an array of ``dtype``."""
        return self.namespace.asarray(np.asarray(x).astype(dtype))

    def unpack(self, y: Any) -> tuple[Any, str]:
        """Return an array and the dtype that it had."""
        try:
            return as_float64(y)
        except (TypeError, ValueError, RuntimeError):
            return as_float64(np.from_dlpack(y))
