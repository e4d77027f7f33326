"""The corpus in torch, gradients by autograd: every fault is found under its name, nothing else is."""

import pytest

torch = pytest.importorskip("torch")

from corpus import torch_gradients, torch_implementations  # noqa: E402
from corpus.record import OF_DROPOUT, OF_SELU, Fault  # noqa: E402
from corpus.torch_layers import DROPOUTS, WEIGHTS  # noqa: E402

RIGHT = torch_implementations.RIGHT
WRONG = [*torch_implementations.WRONG, *torch_gradients.WRONG]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(1)


def named(record):
    return record.name


@pytest.mark.parametrize("record", [*RIGHT, *WRONG], ids=named)
def test_what_is_wrong_is_found_and_named_and_nothing_else(record):
    assert record.differences() == []


@pytest.mark.parametrize("record", [*DROPOUTS, *WEIGHTS], ids=named)
def test_alpha_dropout_and_weights(record):
    assert record.differences() == []


def test_each_fault_is_there():
    assert {record.fault for record in WRONG} == OF_SELU
    assert {record.fault for record in DROPOUTS} == {*OF_DROPOUT, Fault.NONE}
    assert len(RIGHT) >= 10
    assert len(WRONG) >= 30
    assert all(record.faulty for record in WRONG)
