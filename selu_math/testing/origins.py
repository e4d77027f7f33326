"""Which packages a function comes from or refers to; nothing is imported to find out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from inspect import getclosurevars, ismodule, unwrap
from types import FunctionType, ModuleType
from typing import Any


def packages(fn: Any) -> frozenset[str]:
    """Return the top-level names of the packages that ``fn`` is from, or names, or that its own module's helpers name.

    A framework's function, class or module counts, and so does what a function refers to by a global name or a
    closure; helpers are followed where they come from the same module.
    """
    found = set()
    for value in _values(fn):
        names = [value.__name__] if ismodule(value) else [getattr(value, "__module__", None)]
        names += [kind.__module__ for kind in (*type(value).__mro__, *(value.__mro__ if _is_class(value) else ()))]
        found |= {name.partition(".")[0] for name in names if isinstance(name, str)}
    return frozenset(found)


def array_namespaces(fn: Any) -> tuple[ModuleType, ...]:
    """Return the modules but NumPy that ``fn`` refers to and that follow the Python array API, 2023.12 or later."""
    values = dict.fromkeys(value for value in _values(fn) if ismodule(value) and value.__name__ != "numpy")
    return tuple(module for module in values if hasattr(module, "__array_namespace_info__"))


def _values(fn: Any) -> Iterator[Any]:
    """Yield the function, its owner, and what it and its helpers refer to."""
    while isinstance(fn, partial):
        fn = fn.func
    # a compiled function is its compiler's; what it wraps is the user's
    yield fn
    inner = unwrap(fn)
    owner = getattr(inner, "__self__", None)
    yield inner
    if owner is not None:
        yield owner
    waiting: list[Any] = [inner if hasattr(inner, "__code__") else getattr(inner, "__call__", None)]  # noqa: B004
    seen: set[int] = set()
    while waiting:
        function = waiting.pop()
        if not hasattr(function, "__code__") or id(function) in seen:
            continue
        seen.add(id(function))
        names = getclosurevars(function)
        for value in (*names.globals.values(), *names.nonlocals.values()):
            yield value
            if isinstance(value, FunctionType) and value.__module__ == function.__module__:
                waiting.append(value)


def _is_class(value: Any) -> bool:
    return isinstance(value, type)
