"""Fixed points followed along a path in (omega, tau), with the folds and changes of stability on the way.

Pseudo-arclength continuation (Keller) in float64.  Nothing is proved: steps adapt to the curve, but two events of
one kind within a step, and another branch so near that a step leads onto it, are not seen.  ``find_fixed_points``
proves what there is at one (omega, tau).

The unknowns are ``asinh(mean / sqrt(variance))``, ``log(variance)`` and the length along the path.  In them branches
stay smooth and of moderate length where the variance tends to 0 or to infinity, with the mean or without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import asinh, exp, hypot, log, sinh, sqrt
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from selu_math.activations import SELU, Activation
from selu_math.exceptions import InputError, quoted, whole_number
from selu_math.layer import Layer, MapKind
from selu_math.moments import as_parameters
from selu_math.numbers.float64 import FLOAT64, Array

MAX_STEPS: Final = 1_000_000
VARIANCES: Final = (1e-12, 1e12)
"""Where a branch is left."""
_FIRST, _LONGEST, _SHORTEST = 0.02, 0.1, 1e-8
_SHARE: Final = 0.05
"""The largest part of the path's length in one step."""
_BEND: Final = 0.97
"""The least cosine of the angle between the tangents at both ends of a step."""
_NEWTON, _EASY = 12, 3
_SETTLED, _STALLED = 1e-14, 1e-9
_REACH: Final = 1.0
"""How far from the start the first fixed point may be, in each of the two coordinates."""
_NOISE: Final = 1e-12
"""Determinants up to that are not told from 0."""
_NODES: Final = 12
_PAIR: Final = "pair"


@dataclass(frozen=True)
class Event:
    """A point of a branch at which an eigenvalue of the Jacobian crosses the unit circle.

    Attributes:
        kind: ``"fold"`` (eigenvalue 1, the branch turns back along the path), ``"eigenvalue 1"`` (it does not turn:
            another branch crosses), ``"eigenvalue -1"`` or ``"pair"`` (a pair of conjugates).
        omega: sum of a unit's weights there.
        tau: sum of a unit's squared weights.
        mean: the fixed point's mean.
        variance: its variance.
    """

    kind: str
    omega: float
    tau: float
    mean: float
    variance: float


@dataclass(frozen=True)
class Branch:
    """Fixed points along a path, in float64, not proved; arrays run along the branch.

    Attributes:
        omega: sum of a unit's weights, shape ``(n,)``.
        tau: sum of a unit's squared weights, ``(n,)``.
        mean: the fixed points' means, ``(n,)``.
        variance: their variances, ``(n,)``.
        spectral_radius: of the Jacobian at each, ``(n,)``.
        eigenvalues: complex, ``(n, 2)``, the larger modulus first.
        events: in the order in which the branch meets them, located to about 1e-10.
        end: why it ends: ``"path"`` (either end of it is reached), ``"variance"`` (it leaves 1e-12 to 1e12),
            ``"steps"`` (all of them are taken) or ``"lost"`` (no next point was found).
    """

    omega: Array
    tau: Array
    mean: Array
    variance: Array
    spectral_radius: Array
    eigenvalues: NDArray[np.complex128]
    events: tuple[Event, ...]
    end: str


class _Found(NamedTuple):
    """A point of the curve, and the steps of Newton's method to it."""

    x: Array
    rounds: int


class _Step(NamedTuple):
    """A step along the curve: its end, the tangent there, the border that it is cut short at, and Newton's rounds."""

    x: Array
    tangent: Array
    border: str
    rounds: int


_Test: TypeAlias = Callable[[Array], float]


def follow_branch(
    start: tuple[float, float] = (0.0, 1.0),
    *,
    path: Sequence[tuple[float, float]],
    activation: Activation = SELU,
    kind: str = "paper",
    steps: int = 2000,
) -> Branch:
    """Follow a fixed point along a straight path in (omega, tau), around folds, in float64; nothing is proved.

    Args:
        start: a mean and a variance near the fixed point at the path's first end.
        path: its two ends, (omega, tau) each.
        activation: f.
        kind: ``"paper"`` or ``"mean-field"``; the latter has no omega, which stays 0 then.
        steps: the most points to compute after the first.

    Raises:
        InputError: for arguments out of range, and where no fixed point is found near ``start``.
    """
    steps = whole_number("steps", steps, 1, MAX_STEPS)
    mean, variance = _pair(start, "start", ("mean", "variance"))
    curve = _Curve(activation, MapKind.of(kind), path)
    with FLOAT64.evaluating():
        first = np.array([asinh(mean / sqrt(variance)), log(variance), 0.0])
        found = curve.correct(first, np.array([0.0, 0.0, 1.0]))
        if found is None or np.max(np.abs(found.x - first)) > _REACH:
            at = f"omega = {curve.start[0]:g}, tau = {curve.start[1]:g}"
            raise InputError(f"no fixed point found near mean {mean:g}, variance {variance:g} at {at}; start nearer")
        return _Walk(curve, found.x).to_the_end(steps)


def _pair(values: Any, what: str, names: tuple[str, str]) -> tuple[float, float]:
    try:
        first, second = values
    except (TypeError, ValueError):
        raise InputError(f"{what} must be a pair ({', '.join(names)}), not {quoted(values)}") from None
    pair = as_parameters(**dict(zip(names, (first, second), strict=True)))
    if np.ndim(pair[0]):
        raise InputError(f"{what} must be a pair of two numbers, not of arrays")
    return float(pair[0]), float(pair[1])


class _Curve:
    """The zeros of two functions of three unknowns: fixed points over the path.

    Args:
        activation: f.
        kind: the map.
        path: two pairs (omega, tau).
    """

    def __init__(self, activation: Activation, kind: MapKind, path: Sequence[tuple[float, float]]) -> None:
        if len(path) != 2:
            raise InputError(f"a path has two ends, (omega, tau) each, not {len(path)}")
        self.activation, self.kind = activation, kind
        self.start, self.stop = (_pair(end, "an end of the path", ("omega", "tau")) for end in path)
        kind.check_omega((self.start[0], self.stop[0]))
        change = self.stop[0] - self.start[0], self.stop[1] - self.start[1]
        self.length = hypot(*change)
        if not self.length:
            raise InputError("both ends of the path are the same; give two different pairs (omega, tau)")
        self.direction = change[0] / self.length, change[1] / self.length

    def weights(self, x: Array) -> tuple[float, float]:
        """Return omega and tau."""
        share = float(x[2]) / self.length
        if abs(share - 1) < _SETTLED:
            return self.stop
        omega, tau = (a + share * (b - a) for a, b in zip(self.start, self.stop, strict=True))
        return omega, tau

    @staticmethod
    def point(x: Array) -> tuple[float, float]:
        """Return mean and variance."""
        return exp(x[1] / 2) * sinh(x[0]), exp(x[1])

    def _layer(self, x: Array) -> Layer:
        mean, variance, omega, tau = map(np.float64, (*self.point(x), *self.weights(x)))
        return Layer(FLOAT64, mean, variance, omega, tau, self.activation, self.kind)

    def jacobian(self, x: Array) -> Array:
        """Return the layer map's Jacobian."""
        return np.array(self._layer(x).jacobian, dtype=np.float64)

    def _system(self, x: Array) -> tuple[Array, Array]:
        """Return both functions, which are 0 at fixed points, and their derivatives there, shape (2, 3)."""
        layer, (mean, variance) = self._layer(x), self.point(x)
        (mean_by_m, mean_by_v), (var_by_m, var_by_v) = layer.moments.gradient
        if self.kind is MapKind.PAPER:
            to_m, to_v = self.direction[0] * mean, self.direction[1] * variance
        else:
            to_m, to_v = 0.0, self.direction[1] * (variance + mean * mean)
        size = sqrt(variance + mean * mean)  # the derivative of the mean by its coordinate
        (a, b), (c, d) = layer.jacobian
        new = layer.variance
        values = np.array([(layer.mean - mean) / size, np.log(new / variance)])
        # size is taken as constant, which makes no difference where the first function is 0
        mean_row = [a - 1, ((a - 1) * mean / 2 + b * variance) / size, (to_m * mean_by_m + to_v * mean_by_v) / size]
        variance_row = [
            c * size / new,
            (c * mean / 2 + d * variance) / new - 1,
            (to_m * var_by_m + to_v * var_by_v) / new,
        ]
        return values, np.array([mean_row, variance_row])

    def correct(self, x: Array, normal: Array) -> _Found | None:
        """Return the point of the curve near x in the plane through x with that normal; None where none is found."""
        last = np.inf
        for rounds in range(_NEWTON):
            try:
                values, slopes = self._system(x)
                step = np.linalg.solve(np.vstack([slopes, normal]), np.append(-values, 0.0))
            except (np.linalg.LinAlgError, OverflowError, ZeroDivisionError):
                return None
            length = float(np.max(np.abs(step)))
            if not length <= _REACH:
                return None
            x = x + step
            if length <= _SETTLED or (length <= _STALLED and length >= last / 2):
                return _Found(x, rounds)
            last = length
        return None

    def tangent(self, x: Array, before: Array) -> Array:
        """Return the unit tangent, on the side of another vector."""
        slopes = self._system(x)[1]
        across = np.cross(slopes[0], slopes[1])
        along: Array = across / np.linalg.norm(across)
        return -along if along @ before < 0 else along


class _Walk:
    """A walk along the curve, and what it met.

    Args:
        curve: the curve.
        x: its first point, at the beginning of the path.
    """

    def __init__(self, curve: _Curve, x: Array) -> None:
        self.curve = curve
        self.points, self.events = [x], list[Event]()
        self.tangent = curve.tangent(x, np.array([0.0, 0.0, 1.0]))
        self._tests: dict[str, _Test] = {
            "eigenvalue 1": lambda x: self._determinant(x, -1.0),
            "eigenvalue -1": lambda x: self._determinant(x, 1.0),
            _PAIR: lambda x: float(np.linalg.det(curve.jacobian(x))) - 1,
        }
        low, high = map(log, VARIANCES)
        self._borders: dict[_Test, str] = {
            (lambda x: float(x[2])): "path",
            (lambda x: curve.length - float(x[2])): "path",
            (lambda x: float(x[1]) - low): "variance",
            (lambda x: high - float(x[1])): "variance",
        }
        self._last: dict[str, tuple[Array, float]] = {}
        self._meet(x, self.tangent)

    def to_the_end(self, steps: int) -> Branch:
        """Walk until something ends it."""
        curve, stride, end = self.curve, _FIRST, "steps"
        while len(self.points) <= steps:
            if stride < _SHORTEST:
                end = "lost"
                break
            x, tangent = self.points[-1], self.tangent
            share = abs(tangent[2]) / (_SHARE * curve.length)
            stride = min(stride, _LONGEST, 1 / share if share else _LONGEST)
            step = self._step(x + stride * tangent)
            if step is None:
                stride /= 2
                continue
            self.points.append(step.x)
            self.tangent = step.tangent
            if step.border:
                end = step.border
                break
            if step.rounds <= _EASY:
                stride *= 1.5
        return self._branch(end)

    def _step(self, guess: Array) -> _Step | None:
        """Return the next point, with what is met on the way recorded; None where the step is too long."""
        found = self.curve.correct(guess, self.tangent)
        cut = found and self._within(found.x)
        if found is None or cut is None:
            return None
        x, border = cut
        tangent = self.curve.tangent(x, self.tangent)
        if not tangent @ self.tangent > _BEND or not self._meet(x, tangent):
            return None
        return _Step(x, tangent, border, found.rounds)

    def _determinant(self, x: Array, shift: float) -> float:
        (a, b), (c, d) = self.curve.jacobian(x)
        return float((a + shift) * (d + shift) - b * c)

    def _within(self, new: Array) -> tuple[Array, str] | None:
        """Return a new point, or that where the step to it crosses a border, and which kind of border, or ""."""
        stop = ""
        for test, what in self._borders.items():
            if test(new) < 0:
                cut = self._located(test, self.points[-1], new)
                if cut is None:
                    return None
                new, stop = cut, what
        return new, stop

    def _located(self, test: _Test, a: Array, b: Array) -> Array | None:
        """Return the point of the curve between two others where a test changes sign."""
        from scipy.optimize import brentq

        normal = (b - a) / np.linalg.norm(b - a)

        def at(t: float) -> Array:
            found = self.curve.correct(a + t * (b - a), normal)
            if found is None:
                raise ArithmeticError
            return found.x

        if not test(a) * test(b) < 0:
            return a if test(a) == 0 else None
        try:
            return at(brentq(lambda t: test(at(t)) if 0 < t < 1 else test(b if t else a), 0.0, 1.0, xtol=1e-14))
        except ArithmeticError:
            return None

    def _crossing(self, test: _Test, a: Array, b: Array) -> Array | None:
        """Return the same where another branch crosses, by interpolation from points on both sides.

        There the corrector's equations are singular; nearby, rounding errors weigh as the inverse of the distance.
        """
        from scipy.interpolate import BarycentricInterpolator
        from scipy.optimize import brentq

        normal = (b - a) / np.linalg.norm(b - a)
        t = (1 - np.cos(np.pi * np.arange(_NODES) / (_NODES - 1))) / 2
        found = [self.curve.correct(a + s * (b - a), normal) for s in t[1:-1]]
        kept = [(0.0, a), *((s, f.x) for s, f in zip(t[1:-1], found, strict=True) if f is not None), (1.0, b)]
        if len(kept) < _NODES - 1:
            return None
        rows = np.array([[*x, test(x)] for _, x in kept])
        along = BarycentricInterpolator(np.array([s for s, _ in kept]), rows)
        s = brentq(lambda s: float(along(s)[3]), 0.0, 1.0, xtol=1e-14)
        x: Array = along(s)[:3]
        return x

    def _meet(self, new: Array, ahead: Array) -> bool:
        """Record the events on the way to a new point; return False where one was not located."""
        met, last = [], dict(self._last)
        for kind, test in self._tests.items():
            value = test(new)
            if not abs(value) > _NOISE:
                continue
            if kind in last and last[kind][1] * value < 0:
                before = last[kind][0]
                name, locate = kind, self._located
                if kind == "eigenvalue 1":
                    turns = ahead[2] * self.tangent[2] < 0
                    name, locate = ("fold", locate) if turns else (kind, self._crossing)
                x = locate(test, before, new)
                if x is None:
                    return False
                if kind != _PAIR or self._is_complex(x):
                    way = float((x - before) @ self.tangent)
                    met.append((way, Event(name, *self.curve.weights(x), *self.curve.point(x))))
            last[kind] = new, value
        self._last = last
        self.events += [event for _, event in sorted(met, key=lambda pair: pair[0])]
        return True

    def _is_complex(self, x: Array) -> bool:
        (a, b), (c, d) = self.curve.jacobian(x)
        return bool((a - d) ** 2 + 4 * b * c < 0)

    def _branch(self, end: str) -> Branch:
        curve = self.curve
        values = np.linalg.eigvals(np.array([curve.jacobian(x) for x in self.points])).astype(np.complex128)
        order = np.argsort(-np.abs(values), axis=-1, kind="stable")
        values = np.take_along_axis(values, order, axis=-1)
        omega, tau = np.array([curve.weights(x) for x in self.points]).T
        mean, variance = np.array([curve.point(x) for x in self.points]).T
        return Branch(omega, tau, mean, variance, np.abs(values[:, 0]), values, tuple(self.events), end)
