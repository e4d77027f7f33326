"""The settings of a sweep: what is accepted, what tiles there are, what makes two sweeps the same."""

import hashlib
import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from selu_math.atlas.grid import MAX_TILES, Range, Settings
from selu_math.atlas.methods import settings
from selu_math.exceptions import InputError


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0.3:3", "is no range of tau"),
        ("0.3:3:10:2", "is no range of tau"),
        ("a:3:10", "finite decimal or ratio"),
        ("nan:3:10", "finite decimal or ratio"),
        ("0.3:3:0", "whole number from 1"),
        ("0.3:3:-1", "whole number from 1"),
        ("0.3:3:1.5", "whole number from 1"),
        ("0.3:3:", "whole number from 1"),
        (f"0.3:3:{MAX_TILES + 1}", "whole number from 1"),
        ("3:0.3:10", "empty"),
        ("1:1:2", "empty"),
        ("0:3:10", "above 0"),
        ("-1:3:10", "above 0"),
        ("1e-10:3:10", "above 0"),
        ("0.3:1e10:10", "above 0"),
    ],
)
def test_a_range_that_cannot_be_is_refused_in_one_line(text, problem):
    with pytest.raises(InputError, match=problem) as caught:
        settings(tau=text)
    assert "\n" not in str(caught.value)


def test_too_many_tiles_are_refused():
    with pytest.raises(InputError, match="100020000 tiles are too many"):
        settings("0:1:10000", "1:2:10002")


def test_the_mean_field_map_has_one_column_and_no_omega():
    assert settings(kind="mean-field", tau="1:2:5").shape == (1, 5)
    with pytest.raises(InputError, match="no omega"):
        settings("0:1:4", kind="mean-field")


@pytest.mark.parametrize(
    "given", [{"method": "flaot"}, {"kind": "papr"}, {"activation": "sel"}], ids=lambda given: next(iter(given))
)
def test_an_unknown_name_is_refused_with_the_nearest(given):
    with pytest.raises(InputError, match=r"did you mean '(float|paper|selu)'"):
        settings(**given)


def test_cells_are_exact_and_meet():
    cut = Range.of("-1:1/3:7", "omega")
    cells = [cut.cell(i) for i in range(7)]
    assert (cells[0][0], cells[-1][1]) == (-1, Fraction(1, 3))
    assert all(a[1] == b[0] for a, b in pairwise(cells))


@pytest.mark.parametrize(
    "cut", ["-1.5:1.5:150", "0.1:0.7:7", "1/3:1:1", "1:1:1", "0.12345678901234567:1:99", "-1e9:1e9:3"]
)
def test_centres_are_the_nearest_doubles(cut):
    cut = Range.of(cut, "omega")
    exact = [float(sum(cut.cell(i)) / 2) for i in range(cut.parts)]
    assert cut.centres(np.arange(cut.parts)).tolist() == exact


def test_blocks_hold_every_tile_once_along_tau_first():
    sweep = replace(settings("0:1:5", "1:2:7"), block=11)
    assert [tile for block in range(sweep.blocks) for tile in sweep.extent(block)] == list(range(35))
    omega, tau = (np.concatenate(part) for part in zip(*map(sweep.centres, range(sweep.blocks)), strict=True))
    assert np.allclose(omega.reshape(5, 7), (np.arange(5)[:, None] + 0.5) / 5, rtol=1e-15)
    assert np.allclose(tau.reshape(5, 7), 1 + (np.arange(7) + 0.5) / 7, rtol=1e-15)


def test_a_sweep_has_one_identity_however_it_is_written():
    first = settings("-1.5:1.5:10", "0.5:2:4", activation=" leaky_relu ( 0.01 ) ")
    second = settings((Fraction(-3, 2), "3/2", 10), ("1/2", 2, "4"), activation="leaky_relu")
    assert first == second
    assert first.identity == second.identity == hashlib.sha256(first.text.encode()).hexdigest()


@pytest.mark.parametrize(
    "other",
    [{"omega": "0:1:3"}, {"tau": "1:2:4"}, {"tau": "1:2.0001:3"}, {"activation": "elu"}],
    ids=str,
)
def test_other_settings_have_another_identity(other):
    base = {"omega": "0:1:2", "tau": "1:2:3"}
    assert settings(**base).identity != settings(**base | other).identity


def test_settings_are_read_back_from_their_text_and_from_nothing_else():
    sweep = settings("-1/3:1:3", "0.1:1:2", activation="piecewise: x<0: 2*(exp(x)-1); x>=0: x")
    assert Settings.read(sweep.text) == sweep
    for text in ("", "[]", "{}", json.dumps(sweep.document()), sweep.text.replace("paper", "paer")):
        with pytest.raises(InputError):
            Settings.read(text)
