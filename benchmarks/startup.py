"""How long the package and the command line take to start, beside ``import numpy``."""

import statistics
import subprocess
import sys
import time

RUNS = 15
CASES = {
    "python -c 'import numpy'": [sys.executable, "-c", "import numpy"],
    "python -c 'import numpy, selu_math'": [sys.executable, "-c", "import numpy, selu_math"],
    "selu-math --help": [sys.executable, "-m", "selu_math_cli", "--help"],
    "selu-math constants --digits 50": [sys.executable, "-m", "selu_math_cli", "constants", "--digits", "50"],
}


def seconds(command: list[str]) -> float:
    """Return the wall time of one run."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


times: dict[str, list[float]] = {name: [] for name in CASES}
for _ in range(RUNS):
    for name, command in CASES.items():
        times[name].append(seconds(command))
base = statistics.median(times["python -c 'import numpy'"])
print(f"{'command':<40} {'median s':>9} {'over numpy s':>13} {'ratio':>6}")
for name, found in times.items():
    median = statistics.median(found)
    print(f"{name:<40} {median:>9.3f} {median - base:>13.3f} {median / base:>6.2f}")
