"""``prove`` and ``check`` as people type them."""

import json
from pathlib import Path

import pytest


def test_a_theorem_is_proved_and_its_certificate_checked(run):
    ran = run("prove theorem-1 --output cert.json")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("PROVED  theorem-1 (Klambauer et al. 2017, Theorem 1)")
    assert "supremum of the singular value " in ran.out
    assert "0.8976083575" in ran.out
    assert "check it with: selu-math check cert.json" in ran.out
    checked = run("check cert.json --json")
    assert checked.status == 0
    assert checked.json["verdict"] == "proved"
    assert checked.json["statement"] == "theorem-1"
    assert checked.json["leaves"] == run("prove theorem-1 --json").json["boxes"]
    assert checked.json["reason"] == "every leaf holds"


def test_json_has_the_certificate(run):
    document = run("prove lemma-12 --json").json
    assert {"verdict", "statement", "boxes", "seconds", "certificate"} <= set(document)
    Path("cert.json").write_text(json.dumps(document["certificate"], sort_keys=True, separators=(",", ":")))
    assert run("check cert.json").out.startswith("PROVED  cert.json: lemma-12, ")


def test_the_certificate_alone_on_standard_output(run):
    ran = run("prove theorem-2 -o -")
    assert json.loads(ran.out)["statement"] == "theorem-2"
    assert "\n" not in ran.out.strip()


def test_what_is_refuted_has_status_1_and_a_certificate_that_holds(run):
    ran = run("prove image-bounds -o cert.json")
    assert ran.status == 1
    assert "REFUTED" in ran.out
    assert "the new mean is below -0.0310605 at mu = 0.1" in ran.out
    assert run("check cert.json").status == 0


def test_a_region_and_a_start(run):
    assert run("prove --region omega=-0.2:0.2,nu=0.75:1.6").status == 0
    ran = run("prove --region omega=-0.1:0.1 --start mu=-0.5:0.5,nu=0.5:3 -o basin.json")
    assert ran.status == 0
    assert "every trajectory is in the attractor" in ran.out
    assert "layers, (omega, tau) changing" in run("check basin.json").out


def test_from_everywhere_into_the_smallest_box(run):
    ran = run("prove --region omega=-0.3:0.3,tau=0.95:1.1 --smallest --start everywhere --norm logarithmic -o all.json")
    assert ran.status == 0
    assert "Region: every mu, every nu > 0, omega=-0.3:0.3,tau=0.95:1.1" in ran.out
    assert "After finitely many layers every trajectory is in the attractor." in ran.out
    assert "singular value for (mean, ln ν)" in ran.out
    checked = run("check all.json").out
    assert "for every mu, omega in [-0.3, 0.3], every nu > 0, tau in [0.95, 1.1]:" in checked


def test_any_activation_is_proved_though_without_a_certificate(run):
    words = "prove --region omega=-0.05:0.05,tau=1:1.02 --smallest --start mu=-0.2:0.2,nu=0.5:2 --activation lselu"
    ran = run(words)
    assert ran.status == 0
    assert ran.out.startswith("PROVED  basin")
    assert "no certificate: the checker knows activations of SELU's form" in ran.out
    assert run(words + " --json").json["certificate"] is None


def test_several_certificates(run):
    run("prove theorem-1 -o one.json")
    Path("two.json").write_text("{}")
    ran = run("check one.json two.json --json")
    assert ran.status == 1
    assert ran.json["verdict"] == "rejected"
    assert [found["verdict"] for found in ran.json["certificates"]] == ["proved", "rejected"]
    text = run("check one.json two.json").out
    assert "REJECTED  two.json: its parts are not just schema, statement" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("prove", "give either a statement"),
        ("prove theorem-1 --region mu=0:1", "give either a statement"),
        ("prove theorem-9", "theorem-1, lemma-12"),
        ("prove theorem-1 --start mu=0:1", "go with --region"),
        ("prove theorem-1 --smallest", "go with --region"),
        ("prove --region mu=0:0.1 --smallest", "--region takes omega and tau"),
        ("prove --region tau=1:3 --smallest", "give smaller ranges"),
        ("prove --region tau=1:1.1 --norm max", "euclidean, logarithmic"),
        ("prove theorem-1 --norm logarithmic", "Euclidean norm"),
        ("prove --region mu=0:0.1 --start tau=1:2", "omega and tau are those of --region"),
        ("prove theorem-1 --tolerance 0", "must be positive"),
        ("prove theorem-1 --tolerance x", "tolerance"),
        ("prove theorem-1 --json -o -", "standard output"),
        ("prove theorem-1 -o none/cert.json", "does not exist"),
        ("prove --region tau=1:1.1 --activation gelu -o cert.json", "prove gelu without --output"),
        ("prove --region tau=1:1.1 --start everywhere --activation lselu", "give a start for lselu"),
        ("prove --region tau=1:1.1 --smallest --activation relu", "give smaller ranges"),
        ("check none.json", "cannot read 'none.json'"),
        ("check .", "cannot read '.'"),
    ],
)
def test_bad_input_is_one_line(run, words, says):
    ran = run(words)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert says in ran.err


def test_nothing_is_written_where_nothing_is_decided(run, monkeypatch):
    monkeypatch.setattr("selu_math.proofs.prover.MAX_STEPS", 2)
    ran = run("prove --region mu=-0.1:0.1 --start mu=-0.5:0.5,nu=0.5:3 -o cert.json")
    assert ran.status == 1
    assert not Path("cert.json").exists()
    assert "certificate written" not in ran.out
