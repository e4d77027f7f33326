"""Where the tiles of a sweep are kept: one SQLite file, block by block.

A block is written in one transaction, so whatever ends the process leaves every block that was written, whole, and
nothing of any other.  One row holds one block, each column of the sweep as one blob of little-endian numbers.  A
sweep that is complete is copied in the order of its blocks and put in the place of the file, so that two stores of one
sweep are equal, byte by byte, in whatever order the blocks came and however often the sweep was broken off (for one
version of SQLite).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import numpy as np

from selu_math.atlas.grid import Settings
from selu_math.atlas.methods import METHODS
from selu_math.exceptions import InputError, quoted
from selu_math.files import check_writable

_APPLICATION: Final = int.from_bytes(b"SELU", "big")
_IN_PROGRESS, _FINISHED = 1, 2
_PARTIAL: Final = ".partial"


class Store:
    """A sweep's settings and blocks.

    Made by :meth:`create` and :meth:`read`; close it, or use it in a ``with`` statement.

    Attributes:
        settings: the sweep.
        path: the file, None for a store in memory.
    """

    def __init__(self, connection: sqlite3.Connection, settings: Settings, path: Path | None) -> None:
        self.settings, self.path = settings, path
        self._connection = connection
        self._method = METHODS[settings.method]

    @classmethod
    def create(cls, settings: Settings, path: Path | None = None) -> Store:
        """Open the store of a sweep to write in it, made where there is none.

        Raises:
            InputError: where the path cannot be written, another process writes there, or the file holds something
                else: no database, a damaged one, or another sweep.
        """
        if path is not None:
            check_writable(path)
        with _refusals(path), _kept(sqlite3.connect(":memory:" if path is None else path)) as connection:
            connection.isolation_level = None
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                _lay_out(connection, settings)
            connection.execute("COMMIT")
            store = cls(connection, _settings_in(connection, path), path)
            _require_same(store.settings, settings, path)
            store._check()
            return store

    @classmethod
    def read(cls, path: Path) -> Store:
        """Open a store, complete or not, to read it.

        Raises:
            InputError: where there is none, or it cannot be read.
        """
        if not path.is_file():
            raise InputError(f"there is no atlas {quoted(str(path))}")
        with _refusals(path):
            # to write, where that is permitted: what a killed process left behind is then rolled back
            mode = "rw" if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) else "ro"
            with _kept(_connect(path, mode)) as connection:
                store = cls(connection, _settings_in(connection, path), path)
                store._check()
                return store

    def _check(self) -> None:
        if self._connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("database disk image is malformed")
        sizes = ", ".join(f"length({name})" for name in self._method.columns)
        widths = [np.dtype(kind).itemsize for kind in self._method.columns.values()]
        for block, *found in self._connection.execute(f"SELECT block, {sizes} FROM blocks"):  # noqa: S608 - our names
            whole = 0 <= block < self.settings.blocks
            tiles = len(self.settings.extent(block)) if whole else 0
            if not whole or found != [width * tiles for width in widths]:
                raise sqlite3.DatabaseError(f"block {block} is not whole")

    @property
    def finished(self) -> bool:
        """Whether the sweep is complete, and the file in its final form."""
        return bool(self._connection.execute("PRAGMA user_version").fetchone() == (_FINISHED,))

    def present(self) -> list[int]:
        """Return the blocks that are there, in order."""
        return [block for (block,) in self._connection.execute("SELECT block FROM blocks ORDER BY block")]

    def missing(self) -> list[int]:
        """Return the blocks that are not, in order."""
        return sorted({*range(self.settings.blocks)} - {*self.present()})

    def blocks(self) -> Iterator[tuple[int, dict[str, bytes]]]:
        """Return all blocks that are there, in order, each with its columns."""
        names = list(self._method.columns)
        query = f"SELECT block, {', '.join(names)} FROM blocks ORDER BY block"  # noqa: S608 - names are ours
        for block, *blobs in self._connection.execute(query):
            yield block, dict(zip(names, blobs, strict=True))

    def write(self, block: int, columns: Mapping[str, bytes]) -> None:
        """Add a block; when this returns, nothing loses it any more.

        Raises:
            InputError: where the system refuses, such as for lack of space.
        """
        values = [block, *(columns[name] for name in self._method.columns)]
        with _refusals(self.path):
            marks = ", ".join("?" * len(values))
            self._connection.execute(f"INSERT INTO blocks VALUES ({marks})", values)  # noqa: S608 - marks alone

    def finish(self) -> None:
        """Bring the file of a complete sweep into its final form, and keep it open only to read.

        Raises:
            InputError: where the system refuses.
        """
        if self.path is None:
            return
        with _refusals(self.path):
            if not self.finished:
                final = self.path.with_name(self.path.name + _PARTIAL)
                final.unlink(missing_ok=True)
                self._connection.execute("VACUUM INTO ?", (str(final),))
                with closing(sqlite3.connect(final)) as copy:
                    copy.execute(f"PRAGMA user_version = {_FINISHED}")
                final.chmod(self.path.stat().st_mode & 0o777)
                self._connection.close()
                final.replace(self.path)
            self._connection.close()
            self._connection = _connect(self.path, "ro")

    def content_hash(self) -> str:
        """Return SHA-256, in hexadecimal, of the settings and of every block in order: equal for equal results."""
        digest = hashlib.sha256(self.settings.text.encode("ascii"))
        for block, columns in self.blocks():
            digest.update(block.to_bytes(8, "little"))
            for blob in columns.values():
                digest.update(blob)
        return digest.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=1)


def _lay_out(connection: sqlite3.Connection, settings: Settings) -> None:
    method = METHODS[settings.method]
    columns = ", ".join(f"{name} BLOB NOT NULL" for name in method.columns)
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_IN_PROGRESS}")
    connection.execute("CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    connection.execute(f"CREATE TABLE blocks (block INTEGER PRIMARY KEY, {columns})")
    kinds = " ".join(f"{name}:{kind}" for name, kind in method.columns.items())
    rows = {"settings": settings.text, "sha256": settings.identity, "columns": kinds}
    connection.executemany("INSERT INTO settings VALUES (?, ?)", rows.items())


def _settings_in(connection: sqlite3.Connection, path: Path | None) -> Settings:
    if connection.execute("PRAGMA application_id").fetchone() != (_APPLICATION,):
        raise InputError(f"{quoted(str(path))} is a database, but no atlas; choose another path")
    rows = dict(connection.execute("SELECT name, value FROM settings"))
    settings = Settings.read(rows.get("settings", ""))
    method = METHODS.get(settings.method)
    if method is None or method.version != settings.version:
        raise InputError(
            f"{quoted(str(path))} was written by version {settings.version} of the method {settings.method!r}, which "
            "this version of selu-math does not have; choose another path"
        )
    return settings


def _require_same(there: Settings, asked: Settings, path: Path | None) -> None:
    old, new = there.document(), asked.document()
    for name, value in new.items():
        if old[name] != value:
            shown = (str(getattr(s, name, d[name])) for s, d in ((there, old), (asked, new)))
            has, wants = (quoted(text) for text in shown)
            raise InputError(
                f"{quoted(str(path))} holds another sweep: its {name} is {has}, not {wants}; choose another path"
            )


@contextmanager
def _kept(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Close a connection where opening it fails."""
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


@contextmanager
def _refusals(path: Path | None) -> Iterator[None]:
    """Say in one line what SQLite or the system refuses."""
    where = "in memory" if path is None else quoted(str(path))
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise InputError(f"{where} is in use by another process; wait for it, or choose another path") from None
        raise InputError(f"cannot use the atlas {where}: {error}; choose another path") from None
    except sqlite3.DatabaseError as error:
        raise InputError(f"{where} is no atlas, or a damaged one: {error}; choose another path") from None
    except OSError as error:
        raise InputError(f"cannot write the atlas {where}: {error.strerror or error}; choose another path") from None
