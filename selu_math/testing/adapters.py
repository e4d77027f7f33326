"""Reaching implementations: float64 probes go in as the library's own numbers, results come back as float64.

float64 holds every number of the formats under test exactly, so nothing is lost on the way.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from functools import partial
from inspect import getclosurevars, ismodule, unwrap
from typing import Any, Final, Protocol

import numpy as np

from selu_math.numbers.formats import BinaryFormat
from selu_math.testing.probes import SAMPLE, Array
from selu_math.testing.result import show_number

NOTHING: Final = "None"
RAISES: Final = "raises "


@dataclass(frozen=True)
class Output:
    """What an implementation gave for an array of inputs.

    Attributes:
        values: one float64 for each input, nan where there is none.
        dtype: the result's number format, by name.
        shape: the result's shape.
        faults: what came instead of a number, by position: ``"None"``, ``"raises ..."`` or ``"returns ..."``.
        mutated: whether the input was changed.
    """

    values: Array
    dtype: str
    shape: tuple[int, ...]
    faults: Mapping[int, str] = field(default_factory=dict)
    mutated: bool = False

    def show(self, i: int, form: BinaryFormat) -> str:
        """Return what came for input ``i``, as text."""
        return self.faults.get(i) or show_number(float(self.values[i]), form)


class Library(Protocol):
    """How to enter a library and come back."""

    @property
    def name(self) -> str:
        """What outputs call it."""
        ...

    @property
    def formats(self) -> tuple[str, ...]:
        """The number formats it reaches, most precise first."""
        ...

    @property
    def layouts(self) -> tuple[str, ...]:
        """The memory layouts other than one piece that it has: ``"every other"``, ``"reversed"``, ``"transposed"``."""
        ...

    def pack(self, x: Array, dtype: str, layout: str = "") -> Any:
        """Return ``x`` as an argument of the library's own, exactly; in one piece, or as a view of that layout."""
        ...

    def unpack(self, y: Any) -> tuple[Any, str]:
        """Return a result as an array (float64, or object where an entry is no number) and its format's name."""
        ...

    def slope(self, fn: Callable[[Any], Any], x: Array, dtype: str) -> Any:
        """Return the library's own derivative of ``fn`` at each ``x``; NotImplementedError where it has none."""
        ...


def as_float64(y: Any) -> tuple[Any, str]:
    """Return anything NumPy takes for an array as float64, or as objects where it holds some, and its dtype's name.

    Raises:
        TypeError: for complex numbers, text and the like.
    """
    array = np.asarray(y)
    if array.dtype.kind not in "fiubO":
        raise TypeError(f"dtype {array.dtype} is no real number")
    return (array if array.dtype == object else array.astype(np.float64)), str(array.dtype)


class NumPyArrays:
    """NumPy arrays in, arrays (or lists) out."""

    name: Final = "NumPy"
    formats: Final = ("float64", "float32", "float16")
    layouts: Final = ("every other", "reversed", "transposed")

    def pack(self, x: Array, dtype: str, layout: str = "") -> Any:
        """Return an array of ``dtype``."""
        if layout == "every other":
            # nan between the numbers, so that reading it shows
            return np.stack([x, np.full_like(x, np.nan)], axis=-1).astype(dtype)[..., 0]
        if layout == "reversed":
            return np.array(x[..., ::-1], dtype=dtype, order="C")[..., ::-1]
        if layout == "transposed":
            return np.array(x.T, dtype=dtype, order="C").T
        return np.array(x, dtype=dtype)

    def unpack(self, y: Any) -> tuple[Any, str]:
        """Return an array."""
        return as_float64(y)

    def slope(self, fn: Callable[[Any], Any], x: Array, dtype: str) -> Any:
        """NumPy differentiates nothing."""
        raise NotImplementedError("NumPy has no automatic differentiation")


class PythonFloats:
    """One Python float in, one number out."""

    name: Final = "plain Python"
    formats: Final = ("float64",)
    layouts: Final = ()

    def pack(self, x: Array, dtype: str, layout: str = "") -> Any:
        """Return a float."""
        return float(x)

    def unpack(self, y: Any) -> tuple[Any, str]:
        """Return an array without dimensions; whole numbers count as floats, as they do in Python."""
        return as_float64(y)[0], "float64"

    def slope(self, fn: Callable[[Any], Any], x: Array, dtype: str) -> Any:
        """Plain Python differentiates nothing."""
        raise NotImplementedError("plain Python has no automatic differentiation")


@dataclass(frozen=True)
class Implementation:
    """A function, and how to call it.

    Attributes:
        fn: the function under test.
        library: whose numbers it takes.
        elementwise: whether it is called with one number at a time.
        note: why it is, where it is.
    """

    fn: Callable[[Any], Any]
    library: Library
    elementwise: bool = False
    note: str = ""

    def call(self, x: Array, dtype: str, layout: str = "") -> Output:
        """Return the function's output for ``x``, an array of any shape, as it is or in another memory layout."""
        return self._run(self.fn, x, dtype, layout)

    def slope(self, x: Array, dtype: str) -> Output:
        """Return the library's own derivative, by automatic differentiation."""

        def differentiate(packed: Any) -> Any:
            return self.library.slope(self.fn, packed, dtype)

        return self._run(differentiate, x, dtype)

    def _run(self, fn: Callable[[Any], Any], x: Array, dtype: str, layout: str = "") -> Output:
        with _quiet():
            if not self.elementwise:
                return _guarded(fn, self.library, x, dtype, layout)
            single = [_guarded(fn, self.library, np.array(value), dtype) for value in x.ravel()]
        faults = {i: output.faults[0] for i, output in enumerate(single) if output.faults}
        values = np.array([output.values[0] for output in single])
        dtypes = [output.dtype for output in single if not output.faults]
        return Output(values, dtypes[0] if dtypes else dtype, x.shape, faults)


def _guarded(fn: Callable[[Any], Any], library: Library, x: Array, dtype: str, layout: str = "") -> Output:
    """Call ``fn`` once; whatever it raises or returns becomes data."""

    def nothing(fault: str, shape: tuple[int, ...] = x.shape) -> Output:
        return Output(np.full(x.size, np.nan), dtype, shape, dict.fromkeys(range(x.size), fault))

    packed = library.pack(x, dtype, layout)
    try:
        result = fn(packed)
    except (Exception, SystemExit) as error:  # noqa: BLE001  the user's code may raise anything; that is a finding
        return nothing(RAISES + one_line(error))
    if result is None:
        return nothing(NOTHING)
    try:
        array, found = library.unpack(result)
        faults = {}
        if array.dtype == object:
            faults = {i: NOTHING for i, value in enumerate(array.ravel()) if value is None}
            array = array.astype(np.float64)  # None becomes nan
    except (TypeError, ValueError):
        return nothing(f"returns a {type(result).__name__} that is no real number")
    if array.size != x.size:
        return nothing(f"returns shape {array.shape} for an input of shape {x.shape}", array.shape)
    mutated = not np.array_equal(library.unpack(packed)[0], x, equal_nan=True)
    return Output(array.ravel(), found, array.shape, faults, mutated)


def one_line(error: BaseException, limit: int = 160) -> str:
    """Return an exception as one line of bounded length."""
    text = " ".join(str(error).split())
    text = text if len(text) <= limit else f"{text[:limit]}…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep floating-point warnings of the code under test silent, and what it prints off standard output."""
    with np.errstate(all="ignore"), warnings.catch_warnings(), redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        yield


def reach(fn: Callable[[Any], Any]) -> Implementation:
    """Return how to call ``fn``: with torch tensors if it is torch's or uses torch, else with NumPy arrays.

    Where arrays are refused and something else is not (tensors if torch is loaded anyway, single numbers), that.
    """
    ways = [Implementation(fn, NumPyArrays()), Implementation(fn, PythonFloats(), elementwise=True)]
    if uses_torch(fn) or "torch" in sys.modules:
        from selu_math.testing.torch_adapter import TorchTensors

        tensors = Implementation(fn, TorchTensors()), Implementation(fn, TorchTensors(), elementwise=True)
        ways = [*tensors, ways[1]] if uses_torch(fn) else [ways[0], tensors[0], ways[1]]
    reasons: list[str] = []
    for way in ways:
        # float32, where a library has it, is what models hold their weights in
        reason = refusal(way.call(SAMPLE, "float32" if "float32" in way.library.formats else "float64"))
        if not reason:
            return replace(way, note=reasons[0]) if way.elementwise else way
        reasons.append(reason)
    return ways[0]


def refusal(output: Output) -> str:
    """Return what the function raised, if it raised for every input."""
    faults = [output.faults.get(i, "") for i in range(output.values.size)]
    return faults[0] if all(fault.startswith(RAISES) for fault in faults) else ""


def uses_torch(fn: Any) -> bool:
    """Return whether ``fn`` is torch's own, an ``nn.Module``, or refers to torch by name; torch is not imported."""
    while isinstance(fn, partial):
        fn = fn.func
    fn = unwrap(fn)
    owner = getattr(fn, "__self__", fn)
    kinds = (*type(fn).__mro__, *type(owner).__mro__, *(owner.__mro__ if isinstance(owner, type) else ()))
    if _torch_name(getattr(fn, "__module__", None)) or any(_torch_name(kind.__module__) for kind in kinds):
        return True
    # torch's built-in functions name no module; their owner does
    if ismodule(owner) and _torch_name(owner.__name__):
        return True
    code = fn if hasattr(fn, "__code__") else fn.__call__
    if not hasattr(code, "__code__"):
        return False
    names = getclosurevars(code)
    values = (*names.globals.values(), *names.nonlocals.values())
    return any(
        _torch_name(v.__name__ if ismodule(v) else getattr(v, "__module__", None)) or _torch_name(type(v).__module__)
        for v in values
    )


def _torch_name(name: object) -> bool:
    return isinstance(name, str) and name.partition(".")[0] == "torch"
