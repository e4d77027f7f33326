"""Stores of sweeps: resumed, equal whatever the order, and refused in one line where they cannot be used."""

import csv
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from selu_math.atlas import Atlas, sweep
from selu_math.atlas.methods import compute_block, settings
from selu_math.atlas.store import Store
from selu_math.exceptions import InputError

SMALL = replace(settings("-1:1:6", "0.5:2:7"), block=10)


def fill(store, order):
    for block in order:
        store.write(block, compute_block(SMALL, block))


def test_stores_of_one_sweep_are_equal_byte_by_byte_in_whatever_order_it_went(tmp_path):
    orders = ([0, 1, 2, 3, 4], [3, 0, 4, 2, 1])
    for i, order in enumerate(orders):
        with Store.create(SMALL, tmp_path / str(i)) as store:
            fill(store, order[:2])
        with Store.create(SMALL, tmp_path / str(i)) as store:
            assert store.missing() == sorted(order[2:])
            fill(store, order[2:])
            store.finish()
            assert store.missing() == []
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1"]


def test_a_block_that_differs_makes_another_content(tmp_path):
    hashes = []
    for change in (False, True):
        with Store.create(SMALL) as store:
            fill(store, range(4))
            columns = compute_block(SMALL, 4)
            if change:
                columns["mean"] = bytes(len(columns["mean"]))
            store.write(4, columns)
            hashes.append(store.content_hash())
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"tau": "0.5:2:8"}, "its tau is '0.5:2:7', not '0.5:2:8'"),
        ({"omega": "-1:1.5:6"}, "its omega is '-1:1:6', not '-1:1.5:6'"),
        ({"activation": "elu"}, "its activation is 'selu', not 'elu\\(1\\)'"),
    ],
)
def test_a_store_of_another_sweep_is_refused_and_left_alone(tmp_path, other, named):
    path = tmp_path / "plane.db"
    sweep("-1:1:6", "0.5:2:7", store=path, workers=1).close()
    before = path.read_bytes()
    with pytest.raises(InputError, match=named):
        sweep(**({"omega": "-1:1:6", "tau": "0.5:2:7"} | other), store=path, workers=1)
    assert path.read_bytes() == before


def written(path, text):
    path.write_text(text)


def foreign(path, _):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE mine (x)")


def torn(path, _):
    sweep("-1:1:60", "0.5:2:70", store=path, workers=1).close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def shortened(path, _):
    sweep("-1:1:6", "0.5:2:7", store=path, workers=1).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE blocks SET mean = x'00'")


def from_the_future(path, _):
    sweep("-1:1:6", "0.5:2:7", store=path, workers=1).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        change = "UPDATE settings SET value = replace(value, '\"version\":1', '\"version\":99') WHERE name = 'settings'"
        connection.execute(change)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (written, "no atlas, or a damaged one"),
        (foreign, "is a database, but no atlas"),
        (torn, "no atlas, or a damaged one"),
        (shortened, "damaged one: block 0 is not whole"),
        (from_the_future, "written by version 99"),
    ],
)
def test_a_file_that_is_no_whole_atlas_is_refused_in_one_line_and_left_alone(tmp_path, spoil, problem):
    path = tmp_path / "plane.db"
    spoil(path, "something else\n" * 1000)
    before = path.read_bytes()
    for use in (lambda: sweep("-1:1:6", "0.5:2:7", store=path, workers=1), lambda: Atlas.open(path)):
        with pytest.raises(InputError, match=problem) as caught:
            use()
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("name", "problem"), [("", "is a folder"), ("none/plane.db", "does not exist")])
def test_a_path_that_cannot_be_written_is_refused_before_anything_is_computed(tmp_path, name, problem):
    with pytest.raises(InputError, match=problem):
        sweep("0:1:10000", "1:2:10000", store=tmp_path / name)


def test_a_store_in_use_is_not_written_twice(tmp_path):
    with Store.create(SMALL, tmp_path / "plane.db") as store:
        fill(store, [1])
        with pytest.raises(InputError, match="in use by another process"):
            Store.create(SMALL, tmp_path / "plane.db")


def test_reading_needs_a_store(tmp_path):
    with pytest.raises(InputError, match="there is no atlas"):
        Atlas.open(tmp_path / "none.db")


def test_a_complete_store_is_read_and_not_written_again(tmp_path):
    path = tmp_path / "plane.db"
    sweep("-1:1:6", "0.5:2:7", store=path, workers=1).close()
    before = path.read_bytes(), path.stat().st_mtime_ns
    seen = []
    with sweep("-1:1:6", "0.5:2:7", store=path, workers=1, progress=seen.append) as again, Atlas.open(path) as opened:
        assert again.complete
        assert again.content_hash() == opened.content_hash()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [(p.done, p.total, p.rate, p.left) for p in seen] == [(42, 42, 0.0, None)]


def test_a_store_broken_off_is_read_with_gaps(tmp_path):
    path = tmp_path / "plane.db"
    with Store.create(SMALL, path) as store:
        fill(store, [0, 4])
    with Atlas.open(path) as atlas:
        found = atlas.arrays()
        assert (atlas.tiles, atlas.complete, sum(atlas.counts().values())) == (12, False, 12)
    flat = found["fate"].ravel()
    there = np.r_[0:10, 40:42]
    assert (flat[there] <= 4).all()
    assert (np.delete(flat, there) == 255).all()
    assert np.isnan(np.delete(found["spectral_norm"].ravel(), there)).all()


def test_export_gives_every_number_in_full(tmp_path):
    with sweep("-1:1:6", "0.5:2:7", workers=1) as atlas:
        atlas.export_csv(tmp_path / "plane.csv")
        arrays, (omega, tau) = atlas.arrays(), atlas.centres()
    with (tmp_path / "plane.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 42
    for i, row in enumerate(rows):
        at = divmod(i, 7)
        assert (float(row["omega"]), float(row["tau"])) == (omega[at[0]], tau[at[1]])
        assert row["fate"] in {"finite", "dies", "grows"}
        for name in ("mean", "variance", "contraction_time"):
            assert np.array_equal(float(row[name]), arrays[name][at], equal_nan=True)


def test_a_worker_with_another_version_refuses():
    with pytest.raises(InputError, match="another version of selu-math"):
        compute_block(replace(SMALL, version=99), 0)


def test_workers_and_scheduler_exclude_each_other():
    with pytest.raises(InputError, match="exclude each other"):
        sweep(workers=2, scheduler="tcp://127.0.0.1:1")
