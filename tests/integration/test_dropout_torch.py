"""Torch's alpha dropout, and what is no alpha dropout."""

import pytest

torch = pytest.importorskip("torch")

from selu_math.testing import check_alpha_dropout  # noqa: E402

functional = torch.nn.functional


def training(x, p):
    return functional.alpha_dropout(x, p, training=True)


@pytest.mark.parametrize("p", [0.05, 0.1, 0.5, 0.9])
def test_torch_is_right(p):
    torch.manual_seed(1)
    assert check_alpha_dropout(training, p=p).passed
    assert check_alpha_dropout(torch.nn.AlphaDropout(p)).passed


def test_a_module_stays_in_the_mode_it_came_in():
    module = torch.nn.AlphaDropout(0.1).eval()
    assert check_alpha_dropout(module).passed
    assert not module.training


@pytest.mark.parametrize(
    ("fn", "what"),
    [
        (torch.nn.Dropout(0.1), "ordinary dropout, not alpha dropout"),
        (lambda x, p: functional.alpha_dropout(x, p), "nothing is dropped: is it in training mode?"),
    ],
)
def test_what_is_no_alpha_dropout_is_said_to_be_none(fn, what):
    torch.manual_seed(1)
    with pytest.raises(AssertionError, match="fails the checks for alpha dropout") as error:
        check_alpha_dropout(fn)
    assert what in str(error.value)


def test_dropping_in_eval_mode_is_found():
    class Always(torch.nn.AlphaDropout):
        def forward(self, x):
            return functional.alpha_dropout(x, self.p, training=True)

    torch.manual_seed(1)
    result = check_alpha_dropout(Always(0.1), on_fail=None)
    assert {check.name for check in result.failures} == {"eval_mode"}
