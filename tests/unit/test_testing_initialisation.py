"""Initial weights: right ones pass, each known wrong one is named."""

import numpy as np
import pytest
from scipy.stats import truncnorm

from selu_math.exceptions import InputError
from selu_math.testing import check_init

UNITS, INPUTS = 60, 200


def normal(rng, tau=1.0):
    return rng.normal(0, np.sqrt(tau / INPUTS), (UNITS, INPUTS))


def uniform(rng):
    return rng.uniform(-1, 1, (UNITS, INPUTS)) * np.sqrt(3 / INPUTS)


def truncated(rng):
    return truncnorm.rvs(-2, 2, size=(UNITS, INPUTS), random_state=rng) / np.sqrt(INPUTS)


@pytest.mark.parametrize("draw", [normal, uniform, lambda rng: truncated(rng) / truncnorm(-2, 2).std()])
def test_right_weights_pass_many_times(draw):
    rng = np.random.default_rng(1)
    for _ in range(150):
        assert check_init(draw(rng)).passed


def test_a_hundred_right_weights_pass_many_times():
    rng = np.random.default_rng(2)
    for _ in range(5000):
        assert check_init(rng.normal(0, 0.1, (1, 100)), on_fail=None).passed


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda rng: normal(rng, 9 / 16), "the gain is 3/4"),
        (lambda rng: rng.uniform(-1, 1, (UNITS, INPUTS)) / np.sqrt(INPUTS), "uniform within 1/sqrt"),
        (truncated, "cut at two deviations"),
        (lambda rng: normal(rng, 2), "ReLU's"),
        (lambda rng: normal(rng, 0.2), "tau is 0.2"),
        (lambda rng: np.zeros((UNITS, INPUTS)), "all weights are 0"),
    ],
)
def test_a_wrong_tau_is_found_and_its_cause_named(draw, said):
    with pytest.raises(AssertionError, match="fails the checks for initial weights") as error:
        check_init(draw(np.random.default_rng(3)))
    assert said in str(error.value)


@pytest.mark.parametrize("shift", [6.5, -6.5])
def test_a_bias_is_found_where_it_is_beyond_sampling(shift):
    rng = np.random.default_rng(4)
    w = normal(rng)
    w -= w.mean()
    unit = w.std() / np.sqrt(w.size)
    assert check_init(w + shift / 2 * unit).passed
    result = check_init(w + shift * unit, on_fail=None)
    assert [check.name for check in result.failures] == ["omega"]
    assert "biased" in str(result)
    assert check_init(w + shift * unit, omega=float(shift * unit * INPUTS)).passed


def test_tau_is_judged_to_its_sampling_error():
    rng = np.random.default_rng(5)
    w = normal(rng)
    w *= 1 / np.sqrt(INPUTS * np.mean(w * w))
    error = np.sqrt(2 / w.size)
    for sign in (1, -1):
        assert check_init(w * np.sqrt(1 + sign * 4 * error)).passed
        assert not check_init(w * np.sqrt(1 + sign * 6 * error), on_fail=None).passed


def test_shapes_formats_and_warnings():
    w = normal(np.random.default_rng(6))
    assert check_init(w.astype(np.float32)).checks[0].dtype == "float32"
    assert check_init(w.reshape(UNITS, 2, 100), INPUTS).passed
    assert check_init(w.tolist()).passed
    with pytest.warns(UserWarning, match="tau is"):
        check_init(3 * w, on_fail="warn")


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("weights",), {}),
        ((np.ones(500),), {}),
        ((np.ones((2, 3)),), {}),
        ((np.full((20, 20), np.nan),), {}),
        ((np.ones((20, 20)), 0), {}),
        ((np.ones((20, 20)), 2.5), {}),
        ((np.ones((20, 20)),), {"tau": 0}),
        ((np.ones((20, 20)),), {"omega": float("nan")}),
        ((np.ones((20, 20)),), {"on_fail": "shout"}),
    ],
)
def test_bad_input_is_one_line(arguments, options):
    with pytest.raises(InputError) as error:
        check_init(*arguments, **options)
    assert "\n" not in str(error.value)
