"""Where output goes, interruption, and the entry points as they are installed."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest


@pytest.mark.parametrize("command", ["constants", "map 0 1", "contraction", "activations"])
def test_output_to_a_file_is_what_would_have_been_printed(run, command, tmp_path):
    def without_time(text):
        return re.sub(r"[\d.e-]+ s$|\"seconds\": [\d.e-]+", "", text, flags=re.MULTILINE)

    for flag in ("", " --json"):
        printed = run(command + flag)
        written = run(f"{command}{flag} --output result")
        assert written.status == printed.status
        assert written.out == ""
        assert without_time((tmp_path / "result").read_text()) == without_time(printed.out)
        assert run(f"{command}{flag} --output -").out != ""


def test_an_existing_file_is_replaced_and_keeps_its_mode(run, tmp_path):
    target = tmp_path / "result"
    target.write_text("old")
    target.chmod(0o640)
    assert run("constants --output result").status == 0
    assert target.read_text().startswith("λ")
    assert target.stat().st_mode & 0o777 == 0o640


def test_text_is_plain_where_no_terminal_is(run):
    for command in ("constants", "map 0 1", "contraction", "activations"):
        assert "\x1b" not in run(command).out


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a POSIX matter")
@pytest.mark.parametrize(("variables", "styled"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_style_unless_it_wants_none(variables, styled):
    import pty

    master, slave = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm-256color"} | variables
    process = subprocess.run(
        [sys.executable, "-m", "selu_math_cli", "activations"], stdout=slave, stderr=slave, env=environment, check=False
    )
    os.close(slave)
    shown = os.read(master, 1 << 16)
    os.close(master)
    assert process.returncode == 0
    assert b"leaky_relu" in shown
    assert (b"\x1b[" in shown) is styled


def cli(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "selu_math_cli", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def test_the_module_is_an_entry_point():
    process = cli("constants", "--digits", "5", "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err == b""
    assert json.loads(out)["lambda"] == "1.0507"


def test_a_reader_that_leaves_early_gets_no_traceback():
    process = cli("constants", "--digits", "10000")
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert err == b""


def test_interruption_ends_with_130_and_leaves_no_file(tmp_path):
    region = "mu=-10:10,omega=-1:1,nu=0.001:1000"
    process = cli("contraction", "--region", region, "--max-boxes", "10000000", "--output", str(tmp_path / "result"))
    time.sleep(2.5)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == err == b""
    assert list(tmp_path.iterdir()) == []
