"""The verdicts of ``selu-math verify`` on the SELU of libraries, as the table in docs/testing.md.

Run: python benchmarks/verdicts.py    (needs torch, jax, keras, onnx and onnxruntime)
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from json import loads
from pathlib import Path

from onnx import TensorProto, helper, save

FORMATS = ("float64", "float32", "bfloat16", "float16")
TARGETS = (
    ("torch", "torch.nn.functional:selu", "", ()),
    ("torch, compiled", "torch.nn.functional:selu", "", ("--compiled",)),
    ("jax", "jax.nn:selu", "", ()),
    ("keras", "keras.activations:selu", "jax", ()),
    ("keras", "keras.activations:selu", "torch", ()),
    ("onnxruntime", "selu-float32.onnx", "", ()),
    ("onnxruntime", "selu-float16.onnx", "", ()),
)


def write_model(path: Path, kind: int) -> None:
    """Write a model of one Selu operator."""
    ends = [helper.make_tensor_value_info(name, kind, ["N"]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Selu", ["x"], ["y"])], "selu", ends[:1], ends[1:])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def rows(folder: Path) -> Iterator[str]:
    """Yield a row for each target and what it fails."""
    for library, target, backend, options in TARGETS:
        command = ["selu-math", "verify", target, *options]
        environment = {**os.environ, **({"KERAS_BACKEND": backend} if backend else {})}
        ran = subprocess.run(
            [sys.executable, "-m", "selu_math_cli", *command[1:], "--json"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode == 2:
            raise SystemExit(f"{' '.join(command)}: {ran.stderr}")
        checks = loads(ran.stdout)["checks"]
        package = library.partition(",")[0]
        shown = f"{library.replace(package, f'{package} {version(package)}')}{f' on {backend}' if backend else ''}"
        typed = f"`{f'KERAS_BACKEND={backend} ' if backend else ''}{' '.join(command)}`"
        yield f"| {shown} | {_worst(checks, 'values')} | {_worst(checks, 'gradient')} | {_failed(checks)} | {typed} |"


def _worst(checks: list[dict], kind: str) -> str:
    """Return the largest error that passed, by format."""
    found = []
    for dtype in FORMATS:
        own = [c for c in checks if c["dtype"] == dtype and c["name"].startswith(kind) and c["status"] == "passed"]
        errors = [c["ulp"] for c in own if c["ulp"] is not None]
        if errors:
            found.append(f"{max(errors):.3g} ({dtype})")
    return ", ".join(found)


def _failed(checks: list[dict]) -> str:
    """Return what failed, with the worst input of each format."""
    groups: dict[tuple[str, str], list[str]] = {}
    for check in checks:
        if check["status"] == "failed":
            at = f"{check['dtype']} {float(check['worst_x']):.4g} → {check['got']}, not {check['expected']}"
            groups.setdefault((check["name"], check["hint"]), []).append(at)
    return "; ".join(f"**{name}**: {hint} ({'; '.join(at)})" for (name, hint), at in groups.items()) or "nothing"


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_model(folder / "selu-float32.onnx", TensorProto.FLOAT)
        write_model(folder / "selu-float16.onnx", TensorProto.FLOAT16)
        print("| library | worst value, ulp | worst slope, ulp | what fails | command |")
        print("|---|---|---|---|---|")
        for row in rows(folder):
            print(row, flush=True)


if __name__ == "__main__":
    main()
