"""Running the command line in this process, as a user would type it."""

import json
import shlex
import sys
from dataclasses import dataclass

import pytest

from selu_math_cli.main import main


@dataclass
class Ran:
    """What a run left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        """Standard output as one JSON document."""
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Return a function that runs a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def go(command):
        words = shlex.split(command) if isinstance(command, str) else command
        monkeypatch.setattr(sys, "argv", ["selu-math", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return Ran(stopped.value.code, captured.out, captured.err)

    return go
