"""The two entry points: check an implementation of SELU, or assert that it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from inspect import isbuiltin
from typing import Any, Final, Literal, TypeAlias

from selu_math.exceptions import InputError, quoted, unknown_name
from selu_math.numbers.formats import FORMATS
from selu_math.testing import checks
from selu_math.testing.adapters import Implementation, reach, refusal
from selu_math.testing.gradient import gradient
from selu_math.testing.probes import SAMPLE
from selu_math.testing.profiles import Profile, ProfileName
from selu_math.testing.result import Check, CheckResult, OnFail, Status, require_on_fail
from selu_math.testing.structure import STRUCTURE, deterministic, structure
from selu_math.testing.subject import Slope, Subject

Gradient: TypeAlias = Callable[[Any], Any] | Literal["auto"] | None

_VALUES: Final = (
    "precision",
    "constants",
    "values_above_zero",
    "values_near_zero",
    "values_below_zero",
    "subnormals",
    "infinities",
    "nan",
    "zeros",
)
_GRADIENT: Final = (
    "gradient_finite",
    "gradient_above_zero",
    "gradient_near_zero",
    "gradient_below_zero",
    "gradient_subnormals",
    "gradient_at_zero",
    "gradient_positions",
)
_OF_ARRAYS: Final = ("shape", "dtype", "input_unchanged")
CHECKS: Final = (
    "elementwise",
    "returns_value",
    *_OF_ARRAYS,
    "deterministic",
    *STRUCTURE,
    *_VALUES,
    "compiled",
    *_GRADIENT,
)
"""The names of all checks, in the order they are made."""


def check_selu(
    fn: Callable[[Any], Any],
    *,
    grad: Gradient = "auto",
    dtypes: Iterable[Any] | None = None,
    profile: ProfileName = "practical",
    compiled: bool | None = None,
    expected_failures: Mapping[str, str] | None = None,
    on_fail: OnFail = "raise",
) -> CheckResult:
    """Find what an implementation of SELU gets right and wrong.

    It is probed at all numbers of the 16-bit formats (at some, where it takes one number at a time) and in every binade
    of the others, on both sides of zero, and judged in exact arithmetic against proved values (Klambauer et al. 2017,
    eq. 2, with lambda and alpha of eq. 14).

    Args:
        fn: the implementation: a function of one array (NumPy, torch, jax, keras, or any library that follows the
            array API) or one Python float, a module or layer, or an ONNX model loaded by ``resolve_target``.  What
            raises for arrays is called with one number at a time.
        grad: its derivative, a function of the same argument; ``"auto"`` differentiates functions of torch and jax
            as these do and leaves others; None leaves the gradient out.
        dtypes: number formats, as names or as dtypes; None takes all that the library has and ``fn`` keeps: float64,
            float32, float16, and bfloat16 in torch and jax.
        profile: ``"practical"`` never fails correct code; ``"strict"`` allows 2 ulp (3 in float64, 1 in 16 bits), only
            correctly rounded constants.
        compiled: whether it is also compiled, by ``jax.jit`` or ``torch.compile``, and judged once more; None does so
            where it takes no more time than the rest, with jax.
        expected_failures: names of checks that are known to fail, with the reason; their failures do not count.
        on_fail: ``"raise"`` raises an AssertionError, ``"warn"`` warns, None only returns the result.

    Returns:
        One record for each check and format; ``str`` shows what is to be read.

    Raises:
        AssertionError: where a check failed and ``on_fail`` is ``"raise"``.
        InputError: for an unknown dtype, profile or check, or something that is no function.
        MissingExtraError: where a torch function is given and torch is not installed.
    """
    require_on_fail(on_fail)
    plan = planned(
        fn, grad=grad, dtypes=dtypes, profile=profile, compiled=compiled, expected_failures=expected_failures
    )
    return plan.run().concluded(on_fail)


@dataclass(frozen=True)
class Plan:
    """What :func:`check_selu` is going to do: arguments are judged, and it is known how to call the implementation.

    Attributes:
        target: the implementation's name.
        implementation: how to call it.
        slope: its derivative, where there is one.
        formats: the number formats, in order.
        profile: the tolerance.
        expected: names of checks that are known to fail, with the reason.
        must_keep_dtype: whether the formats were asked for by name.
        with_gradient: whether the derivative is asked for.
        compiled: whether the compiled implementation is judged, too.
    """

    target: str
    implementation: Implementation
    slope: Slope | None
    formats: tuple[str, ...]
    profile: Profile
    expected: Mapping[str, str]
    must_keep_dtype: bool
    with_gradient: bool
    compiled: bool

    @property
    def cases(self) -> tuple[tuple[str, str], ...]:
        """The checks that may be made, each with its number format, in order; only skipped ones may be missing."""
        elementwise, shapes = self.implementation.elementwise, self.implementation.library.shapes
        left_out = {"elementwise"}
        if elementwise:
            left_out |= {*_OF_ARRAYS, *STRUCTURE, "gradient_positions"}
        if shapes != "any":
            left_out |= {"shape", "zero_dimensional", *(STRUCTURE if shapes == "fixed" else ())}
        if not self.compiled:
            left_out.add("compiled")
        if self.slope is None:
            left_out |= set(_GRADIENT[1:] if self.with_gradient else _GRADIENT)
        first = [("elementwise", self.formats[0])] if elementwise or shapes == "fixed" else []
        pairs = [(name, dtype) for dtype in self.formats for name in CHECKS if name not in left_out]
        return tuple(dict.fromkeys(first + pairs))

    def run(self) -> CheckResult:
        """Make all checks."""
        implementation, formats, expected = self.implementation, self.formats, self.expected
        found: list[Check] = []
        hint = ""
        if implementation.elementwise:
            hint = f"called with one number at a time, since an array {implementation.note}"
        elif implementation.library.shapes == "fixed":
            hint = f"{implementation.library.name} takes arrays of one shape: they go in by pieces"
        if hint:
            found.append(Check("elementwise", Status.CONVENTION, formats[0], hint))
        refused = {name: refusal(implementation.call(SAMPLE, name)) for name in formats}
        for name in formats:
            subject = Subject(implementation, FORMATS[name], self.profile)
            if not self.must_keep_dtype and refused[name] and (name != formats[0] or not all(refused.values())):
                found.append(subject.record("returns_value", Status.SKIPPED, f"{name} is not taken: {refused[name]}"))
            else:
                found += _examine(subject, self)
        announced = (
            replace(check, status=Status.EXPECTED, hint=f"{expected[check.name]} ({check.hint})")
            if check.status is Status.FAILED and check.name in expected
            else check
            for check in found
        )
        return CheckResult(self.target, str(self.profile), tuple(announced))


def planned(
    fn: Callable[[Any], Any],
    *,
    grad: Gradient = "auto",
    dtypes: Iterable[Any] | None = None,
    profile: ProfileName = "practical",
    compiled: bool | None = None,
    expected_failures: Mapping[str, str] | None = None,
) -> Plan:
    """Return what :func:`check_selu` would do; ``fn`` is called with a few numbers, to see what it takes.

    Raises:
        InputError: as for :func:`check_selu`.
        MissingExtraError: as for :func:`check_selu`.
    """
    if not callable(fn):
        raise InputError(f"an implementation must be callable, not {quoted(fn)}")
    expected = dict(expected_failures or {})
    for name in expected:
        _known(name, CHECKS, "check")
    held_to = Profile.of(profile)
    implementation = reach(fn)
    library = implementation.library
    if compiled and not library.compiler:
        raise InputError(f"{library.name} has no compiler; leave compiled out")
    compiling = library.compiles_quickly if compiled is None else compiled
    return Plan(
        target=_name(fn),
        implementation=implementation,
        slope=_slope(implementation, grad),
        formats=_formats(dtypes, implementation),
        profile=held_to,
        expected=expected,
        must_keep_dtype=dtypes is not None,
        with_gradient=grad is not None,
        compiled=compiling and not implementation.elementwise,
    )


def assert_selu(
    fn: Callable[[Any], Any], dtype: Any = None, *, grad: Gradient = None, profile: ProfileName = "practical"
) -> None:
    """Raise an AssertionError that says what is wrong, unless ``fn`` is a right implementation of SELU.

    Args:
        fn: the implementation, as for :func:`check_selu`.
        dtype: one number format; None takes all.
        grad: its derivative, or ``"auto"``, as for :func:`check_selu`; by default it is left out.
        profile: ``"practical"`` or ``"strict"``.

    Raises:
        AssertionError: where a check failed.
        InputError: as for :func:`check_selu`.
        MissingExtraError: as for :func:`check_selu`.
    """
    check_selu(fn, grad=grad, dtypes=None if dtype is None else [dtype], profile=profile)


def _examine(subject: Subject, plan: Plan) -> Iterator[Check]:
    """Yield the records of one format; a 16-bit format that was not asked for by name need not be kept."""
    first = checks.returns_value(subject)
    yield first
    rest = (*_VALUES, *(["compiled"] if plan.compiled else []), *(_GRADIENT if plan.with_gradient else ()))
    elementwise, shapes = subject.implementation.elementwise, subject.implementation.library.shapes
    if first.status is Status.FAILED:
        structural = (*_OF_ARRAYS, "deterministic", *STRUCTURE)
        yield from _skipped(subject, (*structural, *rest), "needs a number for every x")
        return
    keeps_shape = True
    if not elementwise:
        kept = checks.dtype(subject)
        if not plan.must_keep_dtype and kept.status is Status.FAILED and subject.form.storage_bits == 16:
            yield subject.record("dtype", Status.SKIPPED, f"does not keep {subject.form.name}")
            return
        if shapes == "any":
            shape = checks.shape(subject)
            yield shape
        keeps_shape = shapes == "any" and shape.status is Status.PASSED
        yield kept
        yield checks.input_unchanged(subject)
        if checks.is_narrowed(subject):
            hint = "needs a result in the input's dtype"
            yield from _skipped(subject, ("deterministic", *STRUCTURE, *rest), hint)
            return
    repeated = deterministic(subject)
    yield repeated
    if repeated.status is Status.FAILED:
        yield from _skipped(subject, (*(() if elementwise else STRUCTURE), *rest), "needs the same result every time")
        return
    if not elementwise and shapes != "fixed":
        found = tuple(structure(subject, keeps_shape=keeps_shape))
        yield from found
        if any(check.status is Status.FAILED and check.name in {"lengths", "neighbours"} for check in found):
            yield from _skipped(subject, rest, "needs results that depend on x alone")
            return
    narrow = checks.precision(subject)
    yield narrow
    if narrow.status is Status.FAILED:
        at_points = ("infinities", "nan", "zeros")
        measured = (name for name in rest if name not in {*at_points, "precision"})
        yield from _skipped(subject, measured, f"needs steps in {subject.form.name}")
        yield from checks.at_points(subject, is_selu=False)
        return
    check, recovered = checks.constants(subject)
    yield check
    yield from checks.values(subject, recovered)
    yield from checks.at_points(subject, is_selu=recovered.is_selu)
    if plan.compiled:
        yield checks.compiled(subject, recovered)
    if plan.with_gradient and plan.slope is None:
        hint = f"{subject.implementation.library.name} does not differentiate; give the derivative as grad"
        yield subject.record("gradient_finite", Status.SKIPPED, hint)
    elif plan.slope is not None:
        yield from gradient(subject, plan.slope, recovered)


def _skipped(subject: Subject, names: Iterable[str], hint: str) -> Iterator[Check]:
    return (subject.record(name, Status.SKIPPED, hint) for name in names)


def _slope(implementation: Implementation, grad: Gradient) -> Slope | None:
    if callable(grad):
        return Slope(reach(grad).call, given=True)
    if grad not in {"auto", None}:
        raise InputError(f"grad must be a function, 'auto' or None, not {quoted(grad)}")
    by_library = grad == "auto" and implementation.library.differentiates
    return Slope(implementation.slope, given=False) if by_library else None


def _formats(dtypes: Iterable[Any] | None, implementation: Implementation) -> tuple[str, ...]:
    reached = implementation.library.formats
    if dtypes is None:
        return reached
    asked = [dtypes] if isinstance(dtypes, str) else list(dtypes)
    names = list(map(dtype_name, asked))
    if not names:
        raise InputError(f"dtypes is empty; accepted: {', '.join(reached)}")
    return tuple(_known(name, reached, f"dtype for {implementation.library.name}") for name in names)


def dtype_name(dtype: Any) -> str:
    """Return the name of a dtype, or of what is a name already."""
    # numpy.float32 is a class, numpy.dtype and torch.float32 print their names
    return str(getattr(dtype, "__name__", dtype)).rpartition(".")[2]


def _known(name: str, accepted: tuple[str, ...], what: str) -> str:
    if name in accepted:
        return name
    raise unknown_name(what, name, accepted)


def _name(fn: Any) -> str:
    owner = getattr(fn, "__self__", None)
    if isinstance(owner, type):
        return f"{_name(owner)}.{fn.__name__}"
    # the qualified names of built-in functions lead through private classes
    name = getattr(fn, "__name__" if isbuiltin(fn) else "__qualname__", None) or type(fn).__qualname__
    module = getattr(fn, "__module__", None)
    return f"{module}.{name}" if module and module != "__main__" else str(name)
