"""Code to paste: compiled with warnings as errors, run, and compared bit by bit with numbers rounded right here."""

import shutil
import subprocess
import sys
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest
import series
from mpmath import mp

from selu_math.reporting.snippets import snippet
from selu_math_cli.main import main

NAMES = ("SELU_LAMBDA", "SELU_ALPHA", "SELU_LAMBDA_ALPHA")
FORMATS = {
    "float16": (11, 15, 2),
    "float32": (24, 127, 4),
    "float64": (53, 1023, 8),
    "longdouble": (64, 16383, 10),
    "binary128": (113, 16383, 16),
}
"""Precision, largest exponent and bytes, by IEEE 754-2019, table 3.5; long double is that of x87."""
X87 = ("longdouble",) if np.finfo(np.longdouble).nmant == 63 else ()


def nearest(value, dtype):
    """Return the number of a format nearest to a fraction, ties to even."""
    precision, largest, _ = FORMATS[dtype]
    size = abs(value)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    exponent -= size < Fraction(2) ** exponent
    unit = Fraction(2) ** (max(exponent, 1 - largest) - precision + 1)
    return round(value / unit) * unit


def decode(text, dtype):
    """Return the value of an encoding, given as the hexadecimal digits of its bytes in this machine's order."""
    precision, largest, size = FORMATS[dtype]
    word = int.from_bytes(bytes.fromhex(text)[:size], sys.byteorder)  # x87's ten bytes lie in twelve or sixteen
    stored = precision if dtype == "longdouble" else precision - 1
    field = word >> stored & (2 * largest + 1)
    significand = word & ((1 << stored) - 1) | (bool(field) << (precision - 1))
    return (-1) ** (word >> (8 * size - 1)) * significand * Fraction(2) ** (max(field, 1) - largest - precision + 1)


@cache
def fixed_point(mean, variance):
    """Return lambda, alpha and their product at omega = 0, tau = 1, from the two equations in mpmath."""
    with mp.workdps(120):
        m, v = mp.mpf(mean), mp.mpf(variance)
        s = mp.sqrt(v)
        one, two = mp.exp(v / 2) * mp.ncdf(-s), mp.exp(2 * v) * mp.ncdf(-2 * s)
        e1, e2, d, c = s * mp.npdf(0), v / 2, one - mp.mpf(1) / 2, two - 2 * one + mp.mpf(1) / 2
        # scale e1 + b d = m gives b; it leaves a quadratic in scale, whose larger root is the positive one
        a, h, k = e2 * d**2 + c * e1**2, c * m * e1, c * m**2 - (v + m**2) * d**2
        scale = (h + mp.sqrt(h**2 - a * k)) / a
        product = (m - scale * e1) / d
        return tuple(Fraction(mp.nstr(x, 80)) for x in (scale, product / scale, product))


def output(*command):
    """Return what a program prints; a failure or any warning fails the test."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def run_c(code, dtype, folder):
    other = {"float16": "_Float16", "float32": "float", "longdouble": "long double", "binary128": "_Float128"}
    kind = other.get(dtype, "double")
    # _Generic asks for the literal's own type, and the minus sign before it for parentheses around a negative one
    lines = "".join(
        f"  show(&({kind}){{ _Generic({x}, {kind}: {x}) }}, sizeof({kind}));\n  (void)(0.0 -{x});\n" for x in NAMES
    )
    show = (
        "static void show(const void *x, size_t n) {\n  unsigned char bytes[32];\n  memcpy(bytes, x, n);\n"
        '  for (size_t i = 0; i < n; i++) printf("%02x", bytes[i]);\n  puts("");\n}\n'
    )
    program = f"#include <stdio.h>\n#include <string.h>\n{code}{show}int main(void) {{\n{lines}  return 0;\n}}\n"
    (folder / "main.c").write_text(program)
    pedantic = () if dtype in {"float16", "binary128"} else ("-pedantic",)  # extensions before C23
    flags = ("-std=c11", "-Wall", "-Wextra", "-Werror", *pedantic)
    output("gcc", *flags, str(folder / "main.c"), "-o", str(folder / "main"))
    return output(str(folder / "main"))


def run_rust(code, _, folder):
    helper = 'fn hex(b: &[u8]) -> String {\n    b.iter().map(|x| format!("{x:02x}")).collect()\n}\n'
    lines = "".join(f'    println!("{{}}", hex(&{x}.to_bits().to_ne_bytes()));\n' for x in NAMES)
    (folder / "main.rs").write_text(f"{code}{helper}fn main() {{\n{lines}}}\n")
    output("rustc", "--edition", "2021", "--deny", "warnings", "-o", str(folder / "main"), str(folder / "main.rs"))
    return output(str(folder / "main"))


def run_julia(code, _, folder):
    lines = "".join(f"println(bytes2hex(reinterpret(UInt8, [{x}])))\n" for x in NAMES)
    (folder / "main.jl").write_text(code + lines)
    return output("julia", "--startup-file=no", str(folder / "main.jl"))


def run_python(code, dtype, folder):
    lines = "".join(f"x = np.asarray({x})\nassert x.dtype == np.{dtype}\nprint(x.tobytes().hex())\n" for x in NAMES)
    (folder / "main.py").write_text(f"{code}\nimport numpy as np\n{lines}")
    return output(sys.executable, "-W", "error", str(folder / "main.py"))


def run_onnx(code, _, folder):
    """Print gamma, alpha, and for the third gamma again: the operator has no attribute for the product."""
    lines = (
        "import struct\nonnx.checker.check_node(node)\nassert node.op_type == 'Selu'\n"
        "found = {a.name: struct.pack('=f', a.f).hex() for a in node.attribute}\n"
        "print(found['gamma'], found['alpha'], sep='\\n')\n"
    )
    (folder / "main.py").write_text(code + lines)
    return output(sys.executable, str(folder / "main.py"))


RUNNERS = {
    "c": ("gcc", run_c, ("float16", "float32", "float64", *X87, "binary128")),
    "rust": ("rustc", run_rust, ("float32", "float64")),
    "julia": ("julia", run_julia, ("float16", "float32", "float64")),
    "python": (sys.executable, run_python, ("float16", "float32", "float64", *X87)),
}
HERE = [name for name, (tool, *_) in RUNNERS.items() if shutil.which(tool)]
HERE += ["onnx"] if find_spec("onnx") else []
RUNNERS["onnx"] = ("", run_onnx, ("float32",))
PAIRS = [(language, dtype) for language in HERE for dtype in RUNNERS[language][2]]


def values_of(language, code, dtype, folder):
    """Return the constants as the language's own compiler reads them, exactly."""
    return tuple(decode(line, dtype) for line in RUNNERS[language][1](code, dtype, folder).split())


@pytest.fixture
def printed(monkeypatch, capsys):
    """Return a function that runs the command and returns what it prints."""

    def go(*words):
        monkeypatch.setattr(sys, "argv", ["selu-math", "constants", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 0
        return capsys.readouterr().out

    return go


def test_python_at_least_is_here():
    assert ("python", "float64") in PAIRS


@pytest.mark.parametrize(("language", "dtype"), PAIRS)
def test_every_constant_is_the_nearest_number_of_its_format(printed, tmp_path, language, dtype):
    code = printed("--format", language, "--dtype", dtype)
    found = values_of(language, code, dtype, tmp_path)
    assert found == tuple(nearest(x, dtype) for x in series.constants(60))[: len(found)]


@pytest.mark.parametrize("language", HERE)
def test_without_a_format_asked_for_it_is_the_usual_one(printed, tmp_path, language):
    dtype = "float32" if language == "onnx" else "float64"
    found = values_of(language, printed("--format", language), dtype, tmp_path)
    assert found == tuple(nearest(x, dtype) for x in series.constants(60))[: len(found)]


@pytest.mark.parametrize("language", [name for name in HERE if name != "onnx"])
@pytest.mark.parametrize(("mean", "variance"), [("0.1", "1"), ("0", "1e-12"), ("-0.001", "1e12")])
def test_other_fixed_points(printed, tmp_path, language, mean, variance):
    code = printed("--format", language, "--dtype", "float64", "--mean", mean, "--variance", variance)
    found = values_of(language, code, "float64", tmp_path)
    assert found == tuple(nearest(x, "float64") for x in fixed_point(mean, variance))


@pytest.mark.parametrize(("language", "dtype"), PAIRS)
def test_whole_tiny_huge_and_negative_numbers_are_literals_too(tmp_path, language, dtype):
    precision, largest, _ = FORMATS[dtype]
    tiny = Fraction(2) ** (2 - largest - precision)
    if (language, dtype) == ("python", "longdouble"):
        tiny = Fraction(2) ** (1 - largest)  # below the normal range NumPy warns, of overflow, though it reads it right
    huge = (2 - Fraction(2) ** (1 - precision)) * Fraction(2) ** largest
    for values in ((Fraction(2), tiny, -huge), (-tiny, Fraction(-100), huge)):
        code = snippet(language, tuple(map(decimal, values)), dtype, "a note")
        found = values_of(language, code, dtype, tmp_path)
        assert found == values[: len(found)]


def decimal(value):
    """Return a fraction to 60 digits."""
    context = Context(prec=60, Emin=-99999, Emax=99999)
    return str(context.divide(Decimal(value.numerator), Decimal(value.denominator)))


@pytest.mark.parametrize(("language", "dtype"), [pair for pair in PAIRS if pair[1] == "float32"])
def test_a_decimal_that_rounding_twice_would_miss(tmp_path, language, dtype):
    value = nearest(Fraction("7.038531e-26"), dtype)
    assert nearest(nearest(Fraction("7.038531e-26"), "float64"), dtype) != value
    code = snippet(language, ("7.038531e-26",) * 3, dtype, "a note")
    assert set(values_of(language, code, dtype, tmp_path)) == {value}


if shutil.which("pdflatex"):

    @pytest.mark.parametrize("words", [(), ("--dtype", "binary128"), ("--mean", "-1", "--omega", "40")])
    def test_latex_is_typeset_without_a_warning(printed, tmp_path, words):
        body = printed("--format", "latex", *words)
        head = "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n"
        (tmp_path / "main.tex").write_text(f"{head}{body}\\end{{document}}\n")
        output("pdflatex", "-halt-on-error", "-output-directory", str(tmp_path), str(tmp_path / "main.tex"))
        assert (tmp_path / "main.pdf").stat().st_size > 0
        log = (tmp_path / "main.log").read_text("latin-1").splitlines()
        assert not [line for line in log if line.startswith(("!", "Overfull")) or "Warning" in line]
