"""Certificates: canonical JSON, from which a checker that trusts no one can repeat a proof.

Numbers are strings: rationals, and dyadics as ``mantissa p exponent``.  The hash is that of the rest of the document.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from selu_math.exceptions import InputError
from selu_math.numbers.ball import BALL, ends, precision
from selu_math.proofs.leaf import Shape
from selu_math.proofs.region import Region
from selu_math.proofs.statements import Statement

SCHEMA: Final = "selu-math/certificate/1"
_NAMES: Final = ("mu", "omega", "nu", "tau")
_PLACES: Final = 100
"""Binary places of the enclosures of lambda and alpha."""


def certificate(
    statement: Statement, steps: Sequence[dict[str, Any]], claims: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the certificate of a decided statement.

    Args:
        statement: what was decided.
        steps: of a statement about many layers, what each of them leads into.
        claims: what holds everywhere, with trees, and what holds somewhere, with witnesses.

    Raises:
        InputError: for an activation that is not of SELU's form.
    """
    attractor, shape = statement.attractor, statement.shape
    if shape is None:
        raise InputError(f"certificates are for activations of SELU's form, which {statement.activation.name} is not")
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "statement": statement.name,
        "domain": _domain(statement.region, *(("omega", "tau") if statement.everywhere else _NAMES)),
        "attractor": None if attractor is None else _domain(attractor, "mu", "nu"),
        "constants": _constants(shape),
        "steps": list(steps),
        "claims": list(claims),
    }
    return body | {"sha256": hashlib.sha256(canonical(body)).hexdigest()}


def canonical(document: dict[str, Any]) -> bytes:
    """Return a document as its one spelling: ASCII, keys in order, no spaces."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _domain(region: Region, *names: str) -> dict[str, list[str]]:
    return {name: [str(end) for end in getattr(region, name)] for name in names}


@lru_cache(maxsize=8)
def _constants(shape: Shape) -> dict[str, list[str]]:
    """Return dyadic enclosures of lambda and alpha."""
    found = {}
    with precision(2 * _PLACES):
        for name, constant in zip(("lambda", "alpha"), shape, strict=True):
            if constant.rational is not None:
                found[name] = [str(constant.rational)] * 2
                continue
            low, high = ends(BALL.exact(constant))
            scaled = low * (1 << _PLACES), high * (1 << _PLACES)
            found[name] = [f"{_floor(scaled[0])}p-{_PLACES}", f"{-_floor(-scaled[1])}p-{_PLACES}"]
    return found


def _floor(x: Fraction) -> int:
    return x.numerator // x.denominator
