"""Reaching ONNX models through onnxruntime; this module alone imports it, when the target is a model's file."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime

from selu_math.exceptions import InputError, quoted
from selu_math.testing.adapters import Library, one_line
from selu_math.testing.probes import Array

_FORMATS: Final = {"tensor(float16)": "float16", "tensor(float)": "float32", "tensor(double)": "float64"}
_ERRORS_ALONE: Final = 3


class OnnxModel:
    """A model of one input and one output, as a function of arrays of any length.

    Attributes:
        library: how arrays go in and come back.
    """

    def __init__(self, path: Path) -> None:
        """Load the model.

        Raises:
            InputError: for a file that is no model onnxruntime can run, or a model that has not one input and one
                output of float16, float or double.
        """
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _ERRORS_ALONE
        what = quoted(path.name)
        try:
            self._session = onnxruntime.InferenceSession(path.read_bytes(), options, ["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001  onnxruntime's own kinds have no common base
            raise InputError(f"{what} is no model that onnxruntime can run: {one_line(error)}") from None
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1 or inputs[0].type not in _FORMATS:
            kinds = ", ".join(entry.type for entry in inputs) or "nothing"
            raise InputError(
                f"{what} takes {kinds} and gives {len(outputs)} outputs; "
                f"accepted: one input of {', '.join(_FORMATS)}, and one output"
            )
        self.__qualname__, self.__module__ = path.name, ""  # what outputs call it
        self._name = inputs[0].name
        self._dims: tuple[Any, ...] = tuple(inputs[0].shape)
        self._block = prod(dim for dim in self._dims if isinstance(dim, int))
        fixed = any(isinstance(dim, int) and dim != 1 for dim in self._dims) or not self._free
        self.library: Library = OnnxArrays(path.name, _FORMATS[inputs[0].type], "fixed" if fixed else "flat")

    @property
    def _free(self) -> list[int]:
        return [i for i, dim in enumerate(self._dims) if not isinstance(dim, int)]

    def __call__(self, x: Any) -> Any:
        """Return the output for an array of any shape; it goes in as the model's own, in pieces where that is fixed."""
        flat = x.ravel()
        if not flat.size:
            return flat
        blocks = -(-flat.size // self._block)
        filled = np.ones(blocks * self._block, dtype=x.dtype)
        filled[: flat.size] = flat
        if self._free:
            shape = [dim if isinstance(dim, int) else 1 for dim in self._dims]
            shape[self._free[0]] = blocks
            y = self._run(filled.reshape(shape))
        else:
            y = np.concatenate([self._run(piece.reshape(self._dims)) for piece in np.split(filled, blocks)])
        return y[: flat.size].reshape(x.shape) if y.size == filled.size else y

    def _run(self, x: Any) -> Any:
        y = np.asarray(self._session.run(None, {self._name: x})[0])
        return y.ravel()


class OnnxArrays(Library):
    """NumPy arrays of the model's own format in, arrays out."""

    def __init__(self, name: str, dtype: str, shapes: Any) -> None:
        self.name, self.formats, self.shapes = name, (dtype,), shapes

    def pack(self, x: Array, dtype: str, layout: str = "") -> Any:
        """Return an array of ``dtype``."""
        return np.array(x, dtype=dtype)
