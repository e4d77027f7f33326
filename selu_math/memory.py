"""How much memory there is, so that work too large for it is refused before it begins."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_MEMINFO: Final = Path("/proc/meminfo")
_LIMITS: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where a container's limit stands: control groups, version 2 and version 1."""


def available_memory() -> int | None:
    """Return how many bytes can still be used, or None where the system does not tell."""
    found = [size for size in (_unused(), *map(_limit, _LIMITS)) if size is not None]
    return min(found, default=None)


def in_gib(size: int) -> str:
    """Return a size as people read it: ``3.1 GiB``."""
    return f"{size / 2**30:.1f} GiB"


def _unused() -> int | None:
    """Return what Linux estimates new work can have; unlike the free pages it counts a cache that gives way."""
    for line in _read(_MEMINFO).splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _limit(path: Path) -> int | None:
    text = _read(path).strip()
    return int(text) if text.isdecimal() else None  # "max" means none


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except OSError:
        return ""
