"""Right and wrong implementations of SELU: what check_selu finds, and what the usual test tools find.

The tools get a usual test: values at 1001 points from -5 to 5 and 1000 normal numbers, and the gradient there (but for
0, where SELU has none) if there is one, against SELU in float64 at the same numbers.

* ``numpy.testing.assert_allclose`` as it is (relative 1e-7), and with jax's own tolerances for each format, relative
  and absolute;
* ``torch.testing.assert_close`` as it is, against the reference rounded to the format, its dtype included;
* ``torch.autograd.gradcheck`` as it is, at 100 normal numbers in float64, for what autograd differentiates.

A tool that fails the library's right implementation in a format, too, tells nothing there: "fails all".  Prints a table
in Markdown, with totals: pairs of an implementation and a number format.  ``--library`` chooses.
"""

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from corpus.record import DEPTH, SCALE, WIDE, Implementation

OURS, PLAIN, LOOSE, CLOSE, GRADCHECK = (
    "check_selu",
    "assert_allclose",
    "assert_allclose, by format",
    "assert_close",
    "gradcheck",
)
TOOLS = (OURS, PLAIN, LOOSE, CLOSE, GRADCHECK)
TOLERANCES = {"float64": 1e-15, "float32": 1e-6, "bfloat16": 1e-2, "float16": 1e-3}  # jax's for its own tests
POINTS = np.append(np.linspace(-5, 5, 1001), np.random.default_rng(0).standard_normal(1000))
CAUGHT, MISSED, ALARM, PASSES, BLIND, NONE = "caught", "missed", "false alarm", "passes", "fails all", "–"


@dataclass(frozen=True)
class Library:
    """How to call an implementation as its user does."""

    name: str
    pack: Callable[[np.ndarray, str], Any]
    unpack: Callable[[Any], np.ndarray]
    slope: Callable[[Callable[[Any], Any], Any], Any] | None

    def values(self, record: Implementation, x: np.ndarray, dtype: str) -> Any:
        """Return the values, one by one where an array is refused."""
        try:
            return record.fn(self.pack(x, dtype))
        except (TypeError, ValueError, RuntimeError):
            return np.array([float(record.fn(self.pack(value, dtype))) for value in x])

    def slopes(self, record: Implementation, x: np.ndarray, dtype: str) -> Any:
        """Return the gradient, None where there is none."""
        if callable(record.grad):
            return record.grad(self.pack(x, dtype))
        return self.slope(record.fn, self.pack(x, dtype)) if self.slope and record.grad == "auto" else None


def numpy_library() -> Library:
    """Return NumPy's."""
    return Library("NumPy", lambda x, dtype: x.astype(dtype), np.asarray, None)


def torch_library() -> Library:
    """Return torch's."""
    import torch

    torch.set_num_threads(1)

    def slope(fn: Callable[[Any], Any], x: Any) -> Any:
        leaf = x.requires_grad_(True)
        fn(leaf).sum().backward()
        return leaf.grad

    def pack(x: np.ndarray, dtype: str) -> Any:
        return torch.tensor(x).to(getattr(torch, dtype))

    return Library("torch", pack, lambda y: np.asarray(y.detach().double()) if hasattr(y, "detach") else y, slope)


def jax_library() -> Library:
    """Return jax's."""
    import jax
    import jax.numpy as jnp
    import ml_dtypes

    def slope(fn: Callable[[Any], Any], x: Any) -> Any:
        return jax.grad(lambda v: fn(v).sum())(x)

    def pack(x: np.ndarray, dtype: str) -> Any:
        jax.config.update("jax_enable_x64", dtype == WIDE)
        return jnp.asarray(x.astype(getattr(ml_dtypes, dtype, dtype)))

    return Library("jax", pack, np.asarray, slope)


def raises(test: Callable[[], Any]) -> bool:
    """Return whether a test fails, for whatever reason."""
    try:
        test()
    except Exception:  # noqa: BLE001  a test that stops is a failed one
        return True
    return False


def reference(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return SELU and its slope in float64."""
    below = np.minimum(x, 0)
    return np.where(x > 0, SCALE * x, DEPTH * np.expm1(below)), np.where(x > 0, SCALE, DEPTH * np.exp(below))


def tensor(y: Any) -> Any:
    """Return anything's numbers as a tensor of the same dtype."""
    import torch

    if isinstance(y, torch.Tensor):
        return y.detach()
    array = np.asarray(y)
    return torch.tensor(array.astype(np.float64)).to(getattr(torch, array.dtype.name))


def usual(record: Implementation, library: Library, dtype: str) -> dict[str, bool | None]:
    """Return, for each usual tool, whether its test fails; None where it does not apply."""
    import torch

    torch.manual_seed(1)
    x = tensor(library.pack(POINTS, dtype)).double().numpy()
    values, slopes = reference(x)
    within = x != 0

    def compared(compare: Callable[[Any, np.ndarray], None]) -> Callable[[], None]:
        def test() -> None:
            compare(library.values(record, x, dtype), values)
            found = library.slopes(record, x[within], dtype)
            if found is not None:
                compare(found, slopes[within])

        return test

    def plain(found: Any, true: np.ndarray) -> None:
        np.testing.assert_allclose(library.unpack(found).astype(np.float64), true)

    def loose(found: Any, true: np.ndarray) -> None:
        tolerance = TOLERANCES[dtype]
        np.testing.assert_allclose(library.unpack(found).astype(np.float64), true, rtol=tolerance, atol=tolerance)

    def close(found: Any, true: np.ndarray) -> None:
        torch.testing.assert_close(tensor(found), torch.tensor(true).to(getattr(torch, dtype)))

    failed: dict[str, bool | None] = {
        tool: raises(compared(compare)) for tool, compare in ((PLAIN, plain), (LOOSE, loose), (CLOSE, close))
    }
    failed[GRADCHECK] = None
    if library.name == "torch" and dtype == WIDE and record.grad == "auto":
        leaf = torch.randn(100, dtype=torch.float64, requires_grad=True)
        failed[GRADCHECK] = raises(lambda: torch.autograd.gradcheck(record.fn, (leaf,)))
    return failed


@dataclass(frozen=True)
class Row:
    """What the tools say of an implementation in one format, and the names that check_selu gives."""

    dtype: str
    faulty: bool
    said: dict[str, str]
    names: str


def rows(record: Implementation, library: Library, blind: set[tuple[str, str]]) -> Iterator[Row]:
    """Yield a row for each format; ``blind`` holds tools and formats in which they fail what is right."""
    result = record.result(record.formats)
    for dtype in record.formats:
        faulty = dtype in record.faulty
        names = ", ".join(check.name for check in result.failures if check.dtype == dtype)
        wrongly = names and record.compared(result, (dtype,))
        failed: dict[str, bool | None] = {OURS: bool(names), **usual(record, library, dtype)}
        words = (CAUGHT, MISSED) if faulty else (ALARM, PASSES)
        said = {tool: NONE if fails is None else words[not fails] for tool, fails in failed.items()}
        said |= {tool: BLIND for tool in TOOLS if faulty and failed[tool] and (tool, dtype) in blind}
        yield Row(dtype, faulty, said, f"misnamed: {names}" if wrongly else names)


def table(records: list[Implementation], library: Library) -> list[tuple[str, Row]]:
    """Print the rows of one library, formats of which the same is said in one, and return them all.

    The first record is the right implementation by which the tools are judged.
    """
    blind = {(tool, row.dtype) for row in rows(records[0], library, set()) for tool in TOOLS if row.said[tool] == ALARM}
    found = []
    for record in records:
        groups: dict[tuple[Any, ...], list[str]] = {}
        for row in rows(record, library, blind):
            found.append((f"{library.name} {record.name}", row))
            ours = row.names if row.names else row.said[OURS]
            cells = (str(record.fault) if row.faulty else "none", ours, *(row.said[tool] for tool in TOOLS[1:]))
            groups.setdefault(cells, []).append(row.dtype)
        for cells, formats in groups.items():
            print(f"| {library.name} | {record.name} | {', '.join(formats)} | {' | '.join(cells)} |", flush=True)
    return found


def totals(found: list[tuple[str, Row]]) -> None:
    """Print how many faults each tool caught, and how often it failed what is right."""
    wrong, right = ([(name, row) for name, row in found if row.faulty is faulty] for faulty in (True, False))
    misnamed = sum(row.names.startswith("misnamed") for _, row in wrong)
    print(f"\n{len(wrong)} faults (implementation and format) of {len(dict(wrong))} implementations, ", end="")
    print(f"{len(right)} right ones of {len(dict(right))}; misnamed by check_selu: {misnamed}\n")
    print("| tool | faults caught | fails all | implementations caught | in all formats | right ones failed |")
    print("|---|---|---|---|---|---|")
    for tool in TOOLS:
        words = Counter(row.said[tool] for _, row in found)
        applies = {name for name, row in wrong if row.said[tool] != NONE}
        lost = {name for name, row in wrong if row.said[tool] in {MISSED, BLIND}}
        seen = {name for name, row in wrong if row.said[tool] == CAUGHT}
        caught, blind, alarms = words[CAUGHT], words[BLIND], words[ALARM]
        print(f"| {tool} | {caught} of {caught + blind + words[MISSED]} | {blind} ", end="")
        print(f"| {len(seen)} of {len(applies)} | {len(applies - lost)} ", end="")
        print(f"| {alarms} of {alarms + words[PASSES]} |")


def others(name: str, *lists: list[Any]) -> None:
    """Print what is found in alpha dropout and weights."""
    for record in (record for records in lists for record in records):
        wanted = ", ".join(dict.fromkeys(finding.check for finding in record.failures)) or PASSES
        print(f"| {name} | {record.name} | {record.fault} | {'; '.join(record.differences()) or wanted} |")


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--library", nargs="*", default=["numpy", "torch", "jax"])
    chosen = arguments.parse_args().library
    warnings.simplefilter("ignore")
    print("| library | implementation | formats | fault | " + " | ".join(TOOLS) + " |")
    print("|---" * (4 + len(TOOLS)) + "|")
    found, around = [], []
    if "numpy" in chosen:
        from corpus import numpy_implementations as own
        from corpus import numpy_layers

        found += table([*own.RIGHT, *own.WRONG], numpy_library())
        around.append(("NumPy", numpy_layers.DROPOUTS, numpy_layers.WEIGHTS))
    if "torch" in chosen:
        from corpus import torch_gradients as slopes
        from corpus import torch_implementations as tensors
        from corpus import torch_layers

        records = [*tensors.RIGHT, *tensors.WRONG, *slopes.WRONG]
        found += table(records, torch_library())
        around.append(("torch", torch_layers.DROPOUTS, torch_layers.WEIGHTS))
    if "jax" in chosen:
        from corpus import jax_implementations as arrays

        found += table([*arrays.RIGHT, *arrays.WRONG], jax_library())
        around.append(("jax", arrays.WEIGHTS))
    totals(found)
    print("\n| library | alpha dropout, weights | fault | found |\n|---|---|---|---|")
    for row in around:
        others(*row)


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        main()
