"""A user's own activation, from SymPy and from callables: what is the same as the catalogue, what is refused."""

import numpy as np
import pytest
import sympy as sp

import selu_math as sm
from selu_math.exceptions import InputError
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL
from selu_math.numbers.symbolic import SYMBOLIC

x, y = sp.symbols("x y")
QUANTITIES = ("mean", "second_moment", "variance", "slope", "curvature", "slope_square")


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        (sp.Max(x, 0), "relu"),
        (x * sp.Heaviside(x), "relu"),
        (sp.Abs(x), "abs"),
        (sp.Min(sp.Max(x, 0), 6), "relu6"),
        (x * sp.Min(sp.Max(x + 3, 0), 6) / 6, "hardswish"),
        (sp.Piecewise((sp.exp(x) - 1, x < 0), (x, True)), "elu"),
        (sp.Piecewise((2 * sp.exp(x / 2) - 2, x <= 0), (x, True)), "celu(2)"),
        (sp.Piecewise((x, sp.Abs(x) > sp.Rational(1, 2)), (0, True)), "hardshrink"),
        (sp.Piecewise((0, y < 0), (y**2, True)), "squared_relu"),
        (sp.sin(x), "sine"),
        (x + sp.sin(x) ** 2, "snake"),
        (x + sp.sin(0.5 * x) ** 2 * 2, "snake(1/2)"),
    ],
)
def test_sympy_gives_what_the_catalogue_has(expression, name):
    made, known = sm.activation_from_sympy(expression).function, sm.parse_activation(name).function
    assert (made.breaks, made.parts) == (known.breaks, known.parts)


def test_a_wave_may_be_shifted():
    made = sm.moments(0.3, 2.0, activation=sm.activation_from_sympy(sp.cos(2 * x + sp.Rational(1, 3))))
    # E cos(2z + 1/3) = exp(-2v) cos(2m + 1/3)
    assert made.mean == pytest.approx(np.exp(-4) * np.cos(0.6 + 1 / 3), rel=1e-14, abs=0)


def test_numbers_keep_their_value():
    assert sm.activation_from_sympy(sp.Integer(3)).is_constant
    made = sm.activation_from_sympy(sp.Piecewise((0.1 * x, x < 0), (sp.E * x, True)), name="mine")
    assert made.name == "mine"
    assert made.function.parts[0].terms[1, 0].rational == 0.1
    assert sm.moments(0.0, 1.0, activation=made).slope == pytest.approx((0.1 + np.e) / 2, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("x + 1", "a SymPy expression is needed, not 'x [+] 1'"),
        (x > 0, "a SymPy expression is needed"),
        (sp.Matrix([x]), "a SymPy expression is needed"),
        (x * y, "must have one variable, not x, y"),
        (sp.tanh(x), r"'tanh\(x\)' is not understood; accepted are"),
        (sp.sqrt(x), "accepted are"),
        (1 / x, "accepted are"),
        (2**x, "accepted are"),
        (x**100, "accepted are"),
        (sp.pi * x, "'pi' is not understood"),
        (sp.I * x, "accepted are"),
        (sp.oo, "accepted are"),
        (sp.nan, "accepted are"),
        (sp.exp(x**2), "not a rational linear function"),
        (sp.sin(sp.pi * x), "'pi' is not understood"),
        (sp.exp(x) * sp.sin(x), "accepted are"),
        (sp.Abs(sp.sin(x)), "cannot be cut into pieces"),
        (sp.Max(x, sp.exp(x)), "cannot be cut into pieces"),
        (sp.Piecewise((sp.sin(x), x < 0), (0, True)), "sines or cosines in pieces"),
        (sp.Piecewise((x, x < sp.sqrt(2)), (0, True)), r"sqrt\(2\) is not rational"),
        (sp.Piecewise((x, x < 0)), "is not defined at x = 1"),
    ],
    ids=str,
)
def test_other_expressions_are_refused(expression, words):
    with pytest.raises(InputError, match=words) as caught:
        sm.activation_from_sympy(expression)
    assert "\n" not in str(caught.value)


def hardshrink(t):
    return np.where(np.abs(t) > 0.5, t, 0)


CALLABLES = (
    (lambda t: np.maximum(t, 0), (), "relu"),
    (lambda t: np.clip(t, 0, 6), ("6",), "relu6"),
    (lambda t: np.where(t > 0, t, np.expm1(np.minimum(t, 0))), (), "elu"),
    (np.tanh, (), "tanh"),
    (lambda t: t / (1 + np.exp(-t)), (), "silu"),
    (np.sin, (), "sine"),
    (hardshrink, (-0.5, 0.5), "hardshrink"),
)


@pytest.mark.parametrize(("function", "breaks", "name"), CALLABLES)
@pytest.mark.parametrize(("m", "v"), [(0, 1), (-2, 0.5), (3, 4), (1 / 3, 9), (0.1, 0.01)])
def test_a_callable_agrees_with_the_exact_activation(function, breaks, name, m, v):
    made = sm.moments(m, v, activation=sm.activation_from_callable(function, breaks=breaks))
    known = sm.moments(m, v, activation=sm.parse_activation(name))
    for quantity in QUANTITIES[:5] if name == "hardshrink" else QUANTITIES:
        size = 1 + float(known.second_moment)
        assert getattr(made, quantity) == pytest.approx(float(getattr(known, quantity)), rel=1e-12, abs=1e-13 * size)


def test_a_callable_broadcasts_and_maps():
    cube = sm.activation_from_callable(lambda t: t**3, name="cube")
    m, v = np.linspace(-1, 1, 3)[:, None], np.array([0.5, 2.0])
    assert sm.moments(m, v, activation=cube).mean == pytest.approx(m**3 + 3 * m * v, rel=1e-13, abs=1e-13)
    assert sm.jacobian(0.0, 2.0, activation=cube) == pytest.approx(np.array([[0, 0], [0, 180.0]]), rel=1e-12, abs=1e-12)
    scaled = cube.affine(*(sm.parse_activation("hardtanh(2, 3)").parameters.values()), name="2 x^3 + 3")
    assert sm.moments(0, 1, activation=scaled).slope_square == pytest.approx(4 * 27, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("function", "v", "quantity", "words"),
    [
        (lambda t: np.exp(t**2), 1, "mean", "is infinite, or made of values beyond 20 deviations"),
        (lambda t: np.exp(t**2), 9, "mean", "is not finite"),
        (lambda t: np.exp(t**2 / 4), 1, "second_moment", "is infinite"),
        (lambda t: np.maximum(t - 0.3, 0), 1, "mean", "changes with finer panels: name its kinks"),
        (lambda t: np.where(t > 1, t, 0), 1, "slope_square", "jumps near 1: the mean of its squared derivative"),
        (lambda t: np.where(t > 1.25, t, 0), 1, "slope_square", "jumps near 1.25"),
        (hardshrink, 1, "slope_square", "changes with finer panels|jumps near"),
        (np.log, 1, "mean", "is not finite"),
    ],
)
def test_moments_that_do_not_exist_are_refused(function, v, quantity, words):
    made = sm.moments(0, v, activation=sm.activation_from_callable(function, name="own"))
    with pytest.raises(InputError, match=words):
        getattr(made, quantity)


@pytest.mark.parametrize(
    "function", [3, lambda t: 3, lambda t: t * 1j, lambda t: t.sum(axis=1), lambda t: t.astype(object)]
)
def test_what_is_no_vectorised_function(function):
    with pytest.raises(InputError, match=r"a callable is needed|must take an array of floats"):
        sm.activation_from_callable(function)


def test_a_break_is_a_number():
    with pytest.raises(InputError, match="a break must be a finite"):
        sm.activation_from_callable(np.tanh, breaks=("a",))


@pytest.mark.parametrize("kit", [BALL, SYMBOLIC])
def test_a_callable_is_for_float64_only(kit):
    own = sm.activation_from_callable(np.tanh, name="own")
    with pytest.raises(InputError, match=r"^own is known by its values alone: float64 only"):
        _ = Moments(kit, own, kit.rational(0), kit.rational(1)).mean
    with pytest.raises(InputError, match="float64 only"):
        sm.gains(own)


def test_two_callables_are_not_combined():
    one, other = (sm.activation_from_callable(f).function for f in (np.tanh, np.sin))
    with pytest.raises(InputError, match="tanh and sin cannot be combined"):
        _ = one + other


def test_second_derivatives_of_a_callable_have_means_but_no_products():
    curvature = sm.activation_from_callable(np.tanh).derivatives[2]
    with pytest.raises(InputError, match="of products of derivatives of tanh only those of the first are known"):
        _ = curvature * curvature
