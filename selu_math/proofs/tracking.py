"""A fixed point that moves with (omega, tau), enclosed for every (omega, tau) of a box, by Krawczyk in moving boxes.

With g the layer map and p = (omega, tau), a root of ``F(x, p) = g(x, p) - x`` near x0 at p0 moves by about
``P (p - p0)``, ``P = -F_x**-1 F_p``.  For each p the box ``c(p) + Y`` with ``c(p) = x0 + P (p - p0)`` holds exactly one
root where

    K - c(p) = -A F(c(p), p) + (I - A F_x(c(p) + Y, p)) Y

lies in the interior of Y (Krawczyk 1969).  ``F(c(p), p)`` is enclosed for all p at once by its own mean-value form,
``F(x0, p0) + (F_x P + F_p) (p - p0)`` over the path of the centres, in which the two terms nearly cancel.  So boxes of
weights may be many times as wide as those that a box which does not move can follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Final, NamedTuple, TypeAlias

from flint import arb

from selu_math.activations import Activation
from selu_math.layer import MapKind, Matrix
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL
from selu_math.proofs.boxes import Pair
from selu_math.proofs.image import LayerFamily, box_moments, meet
from selu_math.stability import ball_spectral_norm, ball_spectral_radius

_NEWTON: Final = 40
_SETTLED: Final = 1e-13
_ROUNDS: Final = 8
_WIDER: Final = arb(1.125)
_SEED: Final = arb(2) ** -40
"""The smallest box that is tried, in units of the standard deviation and the variance."""
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Tracked:
    """For every (omega, tau) of the family exactly one fixed point lies in its moving box.

    Attributes:
        centre: (mean, variance) of the moving box at the middle of the family.
        path: by how much it moves, rows (mean, variance), with omega and tau, columns.
        slack: the moving box less its centre, symmetric around 0.
        mean: contains the means of all these fixed points.
        variance: contains their variances.
        spectral_radius: of the Jacobian at each of them.
        spectral_norm: the same.
    """

    centre: Point
    path: Matrix
    slack: Pair
    mean: arb
    variance: arb
    spectral_radius: arb
    spectral_norm: arb


class _Slopes(NamedTuple):
    """Derivatives of the layer map by (mean, variance) and by (omega, tau), over a box or at a point."""

    value: Pair
    by_x: Matrix
    by_p: Matrix


def track(family: LayerFamily, start: Point) -> Tracked | None:
    """Enclose the fixed point that Newton's method finds from ``start``, for every (omega, tau); None: not proved.

    Args:
        family: the layer maps.
        start: a mean and a variance near the fixed point of the middle of the family.
    """
    omega, tau, omega0, tau0, d_omega, d_tau = family.weights()
    x = _newton(family, start, (omega0, tau0))
    if x is None:
        return None
    x0 = (arb(x[0]), arb(x[1]))
    at = _slopes(family, x0, x0, (omega0, tau0), (omega0, tau0))
    inverse = _inverse(at.by_x)
    if inverse is None:
        return None
    path = _midpoint(_negative(_times(inverse, at.by_p)))
    shift = _apply(path, (d_omega, d_tau))
    centres = (x0[0] + shift[0], x0[1] + shift[1])
    if not centres[1] > 0:
        return None
    along = _slopes(family, centres, x0, (omega, tau), (omega0, tau0))
    moved = _times(_minus_one(along.by_x), path)
    change = [[moved[i][j] + along.by_p[i][j] for j in (0, 1)] for i in (0, 1)]
    residual = _apply(((change[0][0], change[0][1]), (change[1][0], change[1][1])), (d_omega, d_tau))
    off = (at.value[0] - x0[0] + residual[0], at.value[1] - x0[1] + residual[1])
    step = _apply(inverse, off)
    units = (x0[1].sqrt(), x0[1])
    y = tuple(_around_zero(s.abs_upper() + _SEED * unit) for s, unit in zip(step, units, strict=True))
    for _ in range(_ROUNDS):
        box = (centres[0] + y[0], centres[1] + y[1])
        if not (box[1] > 0 and box[0].is_finite() and box[1].is_finite()):
            return None
        here = _slopes(family, box, x0, (omega, tau), (omega0, tau0))
        product = _times(inverse, _minus_one(here.by_x))
        rest = _apply(((1 - product[0][0], -product[0][1]), (-product[1][0], 1 - product[1][1])), (y[0], y[1]))
        image = (rest[0] - step[0], rest[1] - step[1])
        if not all(part.is_finite() for part in image):
            return None
        if all(part.abs_upper() < side.rad() for part, side in zip(image, y, strict=True)):
            radius, norm = ball_spectral_radius(here.by_x), ball_spectral_norm(here.by_x)
            return Tracked(x, path, (y[0], y[1]), *box, radius, norm)
        y = tuple(_around_zero(part.abs_upper().max(side.rad())) for part, side in zip(image, y, strict=True))
    return None


def _around_zero(size: arb) -> arb:
    return arb(0, (_WIDER * size).upper())


def _newton(family: LayerFamily, start: Point, p0: Pair) -> Point | None:
    mean, variance = start
    for _ in range(_NEWTON):
        if not (isfinite(mean) and isfinite(variance) and variance > 0):
            return None
        x = (arb(mean), arb(variance))
        at = _slopes(family, x, x, p0, p0)
        inverse = _inverse(at.by_x)
        if inverse is None:
            return None
        step = _apply(inverse, (at.value[0] - x[0], at.value[1] - x[1]))
        new = (mean - float(step[0].mid()), variance - float(step[1].mid()))
        if new[1] <= 0:
            new = (mean + (new[0] - mean) / 2, variance / 2)
        near = abs(new[0] - mean) <= _SETTLED * sqrt(variance) and abs(new[1] - variance) <= _SETTLED * variance
        mean, variance = new
        if near:
            return new
    return None


def _slopes(family: LayerFamily, x: Pair, x0: Pair, p: Pair, p0: Pair) -> _Slopes:
    """Return image and derivatives over boxes of (mean, variance) and (omega, tau), given a point in each."""
    (mean, variance), (omega, tau), (omega0, tau0) = x, p, p0
    if family.kind is MapKind.PAPER:
        inner = variance
        m, m0, v0 = mean * omega, x0[0] * omega0, x0[1] * tau0
        to_m, to_v = omega, arb(0)
        by_omega = mean
    else:
        inner = variance + BALL.square(mean)
        m = m0 = arb(0)
        v0 = (x0[1] + x0[0] * x0[0]) * tau0
        to_m, to_v = arb(0), 2 * tau * mean
        by_omega = arb(0)
    v = (inner.lower() * tau.lower()).union(inner.upper() * tau.upper())
    at = box_moments(family.activation, m, v, m0, v0)
    pairs = list(zip(at.by_m, at.by_v, strict=True))
    if family.activation.is_closed_form and not (m.is_exact() and v.is_exact()):
        pairs = _sharper(family.activation, pairs, (m, v), (m0, v0))
    rows = [(to_m * by_m + to_v * by_v, tau * by_v) for by_m, by_v in pairs]
    weights = [(by_omega * by_m, inner * by_v) for by_m, by_v in pairs]
    return _Slopes((at.mean, at.variance), (rows[0], rows[1]), (weights[0], weights[1]))


def _sharper(activation: Activation, pairs: list[Pair], z: Pair, z0: Pair) -> list[Pair]:
    """Return enclosures of the moments' derivatives over a box that their second derivatives make narrower."""
    centre, box = Moments(BALL, activation, *z0).gradient, Moments(BALL, activation, *z).hessian
    dm, dv = z[0] - z0[0], z[1] - z0[1]
    return [
        (meet(by_m, c_m + mm * dm + mv * dv), meet(by_v, c_v + mv * dm + vv * dv))
        for (by_m, by_v), (c_m, c_v), (mm, mv, vv) in zip(pairs, centre, box, strict=True)
    ]


def _minus_one(matrix: Matrix) -> Matrix:
    (a, b), (c, d) = matrix
    return (a - 1, b), (c, d - 1)


def _inverse(jacobian: Matrix) -> Matrix | None:
    """Return an exact matrix near the inverse of ``J - I``, None where there is none."""
    (a, b), (c, d) = _minus_one(jacobian)
    p, q, r, s = (entry.mid() for entry in (a, b, c, d))
    determinant = (p * s - q * r).mid()
    if not determinant.is_finite() or determinant.is_zero():
        return None
    found = [(entry / determinant).mid() for entry in (s, -q, -r, p)]
    if not all(entry.is_finite() for entry in found):
        return None
    return (found[0], found[1]), (found[2], found[3])


def _midpoint(matrix: Matrix) -> Matrix:
    (a, b), (c, d) = matrix
    return (a.mid(), b.mid()), (c.mid(), d.mid())


def _negative(matrix: Matrix) -> Matrix:
    (a, b), (c, d) = matrix
    return (-a, -b), (-c, -d)


def _times(left: Matrix, right: Matrix) -> Matrix:
    (a, b), (c, d) = left
    (p, q), (r, s) = right
    return (a * p + b * r, a * q + b * s), (c * p + d * r, c * q + d * s)


def _apply(matrix: Matrix, vector: Pair) -> Pair:
    (a, b), (c, d) = matrix
    return a * vector[0] + b * vector[1], c * vector[0] + d * vector[1]
