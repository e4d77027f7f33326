"""Initialisers of frameworks: what they draw, called as each framework calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from selu_math.exceptions import InputError, quoted
from selu_math.testing.adapters import one_line
from selu_math.testing.initialisation import check_init
from selu_math.testing.origins import packages
from selu_math.testing.result import CheckResult, OnFail

# neither equal nor one twice the other, which would look like a gain of sqrt(2)
FAN_IN: Final = 1000
FAN_OUT: Final = 400


def check_initializer(fn: Callable[..., Any], *, on_fail: OnFail = "raise") -> CheckResult:
    """Find whether what an initialiser draws has omega 0 and tau 1 on average: 400 units of 1,000 inputs.

    See :func:`check_init` for how that is judged.  It is called once: of torch with a tensor (units, inputs) to be
    filled; of jax, or what makes one, with a key and the shape (inputs, units); of keras with the shape (inputs,
    units); any other with units and inputs, or with both as a shape.

    Args:
        fn: the initialiser.
        on_fail: ``"raise"`` raises an AssertionError, ``"warn"`` warns, None only returns the result.

    Raises:
        AssertionError: where a check failed and ``on_fail`` is ``"raise"``.
        InputError: for something that is no such function, raises, or gives another shape.
    """
    if not callable(fn):
        raise InputError(f"an initialiser must be callable, not {quoted(fn)}")
    names = packages(fn)
    try:
        if "keras" in names:
            weights = np.asarray(fn((FAN_IN, FAN_OUT))).T
        elif "torch" in names:
            weights = _of_torch(fn)
        elif names & {"jax", "jaxlib"}:
            weights = _of_jax(fn)
        else:
            weights = _of_numpy(fn)
    except Exception as error:  # noqa: BLE001  the user's code may raise anything
        raise InputError(f"the initialiser raises {one_line(error)}") from None
    if np.shape(weights) != (FAN_OUT, FAN_IN):
        raise InputError(f"the initialiser gives shape {np.shape(weights)} for {FAN_OUT} units of {FAN_IN} inputs")
    return check_init(weights, FAN_IN, on_fail=on_fail)


def _of_torch(fn: Callable[..., Any]) -> Any:
    import torch

    weights = torch.full((FAN_OUT, FAN_IN), torch.nan)
    filled = fn(weights)
    return weights if filled is None else filled


def _of_jax(fn: Callable[..., Any]) -> Any:
    import jax

    key, shape = jax.random.key(1706), (FAN_IN, FAN_OUT)
    try:
        drawn = fn(key, shape)
    except Exception:  # noqa: BLE001  it may be what makes an initialiser
        drawn = fn
    return np.asarray((fn()(key, shape) if callable(drawn) else drawn).T)


def _of_numpy(fn: Callable[..., Any]) -> Any:
    try:
        return np.asarray(fn(FAN_OUT, FAN_IN))
    except TypeError:
        return np.asarray(fn((FAN_OUT, FAN_IN)))
