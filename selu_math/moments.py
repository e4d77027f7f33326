"""Gaussian moments of an activation and of its derivatives, in any kit.

Derivatives with respect to ``m`` and ``v`` follow from Price's and Stein's identities, ``dE[h]/dm = E[h']`` and
``dE[h]/dv = E[h'']/2`` with h' and h'' distributional; nothing is differenced numerically.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from selu_math.activations import SELU, Activation
from selu_math.arrays import takes_foreign_arrays
from selu_math.exceptions import InputError, quoted
from selu_math.gaussian import GaussianExpectation
from selu_math.numbers.kit import Kit

if TYPE_CHECKING:
    from selu_math.centred import CentredPlan
    from selu_math.float_moments import FloatMoments, Plan

SecondPartials: TypeAlias = tuple[Any, Any, Any]


def lazily(compute: Callable[[Any], Any]) -> cached_property[Any]:
    """Return a property that computes once, within its kit's own scope."""

    def run(self: Any) -> Any:
        with self.kit.evaluating():
            return compute(self)

    run.__doc__ = compute.__doc__
    return cached_property(run)


class Moments:
    """Moments of ``f(z)``, ``z ~ N(m, v)``, each computed when asked for.

    Values are numbers of the kit.  In float64 they broadcast ``m`` against ``v`` and are not certified: relative
    errors grow where a variance is tiny against the squared mean or where ``m`` is many deviations from zero.

    Args:
        kit: the number system.
        activation: f.
        m: mean of the pre-activation.
        v: variance of the pre-activation, positive.
    """

    def __init__(self, kit: Kit[Any], activation: Activation, m: Any, v: Any) -> None:
        self.kit, self.activation, self.m, self.v = kit, activation, m, v

    @lazily
    def _expect(self) -> GaussianExpectation:
        return GaussianExpectation(self.kit, self.m, self.v)

    @lazily
    def _f(self) -> list[Any]:
        return [self._expect(h) for h in self.activation.derivatives[:3]]

    @lazily
    def _g(self) -> list[Any]:
        return [self._expect(h) for h in self.activation.square_derivatives[:3]]

    @lazily
    def mean(self) -> Any:
        """E f, the new mean."""
        return self._expect(self.activation.function)

    @lazily
    def second_moment(self) -> Any:
        """E f**2."""
        return self._expect(self.activation.square)

    @lazily
    def variance(self) -> Any:
        """Var f = E f**2 - (E f)**2, the new variance."""
        return self.second_moment - self.kit.square(self.mean)

    @lazily
    def slope(self) -> Any:
        """E f'."""
        return self._f[1]

    @lazily
    def curvature(self) -> Any:
        """E f'', kinks included."""
        return self._f[2]

    @lazily
    def slope_square(self) -> Any:
        """E f'**2, the factor by which a layer multiplies the mean squared gradient at tau = 1."""
        return self._expect(self.activation.slope_square)

    @lazily
    def gradient(self) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """Partial derivatives of (mean, variance), rows, by (m, v), columns."""
        f, g = self._f, self._g
        half_curvature = f[2] / 2
        return (
            (f[1], half_curvature),
            (g[1] - 2 * f[0] * f[1], g[2] / 2 - 2 * f[0] * half_curvature),
        )

    @lazily
    def hessian(self) -> tuple[SecondPartials, SecondPartials]:
        """Second partial derivatives of mean and of variance by (mm, mv, vv)."""
        f = [*self._f, *(self._expect(h) for h in self.activation.derivatives[3:5])]
        g = [*self._g, *(self._expect(h) for h in self.activation.square_derivatives[3:5])]
        by_m, by_v = f[1], f[2] / 2
        mean = (f[2], f[3] / 2, f[4] / 4)
        variance = (
            g[2] - 2 * (self.kit.square(by_m) + f[0] * mean[0]),
            g[3] / 2 - 2 * (by_m * by_v + f[0] * mean[1]),
            g[4] / 4 - 2 * (self.kit.square(by_v) + f[0] * mean[2]),
        )
        return mean, variance


class StableMoments(Moments):
    """The same in float64 without cancellation; see :mod:`selu_math.float_moments` and :mod:`selu_math.centred`."""

    def __init__(self, plan: Plan | CentredPlan, activation: Activation, m: Any, v: Any) -> None:
        from selu_math.numbers.float64 import FLOAT64

        super().__init__(FLOAT64, activation, m, v)
        self._plan = plan
        self._closed = Moments(FLOAT64, activation, m, v)

    @lazily
    def _responses(self) -> FloatMoments:
        return self._plan.moments(self.m, self.v, responses=True)

    @lazily
    def _base(self) -> FloatMoments:
        return self._responses if "_responses" in vars(self) else self._plan.moments(self.m, self.v)

    def _where_wide(self, planned: Any, closed: Callable[[Moments], Any]) -> Any:
        """Return what the plan gives, and the closed form where waves are too short for its panels."""
        if self._plan.widest == np.inf:
            return planned
        wide = self.v > self._plan.widest**2
        return np.where(wide, closed(self._closed), planned)[()] if np.any(wide) else planned

    @lazily
    def mean(self) -> Any:
        """E f, the new mean."""
        return self._where_wide(self._base.mean, lambda closed: closed.mean)

    @lazily
    def second_moment(self) -> Any:
        """E f**2."""
        return self.variance + self.mean**2

    @lazily
    def variance(self) -> Any:
        """Var f, the new variance."""
        return self._where_wide(self._base.variance, lambda closed: closed.variance)

    @lazily
    def slope(self) -> Any:
        """E f'."""
        return self._where_wide(self._responses.slope, lambda closed: closed.slope)

    @lazily
    def curvature(self) -> Any:
        """E f'', kinks included."""
        return self._where_wide(self._responses.curvature, lambda closed: closed.curvature)

    @lazily
    def slope_square(self) -> Any:
        """E f'**2."""
        self.activation.slope_square  # noqa: B018 - raises where f jumps
        return self._where_wide(self._responses.slope_square, lambda closed: closed.slope_square)

    @lazily
    def gradient(self) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """Partial derivatives of (mean, variance), rows, by (m, v), columns."""
        by_m = self._where_wide(self._responses.by_m, lambda closed: closed.gradient[1][0])
        by_v = self._where_wide(self._responses.by_v, lambda closed: closed.gradient[1][1])
        return (self.slope, self.curvature / 2), (by_m, by_v)


_PLANS: Final[WeakKeyDictionary[Activation, Plan | CentredPlan]] = WeakKeyDictionary()


def moments_in(kit: Kit[Any], activation: Activation, m: Any, v: Any) -> Moments:
    """Return the moments of an activation in a kit, by the evaluation that suits both."""
    if kit.name != "float64":
        return Moments(kit, activation, m, v)
    from selu_math.centred import CentredPlan
    from selu_math.float_moments import Plan

    plan = _PLANS.get(activation)
    if plan is None:
        if Plan.suits(activation.function):
            plan = Plan(activation.function)
        elif CentredPlan.suits(activation.function):
            plan = CentredPlan(activation.function)
        else:
            return Moments(kit, activation, m, v)
        _PLANS[activation] = plan
    return StableMoments(plan, activation, m, v)


@takes_foreign_arrays
def moments(m: ArrayLike, v: ArrayLike, *, activation: Activation = SELU) -> Moments:
    """Return float64 moments of ``activation(z)``, ``z ~ N(m, v)``.

    Args:
        m: means, any shape.
        v: variances, positive, broadcasting against ``m``.
        activation: a catalogue entry or a user's own.

    Returns:
        An object with ``mean``, ``variance``, ``second_moment``, ``slope``, ``curvature``, ``slope_square``, each of
        the broadcast shape; 0-d in gives scalars out.  Arrays of another library come back as that library's.

    Raises:
        InputError: if a variance is not positive or an entry is not finite.
    """
    from selu_math.numbers.float64 import FLOAT64

    m_array, v_array = as_parameters(m=m, v=v)
    return moments_in(FLOAT64, activation, m_array, v_array)


def as_parameters(**values: ArrayLike) -> tuple[Any, ...]:
    """Return float64 arrays broadcast together; ``v``, ``variance`` and ``tau`` must be positive.

    Raises:
        InputError: for entries that are not finite, or not positive where they must be.
    """
    arrays = []
    for name, value in values.items():
        try:
            if np.iscomplexobj(value):
                raise TypeError
            array = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError, OverflowError, RuntimeError):  # torch refuses tensors that track gradients so
            shown = " ".join(quoted(value).split())  # arrays are shown in rows
            raise InputError(f"{name} must be real numbers within float64, not {shown}") from None
        _require(np.isfinite(array), array, f"{name} must be finite")
        if name in {"v", "variance", "tau"}:
            _require(array > 0, array, f"{name} must be positive")
        arrays.append(array)
    try:
        return tuple(array[()] for array in np.broadcast_arrays(*arrays))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in zip(values, arrays, strict=True))
        raise InputError(f"shapes do not broadcast: {shapes}") from None


def _require(holds: Any, array: Any, what: str) -> None:
    """Raise where something does not hold of every entry; the first that fails is named by its index."""
    if not np.all(holds):
        at = tuple(int(i) for i in np.argwhere(~holds)[0])
        value = float(array[at])
        raise InputError(f"{what}; entry {list(at)} is {value}" if at else f"{what}, not {value}")
