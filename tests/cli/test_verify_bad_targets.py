"""Targets that hang, end the process, print, raise or return something else: one line each, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from json import loads
from pathlib import Path

import pytest

SOURCE = """
import ctypes
import os
import signal
import sys
import threading
import time

import numpy as np

os.write(1, b"loading prints beneath Python\\n")
print("so does Python")


def right(x):
    os.write(1, b"calling prints\\n")
    return np.where(x > 0, 1.0507009873554805 * x, 1.7580993408473769 * np.expm1(np.minimum(x, 0))).astype(x.dtype)


def leaves_a_thread(x):
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return right(x)


def hangs(x):
    while True:
        pass


def hangs_beneath_python(x):
    ctypes.PyDLL(None).sleep(1000)  # keeps the interpreter's lock, so that no signal is handled


def leaves(x):
    os._exit(0)


def crashes(x):
    os.kill(os.getpid(), signal.SIGSEGV)


def raises(x):
    raise ValueError("no kernel\\nfor this")


def one_number(x):
    return np.float64(1.0)


def two_columns(x):
    return np.stack([x, x])


def text(x):
    return "selu"


def asks_to_leave(x):
    sys.exit(7)
"""


@pytest.fixture
def verify(tmp_path):
    (tmp_path / "mine.py").write_text(SOURCE)

    def run(target, *options):
        command = [sys.executable, "-m", "selu_math_cli", "verify", target, "--dtype", "float32", *options]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)

    return run


@pytest.mark.parametrize("name", ["hangs", "hangs_beneath_python"])
def test_what_hangs_is_ended(verify, name):
    start = time.monotonic()
    ran = verify(f"mine.py:{name}", "--timeout", "3")
    assert time.monotonic() - start < 60
    assert (ran.returncode, ran.stdout) == (2, "")
    last = ran.stderr.splitlines()[-1]
    assert last == f"selu-math: 'mine.py:{name}' did not finish within 3 s; --timeout sets the limit"


@pytest.mark.parametrize(("name", "says"), [("leaves", "exit status 0"), ("crashes", "SIGSEGV")])
def test_what_ends_the_process_is_told(verify, name, says):
    ran = verify(f"mine.py:{name}")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.splitlines()[-1] == f"selu-math: 'mine.py:{name}' ended the process that ran it: {says}"


@pytest.mark.parametrize("name", ["right", "leaves_a_thread"])
def test_what_prints_or_leaves_threads_is_checked_all_the_same(verify, name):
    ran = verify(f"mine.py:{name}", "--timeout", "0")
    assert ran.returncode == 0
    assert ran.stdout.startswith(f"mine.py:{name} passes")
    assert "prints" not in ran.stdout
    assert "loading prints beneath Python" in ran.stderr


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("raises", "raises ValueError: no kernel for this"),
        ("one_number", "returns shape () for an input of shape (3,)"),
        ("two_columns", "returns shape (2, 3) for an input of shape (3,)"),
        ("text", "returns a str that is no real number"),
        ("asks_to_leave", "raises SystemExit: 7"),
    ],
)
def test_what_gives_no_numbers_fails_in_one_line(verify, name, says):
    ran = verify(f"mine.py:{name}", "--json")
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    failed = [check for check in loads(ran.stdout)["checks"] if check["status"] == "failed"]
    assert [check["name"] for check in failed] == ["returns_value"]
    assert says in failed[0]["hint"]
    assert "\n" not in failed[0]["hint"]


@pytest.mark.parametrize("limit", ["soon", "-1", "nan", "inf"])
def test_a_limit_is_a_number_of_seconds(verify, limit):
    ran = verify("mine.py:right", f"--timeout={limit}")
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[-1].startswith("selu-math: --timeout takes seconds, 0 for no limit, not")


def test_an_interrupt_ends_the_child_too(tmp_path):
    (tmp_path / "mine.py").write_text(SOURCE)
    command = [sys.executable, "-m", "selu_math_cli", "verify", "mine.py:hangs", "--dtype", "float32"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        while "loading prints" not in (line := running.stderr.readline()):
            assert line
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(60) == 130
        assert running.stdout.read() == ""
    assert is_gone(running.pid)


def is_gone(group):
    """Return whether nobody is left in a group of processes, after half a minute at most."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_target_ends_with_the_command_that_is_killed(tmp_path):
    source = "import os, time\nopen('child', 'w').write(str(os.getpid()))\ndef hang(x):\n    time.sleep(600)\n"
    (tmp_path / "slow.py").write_text(source)
    command = subprocess.Popen([sys.executable, "-m", "selu_math_cli", "verify", "slow.py:hang"], cwd=tmp_path)
    try:
        until = time.monotonic() + 60
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        command.kill()
        command.wait()
    child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 20
    while _runs(child):
        assert time.monotonic() < until
        time.sleep(0.05)


def _runs(process):
    """Whether a process is there; one that has ended and is not yet collected is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
