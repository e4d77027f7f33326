"""The layer maps, their Jacobians and their iteration, in any kit.

The *paper's map* takes a unit with fixed weights of sum omega and squared sum tau: ``z ~ N(mean * omega, variance *
tau)`` (Klambauer et al. 2017, eqs. 3 to 5).  The *mean-field map* takes independent weights of mean zero and total
variance tau: ``z ~ N(0, tau * (variance + mean**2))``.  They agree at omega = 0, tau = 1, mean = 0.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from selu_math.activations import SELU, Activation
from selu_math.arrays import takes_foreign_arrays
from selu_math.exceptions import InputError, unknown_name, whole_number
from selu_math.moments import as_parameters, lazily, moments_in
from selu_math.numbers.kit import Kit

MAX_LAYERS: Final = 1_000_000
Matrix: TypeAlias = tuple[tuple[Any, Any], tuple[Any, Any]]


class MapKind(StrEnum):
    """Which layer map."""

    PAPER = "paper"
    MEAN_FIELD = "mean-field"

    @classmethod
    def of(cls, kind: str) -> MapKind:
        """Return the kind of that name, or raise an InputError that lists them."""
        try:
            return cls(kind)
        except ValueError:
            raise unknown_name("kind of map", kind, cls) from None

    def check_omega(self, omega: Any) -> None:
        """Raise an InputError where the mean-field map is given an omega, or several, that are not 0."""
        if self is MapKind.MEAN_FIELD and np.any(omega):
            raise InputError("the mean-field map has no omega: its weights have mean zero; leave omega at 0")


class Layer:
    """One layer at one point: its image and its Jacobian, computed when asked for.

    Args:
        kit: the number system of the four numbers.
        mean: mean of the layer's inputs.
        variance: variance of the layer's inputs, positive.
        omega: sum of a unit's weights; the mean-field map does not use it.
        tau: sum of a unit's squared weights, positive.
        activation: f.
        kind: the map.
    """

    def __init__(
        self,
        kit: Kit[Any],
        mean: Any,
        variance: Any,
        omega: Any,
        tau: Any,
        activation: Activation = SELU,
        kind: MapKind = MapKind.PAPER,
    ) -> None:
        self.kit = kit
        zero = kit.rational(Fraction(0))
        with kit.evaluating():
            if kind is MapKind.PAPER:
                m, v = _scaled(mean, omega), _scaled(variance, tau)
                self._inner: Matrix = ((omega, zero), (zero, tau))
            else:
                m, v = zero * mean, tau * (variance + kit.square(mean))
                self._inner = ((zero, zero), (2 * tau * mean, tau))
            self.moments = moments_in(kit, activation, m, v)

    @property
    def mean(self) -> Any:
        """The new mean."""
        return self.moments.mean

    @property
    def variance(self) -> Any:
        """The new variance."""
        return self.moments.variance

    @lazily
    def jacobian(self) -> Matrix:
        """Partial derivatives of (new mean, new variance), rows, by (mean, variance), columns."""
        return product(self.moments.gradient, self._inner)


def _scaled(x: Any, factor: Any) -> Any:
    """Return ``x * factor``, of one shape; where a number 1 was broadcast, without a pass over an array."""
    if isinstance(factor, np.ndarray) and factor.size and not any(factor.strides) and factor.flat[0] == 1:
        return x
    return x * factor


def product(left: Matrix, right: Matrix) -> Matrix:
    """Return the matrix product of two 2 x 2 matrices."""
    (a, b), (c, d) = left
    (p, q), (r, s) = right
    return ((a * p + b * r, a * q + b * s), (c * p + d * r, c * q + d * s))


class Statistics(NamedTuple):
    """Mean and variance, arrays of one shape."""

    mean: Any
    variance: Any


def _float_layer(
    mean: ArrayLike, variance: ArrayLike, omega: ArrayLike, tau: ArrayLike, activation: Activation, kind: str
) -> Layer:
    from selu_math.numbers.float64 import FLOAT64

    which = MapKind.of(kind)
    values = as_parameters(mean=mean, variance=variance, omega=omega, tau=tau)
    which.check_omega(values[2])
    at, spread, total, square = values
    return Layer(FLOAT64, at, spread, total, square, activation, which)


@takes_foreign_arrays
def layer_map(
    mean: ArrayLike,
    variance: ArrayLike,
    *,
    omega: ArrayLike = 0.0,
    tau: ArrayLike = 1.0,
    activation: Activation = SELU,
    kind: str = "paper",
) -> Statistics:
    """Return mean and variance after one layer, in float64 (not certified).

    Args:
        mean: mean of the inputs, any shape; all four numbers broadcast.
        variance: variance of the inputs, positive.
        omega: sum of a unit's weights.
        tau: sum of a unit's squared weights, positive.
        activation: f.
        kind: ``"paper"`` or ``"mean-field"``.

    Returns:
        Arrays of the broadcast shape, of NumPy or of the library whose arrays came in; 0-d in gives NumPy's scalars.

    Raises:
        InputError: for entries that are not finite or, where they must be, not positive.
    """
    layer = _float_layer(mean, variance, omega, tau, activation, kind)
    return Statistics(layer.mean, layer.variance)


@takes_foreign_arrays
def jacobian(
    mean: ArrayLike,
    variance: ArrayLike,
    *,
    omega: ArrayLike = 0.0,
    tau: ArrayLike = 1.0,
    activation: Activation = SELU,
    kind: str = "paper",
) -> Any:
    """Return the Jacobian of :func:`layer_map`, shape ``(..., 2, 2)``: rows (mean, variance) of the image.

    Arguments and errors as for :func:`layer_map`.  Klambauer et al. 2017, eq. 6.
    """
    layer = _float_layer(mean, variance, omega, tau, activation, kind)
    entries = np.broadcast_arrays(*(entry for row in layer.jacobian for entry in row))
    stacked = np.stack(entries, axis=-1)
    return stacked.reshape(*stacked.shape[:-1], 2, 2)


@takes_foreign_arrays
def propagate(
    mean: ArrayLike,
    variance: ArrayLike,
    layers: int,
    *,
    omega: ArrayLike = 0.0,
    tau: ArrayLike = 1.0,
    activation: Activation = SELU,
    kind: str = "paper",
) -> Statistics:
    """Return mean and variance before the first and after each of ``layers`` layers, in float64.

    Returns:
        Arrays of shape ``(layers + 1, ...)``.

    Raises:
        InputError: as for :func:`layer_map`, also where the variance leaves float64's range on the way.
    """
    layers = whole_number("layers", layers, 0, MAX_LAYERS)
    point = Statistics(*as_parameters(mean=mean, variance=variance, omega=omega, tau=tau)[:2])
    path = [point]
    for n in range(1, layers + 1):
        point = layer_map(*point, omega=omega, tau=tau, activation=activation, kind=kind)
        if not np.all((point.variance > 0) & np.isfinite(point.variance) & np.isfinite(point.mean)):
            raise InputError(f"layer {n} leaves float64's range; prove_map follows it further, or take fewer layers")
        path.append(point)
    return Statistics(np.array([p.mean for p in path]), np.array([p.variance for p in path]))
