"""Imports go downwards only, by the floors of the house; frameworks and the command line stay where they belong."""

import ast
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {
    "selu_math.arrays": 0,
    "selu_math.exceptions": 0,
    "selu_math.files": 0,
    "selu_math.memory": 0,
    "selu_math.processes": 0,
    "selu_math.verdict": 0,
    "selu_math.numbers": 0,
    "selu_math.pieces": 1,
    "selu_math.analytic": 1,
    "selu_math.gaussian": 1,
    "selu_math.parsing": 1,
    "selu_math.trigonometric": 1,
    "selu_math.sampled": 1,
    "selu_math.activation": 2,
    "selu_math.closed_forms": 2,
    "selu_math.smooth_forms": 2,
    "selu_math.own": 2,
    "selu_math.activations": 2,
    "selu_math.centred": 3,
    "selu_math.float_moments": 3,
    "selu_math.reference": 3,
    "selu_math.values": 3,
    "selu_math.moments": 3,
    "selu_math.layer": 4,
    "selu_math.joint": 4,
    "selu_math.mean_field": 4,
    "selu_math.proved_correlation": 5,
    "selu_math.target": 5,
    "selu_math.asymptotics": 5,
    "selu_math.atlas": 5,
    "selu_math.attraction": 5,
    "selu_math.basins": 5,
    "selu_math.continuation": 5,
    "selu_math.omega_limits": 5,
    "selu_math.parameters": 5,
    "selu_math.families": 5,
    "selu_math.digits": 5,
    "selu_math.fixed_points": 5,
    "selu_math.stability": 5,
    "selu_math.proved_map": 5,
    "selu_math.gains": 5,
    "selu_math.published_gains": 5,
    "selu_math.proofs": 5,
    "selu_math.networks": 5,
    "selu_math.testing": 6,
    "selu_math.derivation": 6,
    "selu_math.plotting": 6,
    "selu_math.reporting": 7,
    "selu_math": 7,
    "selu_math_cli": 8,
}
FRAMEWORKS = {"torch", "jax", "keras", "tensorflow", "onnx", "onnxruntime"}


@dataclass(frozen=True)
class Import:
    """One module imported by another; ``when`` is "loading", "called" (inside a function) or "typing"."""

    source: str
    target: str
    when: str


@cache
def modules():
    """Return every module of both packages with its file."""
    found = {}
    for folder in (ROOT / "selu_math", ROOT / "cli" / "selu_math_cli"):
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_in(source, text, known):
    """Return the imports in a module's text."""
    found = []

    def visit(node, when):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for child in node.body:
                visit(child, "typing")
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            when = "called" if when == "loading" else when
        if isinstance(node, ast.Import):
            found.extend(Import(source, alias.name, when) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source} imports relatively"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if (node.module, alias.name) != ("selu_math", "__version__"):
                    found.append(Import(source, inner if inner in known else node.module, when))
        for child in ast.iter_child_nodes(node):
            visit(child, when)

    visit(ast.parse(text), "loading")
    return found


@cache
def imports():
    known = modules()
    return tuple(i for name, path in known.items() for i in imports_in(name, path.read_text("utf-8"), known))


def floor(name):
    """Return the floor of a module: that of the longest prefix in the table."""
    parts = name.split(".")
    if parts[0] == "selu_math" and len(parts) > 1 and ".".join(parts[:2]) not in FLOORS:
        raise AssertionError(f"{name} has no floor; add it to the table here and in the documentation")
    return next(FLOORS[key] for n in range(len(parts), 0, -1) if (key := ".".join(parts[:n])) in FLOORS)


def top(name):
    return name.partition(".")[0]


def climbing(found):
    """Return the imports that go upwards."""
    own = [i for i in found if top(i.target) in {"selu_math", "selu_math_cli"}]
    return [i for i in own if floor(i.target) > floor(i.source)]


def reachable_frameworks(found):
    """Return the imports of a framework while loading, and those that load a module which does so."""
    direct = [i for i in found if top(i.target) in FRAMEWORKS and i.when == "loading"]
    carriers = {i.source for i in direct}
    return [i for i in found if i.when == "loading" and i.target in carriers], carriers


def cycle(found):
    """Return a cycle of modules that load each other, or None."""
    graph = defaultdict(set)
    for i in found:
        if i.when == "loading" and top(i.target) in {"selu_math", "selu_math_cli"}:
            graph[i.source].add(i.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return None


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_module_has_a_floor(name):
    assert 0 <= floor(name) <= 8


def test_imports_go_downwards_only():
    assert climbing(imports()) == []


def test_no_module_loads_itself_in_a_circle():
    assert cycle(imports()) is None


def test_only_the_command_line_imports_its_framework():
    users = {i.source for i in imports() if top(i.target) in {"typer", "click", "rich"}}
    assert users
    assert {top(name) for name in users} == {"selu_math_cli"}


def test_machine_learning_frameworks_are_imported_on_demand():
    """At module level only in a module that is itself only ever imported inside a function."""
    loading, carriers = reachable_frameworks(imports())
    assert loading == []
    assert all(name.startswith("selu_math.") and name.endswith("_adapter") for name in carriers)


def test_pictures_are_drawn_in_one_place():
    assert {i.source.rpartition(".")[0] for i in imports() if top(i.target) == "matplotlib"} <= {"selu_math.plotting"}


@pytest.mark.parametrize(
    ("source", "text", "finding"),
    [
        ("selu_math.pieces", "from selu_math.moments import Moments", climbing),
        ("selu_math.pieces", "def f():\n    import selu_math.layer", climbing),
        ("selu_math.layer", "if TYPE_CHECKING:\n    from selu_math.testing import api", climbing),
        ("selu_math.reporting.x", "from selu_math_cli import main", climbing),
        ("selu_math.proofs.x", "from selu_math import SELU", climbing),
        ("selu_math.a", "from selu_math import a", cycle),
        ("selu_math.pieces", "class A:\n    if A:\n        import torch.nn", reachable_frameworks),
    ],
)
def test_this_test_can_see(source, text, finding):
    """Each of these would be a breach."""
    found = finding(imports_in(source, text, {"selu_math.a", "selu_math.layer"}))
    assert found[-1] if isinstance(found, tuple) else found


def test_importing_the_package_loads_nothing_heavy():
    heavy = "'numpy', 'scipy', 'sympy', 'matplotlib', 'flint', 'typer', 'torch', 'jinja2'"
    code = f"import selu_math, sys; print([name for name in ({heavy}) if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_proved_constants_start_without_heavy_libraries():
    code = "import selu_math.parameters, sys; print([n for n in ('scipy', 'sympy', 'matplotlib') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
