"""Pages of the documentation print what their Python does."""

import doctest
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("page", "least"),
    [
        ("mean-field.md", 15),
        ("fixed-points.md", 12),
        ("branches-and-basins.md", 15),
        ("testing.md", 10),
        ("how-it-works.md", 4),
        ("paper.md", 7),
    ],
)
def test_every_figure_stands_beside_what_computes_it(page, least):
    found = doctest.testfile(str(Path(__file__).parents[2] / "docs" / page), module_relative=False)
    assert found.failed == 0
    assert found.attempted >= least
