"""The corpus in NumPy and plain Python: every fault is found under its name, nothing else is, the right ones pass."""

import pytest
from corpus.numpy_implementations import RIGHT, WRONG
from corpus.numpy_layers import DROPOUTS, WEIGHTS
from corpus.record import OF_DROPOUT, OF_INITIALISERS, OF_SELU, Fault


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
    assert {record.fault for record in DROPOUTS} == {*OF_DROPOUT, Fault.NONE} - {Fault.NO_ALPHA}
    assert {record.fault for record in WEIGHTS} == {*OF_INITIALISERS, Fault.NONE}


def test_right_and_wrong_are_what_their_lists_say():
    assert len(RIGHT) >= 10
    assert len(WRONG) >= 30
    assert all(record.fault is Fault.NONE and not record.failures for record in RIGHT)
    assert all(record.faulty for record in WRONG)
    names = [record.name for record in (*RIGHT, *WRONG)]
    assert len(set(names)) == len(names)
