"""Sweeps that are killed, interrupted or computed elsewhere end in the same store."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from selu_math.atlas import Atlas, sweep

OMEGA, TAU = "-1.5:1.5:40", "0.3:3:64"
SMALL_BLOCKS = """
import sys
from dataclasses import replace
from selu_math.atlas import methods, sweep
methods.METHODS = {"float": replace(methods.METHODS["float"], block_size=lambda _: 128)}
"""
PROGRAM = (
    SMALL_BLOCKS
    + """
if __name__ == "__main__":
    store, workers, scheduler = sys.argv[1:4]
    sweep(
        "-1.5:1.5:40", "0.3:3:64", store=store, workers=int(workers) or None, scheduler=scheduler or None,
        progress=lambda p: print(p.done, p.total, flush=True),
    )
"""
)


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "small_blocks.py"
    path.write_text(PROGRAM)
    return path


def start(program, store, workers="1", scheduler=""):
    command = [sys.executable, str(program), str(store), workers, scheduler]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def whole(program, tmp_path_factory):
    store = tmp_path_factory.mktemp("whole") / "plane.db"
    process = start(program, store)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "2560 2560"
    return store


def children(pid):
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [Path("/proc", child) for child in listed.read_text().split()] if listed.exists() else []


def test_a_sweep_killed_at_random_and_resumed_equals_one_that_was_not(program, whole, tmp_path):
    rng = random.Random(2017)  # moments to kill at
    store = tmp_path / "plane.db"
    for kill in range(2):
        process = start(program, store, "2")
        lines = [process.stdout.readline() for _ in range(2 + 3 * kill)]
        time.sleep(rng.uniform(0, 0.1))
        workers = children(process.pid)
        process.kill()
        lines += process.communicate(timeout=60)[0].splitlines()
        assert process.returncode == -signal.SIGKILL
        done = max(int(line.split()[0]) for line in lines if line.strip())
        deadline = time.monotonic() + 10
        while any(worker.exists() for worker in workers) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not any(worker.exists() for worker in workers)
        with Atlas.open(store) as left:
            assert left.tiles >= done > 0
            assert not left.complete
    process = start(program, store, "2")
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert int(out.split()[0]) >= done
    assert store.read_bytes() == whole.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["plane.db"]


@pytest.mark.parametrize("moment", ["workers start", "tiles come"])
def test_an_interrupted_command_ends_with_130_says_nothing_and_keeps_what_is_finished(program, whole, tmp_path, moment):
    store = tmp_path / "plane.db"
    path = tmp_path / "command.py"
    path.write_text(SMALL_BLOCKS + "from selu_math_cli.main import main\nif __name__ == '__main__': main()\n")
    process = subprocess.Popen(
        [sys.executable, str(path), "atlas", "--omega", OMEGA, "--tau", TAU, "--store", str(store), "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (
            len(children(process.pid)) >= 2
            if moment == "workers start"
            else store.exists() and store.stat().st_size > 40_000
        ):
            break
        time.sleep(0.01)
    time.sleep(0.3 if moment == "workers start" else 0)
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does: to the workers as well
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")
    with Atlas.open(store) as left:
        assert left.tiles < 2560
        assert left.tiles > 0 or moment == "workers start"
    process = start(program, store)
    process.communicate(timeout=120)
    assert store.read_bytes() == whole.read_bytes()


@pytest.fixture
def cluster():
    pytest.importorskip("distributed", reason="needs the extra distributed")
    code = (
        "import sys\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:\n"
        "        print(cluster.scheduler_address, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait(timeout=60)


def test_a_dask_cluster_of_two_processes_gives_the_same_store(program, whole, tmp_path, cluster):
    store = tmp_path / "plane.db"
    process = start(program, store, "0", cluster)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "2560 2560"
    assert store.read_bytes() == whole.read_bytes()


def test_a_scheduler_that_does_not_answer_is_said_in_one_line(tmp_path):
    pytest.importorskip("distributed", reason="needs the extra distributed")
    code = "from selu_math.atlas import workers; workers.PATIENCE = 1; from selu_math_cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "atlas", "--scheduler", "tcp://127.0.0.1:9"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("selu-math: no Dask scheduler answers at 'tcp://127.0.0.1:9': ")
    assert done.stderr.count("\n") == 1


def test_without_distributed_the_command_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"pip install 'selu-math\[distributed\]'"):
        sweep("0:1:2", "1:2:2", scheduler="tcp://127.0.0.1:9")
