"""A picture with its caption and figures, and its bytes in each format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from selu_math.exceptions import InputError, quoted
from selu_math.plotting.theme import Theme

FORMATS: Final = ("svg", "png", "pdf")
SIZE: Final = (8.0, 5.0)
"""Inches at which the type sizes are meant to be read."""
_DPI: Final = 200
# no dates and no versions: the same figure gives the same bytes
_METADATA: Final[Mapping[str, dict[str, str | None]]] = {
    "svg": {"Date": None, "Creator": "selu-math"},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": "selu-math", "Producer": None},
}
_PATH: Final = re.compile(rb'<path (?:id="\w+" )?d="[^"]*"')
_LONG_NUMBER: Final = re.compile(rb"(\.\d\d)\d+")
_OUTPUT: Final = {"svg.fonttype": "path", "svg.hashsalt": "selu-math", "pdf.fonttype": 42, "pdf.compression": 6}


@dataclass(frozen=True)
class Picture:
    """A drawn figure, what to see in it, and the figures it shows.

    Attributes:
        figure: the Matplotlib figure, free to be changed further.
        caption: what to see, in plain words; also the alternative text.
        data: the numbers shown, ready for JSON; computed in float64 unless the caller passed proved ones.
    """

    figure: Figure
    caption: str
    data: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def style(theme: Theme | None = None) -> Iterator[None]:
    """Set Matplotlib's own defaults and the theme within the block, whatever a user's configuration says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        settings: Any = {**_OUTPUT, **(theme.style if theme else {})}
        mpl.rcParams.update(settings)
        yield


def new_figure(size: tuple[float, float] = SIZE) -> Figure:
    """Return an empty figure that no window and no global state knows of."""
    figure = Figure(figsize=size, dpi=100)
    FigureCanvasAgg(figure)
    return figure


def render(picture: Picture | Figure, file_format: str, *, dpi: float = _DPI) -> bytes:
    """Return a picture as the content of a file; the same picture gives the same bytes.

    Args:
        picture: what to render.
        file_format: ``"svg"`` (text as outlines, so that it looks the same everywhere), ``"png"`` or ``"pdf"``.
        dpi: dots per inch of a PNG.

    Raises:
        InputError: for another format.
    """
    if file_format not in FORMATS:
        raise InputError(f"pictures are written as {', '.join(FORMATS)}, not {quoted(file_format)}")
    figure = picture.figure if isinstance(picture, Picture) else picture
    buffer = BytesIO()
    with style():
        figure.savefig(
            buffer,
            format=file_format,
            dpi=dpi,
            metadata=dict(_METADATA[file_format]),
            facecolor=figure.get_facecolor(),
        )
    content = buffer.getvalue()
    return _PATH.sub(_round_path, content) if file_format == "svg" else content


def _round_path(match: re.Match[bytes]) -> bytes:
    """Return a path with its coordinates cut to hundredths of a point: a third less to read, nothing moves."""
    return _LONG_NUMBER.sub(rb"\1", match[0]).replace(b" \n", b"\n")


def format_of(path: str | Path) -> str:
    """Return the format that a file's suffix names.

    Raises:
        InputError: where it names none of ours.
    """
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        accepted = ", ".join(f".{name}" for name in FORMATS)
        raise InputError(f"a picture's file name must end in {accepted}; got {quoted(str(path))}")
    return suffix


def save(picture: Picture | Figure, target: str | Path | BinaryIO, file_format: str | None = None) -> None:
    """Write a picture to a path, in the format its suffix names, or to a binary file object.

    Args:
        picture: what to write.
        target: a path, or an object with ``write``.
        file_format: overrides the suffix; SVG by default where ``target`` is a file object.

    Raises:
        InputError: for an unknown suffix or format; nothing is written then.
    """
    if isinstance(target, (str, Path)):
        content = render(picture, file_format or format_of(target))
        Path(target).write_bytes(content)
    else:
        target.write(render(picture, file_format or "svg"))
