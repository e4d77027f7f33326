"""Bad input: one line, status 2, nothing written."""

import os
from pathlib import Path

import pytest

BAD = [
    "constants --digits 0",
    "constants --digits -5",
    "constants --digits 1e9",
    "constants --digits ten",
    "constants --digits 100000001",
    "constants --digits 10001 --mean 0.1",
    "constants --digits 20 --mean 0.1 --verify",
    "constants --digits 20000 --format c",
    "constants --digits 99999999999999999999999",
    "constants --variance 0",
    "constants --variance -1",
    "constants --variance nan",
    "constants --variance inf",
    "constants --mean nan",
    "constants --mean 1e999999999",
    "constants --tau 0",
    "constants --dtype float33",
    "constants --format cobol",
    "constants --omega 1_0",
    "constants extra",
    "constants --json --format latex",
    "constants --activation tanh --dtype float32",
    "constants --activation tanh --format c",
    "constants --activation relu --verify",
    "constants --activation gelu --digits 1001",
    ["constants", "--activation", "piecewise: 3"],
    ["constants", "--activation", "piecewise: x<0: 0; x>=0: 1", "--omega", "x"],
    "map 0 1 --activation mish --digits 1001",
    "constants --no-such-option",
    "gain slu",
    "gain relu --digits 0",
    "gain tanh --digits 1001",
    "gain --digits 1001",
    "gain relu tanh",
    ["gain", "piecewise: 3"],
    "map 0 0",
    "map 0 -1",
    "map 0 nan",
    "map 0 inf",
    "map 0 one",
    "map 0",
    "map 0 1 --layers 0",
    "map 0 1 --layers 1.5",
    "map 0 1 --kind wrong",
    "map 0 1 --activation slu",
    "map 0 1 --activation relu(1)",
    "map 0 1 --activation leaky_relu(",
    "map 0 1 --activation leaky_relu(x)",
    ["map", "0", "1", "--activation", "piecewise: x<0: __import__('os').system('true'); x>=0: x"],
    ["map", "0", "1", "--activation", "piecewise: x<0: x"],
    ["map", "0", "1", "--activation", ""],
    "contraction --region mu=0.1:-0.1",
    "contraction --region mu=0.1:0.1",
    ["contraction", "--region", ""],
    "contraction --region mu",
    "contraction --region mu=",
    "contraction --region mu=1:",
    "contraction --region nu=0:1",
    "contraction --region nu=-1:1",
    "contraction --region sigma=0:1",
    "contraction --norm taxicab",
    "contraction --max-boxes 0",
    "plot nonsense",
    "plot",
    "plot phase --output phase.bmp",
    "plot phase --activation slu",
    "plot phase --tau 0",
    "verify",
    "verify nothing",
    "verify no.such.module:selu",
    "verify missing.py:selu",
    "verify math:no_such_function",
    "verify math:pi",
    "report --output -",
    "no-such-command",
]


@pytest.mark.parametrize("command", BAD, ids=str)
def test_bad_input_is_one_line_and_status_2(run, command, tmp_path):
    ran = run(command)
    assert ran.status == 2, ran
    assert ran.out == ""
    assert ran.err.startswith("selu-math: ")
    assert ran.err.count("\n") == 1
    assert len(ran.err) < 400
    assert "Traceback" not in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["constants", "map 0 1", "contraction", "activations", "plot activation"])
def test_bad_output_paths_are_refused_before_anything_is_computed(run, command, tmp_path):
    folder = tmp_path / "folder.svg"
    folder.mkdir()
    for path, word in ((folder, "is a folder"), (tmp_path / "missing" / "x.svg", "does not exist")):
        ran = run(f"{command} --output {path}")
        assert ran.status == 2
        assert word in ran.err
        assert ran.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [folder]
    assert list(folder.iterdir()) == []


def test_an_output_without_permission_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    ran = run(f"constants --output {tmp_path / 'x'}")
    assert ran.status == 2
    assert "no permission" in ran.err


def test_a_refused_write_leaves_no_file(run, tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    ran = run(f"constants --output {tmp_path / 'x'}")
    assert ran.status == 2
    assert "Permission denied" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_report_refuses_a_file_in_its_way(run, tmp_path):
    (tmp_path / "taken").write_text("mine")
    ran = run("report --output taken/selu")
    assert ran.status == 2
    assert "not a folder" in ran.err
    assert (tmp_path / "taken").read_text() == "mine"


def test_the_nearest_name_is_suggested(run):
    assert "did you mean 'selu'" in run("map 0 1 --activation sellu").err
    assert "did you mean 'nu'" in run("contraction --region n=1:2").err
