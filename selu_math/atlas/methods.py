"""What can be asked of tiles, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from selu_math.activations import Activation, parse_activation
from selu_math.atlas import certified, tiles
from selu_math.atlas.grid import Range, RangeLike, Settings, canonical_activation
from selu_math.atlas.orbits import Fate
from selu_math.exceptions import InputError, unknown_name
from selu_math.layer import MapKind

DEFAULT_OMEGA: Final = "-1.5:1.5:150"
DEFAULT_TAU: Final = "0.3:3:150"
_NO_OMEGA: Final = Range.of((0, 0, 1), "omega")


@dataclass(frozen=True)
class Method:
    """A way to fill in a tile.

    Attributes:
        version: raised whenever results change; stores of different versions are not mixed.
        columns: what a tile gets: names and NumPy's little-endian data types.
        verdict: the column that says how a tile came out, an enumeration's values.
        verdicts: their names in lower case, by value.
        block_size: how many tiles are computed and stored together, for an activation.
        compute: returns the columns of one block.
    """

    version: int
    columns: Mapping[str, str]
    verdict: str
    verdicts: Mapping[int, str]
    block_size: Callable[[Activation], int]
    compute: Callable[[Settings, int], Mapping[str, Any]]


METHODS: Final[Mapping[str, Method]] = {
    "float": Method(
        version=tiles.VERSION,
        columns=tiles.COLUMNS,
        verdict="fate",
        verdicts={int(fate): fate.name.lower() for fate in Fate},
        block_size=tiles.block_size,
        compute=tiles.compute,
    ),
    "certified": Method(
        version=certified.VERSION,
        columns=certified.COLUMNS,
        verdict="verdict",
        verdicts={int(verdict): verdict.name.lower() for verdict in certified.Verdict},
        block_size=certified.block_size,
        compute=certified.compute,
    ),
}


def settings(
    omega: RangeLike | None = None,
    tau: RangeLike = DEFAULT_TAU,
    *,
    activation: str = "selu",
    kind: str = "paper",
    method: str = "float",
) -> Settings:
    """Return the settings of a sweep.

    Args:
        omega: ``lo:hi:n``, by default -1.5:1.5:150; the mean-field map has none.
        tau: the same, positive.
        activation: an activation's name or its pieces, as text.
        kind: ``"paper"`` or ``"mean-field"``.
        method: a name in :data:`METHODS`.

    Raises:
        InputError: for anything else.
    """
    which = MapKind.of(kind)
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    name = canonical_activation(activation)
    if omega is None:
        omega = DEFAULT_OMEGA if which is MapKind.PAPER else _NO_OMEGA
    omegas, taus = Range.of(omega, "omega"), Range.of(tau, "tau")
    if which is MapKind.MEAN_FIELD and omegas != _NO_OMEGA:
        raise InputError("the mean-field map has no omega: leave the range of omega out")
    way = METHODS[method]
    size = way.block_size(parse_activation(name))
    return Settings(name, which, omegas, taus, method, way.version, size)


def compute_block(given: Settings, block: int) -> dict[str, bytes]:
    """Return the columns of a block as bytes; what a worker runs.

    Raises:
        InputError: where the worker has another version of the method than whoever asks.
    """
    way = METHODS.get(given.method)
    if way is None or way.version != given.version:
        raise InputError("the workers run another version of selu-math; install the same one everywhere")
    tiles_in_block = len(given.extent(block))
    packed = {}
    for name, values in way.compute(given, block).items():
        column = np.ascontiguousarray(values, dtype=way.columns[name])
        if column.shape != (tiles_in_block,):
            raise ValueError(f"{given.method} gave {name} the shape {column.shape} for {tiles_in_block} tiles")
        if column.dtype.kind == "f":
            column = np.where(np.isnan(column), np.nan, column)  # one nan of many: results are compared by their bytes
        packed[name] = column.tobytes()
    return packed
