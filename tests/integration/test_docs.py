"""Output quoted in documents is what the commands print."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def output(command):
    words = [sys.executable, "-m", "selu_math_cli", *shlex.split(command)[1:]]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_the_table_of_gains():
    text = (ROOT / "docs" / "gains.md").read_text("utf-8")
    (quoted,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    assert quoted == output("selu-math gain --digits 12")


@pytest.mark.parametrize(
    ("command", "quoted"),
    re.findall(r"^\$ (selu-math .*)\n((?:.*\n)*?)```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE),
)
def test_consoles_in_the_readme(command, quoted):
    assert quoted == output(command)
