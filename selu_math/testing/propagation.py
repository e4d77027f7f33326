"""Mean and variance through a real network: which layer leaves the region in which SELU's theory holds, and why?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from selu_math.exceptions import InputError, quoted
from selu_math.testing.adapters import Library, NumPyArrays, one_line
from selu_math.testing.initialisation import CAUSES
from selu_math.testing.origins import packages
from selu_math.testing.probes import Array
from selu_math.testing.result import Check, CheckResult, OnFail, Status, require_on_fail

MEAN: Final = (-0.1, 0.1)
VARIANCE: Final = (0.8, 1.5)
"""The means and variances of Theorem 1 of Klambauer et al. 2017."""
_ERRORS: Final = 8.0


def check_propagation(
    layers: Iterable[Callable[[Any], Any]],
    inputs: Any = None,
    *,
    width: int | None = None,
    samples: int = 512,
    seed: int = 0,
    on_fail: OnFail = "raise",
) -> CheckResult:
    """Find which layer of a network lets mean or variance leave the region in which SELU's theory holds.

    Layers are applied one after the other.  After each, mean and variance over all units and samples are to lie in
    Theorem 1's region, mean -0.1 to 0.1 and variance 0.8 to 1.5 (Klambauer et al. 2017), widened by 8 standard errors
    as the spread between units shows them.  With fewer than some 32 units right networks may be called wrong: both
    fluctuate from network to network, by more than one network can show.  This is measured
    on one network, nothing is proved.

    Args:
        layers: functions of an array (samples, width), such as a torch ``nn.Sequential``; modules are run in eval
            mode and without gradients, and left as they were.
        inputs: what goes in, of mean 0 and variance 1; None draws standard normal numbers.
        width: how many inputs are drawn for each sample; None takes the first layer's own ``in_features`` or the
            second dimension of its ``weight``.
        samples: how many samples are drawn.
        seed: of the draws.
        on_fail: ``"raise"`` raises an AssertionError, ``"warn"`` warns, None only returns the result.

    Returns:
        One record for each layer, named ``layer 1`` and so on, up to the first that fails.

    Raises:
        AssertionError: where a layer failed and ``on_fail`` is ``"raise"``.
        InputError: for no layers, something that is no function, or a width that is not known.
    """
    require_on_fail(on_fail)
    stack = list(layers)
    if not stack or not all(callable(layer) for layer in stack):
        raise InputError("layers must be functions of an array, at least one")
    library: Library = NumPyArrays()
    if any("torch" in packages(layer) for layer in stack):
        from selu_math.testing.torch_adapter import TorchTensors

        library = TorchTensors()
    dtype = _dtype(stack) if library.name == "torch" else "float64"
    if inputs is None:
        # a stream of its own: weights drawn with the same seed must not be the inputs once more
        drawn = np.random.default_rng((seed, 1706, 2515)).standard_normal((samples, _width(stack, width)))
        inputs = library.pack(drawn, dtype)
    with _evaluating(stack):
        found = tuple(_records(stack, inputs, library, dtype))
    return CheckResult("network", f"{len(stack)} layers", found, "self-normalisation").concluded(on_fail)


def _records(stack: list[Any], x: Any, library: Library, dtype: str) -> Iterator[Check]:
    before = float(np.mean(library.unpack(x)[0] ** 2))
    for i, layer in enumerate(stack, 1):
        name = f"layer {i}"
        try:
            x = layer(x)
            y = np.asarray(library.unpack(x)[0])
        except Exception as error:  # noqa: BLE001  the user's code may raise anything; that is a finding
            yield Check(name, Status.FAILED, dtype, f"raises {one_line(error)}")
            return
        if y.ndim < 2 or y.dtype == object:
            yield Check(name, Status.FAILED, dtype, f"gives shape {y.shape}, expected samples by units")
            return
        hint, right = _judge(y, before, layer)
        yield Check(name, Status.PASSED if right else Status.FAILED, dtype, hint)
        if not right:
            return
        before = float(np.mean(y**2))


def _judge(y: Array, before: float, layer: Any) -> tuple[str, bool]:
    """Return what is said of a layer's output, and whether it is right."""
    if not np.isfinite(y).all():
        return "the output is not finite", False
    units = y.reshape(len(y), -1)
    mean, variance = float(units.mean()), float(units.var())
    means, squares = units.mean(axis=0), ((units - mean) ** 2).mean(axis=0)
    root = np.sqrt(units.shape[1])
    errors = float(means.std() / root), float(squares.std() / root)
    found = f"mean {mean:.3g} (±{errors[0]:.1g}), variance {variance:.3g} (±{errors[1]:.1g})"
    bounds = (mean, errors[0], *MEAN), (variance, errors[1], *VARIANCE)
    if all(low - _ERRORS * error <= value <= high + _ERRORS * error for value, error, low, high in bounds):
        return found, True
    return f"{found}{_cause(units, before, layer)}", False


def _cause(units: Array, before: float, layer: Any) -> str:
    after = float(np.mean(units**2))
    if not units.var():
        return ": all outputs are the same"
    weight = getattr(layer, "weight", None)
    if weight is not None and np.ndim(weight) == 2:
        ratio = after / before if before else 0.0
        known = next((text for tau, text in CAUSES if abs(ratio / tau - 1) < 0.05), "")
        return f": the weights multiply the mean square by {ratio:.3g}, where tau should be 1{known and f'; {known}'}"
    if (units >= 0).all():
        return ": no output is negative, as of a ReLU, so that the mean cannot stay 0"
    return ""


def _width(stack: list[Any], width: int | None) -> int:
    if width is None:
        first = stack[0]
        shape = tuple(getattr(getattr(first, "weight", None), "shape", ()))
        width = getattr(first, "in_features", shape[1] if len(shape) == 2 else None)
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise InputError(f"width must be a positive whole number, not {quoted(width)}; the first layer shows none")
    return width


def _dtype(stack: list[Any]) -> str:
    """Return the number format of the first parameter there is, or float32."""
    parameters = (p for layer in stack if hasattr(layer, "parameters") for p in layer.parameters())
    return str(getattr(next(parameters, None), "dtype", "torch.float32")).removeprefix("torch.")


@contextmanager
def _evaluating(stack: list[Any]) -> Iterator[None]:
    """Run modules as they are used: no dropout, no gradients; afterwards each is as it was."""
    modules = [layer for layer in stack if hasattr(layer, "train") and hasattr(layer, "eval")]
    if not modules:
        yield
        return
    import torch

    # modules within modules have modes of their own
    modes = [(inner, inner.training) for module in modules for inner in module.modules()]
    try:
        for module in modules:
            module.eval()
        with torch.no_grad():
            yield
    finally:
        for inner, mode in modes:
            inner.training = mode
