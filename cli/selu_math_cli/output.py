"""Where results go: standard output or a file, as text or as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selu_math.exceptions import InputError
from selu_math.files import check_writable, write_atomically

if TYPE_CHECKING:
    from rich.console import RenderableType

    from selu_math.numbers.enclosure import Enclosure

JSON_DIGITS = 15


class Sink:
    """One command's output.

    Args:
        output: a path, ``-`` for standard output, or None for the default.
        as_json: whether to print JSON.
        quiet: whether to keep progress to itself.

    Raises:
        InputError: where the path cannot be written; nothing has been computed by then.
    """

    def __init__(self, output: Path | None, *, as_json: bool = False, quiet: bool = False) -> None:
        self.path = None if output is None or str(output) == "-" else output
        self.as_json, self.quiet = as_json, quiet
        if self.path is not None:
            check_writable(self.path)

    def emit(self, document: dict[str, Any], *text: RenderableType) -> None:
        """Write the JSON document, or the text, wherever this command's result goes."""
        if self.as_json:
            self.write(*json.JSONEncoder(indent=2, ensure_ascii=False, allow_nan=False).iterencode(document), "\n")
        else:
            self.write_text(*text)

    def write_text(self, *text: RenderableType) -> None:
        """Write tables and paragraphs: with colour on a terminal, plain elsewhere."""
        from rich.console import Console

        if self.path is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
            console = Console(highlight=False, emoji=False, markup=False)
        else:
            # wide enough that nothing is wrapped or cut where a program or a file reads it
            console = Console(file=StringIO(), width=1 << 20, no_color=True, highlight=False, emoji=False, markup=False)
        for part in text:
            console.print(part, soft_wrap=isinstance(part, str))
        if isinstance(console.file, StringIO):
            lines = (line.rstrip() for line in console.file.getvalue().splitlines())
            self.write("\n".join(lines).strip("\n") + "\n")

    def write(self, *parts: str | bytes) -> None:
        """Write text or bytes as they are, one after the other; they are never joined, for they may be very long."""
        data = (part.encode() if isinstance(part, str) else part for part in parts)
        if self.path is None:
            sys.stdout.flush()
            sys.stdout.buffer.writelines(data)
            sys.stdout.buffer.flush()
        else:
            write_atomically(self.path, data)

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[str], None]]:
        """Show what is under way, on standard error if it is a terminal; yields a function that says what is next."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console

        with Console(stderr=True).status(what) as status:
            yield status.update


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> RenderableType:
    """Return a plain table; ``right`` lists the columns set flush right."""
    from rich import box
    from rich.table import Table

    result = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, name in enumerate(columns):
        result.add_column(name, justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        result.add_row(*row)
    return result


def number(x: Enclosure) -> float | str:
    """Return a proved number for JSON: a number up to 15 digits, a string beyond."""
    text = x.bounded_digits(x.shown, float("inf")) or "0"
    return float(text) if x.shown <= JSON_DIGITS else text


def require_standard_output_free(as_json: bool, output: Path | None) -> None:
    """Raise where a file's bytes and JSON would both go to standard output."""
    if as_json and output is not None and str(output) == "-":
        raise InputError("--json and --output - both write to standard output; choose one")
