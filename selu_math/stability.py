"""Norms and spectral radii of 2 x 2 Jacobians."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import ArrayLike, NDArray

from selu_math.exceptions import InputError
from selu_math.layer import Matrix
from selu_math.numbers.ball import BALL


def _where_finite(matrix: ArrayLike, compute: Callable[[NDArray[np.float64]], Any]) -> Any:
    """Return what ``compute`` gives for each matrix of a stack, nan where one is not finite."""
    stack = np.asarray(matrix, dtype=np.float64)
    if stack.shape[-2:] != (2, 2):
        raise InputError(f"a Jacobian has shape (..., 2, 2), not {stack.shape}")
    finite = np.asarray(np.isfinite(stack).all(axis=(-2, -1)))
    return np.where(finite, compute(np.where(finite[..., None, None], stack, 0.0)), np.nan)[()]


def spectral_radius(matrix: ArrayLike) -> Any:
    """Return the largest modulus of an eigenvalue of each ``(..., 2, 2)`` matrix, in float64.

    A fixed point whose Jacobian has a spectral radius below 1 attracts.
    """
    return _where_finite(matrix, lambda stack: np.abs(np.linalg.eigvals(stack)).max(axis=-1))


def spectral_norm(matrix: ArrayLike) -> Any:
    """Return the largest singular value of each ``(..., 2, 2)`` matrix, in float64.

    Where it stays below 1 on a convex set, the map contracts Euclidean distances there.
    """
    return _where_finite(matrix, lambda stack: np.linalg.norm(stack, ord=2, axis=(-2, -1)))


def ball_spectral_radius(matrix: Matrix) -> arb:
    """Enclose the spectral radius of a 2 x 2 matrix of balls."""
    (a, b), (c, d) = matrix
    half_trace = (a + d) / 2
    discriminant = BALL.square((a - d) / 2) + b * c
    determinant = a * d - b * c
    if not discriminant.is_finite():
        return arb("nan")
    # a real pair; or a complex one, whose modulus squared is the determinant, then positive
    real: arb = abs(half_trace) + BALL.sqrt(discriminant)
    if discriminant > 0 or determinant < 0:
        return real
    modulus = BALL.sqrt(determinant)
    return modulus if discriminant < 0 else real.union(modulus)


def singular_vectors(matrix: Matrix) -> tuple[tuple[arb, arb], tuple[arb, arb]]:
    """Return the two vectors whose mean length is the largest singular value of a 2 x 2 matrix of balls.

    For ``[[a, b], [c, d]]`` it is ``(|(a + d, b - c)| + |(a - d, b + c)|) / 2``: sum and difference of the two
    singular values are the two lengths, so nothing cancels.
    """
    (a, b), (c, d) = matrix
    return (a + d, b - c), (a - d, b + c)


def ball_spectral_norm(matrix: Matrix) -> arb:
    """Enclose the largest singular value of a 2 x 2 matrix of balls."""
    (p, q), (r, s) = singular_vectors(matrix)
    square = BALL.square
    return (BALL.sqrt(square(p) + square(q)) + BALL.sqrt(square(r) + square(s))) / 2
