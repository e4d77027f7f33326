"""Shapes, scalars, and inputs that are refused."""

import numpy as np
import pytest
from scipy.stats import norm

from selu_math.activations import SELU, parse_activation
from selu_math.exceptions import InputError
from selu_math.layer import MapKind, jacobian, layer_map, propagate
from selu_math.moments import moments

QUANTITIES = ("mean", "second_moment", "variance", "slope", "curvature", "slope_square")


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_scalars_in_scalars_out(quantity):
    for m, v in ((0, 1), (0.5, 2.0), (np.float64(0.5), np.array(2.0)), ("0.5", "2")):
        value = getattr(moments(m, v), quantity)
        assert isinstance(value, float)
        assert np.ndim(value) == 0


@pytest.mark.parametrize(
    ("m", "v", "shape"),
    [
        ([0.0, 1.0], 1.0, (2,)),
        (0.0, [1.0, 2.0, 3.0], (3,)),
        ([[0.0], [1.0]], [1.0, 2.0, 3.0], (2, 3)),
        (np.zeros((2, 1, 4)), np.ones((5, 1)), (2, 5, 4)),
        ([], 1.0, (0,)),
    ],
)
@pytest.mark.parametrize("activation", [SELU, parse_activation("piecewise: 1"), parse_activation("relu")], ids=repr)
def test_arrays_broadcast(m, v, shape, activation):
    got = moments(m, v, activation=activation)
    for quantity in ("mean", "second_moment", "variance"):
        assert np.shape(getattr(got, quantity)) == shape


def test_a_layer_broadcasts_all_four_numbers():
    got = layer_map([[0.0], [0.1]], [1.0, 2.0, 3.0], omega=0.1, tau=np.ones((4, 1, 1)))
    assert got.mean.shape == got.variance.shape == (4, 2, 3)
    assert jacobian([[0.0], [0.1]], [1.0, 2.0, 3.0]).shape == (2, 3, 2, 2)
    assert jacobian(0, 1).shape == (2, 2)
    assert isinstance(layer_map(0, 1).mean, float)


def test_inputs_are_not_changed():
    m, v = np.array([0.5, -0.5]), np.array([1.0, 2.0])
    moments(m, v).variance  # noqa: B018
    propagate(m, v, 2)
    assert m.tolist() == [0.5, -0.5]
    assert v.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("m", "v", "words"),
    [
        (0, 0, "v must be positive"),
        (0, -1, "v must be positive"),
        (0, [1, 2, 0], "v must be positive"),
        (0, float("nan"), "v must be finite"),
        (0, float("inf"), "v must be finite"),
        (float("nan"), 1, "m must be finite"),
        ([0, -float("inf")], 1, "m must be finite"),
        (10**400, 1, "m must be"),
        ("a", 1, "m must be real numbers"),
        (1j, 1, "m must be real numbers"),
        (np.array([1j]), 1, "m must be real numbers"),
        (None, 1, "m must be"),
        (object(), 1, "m must be real numbers"),
        ([1, [2, 3]], 1, "m must be real numbers"),
        ([1, 2], [1, 2, 3], "do not broadcast"),
    ],
    ids=repr,
)
def test_bad_numbers_are_refused_in_one_line(m, v, words):
    with pytest.raises(InputError) as caught:
        moments(m, v)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"variance": 0}, "variance must be positive"),
        ({"tau": 0}, "tau must be positive"),
        ({"tau": [1, -1]}, "tau must be positive"),
        ({"omega": float("nan")}, "omega must be finite"),
        ({"mean": float("inf")}, "mean must be finite"),
        ({"kind": "papper"}, "accepted: paper, mean-field"),
        ({"kind": ""}, "accepted: paper, mean-field"),
        ({"kind": "mean-field", "omega": 0.1}, "leave omega at 0"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("function", [layer_map, jacobian, lambda m, v, **kw: propagate(m, v, 2, **kw)])
def test_bad_layers_are_refused_in_one_line(function, arguments, words):
    numbers = {"mean": 0.0, "variance": 1.0, **arguments}
    with pytest.raises(InputError) as caught:
        function(numbers.pop("mean"), numbers.pop("variance"), **numbers)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_negative_number_of_layers_is_refused():
    with pytest.raises(InputError, match="layers must be a whole number from 0 to 1000000, not -1"):
        propagate(0, 1, -1)


def test_no_layers_give_the_point_itself():
    path = propagate(0.1, 1.2, 0)
    assert path.mean.tolist() == [0.1]
    assert path.variance.tolist() == [1.2]


def test_the_kinds_of_map():
    assert [str(kind) for kind in MapKind] == ["paper", "mean-field"]
    assert MapKind.of("mean-field") is MapKind.MEAN_FIELD


@pytest.mark.parametrize("m", [-1e300, -1e4, -20.0, 0.0, 20.0, 1e4, 1e300])
@pytest.mark.parametrize("v", [1e-320, 1e-300, 1e-12, 1.0, 1e6, 1e300])
def test_extreme_numbers_give_no_warning(m, v):
    """Warnings are errors here; the mean of SELU and its slope are representable wherever m and v are."""
    got = moments(m, v)
    assert np.isfinite(got.mean)
    assert np.isfinite(got.slope)
    assert got.second_moment >= 0
    assert got.variance is not None


def test_overflow_is_inf_or_nan_without_a_warning():
    growing = moments(0.0, 1e6, activation=parse_activation("piecewise: exp(x)"))
    assert growing.mean == np.inf
    assert not np.isfinite(growing.variance)


@pytest.mark.parametrize("text", ["elu(1e400)", "piecewise: x<1e400: 0; x>=1e400: x", "piecewise: exp(1e200*x)"])
def test_numbers_beyond_doubles_are_refused_in_one_line(text):
    with pytest.raises(InputError) as caught:
        moments(0.0, 1.0, activation=parse_activation(text)).mean  # noqa: B018
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(("m", "v"), [(-5.0, 0.01), (-20.0, 0.25), (-1.0, 100.0), (0.5, 1e-6), (8.0, 2.0)])
def test_relu_against_its_textbook_form(m, v):
    s = v**0.5
    got = moments(m, v, activation=parse_activation("relu"))
    assert float(got.slope) == pytest.approx(norm.cdf(m / s), rel=1e-12, abs=0)
    assert float(got.curvature) == pytest.approx(norm.pdf(m / s) / s, rel=1e-12, abs=0)


@pytest.mark.parametrize("numbers", [{"tau": 8.0}, {"tau": 0.1}], ids=str)
def test_a_path_that_leaves_the_range_of_doubles_says_where(numbers):
    with pytest.raises(InputError, match=r"layer \d+ leaves float64's range"):
        propagate(0.0, 1.0, 20_000, **numbers)
