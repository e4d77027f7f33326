"""Whether a fixed point of the layer map attracts: the spectral radius of the Jacobian there, certified."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Final

from flint import arb

from selu_math.activations import Activation
from selu_math.exceptions import PrecisionError
from selu_math.layer import Layer
from selu_math.numbers.ball import BALL, refine
from selu_math.numbers.enclosure import Enclosure
from selu_math.stability import ball_spectral_radius
from selu_math.target import Target
from selu_math.verdict import Answer

_BITS: Final = 128
_MAX_BITS: Final = 8192
_MAX_QUADRATURE_BITS: Final = 1024
_DIGITS: Final = 15


@dataclass(frozen=True)
class Attraction:
    """Whether a fixed point attracts.

    Attributes:
        answer: proved where the spectral radius is below 1, refuted where it is above, else undecided.
        spectral_radius: of the Jacobian at the fixed point.
    """

    answer: Answer
    spectral_radius: Enclosure

    def __str__(self) -> str:
        """Return what the fixed point does, as a predicate: ``attracts (spectral radius 0.78...)``."""
        radius = self.spectral_radius
        if not radius.is_finite:
            return "may attract or not (nothing is proved of the spectral radius)"
        if self.answer is Answer.UNDECIDED:
            return f"may attract or not (spectral radius {radius}, not told apart from 1)"
        verb = "attracts" if self.answer is Answer.PROVED else "does not attract"
        return f"{verb} (spectral radius {radius})"


def attraction(activation: Activation, target: Target) -> Attraction:
    """Return whether the fixed point ``target`` of the layer map of ``activation`` attracts.

    The eigenvalues of the Jacobian decide (Klambauer et al. 2017, eq. 6): a neighbourhood is drawn to the fixed point
    where all are below 1 in modulus, and left where one is above.
    """
    radius = Enclosure(arb("nan"))

    def attempt() -> Attraction | None:
        nonlocal radius
        mean, variance, omega, tau = map(BALL.rational, astuple(target))
        layer = Layer(BALL, mean, variance, omega, tau, activation)
        radius = Enclosure(ball_spectral_radius(layer.jacobian), _DIGITS)
        if radius.bounded_digits(_DIGITS) is None or not (radius.ball < 1 or radius.ball > 1):
            return None
        return Attraction(Answer.PROVED if radius.ball < 1 else Answer.REFUTED, radius)

    limit = _MAX_BITS if activation.is_closed_form else _MAX_QUADRATURE_BITS
    try:
        return refine(attempt, bits=_BITS, max_bits=limit, what="the spectral radius")
    except PrecisionError:
        return Attraction(Answer.UNDECIDED, radius)
