"""Text to function: ``torch.nn.functional:selu`` is imported, ``file.py:selu`` and ``model.onnx`` are loaded.

Loading runs the file, which is what its user asks for; what it prints goes to standard error.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from selu_math.exceptions import InputError, MissingExtraError, quoted
from selu_math.testing.adapters import one_line

_ACCEPTED: Final = "accepted: package.module:attribute, path/file.py:function or model.onnx"
_EXTRAS: Final = ("torch", "jax", "keras")


def resolve_target(text: str) -> Callable[[Any], Any]:
    """Return the function that ``text`` names; a class is instantiated without arguments.

    Args:
        text: ``package.module:attribute``, ``path/file.py:function`` (the attribute may be dotted) or ``model.onnx``.

    Raises:
        InputError: for a missing colon, file, module or attribute, a module that fails to import (with its error),
            or something that cannot be called.
        MissingExtraError: where torch, jax, keras or onnxruntime is needed and not installed.
    """
    if text.strip().lower().endswith(".onnx"):
        return _load_model(text.strip())
    source, colon, attribute = text.strip().rpartition(":")
    if not (colon and source and attribute):
        raise InputError(f"target {quoted(text)} has no 'source:attribute'; {_ACCEPTED}")
    is_file = source.endswith(".py") or "/" in source or "\\" in source
    module = _load_file(source) if is_file else _import(source)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, [n for n in dir(found) if n[0] != "_"], n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"{quoted(source)} has no attribute {quoted(part)}{hint}")
        found = getattr(found, part)
    if isinstance(found, type):
        try:
            found = found()
        except (Exception, SystemExit) as error:  # noqa: BLE001  the user's class may raise anything
            raise InputError(
                f"{quoted(text)} is a class that takes arguments ({one_line(error)}); name a function"
            ) from None
    if not callable(found):
        raise InputError(f"{quoted(text)} is a {type(found).__name__}, which cannot be called; name a function")
    return found  # type: ignore[no-any-return]


def _import(name: str) -> ModuleType:
    # modules beside the user come last, so that they hide nothing installed
    with _loading(name), _on_path(str(Path.cwd())):
        return importlib.import_module(name)


def _load_file(source: str) -> ModuleType:
    path = Path(source)
    if not path.is_file():
        raise InputError(f"there is no file {quoted(source)}; {_ACCEPTED}")
    name = f"_selu_math_target_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{quoted(source)} is no Python file; {_ACCEPTED}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and the like look their module up
    with _loading(source), _on_path(str(path.parent.resolve())):
        spec.loader.exec_module(module)
    return module


def _load_model(source: str) -> Callable[[Any], Any]:
    path = Path(source)
    if not path.is_file():
        raise InputError(f"there is no file {quoted(source)}; {_ACCEPTED}")
    try:
        from selu_math.testing.onnx_adapter import OnnxModel
    except ModuleNotFoundError:
        raise MissingExtraError(f"checking {quoted(source)}", "onnxruntime", "onnx") from None
    return OnnxModel(path)


@contextmanager
def _loading(what: str) -> Iterator[None]:
    """Turn whatever an import raises into one line."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except ModuleNotFoundError as error:
        if error.name in _EXTRAS:
            raise MissingExtraError(f"checking {quoted(what)}", error.name, error.name) from None
        if error.name and what.startswith(error.name):
            raise InputError(f"there is no module {quoted(error.name)}; {_ACCEPTED}") from None
        raise InputError(f"{quoted(what)} could not be imported: {one_line(error)}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001  the user's module may raise anything
        raise InputError(f"{quoted(what)} could not be imported: {one_line(error)}") from None


@contextmanager
def _on_path(folder: str) -> Iterator[None]:
    sys.path.append(folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
