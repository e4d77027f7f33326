"""Delete one line of the provers' modules at a time: which deletions does no test notice?

Lines whose deletion is no Python are skipped, so are docstrings, imports and bare types.  Each deletion is tried in a
process that is forked from one which has imported all else; sources stay as they are.  ``--sample N`` takes N lines at
random; ``--quick`` leaves out the tests that take seconds, so that what survives may still be noticed by them.
"""

import argparse
import ast
import functools
import importlib
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = ("checker", "leaf", "general", "claims", "trees", "bounds", "prover", "trial")
BEFORE = ("array_api_compat", "flint", "mpmath", "numpy", "scipy", "selu_math.activations")
TESTS = ("test_leaf.py", "test_general.py", "test_checker.py", "test_prover.py")
LAST = (
    "mutant",
    "too_sharp",
    "logarithm",
    "everywhere",
    "of_this_form",
    "every_time",
    "layers_of_the_prover",
    "smallest",
    "trajectories",
)
"""Parts of the names of tests that take seconds."""
WITH_PROVER = ("every_leaf", "of_this_form", "logarithmic", "weighted")
"""Parts of the names of the checker's tests that are the prover's, too."""
LIMIT = 90
"""Seconds after which a test counts as failed: a deletion made a loop endless."""


def deletions(path: Path) -> list[tuple[int, str, str]]:
    """Return number, text and what is left for each line that can be deleted."""
    source = path.read_text()
    lines, skipped = source.splitlines(keepends=True), set()
    for node in ast.walk(ast.parse(source)):
        first = getattr(node, "body", [None])[0] if isinstance(getattr(node, "body", None), list) else None
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        idle = isinstance(node, ast.Import | ast.ImportFrom) or (isinstance(node, ast.AnnAssign) and not node.value)
        for part in [node] if idle else [first] if documented else []:
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


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a changed source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self.path, self.source = f"selu_math.proofs.{name}", path, source

    def find_spec(self, name: str, path: object, target: object = None) -> object:
        """Return the changed module's spec, of another module None."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def exec_module(self, module: object) -> None:
        """Run the changed source."""
        exec(compile(self.source, str(self.path), "exec"), vars(module))  # noqa: S102  that of this repository


class QuickFirst:
    """Puts the tests that take little time first, and takes the name of the first that fails."""

    name = ""

    def __init__(self, *, of_checker: bool, quick: bool) -> None:
        self.of_checker, self.quick = of_checker, quick

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Order them, and leave out what is about the checker alone, or not about it."""

        def cost(item: pytest.Item) -> tuple[bool, bool, bool]:
            makes = {"certificates", "proofs"} & set(getattr(item, "fixturenames", ()))
            slow = any(part in item.name for part in LAST)
            return slow, not self.of_checker and "hands_over" not in item.name, bool(makes)

        if self.of_checker:
            items[:] = [item for item in items if item.path.name != "test_general.py"]
        else:
            items[:] = [i for i in items if i.path.name != "test_checker.py" or any(x in i.name for x in WITH_PROVER)]
        items[:] = sorted((item for item in items if not (self.quick and cost(item)[0])), key=cost)

    def pytest_runtest_logstart(self) -> None:
        """Give each test the same time; an alarm that nobody handles ends the process."""
        signal.alarm(LIMIT)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep it."""
        if report.failed and not self.name:
            self.name = report.nodeid.rpartition("::")[2].partition("[")[0]


def warm(name: str) -> None:
    """Import what stays as it is; for the checker also the prover, with all that it proves in the tests."""
    sys.path[:0] = [str(ROOT), str(ROOT / "cli"), str(ROOT / "tests")]
    os.chdir(ROOT)
    for module in BEFORE:
        importlib.import_module(module)
    if name == "checker":
        prover = importlib.import_module("selu_math.proofs.prover")
        for function in ("prove", "prove_basin"):
            setattr(prover, function, functools.cache(getattr(prover, function)))
        first_failure(name)
        for module in [key for key in sys.modules if "checker" in key or "proof.test" in key or "conftest" in key]:
            del sys.modules[module]
        del importlib.import_module("selu_math.proofs").checker


def first_failure(name: str, *, quick: bool = False) -> str:
    """Run the tests in this process, those that take little time first; return the name of the one that fails."""
    failed, tests = QuickFirst(of_checker=name == "checker", quick=quick), [f"tests/proof/{test}" for test in TESTS]
    status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests], [failed])
    signal.alarm(0)
    return failed.name or ("import" if status else "")


def noticed_by(name: str, path: Path, source: str, *, quick: bool) -> str:
    """Return the test that fails first, those that take little time tried first; empty where all pass."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        sys.meta_path.insert(0, Instead(name, path, source))
        try:
            signal.alarm(LIMIT)
            os.write(write, first_failure(name, quick=quick).encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return answer or ("time" if os.WIFSIGNALED(status) else "import" if status else "")


def main(modules: list[str], sample: int | None, seed: int, only: list[int], *, quick: bool) -> None:
    """Print what survives, the tests that notice most, and the score."""
    total = survived = 0
    for name in modules:
        path = ROOT / "selu_math" / "proofs" / f"{name}.py"
        plan = [deletion for deletion in deletions(path) if not only or deletion[0] in only]
        random.Random(seed).shuffle(plan)  # noqa: S311  no secrets
        plan, counted = plan[:sample], Counter[str]()
        helper = os.fork()  # each module is tried from a process of its own, which has not imported it
        if helper:
            os.waitpid(helper, 0)
            continue
        warm(name)
        if test := noticed_by(name, path, path.read_text(), quick=quick):
            sys.exit(f"{name}: {test} fails as it is")
        for number, line, rest in plan:
            test = noticed_by(name, path, rest, quick=quick)
            counted[test] += 1
            total, survived = total + 1, survived + (not test)
            if not test:
                print(f"{name}.py:{number} survives: {line}", flush=True)
            if total % 20 == 0:
                print(f"{name}: {total} of {len(plan)}, {survived} survive", flush=True)
        print(
            f"{name}: {total - survived} of {total} lines noticed; first by {dict(counted.most_common(12))}", flush=True
        )
        os._exit(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=NAMES, metavar="MODULE", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--sample", type=int, help="how many lines of each, at random")
    parser.add_argument("--line", type=int, action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    main(options.modules, options.sample, options.seed, options.line, quick=options.quick)
