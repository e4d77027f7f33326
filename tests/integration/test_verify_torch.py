"""Torch as it is installed: the verdict on its SELU, functions written with it, and bfloat16 against its rounding."""

import math
import shutil
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from selu_math.exceptions import InputError  # noqa: E402
from selu_math.numbers.formats import FORMATS  # noqa: E402
from selu_math.testing import Status, assert_selu, check_selu  # noqa: E402
from selu_math.testing.adapters import reach  # noqa: E402
from selu_math.testing.origins import packages  # noqa: E402
from selu_math.testing.targets import resolve_target  # noqa: E402

functional = torch.nn.functional
SCALE, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
DEPTH = 1.7580993408473768599402175208123
FORMATS_OF_TORCH = ("float64", "float32", "bfloat16", "float16")


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_bfloat16_rounds_as_torch_does(value):
    machine = torch.tensor(value, dtype=torch.float32).to(torch.bfloat16)
    number = FORMATS["bfloat16"].round(Fraction(value))
    assert float(number) == machine.double().item()
    if value:
        assert int(number.bits, 16) == machine.view(torch.int16).item() & 0xFFFF


@pytest.mark.parametrize("target", ["torch.nn.functional:selu", "torch:selu", "torch.nn:SELU"])
def test_the_targets_people_type_resolve(target):
    fn = resolve_target(target)
    assert "torch" in packages(fn)
    assert_selu(fn, "float32")


def test_torchs_selu_is_right_in_every_format_gradient_included():
    result = check_selu(functional.selu)
    assert result.passed
    assert {check.dtype for check in result.checks} == set(FORMATS_OF_TORCH)
    assert not [check for check in result.checks if check.status is Status.SKIPPED]
    ulps = {check.dtype: 0.0 for check in result.checks}
    for check in result.checks:
        ulps[check.dtype] = max(ulps[check.dtype], check.ulp or 0.0)
    # float32 rounded once more: 0.5 unless the first rounding falls on a tie; these two are seen at every number
    assert ulps["bfloat16"] == 0.5
    assert 0.5 <= ulps["float16"] < 0.501
    assert ulps["float32"] < 2
    assert ulps["float64"] < 3


def test_strictly_its_constants_are_a_product_in_float64_alone():
    result = check_selu(functional.selu, profile="strict", on_fail=None)
    assert [(check.name, check.dtype) for check in result.failures] in ([("constants", "float64")], [])
    assert all("product of the rounded λ and α" in check.hint for check in result.failures)


def test_single_numbers_are_not_tried_at_every_number_of_a_format():
    called = 0

    def counted(x):
        nonlocal called
        called += 1
        return SCALE * x if x > 0 else DEPTH * torch.expm1(x)

    check_selu(counted, grad=None, dtypes=["float16", "bfloat16"])
    assert 1000 < called < 10_000


def test_dtypes_of_torch_are_understood():
    assert {c.dtype for c in check_selu(torch.selu, dtypes=[torch.bfloat16, "float16"]).checks} == {
        "bfloat16",
        "float16",
    }
    with pytest.raises(InputError, match="accepted: float64, float32, bfloat16, float16"):
        check_selu(torch.selu, dtypes=[torch.int32])


def where_expm1(x):
    return SCALE * torch.where(x > 0, x, ALPHA * torch.expm1(x))


def guarded_expm1(x):
    return SCALE * torch.where(x > 0, x, ALPHA * torch.expm1(torch.where(x > 0, 0, x)))


def naive(x):
    return SCALE * torch.where(x > 0, x, ALPHA * (torch.exp(torch.where(x > 0, 0, x)) - 1))


def scaled_elu(x):
    return SCALE * functional.elu(x, ALPHA)


def five_decimals(x):
    return 1.0507 * functional.elu(x, 1.67326)


def detached(x):
    return functional.selu(x.detach())


def helper(x):
    return torch.expm1(x)


def through_a_helper(x):
    return SCALE * x.clamp(min=0) + DEPTH * helper(x.clamp(max=0))


def in_place(x):
    return functional.selu(x, inplace=True)


def scalar(x):
    if x > 0:
        return SCALE * x
    return DEPTH * torch.expm1(x)


def tutorial(x):  # noqa: RET503  the fault under test
    if x > 0:
        return SCALE * x
    DEPTH * (torch.exp(x) - 1)


class Exact(torch.autograd.Function):
    """A right function with the right gradient, both of its own."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x > 0, SCALE * x, DEPTH * torch.expm1(x.clamp(max=0)))

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * Exact.slope(x)

    @staticmethod
    def slope(x):
        return torch.where(x > 0, torch.full_like(x, SCALE), DEPTH * torch.exp(x.clamp(max=0)))


class SteepNearZero(Exact):
    """Its gradient next to 0- is that of the right-hand side."""

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * torch.where(x > -1e-6, torch.full_like(x, SCALE), Exact.slope(x))


class DeadFarBelow(Exact):
    """Its gradient ends at -17."""

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * torch.where(x <= -17, torch.zeros_like(x), Exact.slope(x))


class Doubling(torch.nn.Module):
    """A module with a weight in single precision that is not torch's own class."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.eye(1))

    def forward(self, x):
        return functional.selu((x.unsqueeze(-1) @ self.weight).squeeze(-1))


@pytest.mark.parametrize("fn", [scaled_elu, Exact.apply, torch.nn.SELU(), lambda x: torch.selu(x)])
def test_no_right_function_fails(fn):
    assert "torch" in packages(fn)
    result = check_selu(fn, on_fail=None)
    assert result.passed, str(result)
    assert {check.dtype for check in result.checks} == set(FORMATS_OF_TORCH)


def test_a_module_that_holds_single_precision_is_checked_in_it():
    result = check_selu(Doubling())
    assert {c.dtype for c in result.checks if c.status is not Status.SKIPPED} == {"float32"}


OUTPUT = "the gradient is computed from the output as f(x) + λα, which cancels"
FAULTS = [
    (where_expm1, {"gradient_finite": "the gradient is not finite: exp(x) overflows", "gradient_below_zero": OUTPUT}),
    (guarded_expm1, {"gradient_below_zero": OUTPUT}),
    (naive, {"values_near_zero": "exp(x) - 1 cancels near 0"}),
    (five_decimals, {"constants": "the constants are cut short (λ = 1.0507, α = 1.67326)"}),
    (through_a_helper, {"gradient_below_zero": OUTPUT, "gradient_at_zero": "f'(0) must lie between"}),
    (in_place, {"input_unchanged": "the input is overwritten", "gradient_below_zero": OUTPUT}),
    (scalar, {"gradient_below_zero": OUTPUT}),
    (tutorial, {"returns_value": "returns None for x < 0: the else branch (or its return) is missing"}),
    (SteepNearZero.apply, {"gradient_near_zero": "the slope is that of x > 0, λ, where it must be λα exp(x)"}),
    (DeadFarBelow.apply, {"gradient_below_zero": "the gradient is dead: exactly 0"}),
]


@pytest.mark.parametrize(("fn", "faults"), FAULTS, ids=[getattr(fn, "__qualname__", "?") for fn, _ in FAULTS])
def test_each_fault_is_caught_and_named(fn, faults):
    result = check_selu(fn, dtypes=["float32"], on_fail=None)
    assert [check.name for check in result.failures] == list(faults), str(result)
    for check, says in zip(result.failures, faults.values(), strict=True):
        assert check.hint.startswith(says)


def test_where_the_dead_gradient_of_expm1_begins():
    (failure,) = check_selu(guarded_expm1, dtypes=["float32"], on_fail=None).failures
    assert failure.got == "0.0"
    assert -87 < failure.worst_x < -16


def test_what_cannot_be_differentiated_is_skipped_unless_a_gradient_is_given():
    result = check_selu(detached, dtypes=["float32"])
    (skipped,) = (check for check in result.checks if check.name.startswith("gradient"))
    assert skipped.status is Status.SKIPPED
    assert skipped.hint.startswith("no gradient by automatic differentiation: raises RuntimeError")
    assert check_selu(detached, grad=Exact.slope, dtypes=["float32"]).passed


def test_numpy_functions_stay_numpys_while_torch_is_loaded():
    def scale_only(x):
        return SCALE * x if x > 0 else DEPTH * math.expm1(x)

    assert reach(scale_only).library.name == "plain Python"


class Poisoned(Exact):
    """Its gradient takes the sum of all inputs, times 0."""

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (Exact.slope(x) + 0 * x.sum())


def test_a_gradient_that_a_nan_poisons_is_named():
    result = check_selu(Poisoned.apply, dtypes=["float32"], on_fail=None)
    hints = {check.name: check.hint for check in result.failures}
    assert hints["gradient_positions"].startswith("nan at position 0 changes the result at position 1: a sum")


def test_a_view_that_is_not_in_one_piece_is_tried():
    def flat(x):
        return functional.selu(x.view(-1)).view(x.shape)

    result = check_selu(flat, dtypes=["float32"], on_fail=None)
    assert [(c.name, c.hint[:39]) for c in result.failures] == [("strides", "a transposed view raises RuntimeError: ")]


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a compiler for C++")
def test_what_torchs_compiler_makes_of_expm1_is_said():
    result = check_selu(functional.selu, dtypes=["float32"], grad=None, compiled=True, on_fail=None)
    eager = [check for check in result.checks if check.name != "compiled"]
    assert not [check for check in eager if check.status is Status.FAILED]
    (check,) = (check for check in result.checks if check.name == "compiled")
    # independently of the checks: one value of a compiled function
    lost = torch.compile(functional.selu)(torch.full((64,), -1e-9))[0].item() == 0.0
    assert (check.status is Status.FAILED) == lost
    assert ("torch.compile makes exp(x) - 1 of expm1(x)" in check.hint) == lost
