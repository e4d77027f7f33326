"""The report's figures on SELU's fixed points beyond (0, 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from selu_math.activations import SELU
from selu_math.asymptotics import variance_growth
from selu_math.exceptions import PrecisionError
from selu_math.fixed_points import FixedPoints, find_fixed_points
from selu_math.numbers.enclosure import Enclosure
from selu_math.omega_limits import omega_limits, omega_of_escape
from selu_math.reporting.figures import Figure, figure
from selu_math.verdict import Answer

REGION: Final = "-1000,1000,0,inf"
_DIGITS: Final = 12
_SMALL_TAU: Final = "9/16"


@dataclass(frozen=True)
class FixedPointFacts:
    """What is settled about the fixed points.

    Attributes:
        around_one: all fixed points at omega = 0, tau = 1 in a large region.
        figures: the ends of ranges of omega and tau, and where tau = 9/16 leads.
    """

    around_one: FixedPoints
    figures: Sequence[Figure]

    @property
    def only_one(self) -> Answer:
        """Whether (0, 1) is proved to be the only one there."""
        points = self.around_one.fixed_points
        if len(points) == 1 and self.around_one.complete:
            return Answer.PROVED
        return Answer.REFUTED if len(points) > 1 else Answer.UNDECIDED


def fixed_point_facts() -> FixedPointFacts:
    """Compute them."""
    growth, limits = variance_growth(SELU), omega_limits()
    small = find_fixed_points(tau=_SMALL_TAU, within=REGION)
    if limits.lower is None or limits.upper is None:
        raise PrecisionError("the range of omega has no ends")
    if not small.complete or len(small.fixed_points) != 1:
        raise PrecisionError(f"that there is one fixed point at omega = 0, tau = {_SMALL_TAU} is not proved")
    (at,) = small.fixed_points
    rows = (
        ("tau_low", "τ at which, with ω = 0, the variance kept tends to 0", growth.tau_at_zero),
        ("tau_high", "τ at which, with ω = 0, it becomes infinite", growth.tau_at_infinity),
        ("omega_low", f"ω at which, with τ = 1, (0, 1) ceases to attract: {limits.lower.event}", limits.lower.omega),
        ("omega_high", f"the same on the other side: {limits.upper.event}", limits.upper.omega),
        ("omega_escape", "ω at which, with τ = 1, the one that attracts instead becomes infinite", omega_of_escape()),
        ("small_tau_mean", f"mean kept at ω = 0, τ = {_SMALL_TAU}, where no other is", at.mean),
        ("small_tau_variance", "variance kept there", at.variance),
        ("small_tau_radius", "spectral radius there", at.spectral_radius),
    )
    figures = [_figure(key, meaning, x) for key, meaning, x in rows]
    return FixedPointFacts(find_fixed_points(within=REGION), figures)


def _figure(key: str, meaning: str, x: Enclosure | None) -> Figure:
    if x is None:
        raise PrecisionError(f"{meaning} is not known")
    return figure(key, meaning, x, _DIGITS)
