"""The constants as code to paste: literals that read back to exactly the numbers they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Final, TypeAlias

from selu_math.exceptions import InputError, unknown_name
from selu_math.numbers.formats import FORMATS, BinaryFormat, BinaryNumber, binary_format

Literal: TypeAlias = Callable[[BinaryNumber], str]
_VALUES: Final = ("lambda", "alpha", "lambda * alpha")


@dataclass(frozen=True)
class _Language:
    """How a language writes the three constants.

    Attributes:
        template: the code; ``{0}``, ``{1}``, ``{2}`` are the literals, ``{hex}`` the same numbers in hexadecimal.
        literals: by number format, what the template needs for ``{type}``, and what writes a number.
        usual: the format where none is asked for; None keeps the decimals as they are.
    """

    template: str
    literals: Mapping[str, tuple[str, Literal]]
    usual: str | None


def _with_point(decimal: str) -> str:
    """Return a decimal that no language takes for an integer: ``2.0``, ``1.0e-40``."""
    significand, _, exponent = decimal.partition("e")
    point = "" if "." in significand else ".0"
    return f"{significand}{point}e{int(exponent)}" if exponent else significand + point


def _plain(number: BinaryNumber) -> str:
    return _with_point(number.decimal)


def _macro(number: BinaryNumber, suffix: str) -> str:
    text = _plain(number) + suffix
    return f"({text})" if number.negative else text


def _float32_of_julia(number: BinaryNumber) -> str:
    text = _plain(number)
    return text.replace("e", "f") if "e" in text else f"{text}f0"


def _through_double(number: BinaryNumber) -> str:
    """Write a narrow number for a language that reads a double first and rounds that.

    Rounding twice can miss, as with 7.038531e-26 in float32; then the double equal to the number is written.
    """
    text = number.decimal
    arrives = number.format.round(Fraction(float(text))) == number
    return _with_point(text if arrives else repr(float(number)))


def _call(number: BinaryNumber, function: str) -> str:
    return f"{function}({_through_double(number)})"


def _long_double_of_numpy(number: BinaryNumber) -> str:
    return f'np.longdouble("{_plain(number)}")'  # without quotes it would be a double first


def _tex(decimal: str) -> str:
    significand, _, exponent = decimal.partition("e")
    return rf"{significand} \times 10^{{{int(exponent)}}}" if exponent else significand


_NUMPY: Final = "import numpy as np\n\n"
_LANGUAGES: Final[Mapping[str, _Language]] = {
    "c": _Language(
        "/* {note}\n   type: {type}\n   exp(x) - 1 loses digits near 0: use expm1(x) */\n"
        "#define SELU_LAMBDA {0} /* {hex[0]} */\n"
        "#define SELU_ALPHA {1} /* {hex[1]} */\n"
        "#define SELU_LAMBDA_ALPHA {2} /* {hex[2]} */\n",
        {
            "float16": ("_Float16, an extension until C23", partial(_macro, suffix="f16")),
            "float32": ("float", partial(_macro, suffix="f")),
            "float64": ("double", partial(_macro, suffix="")),
            "longdouble": ("long double, rounded to the 64 bits of x87", partial(_macro, suffix="L")),
            "binary128": ("_Float128, an extension until C23", partial(_macro, suffix="f128")),
        },
        "float64",
    ),
    # f16 and f128 are not in stable Rust
    "rust": _Language(
        "// {note}\n// x.exp() - 1.0 loses digits near 0: use x.exp_m1()\n"
        "pub const SELU_LAMBDA: {type} = {0}; // {hex[0]}\n"
        "pub const SELU_ALPHA: {type} = {1}; // {hex[1]}\n"
        "pub const SELU_LAMBDA_ALPHA: {type} = {2}; // {hex[2]}\n",
        {"float32": ("f32", _plain), "float64": ("f64", _plain)},
        "float64",
    ),
    "julia": _Language(
        "# {note}\n# exp(x) - 1 loses digits near 0: use expm1(x)\n"
        "const SELU_LAMBDA = {0} # {hex[0]}\n"
        "const SELU_ALPHA = {1} # {hex[1]}\n"
        "const SELU_LAMBDA_ALPHA = {2} # {hex[2]}\n",
        {
            "float16": ("", partial(_call, function="Float16")),
            "float32": ("", _float32_of_julia),
            "float64": ("", _plain),
        },
        "float64",
    ),
    "python": _Language(
        "# {note}\n# exp(x) - 1 loses digits near 0: use expm1(x)\n{type}"
        "SELU_LAMBDA = {0}  # {hex[0]}\n"
        "SELU_ALPHA = {1}  # {hex[1]}\n"
        "SELU_LAMBDA_ALPHA = {2}  # {hex[2]}\n",
        {
            "float16": (_NUMPY, partial(_call, function="np.float16")),
            "float32": (_NUMPY, partial(_call, function="np.float32")),
            "float64": ("", _plain),
            "longdouble": (f"# rounded to the 64 bits of x87\n{_NUMPY}", _long_double_of_numpy),
        },
        "float64",
    ),
    "latex": _Language(
        "% {note}\n\\begin{{align*}} % amsmath\n  \\lambda &= {0} \\\\\n  \\alpha &= {1} \\\\\n"
        "  \\lambda\\alpha &= {2}\n\\end{{align*}}\n",
        {name: ("", lambda number: _tex(number.decimal)) for name in FORMATS},
        None,
    ),
    "onnx": _Language(
        "# {note}\n# the operator Selu calls lambda gamma; its attributes are float32\nimport onnx\n\n"
        'node = onnx.helper.make_node(\n    "Selu",\n    inputs=["x"],\n    outputs=["y"],\n'
        "    alpha={1},  # {hex[1]}\n"
        "    gamma={0},  # {hex[0]}\n)\n",
        {"float32": ("", _through_double)},
        "float32",
    ),
}
LANGUAGES: Final = tuple(_LANGUAGES)


def usual_dtype(language: str) -> str | None:
    """Return the number format of a language where none is asked for; LaTeX has none, any decimal will do.

    Raises:
        InputError: for an unknown language.
    """
    return _language(language).usual


def snippet(language: str, values: tuple[str, str, str], dtype: str | None, note: str) -> str:
    """Return code that defines lambda, alpha and lambda * alpha.

    Args:
        language: one of :data:`LANGUAGES`.
        values: decimals of lambda, alpha and lambda * alpha; each is rounded to the format by itself.
        dtype: the number format of the literals; None takes :func:`usual_dtype`.
        note: one line for the comment at the top.

    Raises:
        InputError: where the language has no literals of that format, or the format's range lacks a value.
    """
    rules = _language(language)
    chosen = binary_format(dtype).name if dtype else rules.usual
    if chosen is None:
        return rules.template.format(*map(_tex, values), note=note)
    if chosen not in rules.literals:
        raise InputError(f"--format {language} has no {chosen} literals; accepted with it: {', '.join(rules.literals)}")
    form = FORMATS[chosen]
    wider = [name for name in rules.literals if FORMATS[name].max_exponent > form.max_exponent]
    hint = f"wider with --format {language}: {', '.join(wider) or 'none'}"
    numbers = [_within(form, name, value, hint) for name, value in zip(_VALUES, values, strict=True)]
    extra, write = rules.literals[chosen]
    return rules.template.format(*map(write, numbers), hex=[x.hex for x in numbers], type=extra, note=note)


def _language(name: str) -> _Language:
    if name not in _LANGUAGES:
        raise unknown_name("language", name, _LANGUAGES)
    return _LANGUAGES[name]


def _within(form: BinaryFormat, name: str, value: str, hint: str) -> BinaryNumber:
    """Round a decimal to a number of the format that is neither infinite nor zero."""
    number = None if "inf" in value else form.round(Fraction(value))
    if number is None or number.is_infinite:
        raise InputError(f"{name} is too large for {form.name}; {hint}")
    if not number.significand:
        raise InputError(f"{name} is too close to 0 for {form.name}; {hint}")
    return number
