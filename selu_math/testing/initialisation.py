"""Initial weights: are sum and squared sum of a unit's weights what they are meant to be, as far as a sample tells?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from selu_math.exceptions import InputError, quoted
from selu_math.testing.result import Check, CheckResult, OnFail, Status, require_on_fail

ERROR_PROBABILITY: Final = 1e-6
"""How often, at most, right weights are called wrong: half of it for each of the two checks."""
_FEWEST: Final = 100
CAUSES: Final = (
    (9 / 16, "the gain is 3/4, as some frameworks recommend for SELU, and not 1"),
    (1 / 3, "weights are uniform within 1/sqrt(fan_in), the default of some frameworks"),
    (0.7740, "a normal law was cut at two deviations and not scaled up again"),
    (2.0, "the gain is sqrt(2), which is ReLU's (He et al. 2015)"),
)
"""What is known to make tau that many times as large as it is meant."""


def check_init(
    weights: Any,
    fan_in: int | None = None,
    *,
    omega: float = 0.0,
    tau: float = 1.0,
    on_fail: OnFail = "raise",
) -> CheckResult:
    """Find whether weights were drawn so that a unit's sum is omega and its squared sum tau, on average.

    Klambauer et al. 2017 ask for omega = 0 and tau = 1.  Both are estimated from all weights and judged against their
    sampling error: omega by Student's t, tau by the chi-squared law, which is exact for normal weights, conservative
    for laws with lighter tails (uniform, truncated normal), and takes fewer degrees of freedom where the sample has
    heavier ones.  Independent draws of one law are assumed.

    Args:
        weights: at least 100 numbers, units by inputs; a NumPy array, nested lists or a torch tensor.
        fan_in: inputs of a unit; None takes the second dimension.
        omega: the sum of a unit's weights that is meant.
        tau: the sum of their squares that is meant.
        on_fail: ``"raise"`` raises an AssertionError, ``"warn"`` warns, None only returns the result.

    Raises:
        AssertionError: where a check failed and ``on_fail`` is ``"raise"``; right weights do once in a million times.
        InputError: for weights that are too few or not finite, or a fan_in that is no positive whole number.
    """
    require_on_fail(on_fail)
    if not (np.isfinite(omega) and np.isfinite(tau) and tau > 0):
        raise InputError(f"omega must be finite and tau positive, not {omega} and {tau}")
    w, inputs, dtype = _weights(weights, fan_in)
    outputs = w.size // inputs if w.size % inputs == 0 else inputs
    of_shape = () if outputs == inputs else _of_shape(inputs, outputs)
    result = CheckResult(
        "weights",
        f"fan_in {inputs}",
        tuple(_judge(w, inputs, omega, tau, dtype, (*CAUSES, *of_shape))),
        "initial weights",
    )
    return result.concluded(on_fail)


def _weights(weights: Any, fan_in: int | None) -> tuple[Any, int, str]:
    """Return the weights as a flat array, the number of inputs, and the weights' own number format."""
    dtype = str(getattr(weights, "dtype", "float64")).rpartition(".")[2]
    try:
        if hasattr(weights, "detach"):  # NumPy takes no tensor that tracks gradients, nor bfloat16
            weights = weights.detach().cpu().double().numpy()
        w = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"weights must be an array of numbers, not {quoted(weights)}") from None
    if fan_in is None:
        if w.ndim != 2:
            raise InputError(f"give fan_in for weights of shape {w.shape}; only for two dimensions it is the second")
        fan_in = w.shape[1]
    if isinstance(fan_in, bool) or not isinstance(fan_in, int | np.integer) or fan_in < 1:
        raise InputError(f"fan_in must be a positive whole number, not {quoted(fan_in)}")
    if w.size < _FEWEST or not np.isfinite(w).all():
        raise InputError(f"a judgement takes at least {_FEWEST} weights, all of them finite; got shape {w.shape}")
    return w.ravel(), int(fan_in), dtype


def _of_shape(fan_in: int, fan_out: int) -> tuple[tuple[float, str], ...]:
    return (
        (2 * fan_in / (fan_in + fan_out), "the variance is 2/(fan_in + fan_out), as of Glorot and Bengio 2010"),
        (fan_in / fan_out, "the variance is 1/fan_out; the dimensions may be exchanged"),
    )


def _judge(
    w: Any, fan_in: int, omega: float, tau: float, dtype: str, causes: tuple[tuple[float, str], ...]
) -> tuple[Check, Check]:
    from scipy.stats import chi2, t

    n = w.size
    mean, square = float(np.mean(w)), float(np.mean(w * w))
    if not square:
        return (
            Check("tau", Status.FAILED, dtype, f"all weights are 0, so tau is 0, expected {tau:g}"),
            Check("omega", Status.SKIPPED, dtype, "follows from tau"),
        )
    kurtosis = max(float(np.mean(w**4)) / square**2, 3.0)
    freedom = 2 * n / (kurtosis - 1)

    def holds(wanted: float) -> bool:
        statistic = freedom * fan_in * square / wanted
        tail = min(chi2.cdf(statistic, freedom), chi2.sf(statistic, freedom))
        return bool(tail >= ERROR_PROBABILITY / 4)

    error = 1 / np.sqrt(freedom / 2)
    found = f"tau is {fan_in * square:.5g} (±{fan_in * square * error:.1g}), expected {tau:g}"
    cause = next((f": {text}" for ratio, text in causes if holds(ratio * tau)), "")
    right = holds(tau)
    first = Check("tau", Status.PASSED if right else Status.FAILED, dtype, "" if right else found + cause)
    spread = np.sqrt(max(square - mean * mean, square * 2.0**-52) / (n - 1))
    right = bool(2 * t.sf(abs(mean - omega / fan_in) / spread, n - 1) >= ERROR_PROBABILITY / 2)
    found = (
        f"omega is {fan_in * mean:.3g} (±{fan_in * spread:.1g}) on average, expected {omega:g}: the draws are biased"
    )
    return first, Check("omega", Status.PASSED if right else Status.FAILED, dtype, "" if right else found)
