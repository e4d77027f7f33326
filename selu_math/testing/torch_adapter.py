"""Reaching torch functions; this module alone imports torch, when the target is torch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from selu_math.testing.adapters import Library, as_float64
from selu_math.testing.probes import Array


class TorchTensors(Library):
    """CPU tensors in, tensors out."""

    formats = ("float64", "float32", "bfloat16", "float16")
    layouts = ("every other", "transposed")
    differentiates = True
    compiler = "torch.compile"

    def __init__(self, name: str = "torch") -> None:
        self.name = name

    def pack(self, x: Array, dtype: str, layout: str = "") -> Any:
        """Return a tensor of ``dtype``."""
        if layout == "every other":
            return self.pack(np.stack([x, np.full_like(x, np.nan)], axis=-1), dtype)[..., 0]
        if layout == "transposed":
            return self.pack(x.T.copy(), dtype).t()
        return torch.tensor(np.asarray(x), dtype=torch.float64).to(getattr(torch, dtype))

    def unpack(self, y: Any) -> tuple[Any, str]:
        """Return an array and the tensor's own dtype."""
        if not isinstance(y, torch.Tensor):
            return as_float64(y)
        return y.detach().cpu().to(torch.float64).numpy().copy(), str(y.dtype).removeprefix("torch.")

    def slope(self, fn: Callable[[Any], Any], x: Any, dtype: str) -> Any:
        """Return the derivative by autograd at each entry of a tensor."""
        leaf = x.clone().requires_grad_(True)
        with torch.enable_grad():
            y = fn(leaf.clone())  # a copy, so that functions that work in place can be differentiated
            return torch.autograd.grad(y, leaf, torch.ones_like(y))[0]

    def compiled(self, fn: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return ``fn`` compiled, whole or not at all."""
        return torch.compile(fn, fullgraph=True)  # type: ignore[no-any-return]
