"""Code to paste: what is refused, and what literals look like; the compilers judge the rest in ``integration/``."""

import ast
import re

import pytest

from selu_math.exceptions import InputError
from selu_math.reporting.snippets import LANGUAGES, snippet, usual_dtype

SELU = ("1.05070098735548049", "1.67326324235437728", "1.75809934084737686")
ACCEPTED = {
    "c": ["float16", "float32", "float64", "longdouble", "binary128"],
    "rust": ["float32", "float64"],
    "julia": ["float16", "float32", "float64"],
    "python": ["float16", "float32", "float64", "longdouble"],
    "latex": ["float16", "bfloat16", "float32", "float64", "longdouble", "binary128"],
    "onnx": ["float32"],
}
LINES = {
    "c": "#define SELU_ALPHA {} /* ",
    "rust": " = {}; // ",
    "julia": "const SELU_ALPHA = {} # ",
    "python": "SELU_ALPHA = {}  # ",
    "latex": "\\alpha &= {} \\\\\n",
    "onnx": "    alpha={},  # ",
}


def test_these_are_the_languages():
    assert list(LANGUAGES) == list(ACCEPTED)


@pytest.mark.parametrize(
    ("language", "dtype"),
    [(language, dtype) for language, own in ACCEPTED.items() for dtype in ACCEPTED["latex"] if dtype not in own],
)
def test_a_format_without_literals_is_refused_with_those_that_have_them(language, dtype):
    with pytest.raises(InputError) as caught:
        snippet(language, SELU, dtype, "a note")
    assert str(caught.value) == (
        f"--format {language} has no {dtype} literals; accepted with it: {', '.join(ACCEPTED[language])}"
    )


@pytest.mark.parametrize(
    ("language", "dtype", "values", "message"),
    [
        ("c", "float32", ("1", "1e39", "1"), "alpha is too large for float32; wider with --format c: float64, longd"),
        ("c", "float16", ("65520", "1", "1"), "lambda is too large for float16; wider with --format c: float32, "),
        ("python", "float64", ("1", "1", "-1e400"), "lambda * alpha is too large for float64; wider with --format py"),
        ("rust", "float64", ("1e400", "1", "1"), "lambda is too large for float64; wider with --format rust: none"),
        ("julia", "float32", ("1", "inf", "1"), "alpha is too large for float32; wider with --format julia: float64"),
        ("julia", "float32", ("1", "-inf", "1"), "alpha is too large for float32"),
        ("rust", "float32", ("1", "1e-46", "1"), "alpha is too close to 0 for float32; wider with --format rust: flo"),
        ("onnx", None, ("1", "1e-46", "1"), "alpha is too close to 0 for float32; wider with --format onnx: none"),
        ("latex", "bfloat16", ("1", "4e38", "1"), "alpha is too large for bfloat16; wider with --format latex: float6"),
        ("cobol", None, SELU, "unknown language 'cobol'; accepted: c, rust, julia, python, latex, onnx"),
        ("c", "float33", SELU, "unknown number format 'float33'; did you mean 'float32'?"),
    ],
)
def test_refusals_are_one_line(language, dtype, values, message):
    with pytest.raises(InputError) as caught:
        snippet(language, values, dtype, "a note")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("language", "dtype", "value", "literal"),
    [
        ("c", "float32", "2", "2.0f"),
        ("c", "float64", "2", "2.0"),
        ("c", "float64", "-0.5", "(-0.5)"),
        ("c", "float32", "1e-40", "1.0e-40f"),
        ("c", "float16", "65504", "6.55e4f16"),
        ("c", "longdouble", "1e400", "1.0e400L"),
        ("c", "binary128", "0.5", "0.5f128"),
        ("rust", "float64", "2", "2.0"),
        ("rust", "float32", "1e-45", "1.0e-45"),
        ("julia", "float32", "2", "2.0f0"),
        ("julia", "float32", "1e-40", "1.0f-40"),
        ("julia", "float32", "-1.25e30", "-1.25f30"),
        ("julia", "float64", "5e-324", "5.0e-324"),
        ("julia", "float16", "2", "Float16(2.0)"),
        ("python", "float64", "1e22", "1.0e22"),
        ("python", "float32", "2", "np.float32(2.0)"),
        ("python", "float32", "7.038531e-26", "np.float32(7.038530691851209e-26)"),  # as text it would be rounded twice
        ("python", "longdouble", "2", 'np.longdouble("2.0")'),
        ("latex", "float32", "1e-40", r"1 \times 10^{-40}"),
        ("latex", None, "1.50e+40", r"1.50 \times 10^{40}"),
        ("latex", None, "2.0", "2.0"),
        ("onnx", "float32", "7.038531e-26", "7.038530691851209e-26"),
    ],
)
def test_literals(language, dtype, value, literal):
    code = snippet(language, ("1.5", value, "1.5"), dtype, "a note")
    assert LINES[language].format(literal) in code


def test_each_value_is_rounded_by_itself():
    code = snippet("python", SELU, "float64", "a note")
    scope = {target.targets[0].id: ast.literal_eval(target.value) for target in ast.parse(code).body}
    assert scope == dict(zip(("SELU_LAMBDA", "SELU_ALPHA", "SELU_LAMBDA_ALPHA"), map(float, SELU), strict=True))
    assert scope["SELU_LAMBDA"] * scope["SELU_ALPHA"] != scope["SELU_LAMBDA_ALPHA"]


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "latex"])
def test_the_exact_number_stands_beside_its_decimal(language):
    code = snippet(language, SELU, "float32", "a note")
    for value in ("0x1.0cfabep+0", "0x1.ac5afap+0"):
        assert value in code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_note_is_a_comment_at_the_top(language):
    mark = {"c": "/*", "rust": "//", "latex": "%"}.get(language, "#")
    assert snippet(language, SELU, None, "a note").startswith(f"{mark} a note\n")


@pytest.mark.parametrize("language", ["c", "rust", "julia", "python"])
def test_the_digits_that_exp_would_lose_are_mentioned(language):
    assert re.search("expm1|exp_m1", snippet(language, SELU, None, "a note"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_format_it_is_the_usual_one(language):
    usual = usual_dtype(language)
    assert usual == {"latex": None, "onnx": "float32"}.get(language, "float64")
    assert snippet(language, SELU, None, "a note") == snippet(language, SELU, usual, "a note")
    assert (SELU[0] in snippet(language, SELU, None, "a note")) is (language == "latex")


def test_names_of_formats_do_not_mind_case():
    assert snippet("c", SELU, " Float32 ", "a note") == snippet("c", SELU, "float32", "a note")
