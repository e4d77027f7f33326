"""Reaching implementations: float64 probes go in as the library's own numbers, results come back as float64.

float64 holds every number of the formats under test exactly, so nothing is lost on the way.
"""

from __future__ import annotations

import sys
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np

from selu_math.numbers.formats import BinaryFormat
from selu_math.testing.origins import array_namespaces, packages
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


class Library(ABC):
    """How to enter a library and come back.

    Attributes:
        name: what outputs call it.
        formats: the number formats it reaches, most precise first.
        layouts: the memory layouts other than one piece that it has: ``"every other"``, ``"reversed"``,
            ``"transposed"``.
        shapes: of which shapes its arrays may be: ``"any"``, ``"flat"`` (of any length), or ``"fixed"``.
        differentiates: whether it has automatic differentiation.
        compiler: what its compiler is called; empty where it has none.
        compiles_quickly: whether compiling takes no more time than the other checks.
    """

    name: str
    formats: tuple[str, ...]
    layouts: tuple[str, ...] = ()
    shapes: Literal["any", "flat", "fixed"] = "any"
    differentiates: bool = False
    compiler: str = ""
    compiles_quickly: bool = False

    def session(self, dtype: str) -> AbstractContextManager[Any]:
        """Return the context in which arrays of ``dtype`` exist and functions of them are called."""
        return nullcontext()

    @abstractmethod
    def pack(self, x: Array, dtype: str, layout: str = "") -> Any:
        """Return ``x`` as an argument of the library's own, exactly; in one piece, or as a view of that layout."""

    def unpack(self, y: Any) -> tuple[Any, str]:
        """Return a result as an array (float64, or object where an entry is no number) and its format's name."""
        return as_float64(y)

    def slope(self, fn: Callable[[Any], Any], x: Any, dtype: str) -> Any:
        """Return the library's own derivative of ``fn`` at each of the packed ``x``."""
        raise NotImplementedError(f"{self.name} has no automatic differentiation")

    def compiled(self, fn: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return ``fn`` compiled by the library's own compiler."""
        raise NotImplementedError(f"{self.name} has no compiler")


def as_float64(y: Any) -> tuple[Any, str]:
    """Return anything NumPy takes for an array as float64, or as objects where it holds some, and its dtype's name.

    Raises:
        TypeError: for complex numbers, text and the like.
    """
    array = np.asarray(y)
    if array.dtype.kind not in "fiubO":
        raise TypeError(f"dtype {array.dtype} is no real number")
    return (array if array.dtype == object else array.astype(np.float64)), str(array.dtype)


class NumPyArrays(Library):
    """NumPy arrays in, arrays (or lists) out."""

    formats = ("float64", "float32", "float16")
    layouts = ("every other", "reversed", "transposed")

    def __init__(self, name: str = "NumPy") -> None:
        self.name = name

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


class PythonFloats(Library):
    """One Python float in, one number out."""

    name = "plain Python"
    formats = ("float64",)

    def pack(self, x: Array, dtype: str, layout: str = "") -> Any:
        """Return a float."""
        return float(x)

    def unpack(self, y: Any) -> tuple[Any, str]:
        """Return an array without dimensions; whole numbers count as floats, as they do in Python."""
        return as_float64(y)[0], "float64"


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

    def compiled(self, x: Array, dtype: str) -> Output:
        """Return the output for ``x`` after the library's own compiler."""

        def compile_and_call(packed: Any) -> Any:
            return self.library.compiled(self.fn)(packed)

        return self._run(compile_and_call, x, dtype)

    def _run(self, fn: Callable[[Any], Any], x: Array, dtype: str, layout: str = "") -> Output:
        with _quiet(), self.library.session(dtype):
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
    """Return how to call ``fn``: with the arrays of the library that it is from or refers to, else with NumPy's.

    Where arrays are refused and something else is not (arrays of a library that is loaded anyway, single numbers),
    that.
    """
    own = tuple(_libraries(fn, packages(fn)))
    loaded = frozenset(name for name in ("torch", "jax") if name in sys.modules)
    arrays = own or (NumPyArrays(), *_libraries(fn, loaded))
    ways = [Implementation(fn, library) for library in arrays]
    if arrays[-1].shapes == "any":
        ways += [Implementation(fn, library, elementwise=True) for library in (*own, PythonFloats())]
    reasons: list[str] = []
    for way in ways:
        # float32, where a library has it, is what models hold their weights in
        dtype = "float32" if "float32" in way.library.formats else way.library.formats[0]
        reason = refusal(way.call(SAMPLE, dtype))
        if not reason:
            return replace(way, note=reasons[0]) if way.elementwise else way
        reasons.append(reason)
    return ways[0]


def _libraries(fn: Any, names: frozenset[str]) -> Iterator[Library]:
    """Yield how to reach ``fn`` through packages of these names; each adapter is imported when it is needed."""
    if type(fn).__module__ == "selu_math.testing.onnx_adapter":
        yield fn.library
        return
    if "keras" in names:
        from selu_math.testing.keras_adapter import keras_arrays

        yield keras_arrays()
        return
    if "torch" in names:
        from selu_math.testing.torch_adapter import TorchTensors

        yield TorchTensors()
    if names & {"jax", "jaxlib"}:
        from selu_math.testing.jax_adapter import JaxArrays

        yield JaxArrays()
    if not names & {"torch", "jax", "jaxlib"}:
        from selu_math.testing.array_api_adapter import NamespaceArrays

        yield from map(NamespaceArrays, array_namespaces(fn))


def refusal(output: Output) -> str:
    """Return what the function raised, if it raised for every input."""
    faults = [output.faults.get(i, "") for i in range(output.values.size)]
    return faults[0] if all(fault.startswith(RAISES) for fault in faults) else ""
