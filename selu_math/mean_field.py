"""Mean-field companions of an activation: length map, correlation map, chi, depth scales; computed in float64.

Weights are independent, of mean zero and variance ``tau/fan_in``; biases have variance ``bias_variance``.  Over them a
layer's pre-activations are centred normals.  With q their second moment and c the correlation of those of two inputs:

- length map (Poole et al. 2016): ``q~ = tau E f(sqrt(q) t)**2 + bias_variance``;
- correlation map (theirs): ``c~ = (tau E f(z1) f(z2) + bias_variance)/q~`` for z1, z2 of variance q and
  correlation c.  Nothing is centred: it is pre-activations that correlate, their means over the weights vanish, and
  their covariance is the second moment of activations.  Where E f = 0 the activations correlate alike;
- its slope ``tau q E f'(z1) f'(z2)/q~``, which at c = 1 and a fixed point of q is
  ``chi = tau E f'(z)**2`` (Poole et al. 2016), the factor of a gradient's mean square for each layer back;
- depth scales ``-1/log|slope|`` of the approach to a fixed point (Schoenholz et al. 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, log
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from selu_math.activations import SELU, Activation
from selu_math.arrays import takes_foreign_arrays
from selu_math.exceptions import InputError, quoted
from selu_math.joint import joint_moment, slope_activation
from selu_math.moments import as_parameters, moments
from selu_math.numbers.exact import Exact
from selu_math.pieces import ExpPoly, Part, Piecewise
from selu_math.sampled import Sampled
from selu_math.values import evaluate

_TOLERANCE: Final = 1e-12
"""Within so much of each other, two numbers of order 1 count as equal."""
_ROUNDING: Final = 1e-14
_LOWEST: Final = 1e-8
_HIGHEST: Final = 1e8
"""Second moments between which fixed points are looked for; from the biases' variance on, if that is lower."""
_STEP: Final = 0.1
"""The step of the search in log q."""


@takes_foreign_arrays
def length_map(q: ArrayLike, *, activation: Activation = SELU, tau: float = 1.0, bias_variance: float = 0.0) -> Any:
    """Return the second moment of pre-activations one layer after it is ``q``, in float64.

    Args:
        q: second moments, positive, any shape.
        activation: f.
        tau: the weights' variance times their number.
        bias_variance: the biases' variance.

    Raises:
        InputError: for entries that are not finite or not positive, or a negative ``bias_variance``.
    """
    tau, bias_variance = _weights(tau, bias_variance)
    return tau * moments(0.0, q, activation=activation).second_moment + bias_variance


@takes_foreign_arrays
def correlation_map(
    c: ArrayLike,
    *,
    activation: Activation = SELU,
    tau: float = 1.0,
    bias_variance: float = 0.0,
    q: ArrayLike = 1.0,
) -> Any:
    """Return the correlation of two inputs' pre-activations one layer after it is ``c``, in float64.

    Uncentred, as in Poole et al. 2016; see the head of this module.  Computed and not certified;
    :func:`selu_math.prove_correlation` proves digits.

    Args:
        c: correlations, from -1 to 1, any shape.
        activation: f.
        tau: the weights' variance times their number.
        bias_variance: the biases' variance.
        q: second moment of both inputs' pre-activations, broadcasting; ``companions(...).q_star`` is its fixed point.
            Where ``E f**2`` underflows to 0 there is no correlation, and nan is returned.

    Raises:
        InputError: for entries outside these ranges.
    """
    tau, bias_variance = _weights(tau, bias_variance)
    new_q = length_map(q, activation=activation, tau=tau, bias_variance=bias_variance)
    with np.errstate(invalid="ignore"):
        return (tau * joint_moment(activation, 0.0, q, 0.0, q, c) + bias_variance) / new_q


@takes_foreign_arrays
def correlation_slope(
    c: ArrayLike,
    *,
    activation: Activation = SELU,
    tau: float = 1.0,
    bias_variance: float = 0.0,
    q: ArrayLike = 1.0,
) -> Any:
    """Return the derivative of :func:`correlation_map` with respect to ``c``; arguments and errors as there.

    Raises:
        InputError: also at ``c`` = -1 and 1 where the activation jumps.
    """
    tau, bias_variance = _weights(tau, bias_variance)
    new_q = length_map(q, activation=activation, tau=tau, bias_variance=bias_variance)
    with np.errstate(invalid="ignore"):
        return tau * np.asarray(q) * joint_moment(slope_activation(activation), 0.0, q, 0.0, q, c) / new_q


@dataclass(frozen=True)
class FixedPoint:
    """A fixed point of a map of one number.

    Attributes:
        value: the number.
        slope: the map's derivative there; below 1 in modulus the fixed point attracts.
    """

    value: float
    slope: float

    @property
    def depth(self) -> float:
        """The depth scale, see :func:`depth_scale`."""
        return depth_scale(self.slope)


@dataclass(frozen=True)
class Companions:
    """What mean-field theory says of a deep network; computed in float64, not proved.

    Attributes:
        activation: the activation's name.
        tau: the weights' variance times their number.
        bias_variance: the biases' variance.
        q_star: the fixed point that the second moment moves to from q = 1: the next one in the direction in which the
            first layer moves it; 0 or inf where there is none on the way; None where every q is a fixed point.
        length_slope: slope of the length map at ``q_star``.
        length_fixed_points: all fixed points of the length map that were seen between q = 1e-8 and 1e8.
        chi: ``tau E f'**2`` at ``q_star``; inf for an activation that jumps.
        correlation_fixed_points: all fixed points of the correlation map at ``q_star``.
        c_star: the one that attracts from every c in (-1, 1); None where every c is a fixed point.
        correlation_slope: slope of the correlation map at ``c_star``.

    At ``q_star`` = 0 maps are those of the function's two half-tangents at 0, the limit; where both are flat there is
    no correlation map.  At ``q_star`` = inf everything after ``length_fixed_points`` is None, unless the activation is
    positively homogeneous, so that q does not matter.
    """

    activation: str
    tau: float
    bias_variance: float
    q_star: float | None
    length_slope: float | None
    length_fixed_points: tuple[FixedPoint, ...]
    chi: float | None
    correlation_fixed_points: tuple[FixedPoint, ...] | None
    c_star: float | None
    correlation_slope: float | None

    @property
    def length_depth(self) -> float | None:
        """Depth scale of q's approach to ``q_star``, xi_q (Schoenholz et al. 2017)."""
        return None if self.length_slope is None else depth_scale(self.length_slope)

    @property
    def correlation_depth(self) -> float | None:
        """Depth scale of c's approach to ``c_star``, xi_c (Schoenholz et al. 2017)."""
        return None if self.correlation_slope is None else depth_scale(self.correlation_slope)

    @property
    def gradient_depth(self) -> float | None:
        """Layers in which a gradient's mean square shrinks by e; negative where it grows (likewise)."""
        return None if self.chi is None else depth_scale(self.chi)

    @property
    def phase(self) -> str | None:
        """``"ordered"`` where chi < 1, ``"chaotic"`` where chi > 1, ``"critical"`` where it is 1 within 1e-12.

        Where q itself dies out or grows without bound that speaks of gradients alone: the map's slope at c = 1 is not
        chi there.
        """
        if self.chi is None:
            return None
        if abs(self.chi - 1) <= _TOLERANCE:
            return "critical"
        return "ordered" if self.chi < 1 else "chaotic"


def depth_scale(slope: float) -> float:
    """Return ``-1/log|slope|``: layers in which a distance shrinks by e; inf at slope 1 within 1e-12, 0 at slope 0.

    Negative where the distance grows.
    """
    if slope == 0 or not isfinite(slope):
        return 0.0
    return inf if abs(abs(slope) - 1) <= _TOLERANCE else -1 / log(abs(slope))


def companions(activation: Activation = SELU, tau: float = 1.0, bias_variance: float = 0.0) -> Companions:
    """Return fixed points, chi and depth scales of an activation's mean-field theory.

    A correlation map's Taylor coefficients are not negative (squares of Hermite coefficients), so on [0, 1] it is
    convex, and its fixed points are 1, which attracts where the slope there is at most 1, and otherwise one other,
    which does; below 0 there is at most -1, and that only for an odd f without biases.

    Args:
        activation: f, not constant.
        tau: the weights' variance times their number, positive.
        bias_variance: the biases' variance, not negative.

    Raises:
        InputError: for arguments outside these ranges.
    """
    tau, bias_variance = _weights(tau, bias_variance)
    if activation.is_constant:
        raise InputError(f"{activation.name} is constant: nothing of two inputs is left to correlate")
    germ = _half_tangents(activation)
    homogeneous = germ is not None and _same_pieces(germ.function, activation.function)

    def slope_at(q: float, f: Activation = activation) -> float:
        at = moments(0.0, q, activation=f)
        (_, mean_slope), (_, variance_slope) = at.gradient
        return tau * float(variance_slope + 2 * at.mean * mean_slope)

    def result(q: float | None, slope: float | None, seen: Iterable[FixedPoint], *rest: Any) -> Companions:
        return Companions(activation.name, tau, bias_variance, q, slope, tuple(seen), *rest)

    if homogeneous and (not bias_variance or slope_at(1.0) >= 1 - _TOLERANCE):
        slope = slope_at(1.0)
        neutral = abs(slope - 1) <= _TOLERANCE and not bias_variance
        q_star = None if neutral else 0.0 if slope < 1 - _TOLERANCE else inf
        return result(q_star, slope, (), *_correlations(activation, tau, 0.0, 1.0))

    seen = [FixedPoint(q, slope_at(q)) for q in _length_fixed_points(activation, tau, bias_variance)]
    q_star = _reached(seen, float(length_map(1.0, activation=activation, tau=tau, bias_variance=bias_variance)))
    if q_star == 0 and germ is not None and germ.is_constant:
        return result(0.0, 0.0, seen, 0.0, None, None, None)
    if q_star == 0 and germ is not None and not bias_variance:
        return result(0.0, slope_at(1.0, germ), seen, *_correlations(germ, tau, 0.0, 1.0))
    if not 0 < q_star < inf:
        return result(q_star, None, seen, None, None, None, None)
    return result(q_star, slope_at(q_star), seen, *_correlations(activation, tau, bias_variance, q_star))


def _weights(tau: float, bias_variance: float) -> tuple[float, float]:
    (tau,) = as_parameters(tau=tau)
    (bias_variance,) = as_parameters(bias_variance=bias_variance)
    if np.ndim(tau) or np.ndim(bias_variance):
        raise InputError("tau and bias_variance are single numbers")
    if bias_variance < 0:
        raise InputError(f"bias_variance must not be negative, not {quoted(float(bias_variance))}")
    return float(tau), float(bias_variance)


def _half_tangents(activation: Activation) -> Activation | None:
    """Return the positively homogeneous function that f is near 0, or None where f(0) is not 0 or nothing is known."""
    slopes = []
    for side in activation.function.sides(Fraction(0)):
        if isinstance(side, Sampled):
            return None
        if isinstance(side, ExpPoly):
            value, slope = side.at(Fraction(0)), side.derivative().at(Fraction(0))
        else:
            whole = Piecewise((), (side,))
            value, slope = (Exact.of(Fraction(float(evaluate(h, np.zeros(1))[0]))) for h in (whole, whole.derivative()))
        if value:
            return None
        slopes.append(slope)
    parts: tuple[Part, ...] = tuple(ExpPoly({(1, Fraction(0)): slope}) for slope in slopes)
    return Activation(f"{activation.name} near 0", Piecewise((Fraction(0),), parts))


def _same_pieces(germ: Piecewise, f: Piecewise) -> bool:
    """Return whether f, with a breakpoint at 0 or none, is its two half-tangents."""
    return set(f.breaks) <= {0} and all(
        part == side for part, side in zip(germ.parts, (f.parts[0], f.parts[-1]), strict=True)
    )


def _length_fixed_points(activation: Activation, tau: float, bias_variance: float) -> list[float]:
    """Return the fixed points of the length map between the ends of the search, in order."""

    def excess(log_q: Any) -> Any:
        q = np.exp(log_q)
        return length_map(q, activation=activation, tau=tau, bias_variance=bias_variance) / q - 1

    # log q = 0 is one of the points: q = 1 is where activations are made to have theirs
    lowest = np.floor(log(min(_LOWEST, bias_variance / 2 or _LOWEST)) / _STEP)
    grid = _STEP * np.arange(lowest, np.ceil(log(_HIGHEST) / _STEP) + 1)
    return [float(np.exp(root)) for root in _roots(excess, grid)]


def _roots(excess: Callable[[Any], Any], grid: Any) -> list[float]:
    """Return the roots that a grid sees.

    A point of it within rounding of a root is one, but not where its neighbours are too: there rounding hides whatever
    the function does.
    """
    from scipy.optimize import brentq

    values = np.asarray(excess(grid))
    hit = np.abs(values) <= _ROUNDING
    padded = np.concatenate([[False], hit, [False]])
    found = [float(x) for x in grid[hit & ~padded[:-2] & ~padded[2:]]]
    for i in np.flatnonzero((values[1:] * values[:-1] < 0) & ~hit[1:] & ~hit[:-1]):
        found.append(float(brentq(excess, grid[i], grid[i + 1], xtol=1e-15)))
    return sorted(found)


def _reached(seen: list[FixedPoint], after_one: float) -> float:
    """Return the next fixed point from q = 1 in the direction of the map."""
    if abs(after_one - 1) <= _TOLERANCE:
        return 1.0
    if after_one > 1:
        return min((p.value for p in seen if p.value > 1), default=inf)
    return max((p.value for p in seen if p.value < 1), default=0.0)


def _correlations(
    activation: Activation, tau: float, bias_variance: float, q: float
) -> tuple[float, tuple[FixedPoint, ...] | None, float | None, float]:
    """Return chi, the fixed points of the correlation map, the one that attracts and the slope there."""
    from scipy.optimize import brentq

    given: dict[str, Any] = {"activation": activation, "tau": tau, "bias_variance": bias_variance}

    def excess(c: float) -> float:
        return float(correlation_map(c, q=q, **given)) - c

    jumps = bool(activation.function.jumps)
    chi = inf if jumps else tau * float(moments(0.0, q, activation=activation).slope_square)
    at_one = inf if jumps else chi * q / float(length_map(q, **given))
    one = FixedPoint(1.0, at_one)
    odd = activation.is_odd and not bias_variance
    mirrored = (FixedPoint(-1.0, at_one),) if odd else ()
    if abs(at_one - 1) <= _TOLERANCE and odd and abs(excess(0.5)) <= _TOLERANCE:
        return chi, None, None, 1.0
    if at_one <= 1 + _TOLERANCE:
        return chi, (*mirrored, one), 1.0, at_one
    # just below 1 the map lies below c; from there down to 0 it crosses once
    below = next((c for n in range(1, 53) if excess(c := 1 - 0.5**n) < 0), 1.0)
    start = excess(0.0)
    c_star = 0.0 if start <= 1e-16 else 1.0 if below == 1 else float(brentq(excess, 0.0, below, xtol=1e-16))
    inner = FixedPoint(c_star, float(correlation_slope(c_star, q=q, **given)) if c_star < 1 else at_one)
    return chi, (*mirrored, inner, one), c_star, inner.slope
