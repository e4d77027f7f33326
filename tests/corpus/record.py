"""What the corpus says of an implementation: its fault, and what must be found in which number formats.

A format that no finding names is one in which the fault is none: five decimals of a constant are all that float16 can
tell.  There the implementation must pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from selu_math.testing import CheckResult, Status, check_alpha_dropout, check_init, check_selu

SCALE, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
DEPTH = 1.7580993408473768599402175208123
WIDE, SINGLE, BRAIN, HALF = "float64", "float32", "bfloat16", "float16"
LARGE = (WIDE, SINGLE)

CANCELS = "exp(x) - 1 cancels near 0"
CUT = "the constants are cut short"
DEAD = "the gradient is dead"
NAN_LOST = "nan must stay nan"
OUTPUT = "the gradient is computed from the output as f(x) + λα"
OVERFLOWS = "exp(x) overflows in the branch not taken"
PRODUCT = "λα is the product of the rounded λ and α"
ROUNDINGS = "more roundings than the strict profile allows"
SIX = "an input of shape (2, 3) gives a result of shape (6,)"
STEEP = "the slope is that of x > 0, λ"
UNBOUNDED = "SELU grows without bound"


class Fault(StrEnum):
    """What goes wrong in implementations that people use: of SELU, of alpha dropout, of initialisers."""

    NONE = "right"
    CANCELLATION = "exp(x) - 1 instead of expm1(x)"
    CUT = "truncated constants"
    SINGLE = "float32 constants in float64"
    PRODUCT = "fl(λ)·fl(α) instead of fl(λα)"
    FROM_OUTPUT = "gradient computed from the output"
    OVERFLOW = "where around exp in the gradient"
    SLOPE = "f' at tiny negative x equal to λ"
    NAN = "nan replaced"
    INFINITY = "±inf replaced, or nan there"
    POSITION = "a value or gradient that depends on its place"
    SWAPPED = "α and λ swapped"
    LEAKY = "λ·leaky_relu"
    FACTOR = "λ or α missing on a side"
    NO_ELSE = "missing else"
    ARRAYS = "wrong shape or dtype, or the input modified"
    STRIDES = "strided input read wrongly"
    RANDOM = "nondeterminism"
    OTHER = "another wrong value or slope"
    DROPPED = "alpha dropout: drops to -α instead of -λα"
    AFFINE_A = "alpha dropout: wrong a"
    AFFINE_B = "alpha dropout: b omitted"
    KEPT = "alpha dropout: keep and drop swapped"
    NO_ALPHA = "alpha dropout: something else"
    GAIN = "initialiser: gain 3/4, 2 or a default"
    TRUNCATED = "initialiser: truncated normal uncorrected"
    BIASED = "initialiser: biased low-precision normal"


OF_SELU = frozenset(fault for fault in Fault if fault != Fault.NONE and ":" not in fault)
OF_DROPOUT = frozenset(fault for fault in Fault if fault.startswith("alpha dropout:"))
OF_INITIALISERS = frozenset(fault for fault in Fault if fault.startswith("initialiser:"))


@dataclass(frozen=True)
class Finding:
    """What is to be found: a check by name, a phrase of its hint, and the formats."""

    check: str
    says: str
    formats: tuple[str, ...]


@dataclass(frozen=True)
class Implementation:
    """An implementation of SELU and what is to be found.

    Attributes:
        name: what it does, in a few words.
        fn: the function.
        formats: those in which it is checked.
        fault: what is wrong with it.
        failures: the checks that must fail, and no other.
        conventions: choices that must be reported as such, among others.
        grad: its derivative, if that is not automatic differentiation's; None leaves it out.
        profile: what it is held to.
    """

    name: str
    fn: Callable[[Any], Any]
    formats: tuple[str, ...]
    fault: Fault = Fault.NONE
    failures: tuple[Finding, ...] = ()
    conventions: tuple[Finding, ...] = ()
    grad: Any = "auto"
    profile: Any = "practical"

    @property
    def faulty(self) -> tuple[str, ...]:
        """The formats in which something is to be found; in the others the fault is none."""
        return tuple(name for name in self.formats if any(name in finding.formats for finding in self.failures))

    def result(self, formats: tuple[str, ...]) -> CheckResult:
        """Check it in some of its formats."""
        return check_selu(self.fn, grad=self.grad, dtypes=formats, profile=self.profile, on_fail=None)

    def differences(self, formats: tuple[str, ...] = ()) -> list[str]:
        """Return what is found and should not be, and what should be and is not, in some or all of its formats."""
        formats = formats or self.formats
        return self.compared(self.result(formats), formats)

    def compared(self, result: CheckResult, formats: tuple[str, ...]) -> list[str]:
        """Return the same of a result that is there already."""
        lost = [
            f"no convention {wanted.check} [{name}]: {wanted.says}"
            for wanted in self.conventions
            for name in wanted.formats
            if name in formats
            and not any(
                (check.name, check.dtype, check.status) == (wanted.check, name, Status.CONVENTION)
                and wanted.says in check.hint
                for check in result.checks
            )
        ]
        return _compared(result, self.failures, formats) + lost


@dataclass(frozen=True)
class Dropout:
    """An implementation of alpha dropout and what is to be found, in float64 and float32."""

    name: str
    fn: Callable[..., Any]
    fault: Fault = Fault.NONE
    failures: tuple[Finding, ...] = ()

    def differences(self) -> list[str]:
        """Return what is found and should not be, and what should be and is not."""
        return _compared(check_alpha_dropout(self.fn, p=0.1, on_fail=None), self.failures, LARGE)


@dataclass(frozen=True)
class Weights:
    """An initialiser, which gives units by inputs, and what is to be found in the weights' format."""

    name: str
    draw: Callable[[], Any]
    fault: Fault = Fault.NONE
    failures: tuple[Finding, ...] = ()

    def differences(self) -> list[str]:
        """Return what is found and should not be, and what should be and is not."""
        return _compared(check_init(self.draw(), on_fail=None), self.failures, LARGE)


def _compared(result: CheckResult, wanted: tuple[Finding, ...], formats: tuple[str, ...]) -> list[str]:
    says = {(w.check, name): w.says for w in wanted for name in w.formats if name in formats}
    found = {(check.name, check.dtype): check for check in result.failures if check.dtype in formats}
    lines = [f"not found: {check} [{name}]: {says[check, name]}" for check, name in says if (check, name) not in found]
    for key, check in found.items():
        if key not in says:
            lines.append(f"found besides: {check}")
        elif says[key] not in check.hint:
            lines.append(f"should say {says[key]!r}: {check}")
    return lines
