"""Alpha dropout, read off the two values that constant inputs give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from inspect import signature
from math import sqrt
from typing import Any, Final

import numpy as np

from selu_math.exceptions import InputError, quoted
from selu_math.numbers.formats import FORMATS
from selu_math.testing.adapters import NumPyArrays, one_line
from selu_math.testing.origins import packages
from selu_math.testing.probes import SATURATED
from selu_math.testing.result import Check, CheckResult, OnFail, Status, require_on_fail
from selu_math.testing.truth import rounded_selu

ERROR_PROBABILITY: Final = 1e-6
"""How often, at most, the share of dropped entries of a right implementation is called wrong, for each format."""
_FORM: Final = FORMATS["float64"]
_DEPTH: Final = -float(rounded_selu(Fraction(SATURATED), _FORM))
_ALPHA: Final = _DEPTH / float(rounded_selu(Fraction(1), _FORM))
_ENTRIES: Final = 1 << 16
_ROUNDINGS: Final = 32


def affine(p: float, dropped: float = -_DEPTH) -> tuple[float, float]:
    """Return a and b that keep mean 0 and variance 1 where a share ``p`` is set to ``dropped``."""
    a = 1 / sqrt((1 - p) * (1 + p * dropped * dropped))
    return a, -a * p * dropped


@dataclass(frozen=True)
class _Atoms:
    a: float
    b: float
    dropped: float
    count: int


def check_alpha_dropout(fn: Callable[..., Any], *, p: float | None = None, on_fail: OnFail = "raise") -> CheckResult:
    """Find what an implementation of alpha dropout gets right and wrong.

    Constant inputs 0 and 1 give two values each, ``a x + b`` where kept and ``a alpha' + b`` where dropped, and a, b
    and alpha' follow.  They are compared with alpha' = -lambda alpha and the a and b that keep mean 0 and variance 1
    (Klambauer et al. 2017), within 32 roundings of the format (float64, float32).  The share of dropped entries is
    sampled: 65,536 entries, binomial interval, which a right implementation leaves once in a million at most.

    Args:
        fn: a function of an array and p, in training mode (``training=True`` is given where it is taken), or a module
            (something with ``train`` and ``eval``) of an array; of torch tensors where it is torch's or refers to
            torch, else of NumPy arrays.
        p: the share that is dropped, above 0 and below 1; None takes a module's own ``p``, or else 0.1.
        on_fail: ``"raise"`` raises an AssertionError, ``"warn"`` warns, None only returns the result.

    Raises:
        AssertionError: where a check failed and ``on_fail`` is ``"raise"``.
        InputError: for a p outside (0, 1), an unknown ``on_fail``, or something that is no function.
    """
    if not callable(fn):
        raise InputError(f"an implementation must be callable, not {quoted(fn)}")
    require_on_fail(on_fail)
    share = getattr(fn, "p", 0.1) if p is None else p
    if not isinstance(share, int | float) or not 0 < share < 1:
        raise InputError(f"p must be a number between 0 and 1, both excluded, not {quoted(share)}")
    library: Any = NumPyArrays()
    if "torch" in packages(fn):
        from selu_math.testing.torch_adapter import TorchTensors

        library = TorchTensors()
    found = [check for dtype in ("float64", "float32") for check in _examine(fn, float(share), library, dtype)]
    name = str(getattr(fn, "__name__", type(fn).__name__))
    result = CheckResult(name, f"p = {share:g}", tuple(found), "alpha dropout")
    return result.concluded(on_fail)


def _examine(fn: Any, p: float, library: Any, dtype: str) -> Iterator[Check]:
    tolerance = _ROUNDINGS * float(np.finfo(dtype).eps)
    is_module = hasattr(fn, "train") and hasattr(fn, "eval")
    training = {"training": True} if _has_training(fn) else {}

    def call(value: float) -> Any:
        x = library.pack(np.full(_ENTRIES, value), dtype)
        y = np.asarray(library.unpack(fn(x) if is_module else fn(x, p, **training))[0])
        if y.shape != (_ENTRIES,) or y.dtype != np.float64 or not np.isfinite(y).all():
            raise ValueError(f"an array of shape {(_ENTRIES,)} does not give as many finite numbers")
        return y

    was_training = bool(getattr(fn, "training", True))
    try:
        if is_module:
            fn.train()
        zeros, ones = call(0.0), call(1.0)
        if is_module:
            fn.eval()
            still = np.array_equal(call(1.0), np.ones(_ENTRIES))
    except Exception as error:  # noqa: BLE001  the user's code may raise anything; that is a finding
        yield Check("returns_value", Status.FAILED, dtype, f"raises {one_line(error)}")
        return
    finally:
        if is_module:
            fn.train(was_training)
    atoms = _atoms(zeros, ones, tolerance)
    if isinstance(atoms, str):
        yield Check("two_values", Status.FAILED, dtype, atoms)
    else:
        yield from _judge(atoms, p, tolerance, dtype)
    if is_module:
        hint = "" if still else "in eval mode the input must come back unchanged"
        yield Check("eval_mode", Status.PASSED if still else Status.FAILED, dtype, hint)


def _has_training(fn: Any) -> bool:
    try:
        return "training" in signature(fn).parameters
    except (TypeError, ValueError):
        return False


def _atoms(zeros: Any, ones: Any, tolerance: float) -> _Atoms | str:
    low, high = (_distinct(y, tolerance) for y in (zeros, ones))
    if len(low) == len(high) == 1:
        return "nothing is dropped: is it in training mode?" if low[0] != high[0] else "everything is dropped"
    common = [x for x in low for y in high if abs(x - y) <= tolerance * (1 + abs(x))]
    if len(low) == 1 and common:
        return f"drops to {common[0]:g} and shifts nothing: ordinary dropout, not alpha dropout"
    if len(low) != 2 or len(high) != 2 or len(common) != 1:
        return f"constant inputs 0 and 1 give {len(low)} and {len(high)} values in place of two, one of them common"
    d = common[0]
    b, kept = (max(values, key=lambda x: abs(x - d)) for values in (low, high))
    return _Atoms(kept - b, b, (d - b) / (kept - b), int(np.count_nonzero(np.abs(ones - d) < np.abs(ones - kept))))


def _distinct(y: Any, tolerance: float) -> list[float]:
    values = np.unique(y)
    return [float(x) for x in values[np.diff(values, prepend=-np.inf) > tolerance * (1 + np.abs(values))]]


def _judge(atoms: _Atoms, p: float, tolerance: float, dtype: str) -> Iterator[Check]:
    from scipy.stats import binom

    def near(x: float, y: float) -> bool:
        return abs(x - y) <= tolerance * (1 + abs(y))

    def holds(share: float) -> bool:
        tail = min(binom.cdf(atoms.count, _ENTRIES, share), binom.sf(atoms.count - 1, _ENTRIES, share))
        return bool(tail >= ERROR_PROBABILITY / 2)

    def record(name: str, right: bool, hint: str) -> Check:
        return Check(name, Status.PASSED if right else Status.FAILED, dtype, "" if right else hint)

    a, b = affine(p)
    hint = f"drops to {atoms.dropped:.7g}, expected -λα = {-_DEPTH:.7g}"
    if near(atoms.dropped, -_ALPHA):
        hint = f"drops to -α in place of -λα: {atoms.dropped:.7g}, expected {-_DEPTH:.7g}"
    yield record("dropped_value", near(atoms.dropped, -_DEPTH), hint)
    swapped = not holds(p) and holds(1 - p)
    other = affine(1 - p) if swapped else affine(p, atoms.dropped)
    if not near(atoms.a, a) and near(atoms.a, other[0]) and near(atoms.b, other[1]):
        cause = "keep and drop are swapped" if swapped else "the dropped value is wrong"
        yield Check("scale", Status.SKIPPED, dtype, f"a and b are as they must be where {cause}")
    else:
        yield record("scale", near(atoms.a, a), f"wrong a: {atoms.a:.7g}, expected {a:.7g}")
        follows = near(atoms.b, -atoms.a * p * atoms.dropped)
        hint = "b is omitted" if near(atoms.b, 0) else f"wrong b: {atoms.b:.7g}"
        yield record("shift", near(atoms.b, b) or follows, f"{hint}, expected {b:.7g}")
    got = f"{atoms.count / _ENTRIES:.4f} of {_ENTRIES} entries are dropped, expected {p:g}"
    cause = "keep and drop are swapped: " if swapped else ""
    chance = f" (a right implementation is called wrong with probability {ERROR_PROBABILITY:g} at most)"
    yield record("share", holds(p), cause + got + chance)
