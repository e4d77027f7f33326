"""The layer map at a point, or over many layers, with proved digits."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Final, TypeAlias

from flint import arb

from selu_math.activations import SELU, Activation
from selu_math.exceptions import whole_number
from selu_math.layer import Layer, MapKind, Matrix, product
from selu_math.numbers.ball import BALL, refine
from selu_math.numbers.enclosure import Enclosure, bits_for
from selu_math.numbers.exact import Rational
from selu_math.stability import ball_spectral_norm, ball_spectral_radius
from selu_math.target import Target

Row: TypeAlias = tuple[Enclosure, Enclosure]
MAX_LAYERS: Final = 10_000


@dataclass(frozen=True)
class ProvedMap:
    """The layer map, iterated, enclosed.

    Attributes:
        start: mean, variance, omega and tau, exact.
        kind: which map.
        activation: the activation's name.
        digits: significant digits that are proved of each number (or absolute, below its companion's scale).
        trajectory: mean and variance before the first and after each layer.
        jacobian: of the whole composition; rows (mean, variance) of the image.
        spectral_radius: largest modulus of its eigenvalues.
        spectral_norm: its largest singular value.
    """

    start: Target
    kind: MapKind
    activation: str
    digits: int
    trajectory: tuple[Row, ...]
    jacobian: tuple[Row, Row]
    spectral_radius: Enclosure
    spectral_norm: Enclosure

    @property
    def mean(self) -> Enclosure:
        """Mean after the last layer."""
        return self.trajectory[-1][0]

    @property
    def variance(self) -> Enclosure:
        """Variance after the last layer."""
        return self.trajectory[-1][1]


def prove_map(
    mean: Rational,
    variance: Rational,
    *,
    omega: Rational = 0,
    tau: Rational = 1,
    layers: int = 1,
    kind: str = "paper",
    activation: Activation = SELU,
    digits: int = 15,
) -> ProvedMap:
    """Return mean, variance and Jacobian after ``layers`` layers, with proved digits.

    Args:
        mean: mean of the inputs; decimal text is exact, a float is the dyadic number it is.
        variance: variance of the inputs, positive.
        omega: sum of a unit's weights, the same in every layer.
        tau: sum of a unit's squared weights, positive.
        layers: how many, 1 to 10,000.
        kind: ``"paper"`` or ``"mean-field"``.
        activation: f.
        digits: significant digits, 1 to 10,000, or 1,000 where moments are integrals.

    Raises:
        InputError: for arguments outside these ranges.
        PrecisionError: where the digits stay open at the precision limit.
    """
    digits = whole_number(f"digits for {activation.name}", digits, 1, activation.max_digits)
    layers = whole_number("layers", layers, 1, MAX_LAYERS)
    which = MapKind.of(kind)
    start = Target.of(mean, variance, omega, tau)
    which.check_omega(start.omega)
    bits = bits_for(digits) + 64

    def attempt() -> ProvedMap | None:
        point = (BALL.rational(start.mean), BALL.rational(start.variance))
        weights = (BALL.rational(start.omega), BALL.rational(start.tau))
        path: list[Row] = [_row(point, digits)]
        zero, one = BALL.rational(Fraction(0)), BALL.rational(Fraction(1))
        total: Matrix = ((one, zero), (zero, one))
        for _ in range(layers):
            layer = Layer(BALL, *point, *weights, activation, which)
            point = (layer.mean, layer.variance)
            if not (point[1] > 0 and point[0].is_finite() and point[1].rel_accuracy_bits() > 4):
                return None
            path.append(_row(point, digits))
            total = product(layer.jacobian, total)
        norm = Enclosure(ball_spectral_norm(total), digits)
        radius = Enclosure(ball_spectral_radius(total), digits)
        rows = (_row(total[0], digits), _row(total[1], digits))
        if not all(_shown(mean, float(variance) ** 0.5) and _shown(variance, 1.0) for mean, variance in path[1:]):
            return None
        if not all(_shown(x, float(norm)) for x in (*rows[0], *rows[1], radius, norm)):
            return None
        return ProvedMap(start, which, activation.name, digits, tuple(path), rows, radius, norm)

    max_bits = 8 * bits + 4096 if activation.is_closed_form else 4 * bits + 512
    return refine(attempt, bits=bits, max_bits=max_bits, what="the asked digits of the layer map")


def _row(pair: tuple[arb, arb], digits: int) -> Row:
    return Enclosure(pair[0], digits), Enclosure(pair[1], digits)


def _shown(x: Enclosure, unit: float) -> bool:
    # a unit beyond float64 is no scale to be small against
    return x.bounded_digits(x.shown, unit if isfinite(unit) else 0.0) is not None
