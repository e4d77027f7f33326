"""The corpus in jax, gradients by its own differentiation, compiled and not; each in one number format.

jax compiles every operation for every shape and format, which is what takes the time;
``benchmarks/implementations.py`` checks all formats.
"""

import pytest

pytest.importorskip("jax")

from corpus.jax_implementations import RIGHT, WEIGHTS, WRONG
from corpus.record import OF_SELU, SINGLE, Fault


def named(record):
    return record.name


@pytest.mark.parametrize("record", [*RIGHT, *WRONG], ids=named)
def test_what_is_wrong_is_found_and_named_and_nothing_else(record):
    only = SINGLE if SINGLE in record.faulty or not record.faulty else record.faulty[0]
    assert record.differences((only,)) == []


def test_the_four_formats_of_one():
    assert RIGHT[0].differences() == []


@pytest.mark.parametrize("record", WEIGHTS, ids=named)
def test_weights(record):
    assert record.differences() == []


def test_each_fault_is_there():
    # PRODUCT shows in strict only, STRIDES and what changes its input are not possible here
    assert {record.fault for record in WRONG} >= OF_SELU - {Fault.PRODUCT, Fault.STRIDES, Fault.OTHER}
    assert all(record.faulty for record in WRONG)
