"""Both layer maps and their Jacobians against quadrature and complex steps of the whole map, omega and tau included."""

import pytest
import truth
from helpers import assert_encloses
from mpmath import mpf
from problems import INPUTS, MAIN, SELU

from selu_math.activations import parse_activation
from selu_math.layer import Layer, MapKind, jacobian, layer_map, propagate
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.symbolic import SYMBOLIC

CASES = [
    pytest.param(problem, kind, numbers, id=f"{problem}-{kind}-{'_'.join(map(str, numbers))}")
    for problem in MAIN
    for kind in MapKind
    for numbers in INPUTS[1:]
]


@pytest.mark.parametrize(("problem", "kind", "numbers"), CASES)
def test_a_layer_of_balls_encloses_quadrature(problem, kind, numbers):
    image, expected = truth.layer_with_jacobian(problem, kind, numbers)
    with precision(192):
        layer = Layer(BALL, *map(BALL.rational, numbers), parse_activation(problem.text), kind)
        balls = [layer.mean, layer.variance, *layer.jacobian[0], *layer.jacobian[1]]
        for ball, value in zip(balls, [*image, *expected[0], *expected[1]], strict=True):
            assert_encloses(ball, value, max_radius=mpf(10) ** -50, known_to=truth.KNOWN_TO)


@pytest.mark.parametrize(("problem", "kind", "numbers"), CASES)
def test_a_layer_of_doubles_agrees_with_quadrature(problem, kind, numbers):
    image, expected = truth.layer_with_jacobian(problem, kind, numbers)
    mean, variance, omega, tau = map(float, numbers)
    weights = {"omega": omega if kind is MapKind.PAPER else 0.0, "tau": tau}
    options = {"activation": parse_activation(problem.text), "kind": kind.value}
    got = layer_map(mean, variance, **weights, **options)
    assert list(got) == pytest.approx([float(x) for x in image], rel=1e-14, abs=1e-15)
    rows = jacobian(mean, variance, **weights, **options).tolist()
    for row, wanted in zip(rows, expected, strict=True):
        assert row == pytest.approx([float(x) for x in wanted], rel=1e-14, abs=1e-15)


def test_a_symbolic_layer_agrees_with_quadrature():
    image, expected = truth.layer_with_jacobian(SELU, MapKind.PAPER, INPUTS[1])
    layer = Layer(SYMBOLIC, *map(SYMBOLIC.rational, INPUTS[1]), parse_activation("selu"), MapKind.PAPER)
    got = [layer.mean, layer.variance, *layer.jacobian[0], *layer.jacobian[1]]
    for expression, value in zip(got, [*image, *expected[0], *expected[1]], strict=True):
        assert abs(expression.evalf(50)._to_mpmath(200) - value) < mpf(10) ** -48


def test_propagation_repeats_the_map():
    path = propagate([0.1, -0.2], [1.2, 0.7], 3, omega=0.05, tau=0.9)
    assert path.mean.shape == path.variance.shape == (4, 2)
    assert path.mean[0].tolist() == [0.1, -0.2]
    for layer in range(3):
        step = layer_map(path.mean[layer], path.variance[layer], omega=0.05, tau=0.9)
        assert step.mean.tolist() == path.mean[layer + 1].tolist()
        assert step.variance.tolist() == path.variance[layer + 1].tolist()
