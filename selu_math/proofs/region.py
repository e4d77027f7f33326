"""A box of (mu, omega, nu, tau) with exact ends: the paper's Omega."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import ClassVar, Final, TypeAlias

from selu_math.exceptions import InputError, quoted, unknown_name
from selu_math.numbers.exact import as_fraction, decimal_text

Interval: TypeAlias = tuple[Fraction, Fraction]
_FORM: Final = "write name=lo:hi for mu, omega, nu, tau, separated by commas, such as mu=-0.1:0.1,tau=0.95:1.1"


@dataclass(frozen=True)
class Region:
    """Closed ranges of a layer's input mean and variance and of its weights' sum and squared sum.

    The defaults are those of Theorem 1 (Klambauer et al. 2017, eq. 7).

    Attributes:
        mu: mean.
        omega: sum of a unit's weights.
        nu: variance, positive.
        tau: sum of a unit's squared weights, positive.
    """

    mu: Interval = (Fraction(-1, 10), Fraction(1, 10))
    omega: Interval = (Fraction(-1, 10), Fraction(1, 10))
    nu: Interval = (Fraction(4, 5), Fraction(3, 2))
    tau: Interval = (Fraction(19, 20), Fraction(11, 10))
    _from_zero: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for f in fields(self):
            low, high = (as_fraction(end, f.name) for end in getattr(self, f.name))
            object.__setattr__(self, f.name, (low, high))
            if low > high:
                raise InputError(
                    f"the range of {f.name} is inverted: {low} > {high}; write {f.name}=lo:hi with lo < hi"
                )
            if low == high and f.name in {"mu", "nu"}:
                raise InputError(f"the range of {f.name} is empty: it must have lo < hi, not {low}:{high}")
            if low <= 0 and f.name in {"nu", "tau"} and not (low == 0 and f.name == "nu" and self._from_zero):
                raise InputError(f"{f.name} must stay above 0, not start at {low}: the map is not differentiable there")

    @classmethod
    def parse(cls, text: str) -> Region:
        """Return the region that ``text`` describes; a missing name takes Theorem 1's range.

        Raises:
            InputError: for text of another form, an unknown name, or an inverted or empty range.
        """
        if not text.strip():
            raise InputError(f"the region is empty; {_FORM}")
        names = [f.name for f in fields(cls)]
        ranges: dict[str, Interval] = {}
        for part in text.split(","):
            name, equals, interval = (piece.strip() for piece in part.partition("="))
            low, colon, high = (piece.strip() for piece in interval.partition(":"))
            if name not in names and equals:
                raise unknown_name("name in the region", name, names)
            if not (equals and colon and low and high):
                raise InputError(f"{quoted(part.strip())} is no range; {_FORM}")
            if name in ranges:
                raise InputError(f"{name} stands twice in the region; {_FORM}")
            ranges[name] = (as_fraction(low, name), as_fraction(high, name))
        return cls(**ranges)

    @property
    def m(self) -> Interval:
        """The exact range of the pre-activation's mean, mu * omega."""
        products = [a * b for a in self.mu for b in self.omega]
        return min(products), max(products)

    @property
    def v(self) -> Interval:
        """The exact range of the pre-activation's variance, nu * tau."""
        return self.nu[0] * self.tau[0], self.nu[1] * self.tau[1]

    def __str__(self) -> str:
        sides = ((f.name, *getattr(self, f.name)) for f in fields(self))
        return ",".join(f"{name}={decimal_text(low)}:{decimal_text(high)}" for name, low, high in sides)


class RegionFromZero(Region):
    """A region of which the variances may begin at 0, which is not one of them."""

    _from_zero: ClassVar[bool] = True
