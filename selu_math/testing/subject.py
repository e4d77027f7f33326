"""One implementation at one number format: what the checks ask it, and how they write down what they find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isnan

import numpy as np

from selu_math.numbers.formats import FORMATS, BinaryFormat
from selu_math.testing.adapters import Implementation, Output
from selu_math.testing.judgement import Judgement, Mask, as_float, judge, span
from selu_math.testing.probes import Array, grid
from selu_math.testing.profiles import Profile
from selu_math.testing.result import Check, Status, show_number
from selu_math.testing.truth import Constants, round_all, truth


@dataclass(frozen=True)
class Recovered:
    """The constants to judge by: the true ones, or where the implementation has others, its own.

    Attributes:
        constants: the pair.
        own_above: whether the slope above zero is the implementation's own, so that lambda itself is wrong.
        own_below: whether the depth below zero is.
        is_selu: whether the function is a SELU at all, apart from its constants; if not, own constants mean nothing.
    """

    constants: Constants
    own_above: bool = False
    own_below: bool = False
    is_selu: bool = True


@dataclass(frozen=True)
class Slope:
    """The derivative of an implementation.

    Attributes:
        at: gives it at an array of inputs, in a number format.
        given: whether it is a function of the caller's, not automatic differentiation.
    """

    at: Callable[[Array, str], Output]
    given: bool


@dataclass(frozen=True)
class Subject:
    """An implementation under test at one format.

    Attributes:
        implementation: how to call it.
        form: the number format.
        profile: the tolerance.
    """

    implementation: Implementation
    form: BinaryFormat
    profile: Profile

    def call(self, x: Array, layout: str = "") -> Output:
        """Return the output for ``x``, rounded to the format where the implementation gave a wider one."""
        return self._rounded(self.implementation.call(x, self.form.name, layout))

    def differentiate(self, slope: Slope, x: Array) -> Output:
        """Return the slope at ``x``, likewise."""
        return self._rounded(slope.at(x, self.form.name))

    def _rounded(self, output: Output) -> Output:
        given = FORMATS.get(output.dtype)
        if given is None or given.precision <= self.form.precision:
            return output
        values = round_all(output.values, self.form)
        return Output(values, output.dtype, output.shape, output.faults, output.mutated)

    @property
    def sparse(self) -> bool:
        """Whether probes are few: calls with one number each take long."""
        return self.implementation.elementwise

    @property
    def probes(self) -> Array:
        """The inputs that values and slopes are judged at: of a 16-bit format all, unless calls are slow."""
        return grid(self.form, sparse=self.sparse)

    @cached_property
    def over_grid(self) -> Output:
        """The output over all probes."""
        return self.call(self.probes)

    def compiled_over_grid(self) -> Output:
        """Return the output over all probes by way of the library's compiler."""
        return self._rounded(self.implementation.compiled(self.probes, self.form.name))

    def judge(self, output: Output, recovered: Recovered, *, slope: bool = False) -> Judgement:
        """Judge an output over all probes; an implementation's own constants are rounded, hence the wide bound."""
        own, wide = self.profile.tolerance(self.form), Profile.PRACTICAL.tolerance(self.form)
        above = wide if recovered.own_above else own
        below = wide if recovered.own_below else own
        right = truth(self.form, recovered.constants, slope=slope, sparse=self.sparse)
        return judge(output.values, right, below, above)

    def record(self, name: str, status: Status = Status.PASSED, hint: str = "") -> Check:
        """Return a record without a case."""
        return Check(name, status, self.form.name, hint)

    def at(self, name: str, status: Status, hint: str, x: float, output: Output, expected: float, i: int = 0) -> Check:
        """Return a record about a single input ``x``, the ``i``-th that ``output`` came from."""
        got = float(output.values[i])
        ulp = None
        if np.isfinite(got) and np.isfinite(expected):
            ulp = as_float(abs(Fraction(got) - Fraction(expected)) / self.form.ulp(Fraction(expected)))
        shown = show_number(expected, self.form)
        return Check(name, status, self.form.name, hint, "", x, output.show(i, self.form), shown, ulp)

    def worst(self, name: str, status: Status, hint: str, judged: Judgement, mask: Mask, output: Output) -> Check:
        """Return a record about the worst probe under ``mask``; of a failure, all of those are at fault."""
        i = judged.worst(mask)
        count = int(np.count_nonzero(mask))
        where = "" if status is Status.PASSED else f"{count} probe{'s' * (count > 1)} {span(judged.x[mask])}"
        error = float(judged.error[i])
        return Check(
            name,
            status,
            self.form.name,
            hint,
            where,
            float(judged.x[i]),
            output.show(i, self.form),
            show_number(float(judged.truth.nearest[i]), self.form),
            None if isnan(float(judged.got[i])) else error,
        )
