"""A fixed point of the layer map that parameters are asked for."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from fractions import Fraction

from selu_math.exceptions import InputError
from selu_math.numbers.exact import Rational, as_fraction, decimal_text


@dataclass(frozen=True)
class Target:
    """A fixed point to be had: exact mean and variance, under exact omega and tau."""

    mean: Fraction
    variance: Fraction
    omega: Fraction
    tau: Fraction

    @classmethod
    def of(cls, mean: Rational, variance: Rational, omega: Rational, tau: Rational) -> Target:
        """Return the target; decimals given as text are exact.

        Raises:
            InputError: where a number is not finite, or variance or tau is not positive.
        """
        target = cls(
            as_fraction(mean, "mean"),
            as_fraction(variance, "variance"),
            as_fraction(omega, "omega"),
            as_fraction(tau, "tau"),
        )
        for name, value in (("variance", target.variance), ("tau", target.tau)):
            if value <= 0:
                raise InputError(f"{name} must be positive, not {value}")
        return target

    def __str__(self) -> str:
        """Return all four numbers, exactly, in words."""
        mean, variance, omega, tau = map(decimal_text, astuple(self))
        return f"fixed point mean {mean}, variance {variance} under omega {omega}, tau {tau}"

    @property
    def pre_activation(self) -> tuple[Fraction, Fraction]:
        """Mean and variance of z."""
        return self.omega * self.mean, self.tau * self.variance
