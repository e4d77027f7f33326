"""The command ``fixed-points``: JSON, text, exit status."""

import pytest


def test_json_has_the_fixed_point_and_what_was_asked(run):
    ran = run("fixed-points --json")
    assert ran.status == 0
    assert ran.err == ""
    assert ran.json["complete"] is True
    (point,) = ran.json["fixed_points"]
    assert {k: point[k] for k in ("mean", "variance", "kind", "status")} == {
        "mean": 0.0,
        "variance": 1.0,
        "kind": "attracting",
        "status": "proved",
    }
    assert point["eigenvalues"] == [0.782647883196813, 0.0]
    assert 0 < point["radius"] < 1
    assert ran.json["undecided"] == []
    assert ran.json["region"] == "-10,10,0.000001,1000000"
    assert (ran.json["omega"], ran.json["tau"], ran.json["kind"]) == ("0", "1", "paper")


def test_many_digits_are_strings(run):
    point = run("fixed-points --omega 0.1 --tau 0.95 --digits 20 --json").json["fixed_points"][0]
    assert point["variance"] == "0.82647375062593601623"


def test_a_region_may_be_unbounded_and_start_below_0(run):
    ran = run("fixed-points --within -1000,1000,0,inf --json")
    assert ran.status == 0
    assert ran.json["region"] == "-1000,1000,0,inf"


def test_none_is_an_answer_with_status_1(run):
    ran = run("fixed-points --activation relu --json")
    assert ran.status == 1
    assert ran.json["complete"] is True
    assert ran.json["fixed_points"] == []
    assert "There is none in the region, proved" in run("fixed-points --activation relu").out


def test_undecided_has_status_1_and_says_why(run):
    command = "fixed-points --activation identity --omega 1 --within -1,1,0,inf"
    ran = run(command + " --json")
    assert ran.status == 1
    assert ran.json["complete"] is False
    assert None in next(left["box"] for left in ran.json["undecided"] if left["reason"] == "infinity")
    text = run(command)
    assert text.status == 1
    assert "continuum" in text.out


def test_text_tells_kinds_and_that_these_are_all(run):
    ran = run("fixed-points --omega 0.9 --within -1,1,0.5,2")
    assert ran.status == 0
    assert "saddle" in ran.out
    assert "attracting" in ran.out
    assert "These 2 are all in the region" in ran.out


def test_digits_that_are_not_proved_are_not_shown(run):
    """Where mean-field ReLU's continuum ends nothing is isolated; a border shows its fixed point, inside or not."""
    ran = run("fixed-points --within 0,10,0.5,2 --json")
    assert ran.json["fixed_points"][0]["status"] == "boundary"
    assert ran.json["fixed_points"][0]["mean"] == 0.0


@pytest.mark.parametrize(
    "command",
    [
        "fixed-points --within 1,2,3",
        "fixed-points --within 1,0,1,2",
        "fixed-points --within 0,1,-1,2",
        "fixed-points --within a,b,c,d",
        "fixed-points --tau 0",
        "fixed-points --kind wrong",
        "fixed-points --kind mean-field --omega 1",
        "fixed-points --digits 0",
        "fixed-points --max-boxes 0",
        "fixed-points --activation slu",
        "fixed-points extra",
    ],
)
def test_bad_input_is_refused_in_one_line(run, command):
    ran = run(command)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.count("\n") == 1
