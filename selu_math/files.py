"""Writing results: complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from selu_math.exceptions import InputError, quoted


def check_writable(path: Path) -> None:
    """Raise unless a file could be written at ``path``.

    Raises:
        InputError: where it is a folder, its folder does not exist, or writing there is not permitted.
    """
    if path.is_dir():
        raise InputError(f"{quoted(str(path))} is a folder; give the name of a file")
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"cannot write {quoted(str(path))}: the folder {quoted(str(folder))} does not exist")
    if not os.access(folder, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise InputError(f"cannot write {quoted(str(path))}: no permission; choose another path")


def check_folder(path: Path) -> None:
    """Raise unless ``path`` is, or could be made, a folder to write in.

    Raises:
        InputError: where a file stands in the way or writing is not permitted.
    """
    existing = path
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise InputError(f"cannot write to {quoted(str(path))}: {quoted(str(existing))} is a file, not a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise InputError(f"cannot write to {quoted(str(path))}: no permission; choose another folder")


def write_atomically(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file, part by part, so that at every moment its old or its new content is there, whole.

    Raises:
        InputError: where the system refuses.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as file:  # a device or a pipe cannot be replaced
                file.writelines(parts)
            return
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(parts)
            Path(temporary).chmod(mode)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"cannot write {quoted(str(path))}: {error.strerror or error}; choose another path") from None


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
