"""Growth of very small and very large variances: published limits, and bounds that another map obeys."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from helpers import assert_encloses
from multistart import BOTH, layer
from truth import selu_constants

from selu_math.activations import parse_activation
from selu_math.asymptotics import end_above, end_below, far_form, near_form, variance_growth
from selu_math.layer import MapKind
from selu_math.numbers.ball import BALL, precision
from selu_math.proofs.image import LayerFamily

RNG = np.random.default_rng(12)


def family(name, omega=0, tau=1, kind="paper"):
    return LayerFamily(parse_activation(name), MapKind.of(kind), (Fraction(omega),) * 2, (Fraction(tau),) * 2)


def test_selus_limits_are_those_of_its_slopes():
    growth = variance_growth(parse_activation("selu"), digits=40)
    with mp.workdps(60):
        c = selu_constants()
        one, other = c.scale_alpha, c.scale
        far = c.scale**2 * (mp.mpf(1) / 2 - 1 / (2 * mp.pi))
        near = (one**2 + other**2) / 2 - (one - other) ** 2 / (2 * mp.pi)
        for ball, value in (
            (growth.at_zero, near),
            (growth.at_infinity, far),
            (growth.tau_at_zero, 1 / near),
            (growth.tau_at_infinity, 1 / far),
        ):
            assert_encloses(ball.ball, value, 1e-38, mp.mpf(10) ** -45)
    assert str(growth.tau_at_zero).startswith("0.4955")
    assert str(growth.tau_at_infinity).startswith("2.657")


@pytest.mark.parametrize("name", list(BOTH))
def test_limits_are_those_of_the_map_far_out_and_close_in(name):
    growth = variance_growth(parse_activation(name))
    for limit, variance in ((growth.at_zero, 1e-10), (growth.at_infinity, 1e10)):
        if limit is not None and name not in {"sine", "cosine", "squared_relu"}:
            ratio = layer(name, 0.0, variance, 0, 1, "paper")[1] / variance
            assert ratio == pytest.approx(float(limit), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("name", list(BOTH))
def test_forms_bound_the_activation_everywhere(name):
    f = BOTH[name][1]
    activation = parse_activation(name)
    x = np.concatenate([RNG.uniform(-30, 30, 4000), RNG.uniform(-1, 1, 2000), [-1e6, 1e6]])
    with precision(64):
        far, near = far_form(activation), near_form(activation)
        if far is not None:
            h = [float(BALL.exact(slope)) for slope in (far.left, far.right)]
            rest = f(x) - np.where(x > 0, h[1], h[0]) * x
            assert np.all(abs(rest) <= float(far.bound) + 1e-12 * abs(x) + 1e-12)
        if near is not None:
            slopes, values = ([float(y) for y in pair] for pair in ((near.left, near.right), near.values))
            rest = f(x) - np.where(x > 0, values[1] + slopes[1] * x, values[0] + slopes[0] * x)
            bound = sum(float(c) * abs(x) ** n for c, n in near.rest)
            assert np.all(abs(rest) <= bound * (1 + 1e-12) + 1e-13)
    assert far is not None or name == "squared_relu"


@pytest.mark.parametrize("name", list(BOTH))
@pytest.mark.parametrize("kind", ["paper", "mean-field"])
def test_beyond_the_ends_the_map_keeps_no_variance(name, kind):
    maps = family(name, 0 if kind == "mean-field" else Fraction(1, 2), Fraction(6, 5), kind)
    with precision(64):
        above = end_above(maps, Fraction(5))
        below = end_below(family(name, 0, Fraction(6, 5), kind), Fraction(5))
    for end, factors, omega in (
        (above, 10.0 ** RNG.uniform(0, 6, 40), 0.5),
        (below, 10.0 ** -RNG.uniform(0, 5, 40), 0),
    ):
        if end is None:
            continue
        sides = set()
        for factor, mean in zip(factors, RNG.uniform(-5, 5, 40), strict=True):
            variance = end * factor
            new_mean, new = layer(name, mean, variance, omega if kind == "paper" else 0, 1.2, kind)
            if kind == "paper":
                sides.add(new > variance)
            else:
                assert abs(new - variance) > 1e-3 * variance or abs(new_mean - mean) > 1e-6
        assert len(sides) <= 1


@pytest.mark.parametrize("name", ["relu", "selu", "leaky_relu(0.1)"])
def test_far_means_push_the_end_out(name):
    """ReLU multiplies variances by tau where nearly all of z is positive, by a third of that where half is."""
    with precision(64):
        end = end_above(family(name, 2, Fraction(6, 5)), Fraction(1000))
    for mean in np.linspace(-1000, 1000, 41):
        for factor in (1, 2, 8, 64):
            assert layer(name, mean, end * factor, 2, 1.2, "paper")[1] < end * factor


def test_where_nothing_can_be_said_nothing_is():
    with precision(64):
        assert end_above(family("squared_relu"), Fraction(1)) is None
        assert end_above(family("identity"), Fraction(1)) is None
        assert end_below(family("identity"), Fraction(1)) is None
        assert end_below(family("selu", 1), Fraction(1)) is None
        assert end_below(family("sigmoid", 0, 1, "mean-field"), Fraction(1)) is None
