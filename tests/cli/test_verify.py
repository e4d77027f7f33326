"""The command that checks an implementation."""

import pytest

SOURCE = """
import math

import numpy as np

print("loading says something")


def right(x):
    return np.where(x > 0, 1.0507009873554805 * x, 1.7580993408473769 * np.expm1(np.minimum(x, 0))).astype(x.dtype)


def naive(x):
    print("so does calling")
    negative = 1.0507009873554805 * 1.6732632423543772 * (np.exp(np.minimum(x, 0)) - 1)
    return np.where(x > 0, 1.0507009873554805 * x, negative).astype(x.dtype)


def tutorial(x, scale=1.0507009873554805, alpha=1.6732632423543772):
    if x > 0:
        return scale * x
    scale * alpha * (math.exp(x) - 1)


number = 3
"""


@pytest.fixture
def target(tmp_path):
    (tmp_path / "mine.py").write_text(SOURCE)
    return lambda name: f"mine.py:{name}"


def test_a_right_one_passes(run, target):
    ran = run(f"verify {target('right')} --json")
    assert ran.status == 0
    assert ran.json["passed"] is True
    assert ran.json["target"] == "mine.py:right"
    keys = {"name", "status", "dtype", "worst_x", "got", "expected", "ulp", "hint"}
    assert all(keys <= set(check) for check in ran.json["checks"])


def test_the_tutorials_missing_else_is_said_in_words(run, target):
    ran = run(f"verify {target('tutorial')}")
    assert ran.status == 1
    assert "returns None for x < 0: the else branch (or its return) is missing" in ran.out
    assert ran.out.startswith("mine.py:tutorial fails")


def test_cancellation_is_named_and_can_be_announced(run, target):
    ran = run(f"verify {target('naive')} --json --dtype float32")
    assert ran.status == 1
    failed = [check for check in ran.json["checks"] if check["status"] == "failed"]
    assert [check["name"] for check in failed] == ["values_near_zero"]
    assert "expm1" in failed[0]["hint"]
    assert -1 < float(failed[0]["worst_x"]) < 0
    announced = run(f"verify {target('naive')} --dtype float32 --expect-fail values_near_zero=known")
    assert announced.status == 0
    assert "known" in announced.out


def test_strictness_is_a_profile(run, target):
    assert run(f"verify {target('right')} --profile strict --dtype float64").status == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("mine.py:number", "cannot be called"),
        ("mine.py:rigth", "did you mean 'right'"),
        ("mine.py:right --dtype float33", "did you mean 'float32'"),
        ("mine.py:right --profile stric", "did you mean 'strict'"),
        ("mine.py:right --expect-fail values_near_zero", "NAME=REASON"),
        ("mine.py:right --expect-fail value=x", "unknown check"),
    ],
)
def test_bad_calls_are_one_line(run, target, words, message):
    target("right")
    ran = run(f"verify {words}")
    assert ran.status == 2
    assert ran.out == ""
    assert message in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err
