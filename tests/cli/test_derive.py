"""The command that writes the derivation: formats, JSON, bad input, and what happens where a step fails."""

import re
from functools import cache

import pytest

import selu_math.derivation
from selu_math.derivation import derive, integrals
from selu_math.derivation.formula import formula

LAMBDA = "1.0507009873554804934193349852946"
ALPHA = "1.6732632423543772848170429916717"


known = cache(derive)


@pytest.fixture
def run_known(run, monkeypatch):
    """Return a function that runs a command line; what it derives is derived once for all tests of this module."""
    monkeypatch.setattr(selu_math.derivation, "derive", known)
    return run


@pytest.mark.parametrize(
    "words", ["", "--mean 0.12345678901234567890123456789 --omega 7/9", "--mean 1.23 --variance 4.56 --tau 1e-3"]
)
def test_text_fits_a_terminal(run_known, words):
    assert max(map(len, run_known(f"derive {words}").out.splitlines())) <= 100


def test_text_is_plain_and_complete(run_known):
    ran = run_known("derive")
    assert (ran.status, ran.err) == (0, "")
    assert "\\" not in ran.out
    assert "$" not in ran.out
    assert LAMBDA[:-1] in ran.out
    assert "α = √(2/π)/(1 − A)" in ran.out
    assert "λ = (1 − A)·√(2·π)/√(2·B + π·A² − 2·(2 + π)·A + π + 2)" in ran.out
    titles = re.findall(r"^(\d+)\. ", ran.out, re.MULTILINE)
    assert titles == [str(i + 1) for i in range(16)]
    assert len(re.findall(r"^   Verified: ", ran.out, re.MULTILINE)) == 16


@pytest.mark.parametrize("words", ["", "--mean 0.1 --omega 1", "--mean 5"])
def test_markdown_survives_its_renderers(run_known, words):
    """GitHub eats a backslash before punctuation and knows no operatorname; after a bracket _ emphasises."""
    ran = run_known(f"derive --format markdown {words}")
    assert ran.status == (1 if words == "--mean 5" else 0)
    assert ran.out.startswith("# ")
    blocks = re.findall(r"^\$\$\n(.*)\n\$\$$", ran.out, re.MULTILINE)
    assert len(blocks) > 30
    assert ran.out.count("$$") == 2 * len(blocks)
    mathematics = [*blocks, *re.findall(r"(?<!\$)\$([^$\n]+)\$(?!\$)", ran.out)]
    for line in mathematics:
        assert not re.search(r"\\[^A-Za-z]|operatorname|[)}]_|\*|[^\x00-\x7f]", line), line
        assert line.count("{") == line.count("}")
        assert line.count(r"\left") == line.count(r"\right")
    prose = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "", ran.out, flags=re.DOTALL)
    assert not re.search(r"[λαμντωΦφ\\_√²]", prose)


def test_latex_is_a_whole_document(run_known):
    ran = run_known("derive --format latex")
    assert ran.status == 0
    assert ran.out.isascii()
    assert ran.out.lstrip().startswith("\\documentclass")
    assert ran.out.rstrip().endswith("\\end{document}")
    assert ran.out.count("\\section{") == 16
    for part in ("{", "\\begin{gather*}", "\\left("):
        assert ran.out.count(part) == ran.out.count({"{": "}", "\\left(": "\\right)"}.get(part, "\\end{gather*}"))


def test_json_has_the_steps_and_the_numbers(run_known):
    ran = run_known("derive --json")
    found = ran.json
    assert ran.status == 0
    assert len(found["steps"]) == 16
    assert all(set(step) == {"title", "text", "formulas", "verified"} for step in found["steps"])
    assert all(step["text"] and step["formulas"] and step["verified"] for step in found["steps"])
    assert (found["mean"], found["second_moment"], found["variance"]) == (0, 1, 1)
    (j11, j12), (j21, j22) = found["jacobian"]
    assert (j11, j21) == (0, 0)
    assert j12 == pytest.approx(0.08883475510689012, rel=1e-14)
    assert j22 == found["spectral_radius"] == pytest.approx(0.7826478831968132, rel=1e-14)
    assert found["target"] == {"mean": "0", "variance": "1", "omega": "0", "tau": "1"}
    assert found["digits"] == 50
    for name, literal in (("lambda", LAMBDA), ("alpha", ALPHA)):
        assert len(found[name]) == 51
        assert found[name][:31] == literal[:31]
    assert run_known("derive --format json").out == ran.out
    assert run_known("derive --json --format json").out == ran.out


def test_another_fixed_point_by_its_published_digits(run_known):
    found = run_known("derive --mean 0.1 --variance 1 --omega 1 --json").json
    assert found["lambda"].startswith("1.038209662735987")
    assert found["alpha"].startswith("1.665077425524475")
    assert found["mean"] == pytest.approx(0.1, abs=1e-15)
    assert found["second_moment"] == pytest.approx(1.01, abs=1e-14)
    assert found["spectral_radius"] > 1


def test_negative_and_exact_numbers(run):
    found = run("derive --mean -2 --omega 1 --tau 9/16 --json").json
    assert found["target"] == {"mean": "-2", "variance": "1", "omega": "1", "tau": "0.5625"}


@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_without_a_solution_the_reason_ends_it_and_the_status_is_1(run_known, form):
    ran = run_known(f"derive --mean 1000 --format {form}")
    assert (ran.status, ran.err) == (1, "")
    assert "no activation of this family has this fixed point: the discriminant is negative" in ran.out


def test_without_a_solution_json_has_no_numbers(run):
    ran = run("derive --mean 1 --variance 3/2 --json")
    assert ran.status == 1
    assert "not positive" in ran.json["reason"]
    names = ("lambda", "alpha", "mean", "second_moment", "variance", "jacobian")
    assert [ran.json[name] for name in names] == [None] * 6
    assert ran.json["steps"][-1]["title"] == "Its solution"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--json --format latex", "--json and --format latex contradict each other; choose one"),
        ("--json --format text", "--json and --format text contradict each other; choose one"),
        ("--format html", "accepted: text, markdown, latex, json"),
        ("--format markdwon", "did you mean 'markdown'?"),
        ("--variance 0", "variance must be positive"),
        ("--tau -1", "tau must be positive"),
        ("--mean nan", "finite"),
        ("0 1", "unexpected extra argument"),
        ("--output missing/x.md", "does not exist"),
    ],
)
def test_bad_input_is_one_line(run, words, message, tmp_path):
    ran = run(f"derive {words}")
    assert ran.status == 2
    assert ran.out == ""
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_result_goes_to_a_file_whole(run_known, tmp_path):
    assert run_known("derive --format latex --output selu.tex --quiet").out == ""
    assert (tmp_path / "selu.tex").read_text() == run_known("derive --format latex --output -").out


def test_a_step_that_does_not_verify_is_not_printed(run, monkeypatch, tmp_path):
    true = integrals.above_zero

    def corrupt(w):
        true(w)
        e1, e2 = w.steps[-1].formulas[-2:]
        w.by_balls(formula(e1.sides[0], e1.sides[1], e2.sides[2]))

    monkeypatch.setattr(integrals, "above_zero", corrupt)
    for words in ("", "--output here.txt"):
        ran = run(f"derive {words}")
        assert (ran.status, ran.out) == (1, "")
        assert ran.err.startswith(
            "selu-math: internal error, please report it: ArithmeticError: a step of the derivation"
        )
        assert ran.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
