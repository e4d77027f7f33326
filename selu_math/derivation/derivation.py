"""The derivation of SELU's two numbers for a fixed point, every step verified before it is there to be read."""

from __future__ import annotations

from dataclasses import dataclass

from selu_math.derivation import integrals, response, solution
from selu_math.derivation import symbols as y
from selu_math.derivation.formula import Step
from selu_math.derivation.solution import Classical
from selu_math.derivation.workings import DIGITS, Workings
from selu_math.numbers.enclosure import Enclosure
from selu_math.numbers.exact import Rational
from selu_math.parameters import Parameters, selu_parameters
from selu_math.proved_map import ProvedMap, prove_map
from selu_math.target import Target


@dataclass(frozen=True)
class Derivation:
    """A derivation, in steps that are all verified.

    Attributes:
        target: the fixed point and the weights' sums, exact.
        steps: the steps, in order; where no activation has the fixed point they end with the reason.
        parameters: lambda and alpha with 50 proved digits, or why there are none.
        second_moment: E f**2 at the fixed point; None where there is no activation.
        layer: one layer at the fixed point: its mean, its variance, and its Jacobian, with 15 proved digits.
        classical: the closed form, for mean 0, variance 1, omega 0, tau 1.
    """

    target: Target
    steps: tuple[Step, ...]
    parameters: Parameters
    second_moment: Enclosure | None = None
    layer: ProvedMap | None = None
    classical: Classical | None = None

    @property
    def mean(self) -> Enclosure | None:
        """The mean after a layer, which is that before it."""
        return None if self.layer is None else self.layer.mean

    @property
    def variance(self) -> Enclosure | None:
        """The variance after a layer, which is that before it."""
        return None if self.layer is None else self.layer.variance

    @property
    def jacobian(self) -> tuple[tuple[Enclosure, Enclosure], tuple[Enclosure, Enclosure]] | None:
        """Partial derivatives of (mean, variance) after a layer, rows, by those before it, columns; 2 x 2."""
        return None if self.layer is None else self.layer.jacobian


def derive(mean: Rational = 0, variance: Rational = 1, *, omega: Rational = 0, tau: Rational = 1) -> Derivation:
    """Derive SELU's lambda and alpha for the fixed point (mean, variance), step by step.

    Closed forms are compared with their integrals, taken by verified quadrature; algebra is left to SymPy.  A step that
    does not verify is never returned.

    Args:
        mean: the mean to keep; decimal text is exact, a float is the dyadic number it is.
        variance: the variance to keep, positive.
        omega: sum of a unit's weights.
        tau: sum of a unit's squared weights, positive.

    Raises:
        InputError: for numbers outside these ranges.
        PrecisionError: where a comparison or the digits stay open at the precision limit.
        ArithmeticError: if a step does not verify, which is a fault of this program.

    Source: Klambauer et al. 2017: the setting is theirs (eqs. 2 to 5), and so is the solution at (0, 1) (eq. 14).
    """
    found = selu_parameters(mean, variance, omega=omega, tau=tau)
    target = found.target
    w = Workings(target)
    integrals.setting(w)
    integrals.tilting(w)
    integrals.above_zero(w)
    integrals.below_zero(w)
    integrals.first_moment(w)
    integrals.second_moment(w)
    solution.equations(w)
    solution.elimination(w)
    solution.roots(w, found)
    if found.solution is None:
        return Derivation(target, tuple(w.steps), found)
    classical = solution.classical(w) if target == Target.of(0, 1, 0, 1) else None
    solution.digits(w, found)
    solution.put_back(w)
    response.slopes(w)
    response.chain_rule(w)
    layer = prove_map(
        target.mean,
        target.variance,
        omega=target.omega,
        tau=target.tau,
        activation=found.activation(),
        digits=DIGITS,
    )
    response.stability(w, layer)
    response.limits(w)
    return Derivation(target, tuple(w.steps), found, w.number(y.MEAN_SQUARE), layer, classical)
