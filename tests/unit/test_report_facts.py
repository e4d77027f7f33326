"""The report's figures on all fixed points, against eigenvalues and limits computed by other code."""

from dataclasses import replace
from pathlib import Path

import pytest
from mpmath import mp
from truth import selu_constants

from selu_math.exceptions import PrecisionError
from selu_math.proofs.statements import STATEMENTS
from selu_math.reporting import fixed_points
from selu_math.reporting.fixed_points import fixed_point_facts
from selu_math.reporting.theorems import theorems
from selu_math.verdict import Answer


def test_facts_and_their_figures():
    facts = fixed_point_facts()
    assert facts.only_one is Answer.PROVED
    found = {figure.key: float(figure.value) for figure in facts.figures}
    c = selu_constants()
    low, high = c.scale_alpha, c.scale
    near = (low**2 + high**2) / 2 - (low - high) ** 2 / (2 * mp.pi)
    assert found["tau_low"] == pytest.approx(float(1 / near), rel=1e-11)
    assert found["tau_high"] == pytest.approx(float(1 / (high**2 * (mp.mpf(1) / 2 - 1 / (2 * mp.pi)))), rel=1e-11)
    assert found["omega_low"] < -1 < 0.9 < found["omega_high"] < found["omega_escape"] < 1


def test_one_point_is_the_only_one_when_the_search_is_complete():
    facts = fixed_point_facts()
    partial = replace(facts, around_one=replace(facts.around_one, complete=False))
    assert partial.only_one is Answer.UNDECIDED


def test_figures_of_a_lone_point_need_a_complete_search(monkeypatch):
    search = fixed_points.find_fixed_points
    monkeypatch.setattr(fixed_points, "find_fixed_points", lambda **given: replace(search(**given), complete=False))
    with pytest.raises(PrecisionError, match="tau = 9/16 is not proved"):
        fixed_points.fixed_point_facts()


def test_the_committed_report_says_so():
    text = (Path(__file__).parents[2] / "reports" / "selu" / "README.md").read_text("utf-8")
    assert all(figure.value in text for figure in fixed_point_facts().figures)


def test_theorems_stand_in_the_report_with_their_verdicts():
    found = theorems()
    verdicts = {s.name: s.verdict for s in found.statements}
    assert set(verdicts) == set(STATEMENTS)
    assert {name for name, verdict in verdicts.items() if verdict != "proved"} == {"image-bounds"}
    reasons = {s.name: s.reason for s in found.statements}
    assert (reasons["global"], reasons["everywhere"]) == ("25 layers", "finitely many layers")
    differing = [f.key for f in found.figures if f.verdict == "differs"]
    assert differing == ["theorem_3a_growth_variance"]
    text = (Path(__file__).parents[2] / "reports" / "selu" / "README.md").read_text("utf-8")
    assert all(f"`{figure.value}`" in text for figure in found.figures)
    assert all(f"| [{name}](certificates/{name}.json) | " in text for name in STATEMENTS)
