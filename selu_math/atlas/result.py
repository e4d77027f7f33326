"""What a sweep found, as arrays and as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selu_math.atlas.grid import Settings
from selu_math.atlas.methods import METHODS
from selu_math.atlas.store import Store
from selu_math.exceptions import InputError
from selu_math.files import check_writable, write_atomically


class Atlas:
    """The tiles of a sweep, complete or not.

    ``with Atlas.open("plane.db") as atlas: ...``

    Args:
        store: where they are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._method = METHODS[store.settings.method]

    @classmethod
    def open(cls, path: Path | str) -> Atlas:
        """Open a store to read it.

        Raises:
            InputError: where it is none.
        """
        return cls(Store.read(Path(path)))

    @property
    def settings(self) -> Settings:
        """The sweep."""
        return self._store.settings

    @property
    def path(self) -> Path | None:
        """The file, None for an atlas in memory."""
        return self._store.path

    @property
    def tiles(self) -> int:
        """How many tiles are there by now."""
        return sum(len(self.settings.extent(block)) for block in self._store.present())

    @property
    def complete(self) -> bool:
        """Whether that is all of them."""
        return self.tiles == self.settings.tiles

    def counts(self) -> dict[str, int]:
        """Return how many tiles came out how, by the verdict's name; tiles not computed yet are left out."""
        kind = self._method.columns[self._method.verdict]
        total = np.zeros(max(self._method.verdicts) + 1, np.int64)
        for _, columns in self._store.blocks():
            total += np.bincount(np.frombuffer(columns[self._method.verdict], kind), minlength=total.size)
        return {name: int(total[value]) for value, name in self._method.verdicts.items()}

    def array(self, name: str) -> NDArray[Any]:
        """Return one column, shape (tiles along omega, tiles along tau); see :meth:`arrays`.

        Raises:
            InputError: for a name that is no column.
        """
        if name not in self._method.columns:
            raise InputError(f"{name!r} is no column of this atlas; it has {', '.join(self._method.columns)}")
        kind = np.dtype(self._method.columns[name])
        values = np.full(self.settings.tiles, np.nan if kind.kind == "f" else np.iinfo(kind).max, kind)
        for block, columns in self._store.blocks():
            extent = self.settings.extent(block)
            values[extent.start : extent.stop] = np.frombuffer(columns[name], kind)
        return values.reshape(self.settings.shape)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all columns by name, each of shape (tiles along omega, tiles along tau).

        Tiles that are not computed yet hold nan, or the largest whole number of the column's type.
        """
        return {name: self.array(name) for name in self._method.columns}

    def centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return omega and tau at the centres of the tiles, each of one dimension."""
        omega, tau = self.settings.omega, self.settings.tau
        return omega.centres(np.arange(omega.parts)), tau.centres(np.arange(tau.parts))

    def export_csv(self, path: Path | str) -> None:
        """Write all tiles that are there as comma-separated text, with omega and tau, every number in full.

        Raises:
            InputError: where the path cannot be written.
        """
        check_writable(Path(path))
        write_atomically(Path(path), (line.encode() for line in self._lines()))

    def _lines(self) -> Iterator[str]:
        method = self._method
        yield ",".join(["omega", "tau", *method.columns]) + "\n"
        for block, columns in self._store.blocks():
            found: list[Iterable[Any]] = [axis.tolist() for axis in self.settings.centres(block)]
            for name, kind in method.columns.items():
                values = np.frombuffer(columns[name], kind).tolist()
                found.append([method.verdicts[v] for v in values] if name == method.verdict else values)
            yield "".join(",".join(map(str, row)) + "\n" for row in zip(*found, strict=True))

    def content_hash(self) -> str:
        """Return SHA-256 of settings and tiles, in hexadecimal: equal for equal results."""
        return self._store.content_hash()

    def close(self) -> None:
        """Close the file; an atlas in memory is then gone."""
        self._store.close()

    def __enter__(self) -> Atlas:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
