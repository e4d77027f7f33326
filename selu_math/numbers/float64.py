"""The float64 kit: NumPy arrays of doubles, elementwise, broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from fractions import Fraction
from functools import lru_cache, reduce
from math import pi, sqrt
from operator import add
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, ndtr

from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact

if TYPE_CHECKING:
    from selu_math.numbers.kit import Integrand

Array: TypeAlias = NDArray[np.float64]


@lru_cache(maxsize=4096)
def round_exact(value: Exact) -> float:
    """Return the double nearest to an exact number (ties to even)."""
    if (q := value.rational) is not None:
        return _nearest(q)
    from selu_math.numbers.ball import BALL
    from selu_math.numbers.enclosure import Enclosure, prove

    return prove(lambda: Enclosure(BALL.exact(value)), lambda x: x.nearest_float(), bits=128, what="a double")


def _nearest(q: Fraction) -> float:
    try:
        return float(q)
    except OverflowError:
        raise InputError("a coefficient of the activation, or the square of a rate, is beyond float64") from None


def summed(terms: Iterable[Any]) -> Any:
    """Return the sum, 0 of nothing; unlike :func:`sum` without a pass over an array to add 0 to it."""
    rest = iter(terms)
    return reduce(add, rest, next(rest, 0.0))


class Float64Kit:
    """Numbers are float64 arrays or scalars; constants are correctly rounded, results are not certified."""

    name: Final = "float64"

    def evaluating(self) -> AbstractContextManager[None]:
        """Return a scope without warnings: inf and nan are results, and say enough."""
        return np.errstate(all="ignore")

    def rational(self, q: Fraction) -> Any:
        """Return the nearest double."""
        return np.float64(_nearest(q))

    def exact(self, value: Exact) -> Any:
        """Return the double nearest to an exact number."""
        return np.float64(round_exact(value))

    def sqrt(self, x: Any) -> Any:
        """Return the square root."""
        return np.sqrt(x)

    def square(self, x: Any) -> Any:
        """Return the square."""
        return x * x

    def exp(self, x: Any) -> Any:
        """Return the exponential."""
        return np.exp(x)

    def cos(self, x: Any) -> Any:
        """Return the cosine."""
        return np.cos(x)

    def sin(self, x: Any) -> Any:
        """Return the sine."""
        return np.sin(x)

    def tilted_density(self, a: Any, t: Any) -> Any:
        """Return ``exp(a) * phi(t)``."""
        return np.exp(a - t * t / 2) / sqrt(2 * pi)

    def tilted_cdf(self, a: Any, t: Any, density: Any) -> Any:
        """Return ``exp(a) * Phi(t)``: the density times the Mills ratio where ``t < 0``, so that nothing overflows."""
        tail = density * (sqrt(pi / 2) * erfcx(np.maximum(-t, 0.0) / sqrt(2)))
        body = np.exp(np.where(t < 0, 0.0, a)) * ndtr(t)
        return np.where(t < 0, tail, body)[()]

    def integrator(self, m: Any, s: Any) -> Callable[[Integrand], Any]:
        """Return what takes a smooth function to its mean under ``N(m, s**2)``, by quadrature."""
        from selu_math.numbers.float_quadrature import Integrator

        return Integrator(self, m, s)


FLOAT64: Final = Float64Kit()
