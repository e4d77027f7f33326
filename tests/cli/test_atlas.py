"""``selu-math atlas``."""

import pytest

SMALL = "--omega -1:1:4 --tau 0.5:2:5"


def test_json_has_counts_store_and_tiles(run, tmp_path):
    done = run(f"atlas {SMALL} --store plane.db --json --workers 1")
    assert (done.status, done.err) == (0, "")
    found = done.json
    assert (found["tiles"], found["store"]) == (20, "plane.db")
    assert found["counts"] == {"undecided": 0, "finite": 17, "grows": 2, "dies": 1, "cycles": 0}
    assert run(f"atlas {SMALL} --store plane.db --json").json == found
    assert [path.name for path in tmp_path.iterdir()] == ["plane.db"]


def test_text_says_that_nothing_is_proved_and_where_it_is_kept(run, tmp_path):
    done = run(f"atlas {SMALL}")
    assert done.status == 0
    assert "20 tiles, judged by their centres in float64; nothing is proved" in done.out
    assert "kept nowhere; give --store PATH" in done.out
    assert list(tmp_path.iterdir()) == []
    assert "kept in plane.db" in run(f"atlas {SMALL} --store plane.db").out


def test_the_mean_field_map_is_a_line(run):
    assert run("atlas --kind mean-field --tau 0.4:2:6 --json").json["omega"] == "0:0:1"


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("atlas --tau 0.3:3", "'0.3:3' is no range of tau"),
        ("atlas --tau -1:3:5", "tau must stay above 0"),
        ("atlas --omega 1:-1:5", "the range of omega is empty"),
        ("atlas --omega 0:1:20000 --tau 1:2:20000", "400000000 tiles are too many"),
        ("atlas --kind mean-field --omega 0:1:5", "the mean-field map has no omega"),
        ("atlas --workers 0", "--workers must be a whole number"),
        ("atlas --workers 2 --scheduler tcp://h:1", "exclude each other"),
        ("atlas --store none/plane.db", "does not exist"),
        ("atlas --store .", "is a folder"),
        ("atlas --activation sel", "did you mean 'selu'"),
    ],
)
def test_bad_input_is_said_in_one_line(run, command, problem):
    done = run(command)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("selu-math: ")
    assert problem in done.err
    assert done.err.count("\n") == 1
