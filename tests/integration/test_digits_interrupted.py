"""A long computation of digits that is stopped on the way: at once, without a word, and without a file."""

import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys

from selu_math import digits

route = digits.constants
digits.constants = lambda step: route(lambda what: print(what, flush=True))

from selu_math_cli.main import main

main()
"""
"""The command line, which also prints each stage as it begins; the result goes to a file."""


@pytest.fixture
def computing(tmp_path):
    """Start 20 million digits, to be written to a file, and return the process once the sums are under way."""
    words = ("constants", "--digits", "20000000", "--output", "x.txt")
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, text=True
    ) as process:
        assert process.stdout.readline() == "summing both series\n"
        time.sleep(0.2)  # well into the sums, which take some seconds
        yield process
        process.kill()


def stop(process, with_signal):
    """Send a signal; return the exit status, what was printed on standard error, and the seconds that it took."""
    started = time.monotonic()
    os.kill(process.pid, with_signal)
    _, err = process.communicate(timeout=60)
    return process.returncode, err, time.monotonic() - started


def test_nothing_is_in_the_folder_while_digits_are_computed(computing, tmp_path):
    assert computing.poll() is None
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_ends_with_130_silently_soon_and_without_a_file(computing, tmp_path):
    status, err, seconds = stop(computing, signal.SIGINT)
    assert (status, err) == (130, "")
    assert seconds < 5
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_other_signals_end_it_at_once_and_without_a_file(computing, tmp_path, name):
    number = getattr(signal, name)
    status, err, seconds = stop(computing, number)
    assert (status, err) == (-number, "")
    assert seconds < 5
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_stays_as_it_was(computing, tmp_path):
    (tmp_path / "x.txt").write_text("old")
    assert stop(computing, signal.SIGINT)[0] == 130
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
