"""The report, made afresh, against the committed sample."""

import json
import re
import shutil
from pathlib import Path

import pytest

from selu_math.proofs import checker
from selu_math.proofs.statements import STATEMENTS
from selu_math.reporting.figures import Comparison, against_rounded, bound
from selu_math.reporting.render import FILES, write_report

SAMPLE = Path(__file__).parents[2] / "reports" / "selu"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "made" / "here"
    write_report(folder)
    return folder


def test_every_file_is_there_and_nothing_else(fresh):
    assert sorted(str(path.relative_to(fresh)) for path in fresh.rglob("*.*")) == sorted(FILES)


def test_certificates_hold_and_are_those_of_the_committed_sample(fresh):
    """The same on every machine, byte by byte."""
    for name in STATEMENTS:
        data = (fresh / "certificates" / f"{name}.json").read_bytes()
        assert data == (SAMPLE / "certificates" / f"{name}.json").read_bytes()
        found = checker.check(data)
        assert (found["statement"], found["verdict"]) == (name, "refuted" if name == "image-bounds" else "proved")


def test_figures_equal_those_of_the_committed_sample(fresh):
    assert json.loads((fresh / "report.json").read_text()) == json.loads((SAMPLE / "report.json").read_text())


def test_text_equals_that_of_the_committed_sample(fresh):
    assert (fresh / "README.md").read_text() == (SAMPLE / "README.md").read_text()


def test_text_shows_the_figures_and_links_what_exists(fresh):
    text = (fresh / "README.md").read_text()
    figures = json.loads((fresh / "report.json").read_text())
    for section in (figures["constants"], figures["fixed_point"], figures["theorem_1"]["figures"]):
        for figure in section:
            assert f"`{figure['value']}`" in text
    for target in re.findall(r'(?:src|srcset)="([^"]+)"|\]\(([a-z0-9./-]+)\)', text):
        assert (fresh / "".join(target)).is_file()
    assert "None" not in text
    assert "nan" not in text.replace("nance", "")


def test_verdicts_on_published_figures(fresh):
    figures = json.loads((fresh / "report.json").read_text())
    theorem = {figure["key"]: figure for figure in figures["theorem_1"]["figures"]}
    assert figures["verdicts"]["theorem_1"] == "proved"
    assert figures["verdicts"]["wide_region"] == "refuted"
    # the paper's bound fails in its last printed digit, its other bounds hold
    assert theorem["mean_min_bound"]["verdict"] == "refuted"
    assert {theorem[k]["verdict"] for k in ("mean_max_bound", "variance_min_bound", "variance_max_bound")} == {"proved"}
    assert {f["verdict"] for f in figures["fixed_point"] if f["published"]} == {"agrees"}
    assert figures["claims"][-1]["verdict"] == "refuted"


def test_a_second_report_replaces_the_first_and_touches_nothing_else(fresh, tmp_path):
    folder = tmp_path / "selu"
    shutil.copytree(fresh, folder)
    (folder / "notes.txt").write_text("mine")
    (folder / "README.md").write_text("old")
    write_report(folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "README.md").read_bytes() == (fresh / "README.md").read_bytes()
    for name in FILES:
        assert (folder / name).read_bytes() == (fresh / name).read_bytes()


def test_comparisons_can_fail():
    from flint import arb

    from selu_math.numbers.enclosure import Enclosure

    x = Enclosure(arb("0.08883475510689"))
    assert against_rounded(x, "0.0888348") is Comparison.AGREES
    assert against_rounded(x, "0.0888347") is Comparison.AGREES  # cut off instead of rounded
    assert against_rounded(x, "0.0888349") is Comparison.DIFFERS
    assert against_rounded(x, "0.0888346") is Comparison.DIFFERS
    assert bound("k", "m", x, 5, "<=", "0.08883475", "s").verdict == "refuted"
    assert bound("k", "m", x, 5, "<=", "0.08883476", "s").verdict == "proved"
    wide = Enclosure(arb("0.0888", "0.0001"))
    assert bound("k", "m", wide, 2, "<=", "0.0888", "s").verdict == "undecided"
