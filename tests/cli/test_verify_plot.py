"""``selu-math verify --plot``."""

import pytest

SOURCE = """
import os

import numpy as np


def naive(x):
    negative = 1.7580993408473769 * (np.exp(np.minimum(x, 0)) - 1)
    return np.where(x > 0, 1.0507009873554805 * x, negative).astype(x.dtype)


def right(x):
    return np.where(x > 0, 1.0507009873554805 * x, 1.7580993408473769 * np.expm1(np.minimum(x, 0))).astype(x.dtype)


def raises(x):
    raise ValueError("no kernel")


def leaves(x):
    os._exit(3)
"""


@pytest.fixture
def verify(run, tmp_path):
    (tmp_path / "mine.py").write_text(SOURCE)
    return lambda words: run(f"verify mine.py:{words}")


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".py" and path.is_file())


def test_one_that_fails_has_its_picture_and_its_verdict(verify, tmp_path):
    plain = verify("naive --dtype float32 --json")
    ran = verify("naive --dtype float32 --plot errors.png --json --quiet")
    assert (plain.status, ran.status, ran.err) == (1, 1, "")
    assert (tmp_path / "errors.png").read_bytes().startswith(b"\x89PNG")
    plot = ran.json["plot"]
    assert {name: value for name, value in ran.json.items() if name != "plot"} == plain.json
    assert plot["path"] == "errors.png"
    (errors,) = plot["data"]["errors"]
    failed = next(check for check in ran.json["checks"] if check["status"] == "failed")
    assert (errors["dtype"], errors["worst_x"]) == ("float32", failed["worst_x"])
    assert f"{errors['worst_ulp']:.3g}" == f"{failed['ulp']:.3g}"
    assert f"at x = {failed['worst_x']}" in plot["caption"]
    assert files(tmp_path) == ["errors.png"]


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_suffix_names_the_format(verify, tmp_path, suffix, start):
    ran = verify(f"right --dtype float16 --profile strict --theme dark --plot x.{suffix} --output words.txt")
    assert (ran.out, ran.err) == ("", "")
    assert (tmp_path / f"x.{suffix}").read_bytes().startswith(start)
    assert (tmp_path / "words.txt").read_text().endswith(f"Errors over x are drawn in x.{suffix}.\n")


def test_where_no_number_comes_back_that_is_said(verify, tmp_path):
    ran = verify("raises --dtype float32 --plot x.svg")
    assert ran.status == 1
    assert ran.out.splitlines()[-1] == "There is nothing to draw: no number came back."
    assert verify("raises --dtype float32 --plot x.svg --json").json["plot"] is None
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("leaves --plot x.gif", "a picture's file name must end in .svg, .png, .pdf; got 'x.gif'"),
        ("leaves --plot -", "a picture's file name must end in"),
        ("leaves --plot none/x.svg", "the folder 'none' does not exist"),
        ("leaves --plot x.svg --theme blue", "unknown theme"),
        ("leaves --theme dark", "it needs --plot"),
        ("leaves --plot x.svg --output ./x.svg", "name the same file"),
        ("leaves --plot x.svg --of init", "--plot says nothing about init"),
        ("leaves --plot x.svg --of alpha-dropout", "--plot says nothing about alpha-dropout"),
        ("leaves --plot x.svg", "ended the process that ran it: exit status 3"),
        ("right --plot x.svg --dtype float33", "did you mean 'float32'"),
    ],
)
def test_bad_calls_are_one_line_and_leave_nothing(verify, tmp_path, words, problem):
    ran = verify(words)
    assert (ran.status, ran.out) == (2, "")
    assert problem in ran.err
    assert ran.err.startswith("selu-math: ")
    assert ran.err.count("\n") == 1
    assert files(tmp_path) == []
