"""The layer map of any activation over a small box of pre-activations (m, v), in place of SELU's own formulas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from flint import arb

from selu_math.activations import Activation
from selu_math.moments import moments
from selu_math.numbers.ball import BALL
from selu_math.pieces import Piecewise
from selu_math.proofs.image import BoxExpectation
from selu_math.proofs.leaf import BoxMoments, LeafMoments, Rough, Span, shape_of


class GeneralMoments(BoxMoments):
    """Those of any activation, each computed when it is asked for.

    Args:
        m: mean of the pre-activation, a ball.
        v: its variance, a ball above zero.
        activation: f.
    """

    def __init__(self, m: arb, v: arb, activation: Activation) -> None:
        self.activation, self._expect = activation, BoxExpectation(m, v)
        self.f = _Expectations(self._expect, activation.derivatives)
        self.g = _Expectations(self._expect, activation.square_derivatives)

    @cached_property
    def ratio(self) -> Span:  # type: ignore[override]
        """Of the new variance to v: from the square of E f' (Stein) to E f'**2 (Poincaré), where f has no jumps."""
        slope, steepest = self.f[1], arb("inf")
        if not self.activation.function.jumps:
            steepest = Span.of(self._expect(self.activation.slope_square)).high
        return Span(BALL.square(slope.abs_lower()).lower() if slope.is_finite() else arb(0), steepest)


class _Expectations(dict[int, arb]):
    """Expectations of functions, each computed once, when it is asked for."""

    def __init__(self, expect: BoxExpectation, functions: Sequence[Piecewise]) -> None:
        super().__init__()
        self._expect, self._functions = expect, functions

    def __missing__(self, i: int) -> arb:
        self[i] = self._expect(self._functions[i])
        return self[i]


class Estimated(BoxMoments):
    """Those of any activation at a point, in float64 and without error bounds; f and g have two derivatives only."""

    def __init__(self, m: float, v: float, activation: Activation) -> None:
        at = moments(m, v, activation=activation)
        mean, slope, curvature = (arb(float(x)) for x in (at.mean, at.slope, at.curvature))
        by_m, by_v = (arb(float(x)) for x in at.gradient[1])
        self.f = (mean, slope, curvature)
        self.g = (at.variance + mean * mean, by_m + 2 * mean * slope, 2 * (by_v + mean * curvature))


def moments_over(m: arb, v: arb, activation: Activation) -> BoxMoments:
    """Return the moments over a box of (m, v): by SELU's own formulas where the activation is of its form."""
    shape = shape_of(activation)
    return GeneralMoments(m, v, activation) if shape is None else LeafMoments(m, v, shape)


def rough_over(m: arb, v: arb, activation: Activation) -> Rough:
    """Return what is known without moments; of an activation that is not of SELU's form that is nothing."""
    shape = shape_of(activation)
    return Nothing() if shape is None else Rough(m, v, shape)


class Nothing(Rough):
    """Nothing is known, but that variances are not negative."""

    def __init__(self) -> None:
        self.near, self.ratio = Span(arb("-inf"), arb("inf")), Span(arb(0), arb("inf"))
