"""The page on mean-field companions prints what its Python does."""

import doctest
from pathlib import Path


def test_every_figure_stands_beside_what_computes_it():
    page = Path(__file__).parents[2] / "docs" / "mean-field.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert found.failed == 0
    assert found.attempted > 15
