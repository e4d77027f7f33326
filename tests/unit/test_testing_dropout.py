"""Alpha dropout: a right implementation passes, each known fault is called by its name."""

import numpy as np
import pytest

from selu_math.exceptions import InputError
from selu_math.testing import Status
from selu_math.testing.dropout import check_alpha_dropout

ALPHA, DEPTH = 1.6732632423543772, 1.7580993408473768
RNG = np.random.default_rng(0)


def dropout(x, p, low=-DEPTH, wrong_a=None, shift=True, swap=False):
    q = 1 - p
    a = wrong_a or (q + DEPTH**2 * q * p) ** -0.5
    b = a * p * DEPTH if shift else 0.0
    kept = RNG.random(x.shape) < (p if swap else q)
    return (a * np.where(kept, x, x.dtype.type(low)) + b).astype(x.dtype)


@pytest.mark.parametrize("p", [0.05, 0.1, 0.5, 0.9])
def test_a_right_one_passes(p):
    result = check_alpha_dropout(dropout, p=p)
    assert {check.status for check in result.checks} == {Status.PASSED}
    assert "passes the checks for alpha dropout" in str(result)


@pytest.mark.parametrize(
    ("fault", "name", "words"),
    [
        ({"low": -ALPHA}, "dropped_value", "drops to -α in place of -λα"),
        ({"wrong_a": 1 / 0.9}, "scale", "wrong a"),
        ({"shift": False}, "shift", "b is omitted"),
        ({"swap": True}, "share", "keep and drop are swapped"),
    ],
)
def test_the_four_known_faults_are_named(fault, name, words):
    result = check_alpha_dropout(lambda x, p: dropout(x, p, **fault), p=0.1, on_fail=None)
    assert {check.name for check in result.failures} == {name}
    assert all(words in check.hint for check in result.failures)
    with pytest.raises(AssertionError, match=words):
        check_alpha_dropout(lambda x, p: dropout(x, p, **fault), p=0.1)
    with pytest.warns(UserWarning, match=words):
        check_alpha_dropout(lambda x, p: dropout(x, p, **fault), p=0.1, on_fail="warn")


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (lambda x, p: x, "nothing is dropped"),
        (lambda x, p: x * (RNG.random(x.shape) > p) / (1 - p), "ordinary dropout"),
        (lambda x, p: 1 / 0, "ZeroDivisionError"),
        (lambda x, p: x[:3], "does not give as many"),
    ],
)
def test_what_is_no_alpha_dropout(fn, words):
    with pytest.raises(AssertionError, match=words):
        check_alpha_dropout(fn)


@pytest.mark.parametrize("arguments", [{"fn": 3}, {"p": 0}, {"p": 1.5}, {"p": "x"}, {"on_fail": "x"}])
def test_bad_input_is_one_line(arguments):
    with pytest.raises(InputError) as caught:
        check_alpha_dropout(**{"fn": dropout, **arguments})
    assert "\n" not in str(caught.value)
