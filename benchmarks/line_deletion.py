"""Delete one line of the provers' modules at a time: which deletions does no test notice?

Works on a copy of the repository.  Lines whose deletion is no Python are skipped, so are docstrings and imports.
``--sample N`` takes N lines at random; a line takes half a minute.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = [f"selu_math/proofs/{name}.py" for name in ("checker", "leaf", "claims", "bounds", "prover", "trial")]
QUICK = (
    "(elementary or interval_operations or constants or checkers_interval or begin_at or drift or climb or "
    "falls_faster or lies_outside or slopes or large_numbers or no_number or no_certificate) and not stays_in_its_box"
)
TESTS = ("tests/proof/test_leaf.py", "tests/proof/test_checker.py", "tests/proof/test_prover.py")
LIMIT = 600
"""Seconds after which a deletion counts as noticed: it made a loop endless."""


def deletions(path: Path) -> list[tuple[int, str, str]]:
    """Return number, text and what is left for each line that can be deleted."""
    source = path.read_text()
    lines, skipped = source.splitlines(keepends=True), set()
    for node in ast.walk(ast.parse(source)):
        first = getattr(node, "body", [None])[0] if isinstance(getattr(node, "body", None), list) else None
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        for part in [node] if isinstance(node, ast.Import | ast.ImportFrom) else [first] if documented else []:
            skipped |= set(range(part.lineno, part.end_lineno + 1))
    found = []
    for number, line in enumerate(lines, 1):
        rest = "".join(lines[: number - 1] + lines[number:])
        if number in skipped or not line.strip(" ()[]{},\n") or line.strip().startswith(("#", '"')):
            continue
        try:
            compile(rest, str(path), "exec")
        except SyntaxError:
            continue
        found.append((number, line.strip(), rest))
    return found


def is_noticed(copy: Path) -> bool:
    """Whether a test fails, the quick ones first."""
    paths = os.pathsep.join((str(copy), str(copy / "cli")))
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    for tests in ([*TESTS[:2], "-k", QUICK], list(TESTS)):
        try:
            ran = subprocess.run([*command, *tests], cwd=copy, env=environment, capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return True
        if ran.returncode:
            return True
    return False


def main(modules: list[str], sample: int | None, seed: int) -> None:
    """Print what survives, and the score."""
    plan = [(name, *deletion) for name in modules for deletion in deletions(ROOT / name)]
    random.Random(seed).shuffle(plan)  # noqa: S311  no secrets
    plan = plan[:sample]
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".*_cache", "__pycache__"))
        for done, (name, number, line, rest) in enumerate(plan, 1):
            source = (copy / name).read_text()
            (copy / name).write_text(rest)
            if not is_noticed(copy):
                survived += 1
                print(f"{name}:{number} survives: {line}", flush=True)
            (copy / name).write_text(source)
            if done % 10 == 0 or done == len(plan):
                print(f"{done} of {len(plan)} lines, {done - survived} noticed", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES)
    parser.add_argument("--sample", type=int, help="how many lines, at random")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    main(options.modules, options.sample, options.seed)
