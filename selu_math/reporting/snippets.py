"""The constants as code to paste."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from selu_math.exceptions import InputError

_SUFFIXES: Final[Mapping[str, Mapping[str, str]]] = {
    "c": {"float32": "{}f", "float64": "{}", "longdouble": "{}L"},
    "rust": {"float32": "{}", "float64": "{}"},  # the type stands in the declaration
    "julia": {"float16": "Float16({})", "float32": "{}f0", "float64": "{}"},
    "python": {"float64": "{}"},
    "latex": dict.fromkeys(("float16", "bfloat16", "float32", "float64", "longdouble", "binary128"), "{}"),
    "onnx": {"float32": "{}"},
}
_TEMPLATES: Final[Mapping[str, str]] = {
    "c": "/* {note} */\n#define SELU_LAMBDA {0}\n#define SELU_ALPHA {1}\n#define SELU_LAMBDA_ALPHA {2}\n",
    "rust": (
        "// {note}\n#![allow(clippy::excessive_precision)]\npub const SELU_LAMBDA: {type} = {0};\n"
        "pub const SELU_ALPHA: {type} = {1};\npub const SELU_LAMBDA_ALPHA: {type} = {2};\n"
    ),
    "julia": "# {note}\nconst SELU_LAMBDA = {0}\nconst SELU_ALPHA = {1}\nconst SELU_LAMBDA_ALPHA = {2}\n",
    "python": "# {note}\nSELU_LAMBDA = {0}\nSELU_ALPHA = {1}\nSELU_LAMBDA_ALPHA = {2}\n",
    "latex": (
        "% {note}\n\\begin{{align*}}\n  \\lambda &= {0} \\\\\n  \\alpha &= {1} \\\\\n"
        "  \\lambda\\alpha &= {2}\n\\end{{align*}}\n"
    ),
    "onnx": (
        "# {note}\nimport onnx\n\n# ONNX calls lambda gamma; both attributes are float32\n"
        'node = onnx.helper.make_node("Selu", inputs=["x"], outputs=["y"], alpha={1}, gamma={0})\n'
    ),
}
LANGUAGES: Final = tuple(_TEMPLATES)


def snippet(language: str, values: tuple[str, str, str], dtype: str | None, note: str) -> str:
    """Return code that defines lambda, alpha and lambda * alpha.

    Args:
        language: one of :data:`LANGUAGES`.
        values: decimals of lambda, alpha and lambda * alpha.
        dtype: the number format of the literals; None takes the language's usual one.
        note: one line for the comment at the top.

    Raises:
        InputError: where the language has no literals of that format.
    """
    suffixes = _SUFFIXES[language]
    chosen = dtype or ("float32" if language == "onnx" else "float64")
    if chosen not in suffixes:
        raise InputError(f"--format {language} has no {chosen} literals; accepted with it: {', '.join(suffixes)}")
    literals = [suffixes[chosen].format(value) for value in values]
    rust_type = "f32" if chosen == "float32" else "f64"
    return _TEMPLATES[language].format(*literals, note=note, type=rust_type)
