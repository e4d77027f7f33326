"""What a sweep of the (omega, tau) plane is: its tiles, what is asked of them, and the identity of both."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from selu_math.activations import parse_activation
from selu_math.exceptions import InputError, quoted, whole_number
from selu_math.layer import MapKind
from selu_math.numbers.exact import Rational, as_fraction, decimal_text
from selu_math.numbers.float64 import Array

MAX_TILES: Final = 100_000_000
FARTHEST: Final = 10**9
"""Ends of omega lie within this of 0, ends of tau between its inverse and it."""
_FORM: Final = "write LO:HI:N with LO < HI and N tiles between them, such as 0.3:3:150"
_FORMAT: Final = 1
_EXACT: Final = 2**53


@dataclass(frozen=True)
class Range:
    """A closed interval cut into equal parts.

    Attributes:
        low: lowest value.
        high: highest value; equal to the lowest for a single part of no width.
        parts: how many.
    """

    low: Fraction
    high: Fraction
    parts: int

    @classmethod
    def of(cls, given: RangeLike, name: str) -> Range:
        """Return the range that text ``lo:hi:n`` or a triple describes, exactly.

        Raises:
            InputError: for another form, no parts, an empty range, or ends beyond 1e9 (for tau also below 1e-9).
        """
        if isinstance(given, Range):
            given = given.low, given.high, given.parts
        three = given.split(":") if isinstance(given, str) else list(given)
        if len(three) != 3:
            raise InputError(f"{quoted(given)} is no range of {name}; {_FORM}")
        low, high = as_fraction(three[0], name), as_fraction(three[1], name)
        parts = str(three[2]).strip()
        count = int(parts) if parts.isascii() and parts.isdigit() and len(parts) < 18 else parts
        count = whole_number(f"the number of tiles along {name}", count, 1, MAX_TILES)
        if low > high or (low == high and count > 1):
            raise InputError(f"the range of {name} is empty: {quoted(given)}; {_FORM}")
        lowest = Fraction(1, FARTHEST) if name == "tau" else Fraction(-FARTHEST)
        if low < lowest or high > FARTHEST:
            accepted = "above 0, from 1e-9 to 1e9" if name == "tau" else "from -1e9 to 1e9"
            raise InputError(f"{name} must stay {accepted}, not go over {quoted(given)}")
        return cls(low, high, count)

    def cell(self, index: int) -> tuple[Fraction, Fraction]:
        """Return the exact ends of a part."""
        width = (self.high - self.low) / self.parts
        return self.low + index * width, self.low + (index + 1) * width

    def centres(self, indices: NDArray[np.intp]) -> Array:
        """Return the doubles nearest to the centres of parts."""
        base, step = self.low, (self.high - self.low) / (2 * self.parts)
        below = base.denominator * step.denominator
        first, each = base.numerator * step.denominator, step.numerator * base.denominator
        if max(below, abs(first) + abs(each) * 2 * self.parts) < _EXACT:
            return (first + each * (2 * indices + 1)) / np.float64(below)
        return np.array([float(Fraction(first + each * (2 * i + 1), below)) for i in indices.tolist()])

    def __str__(self) -> str:
        return f"{decimal_text(self.low)}:{decimal_text(self.high)}:{self.parts}"


RangeLike: TypeAlias = Range | str | tuple[Rational, Rational, int]


@dataclass(frozen=True)
class Settings:
    """A sweep: everything that its results depend on.

    Tiles are counted from the lowest omega, along tau first.  A block is a run of tiles that are computed and stored
    together.

    Attributes:
        activation: the activation, as text that :func:`parse_activation` reads.
        kind: the layer map.
        omega: tiles along omega.
        tau: tiles along tau.
        method: what is asked of a tile.
        version: which version of it.
        block: tiles in a block.
    """

    activation: str
    kind: MapKind
    omega: Range
    tau: Range
    method: str
    version: int
    block: int

    def __post_init__(self) -> None:
        if self.tiles > MAX_TILES:
            raise InputError(f"{self.tiles} tiles are too many: at most {MAX_TILES} in all")

    @property
    def shape(self) -> tuple[int, int]:
        """Tiles along omega and along tau."""
        return self.omega.parts, self.tau.parts

    @property
    def tiles(self) -> int:
        """How many tiles there are."""
        return self.omega.parts * self.tau.parts

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return ceil(self.tiles / self.block)

    def extent(self, block: int) -> range:
        """Return the tiles of a block."""
        return range(block * self.block, min((block + 1) * self.block, self.tiles))

    def centres(self, block: int) -> tuple[Array, Array]:
        """Return omega and tau at the centres of a block's tiles."""
        tiles = self.extent(block)
        first, last = tiles.start // self.tau.parts, (tiles.stop - 1) // self.tau.parts
        columns, rows = np.divmod(np.arange(tiles.start, tiles.stop), self.tau.parts)
        omega = self.omega.centres(np.arange(first, last + 1))[columns - first]
        if first == last:
            return omega, self.tau.centres(rows)
        return omega, self.tau.centres(np.arange(self.tau.parts))[rows]

    def document(self) -> dict[str, Any]:
        """Return the settings as JSON's types, in one way only."""
        ranges = {name: [str(r.low), str(r.high), r.parts] for name, r in (("omega", self.omega), ("tau", self.tau))}
        rest = {name: getattr(self, name) for name in ("activation", "method", "version", "block")}
        return {"format": _FORMAT, "kind": str(self.kind), **rest, **ranges}

    @property
    def text(self) -> str:
        """The document as canonical JSON."""
        return json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)

    @property
    def identity(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.text.encode("ascii")).hexdigest()

    @classmethod
    def read(cls, text: str) -> Settings:
        """Return the settings of a canonical JSON text.

        Raises:
            InputError: for anything that :attr:`text` does not write.
        """
        try:
            given = json.loads(text)
            kind = MapKind.of(given["kind"])
            omega, tau = (Range.of(tuple(given[name]), name) for name in ("omega", "tau"))
            found = cls(given["activation"], kind, omega, tau, given["method"], given["version"], given["block"])
        except (KeyError, TypeError, ValueError):
            found = None
        if found is None or found.text != text:
            raise InputError(f"{quoted(text)} are no settings of an atlas that this version writes")
        return found


def canonical_activation(text: str) -> str:
    """Return the text of an activation by which one and the same is always called.

    Raises:
        InputError: for text that names no activation.
    """
    name = parse_activation(text).name
    return name if parse_activation(name).name == name else " ".join(text.split())
