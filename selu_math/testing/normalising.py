"""Does a layer with this activation keep a mean and a variance, and come back to them?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isfinite, sqrt
from typing import Any, Final

import numpy as np

from selu_math.activation import Activation
from selu_math.activations import parse_activation
from selu_math.exceptions import InputError, quoted
from selu_math.numbers.exact import Rational
from selu_math.testing.adapters import reach, refusal
from selu_math.testing.probes import SAMPLE
from selu_math.testing.result import Check, CheckResult, OnFail, Status, require_on_fail

_LAYERS: Final = 200


def check_self_normalizing(
    fn: Activation | str | Callable[[Any], Any],
    target: tuple[float, float] = (0, 1),
    *,
    omega: float = 0.0,
    tau: float = 1.0,
    tolerance: float = 1e-3,
    breaks: Iterable[Rational] = (),
    on_fail: OnFail = "raise",
) -> CheckResult:
    """Find whether layers with an activation keep a mean and a variance, and attract what is near.

    The map from a layer's (mean, variance) to the next one's (Klambauer et al. 2017, eqs. 3 to 5) is computed at the
    target in float64, with its Jacobian; nothing is proved.  A function is integrated numerically, see
    :func:`selu_math.activation_from_callable`, which takes one of float64.

    Args:
        fn: an activation of the catalogue, or its name, or a function of arrays or numbers of any library.
        target: mean and variance to keep.
        omega: sum of a unit's weights.
        tau: sum of their squares.
        tolerance: by how much one layer may move the mean, in deviations of the target, and the variance, relatively.
            By default constants of four decimals or more pass, which have a fixed point of their own that near.
        breaks: where a function has kinks or jumps, other than 0.
        on_fail: ``"raise"`` raises an AssertionError, ``"warn"`` warns, None only returns the result.

    Returns:
        The checks ``keeps_mean``, ``keeps_variance`` and ``attracts``, with the figures as hints.

    Raises:
        AssertionError: where a check failed and ``on_fail`` is ``"raise"``.
        InputError: for something that is no activation, a target that is not finite or has no positive variance, or
            a function whose integrals are not found.
    """
    from selu_math.layer import jacobian, layer_map
    from selu_math.stability import spectral_radius

    require_on_fail(on_fail)
    mean, variance = (float(value) for value in target)
    if not (isfinite(mean) and isfinite(variance) and variance > 0):
        raise InputError(f"target must be a finite mean and a positive variance, not {quoted(target)}")
    activation, name, dtype = _activation(fn, breaks)
    setting = {"omega": omega, "tau": tau, "activation": activation}
    kept = layer_map(mean, variance, **setting)  # type: ignore[arg-type]
    radius = float(spectral_radius(jacobian(mean, variance, **setting)))  # type: ignore[arg-type]
    found = f"maps mean {mean:g}, variance {variance:g} to {_pair(kept.mean, kept.variance)}"
    off = abs(float(kept.mean) - mean) <= tolerance * sqrt(variance), abs(kept.variance / variance - 1) <= tolerance
    elsewhere = "" if all(off) else _elsewhere(mean, variance, setting)
    checks = [
        Check(f"keeps_{what}", Status.PASSED if right else Status.FAILED, dtype, found + ("" if right else elsewhere))
        for what, right in zip(("mean", "variance"), off, strict=True)
    ]
    hint = f"spectral radius {radius:.6g}"
    if not all(off):
        checks.append(Check("attracts", Status.SKIPPED, dtype, "needs a fixed point"))
    elif radius < 1:
        checks.append(Check("attracts", Status.PASSED, dtype, hint))
    else:
        does = "repels what is near" if radius > 1 else "does not attract what is near"
        checks.append(Check("attracts", Status.FAILED, dtype, f"{hint}: the target is kept, but {does}"))
    what = f"mean {mean:g}, variance {variance:g} at omega {omega:g}, tau {tau:g}"
    return CheckResult(name, "in float64, not proved", tuple(checks), what).concluded(on_fail)


def assert_self_normalizing(
    fn: Activation | str | Callable[[Any], Any],
    target: tuple[float, float] = (0, 1),
    *,
    omega: float = 0.0,
    tau: float = 1.0,
    tolerance: float = 1e-3,
    breaks: Iterable[Rational] = (),
) -> None:
    """Raise an AssertionError that says why, unless layers with ``fn`` keep the target and attract what is near.

    Arguments and errors are those of :func:`check_self_normalizing`.
    """
    check_self_normalizing(fn, target, omega=omega, tau=tau, tolerance=tolerance, breaks=breaks)


def _activation(fn: Any, breaks: Iterable[Rational]) -> tuple[Activation, str, str]:
    from selu_math.own import activation_from_callable

    if isinstance(fn, str):
        fn = parse_activation(fn)
    if isinstance(fn, Activation):
        return fn, fn.name, "float64"
    if not callable(fn):
        raise InputError(f"an activation, its name or a function is needed, not {quoted(fn)}")
    way = reach(fn)
    name, dtype = str(getattr(fn, "__name__", type(fn).__name__)), "float64"
    if dtype not in way.library.formats:
        raise InputError(f"{name} takes {', '.join(way.library.formats)} alone, and its moments need float64")
    if reason := refusal(way.call(SAMPLE, dtype)):
        raise InputError(f"{name} takes no float64: it {reason}")

    def values(x: Any) -> Any:
        output = way.call(np.asarray(x, dtype=np.float64), dtype)
        if output.faults:
            raise ValueError(next(iter(output.faults.values())))
        return output.values.reshape(np.shape(x))

    return activation_from_callable(values, name, breaks), name, dtype


def _elsewhere(mean: float, variance: float, setting: dict[str, Any]) -> str:
    """Return where the target leads, as a clause; empty where that is not known."""
    from selu_math.layer import propagate

    try:
        way = propagate(mean, variance, _LAYERS, **setting)
    except InputError:
        return ""
    (m0, m1), (v0, v1) = way.mean[-2:], way.variance[-2:]
    if not np.isfinite([m1, v1]).all():
        return f"; within {_LAYERS} layers it leaves every bound"
    rests = abs(m1 - m0) <= 1e-9 * (1 + abs(m1)) and abs(v1 - v0) <= 1e-9 * v1
    return f"; {'it comes to rest at' if rests else f'after {_LAYERS} layers it is at'} {_pair(m1, v1)}"


def _pair(mean: Any, variance: Any) -> str:
    return f"({float(mean):.6g}, {float(variance):.6g})"
