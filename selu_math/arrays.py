"""Arrays of other libraries than NumPy: read on the way in, given back in kind.

The float64 kit is NumPy and SciPy, so nothing is computed elsewhere, and no gradient flows.  Libraries are told apart
and asked for their devices through the array API standard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps
from inspect import signature
from typing import Any, Final, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from selu_math.exceptions import InputError

P = ParamSpec("P")
R = TypeVar("R")
_OWN: Final = (np.ndarray, np.generic)
_REFUSALS: Final = (AttributeError, BufferError, RuntimeError, TypeError, ValueError)
_REASON: Final = 120
"""The most characters that are quoted of another library's message."""


def takes_foreign_arrays(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function of NumPy arrays take arrays of one other library, and answer in that library's.

    Results come back on the device of the arguments, as float64, or float32 where the library has no float64 there.
    Tuples come back with their entries converted, any other object with its attributes converted when they are read.
    A call without foreign arrays goes straight through.

    Raises:
        InputError: for arrays of two libraries or two devices, and for those that hold no numbers or track gradients.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> Any:
        if not any(map(_may_be_foreign, map(type, (*args, *kwargs.values())))):
            return function(*args, **kwargs)
        bound = signature(function).bind(*args, **kwargs)
        foreign = _foreign(bound.arguments)
        if not foreign:
            return function(*args, **kwargs)
        bound.arguments.update({name: _read(name, value) for name, value in foreign.items()})
        home = _Home(foreign)
        result = function(*bound.args, **bound.kwargs)
        given = home.give(result)
        return _Attributes(result, home) if given is result else given

    return call


@cache
def _may_be_foreign(kind: type) -> bool:
    return not issubclass(kind, _OWN) and (hasattr(kind, "__array_namespace__") or hasattr(kind, "__array__"))


def _foreign(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that are arrays of another library; data frames and the like are not."""
    from array_api_compat import is_array_api_obj

    return {name: x for name, x in arguments.items() if not isinstance(x, _OWN) and is_array_api_obj(x)}


class _Home:
    """The library and device that results go back to.

    Args:
        arrays: the foreign arguments, at least one, by name.
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        from array_api_compat import array_namespace

        names, libraries = list(arrays), [array_namespace(array) for array in arrays.values()]
        self._library: Any = libraries[0]
        for name, library in zip(names, libraries, strict=True):
            if library is not self._library:
                titles = _title(self._library), _title(library)
                raise InputError(f"{names[0]} is of {titles[0]}, {name} of {titles[1]}; give arrays of one library")
        places = [(name, place) for name, array in arrays.items() if (place := _device(array)) is not None]
        self._device: Any = places[0][1] if places else None
        for name, place in places:
            if place != self._device:
                raise InputError(f"{places[0][0]} is on {self._device}, {name} on {place}; give arrays on one device")
        formats = self._library.__array_namespace_info__().dtypes(device=self._device, kind="real floating")
        self._format = np.float64 if "float64" in formats else np.float32

    def give(self, result: Any) -> Any:
        """Return numbers and arrays as this library's, tuples with their entries so, all else as it is."""
        if isinstance(result, tuple):
            entries = map(self.give, result)
            return result._make(entries) if hasattr(result, "_make") else tuple(entries)
        if not isinstance(result, np.ndarray | np.floating | float):
            return result
        with np.errstate(over="ignore"):
            own = np.array(result, dtype=self._format)  # some libraries share memory with what they are given
        return self._library.asarray(own, device=self._device)


class _Attributes:
    """An object's public attributes, given back in kind."""

    def __init__(self, of: object, home: _Home) -> None:
        self._of, self._home = of, home

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = self._home.give(getattr(self._of, name))
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return dir(self._of)


def _title(library: Any) -> str:
    return str(library.__name__).removeprefix("array_api_compat.").partition(".")[0]


def _device(array: Any) -> Any:
    """Return an array's device, or None, which goes with any, where jax has not fixed one or spreads over several."""
    from array_api_compat import device, is_jax_array

    found = device(array)
    if is_jax_array(array) and (hasattr(found, "device_set") or not getattr(array, "committed", True)):
        return None
    return found


def _read(name: str, array: Any) -> NDArray[Any]:
    """Return a foreign array's numbers."""
    from array_api_compat import is_torch_array

    try:
        if not is_torch_array(array):
            return _on_host(array)
        if not array.requires_grad:
            array = array.cpu()
            return np.asarray(array.double() if array.is_floating_point() else array)  # NumPy has no bfloat16
    except _REFUSALS as refusal:
        reason = next(iter(str(refusal).splitlines()), type(refusal).__name__)[:_REASON]
        raise InputError(
            f"{name} cannot be read as numbers ({reason}); inside jit, vmap and grad there are none"
        ) from None
    raise InputError(
        f"{name} requires grad, and no gradient flows through here: detach() it; jacobian gives derivatives"
    )


def _on_host(array: Any) -> NDArray[Any]:
    try:
        return np.asarray(array)
    except (RuntimeError, TypeError) as refusal:  # on another device, or without numbers
        try:
            return np.asarray(np.from_dlpack(array, device="cpu"))
        except _REFUSALS:
            raise refusal from None
