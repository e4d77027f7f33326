"""Text becomes an exact function, or one line that says what is accepted; nothing is evaluated."""

from fractions import Fraction

import pytest

from selu_math.activations import SELU, elu, parse_activation, relu
from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact
from selu_math.parsing import parse_expression, parse_piecewise
from selu_math.pieces import ExpPoly


def polynomial(**terms):
    """Return a sum such as ``polynomial(x0="1", x2="1/2")``."""
    return ExpPoly({(int(name[1:]), Fraction(0)): Exact.of(value) for name, value in terms.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", polynomial(x0="1/10")),
        ("1e-3", polynomial(x0="1/1000")),
        (".5*x", polynomial(x1="1/2")),
        ("x/3", polynomial(x1="1/3")),
        ("-x", polynomial(x1="-1")),
        ("+x", polynomial(x1="1")),
        ("--x", polynomial(x1="1")),
        ("-x^2", polynomial(x2="-1")),
        ("(-x)^2", polynomial(x2="1")),
        ("x**2", polynomial(x2="1")),
        ("x^0", polynomial(x0="1")),
        ("2^3^1*x", polynomial(x1="8")),
        ("1 - 2 - 3", polynomial(x0="-4")),
        ("8/4/2*x", polynomial(x1="1")),
        ("(x+1)*(x-1)", polynomial(x2="1", x0="-1")),
        ("  x  ", polynomial(x1="1")),
        ("0.1 + 0.2 - 0.3", ExpPoly()),
        ("exp(0)", polynomial(x0="1")),
        ("exp(x)", ExpPoly.exp(Fraction(1))),
        ("exp(-x/2)", ExpPoly.exp(Fraction(-1, 2))),
        ("exp(x)^3", ExpPoly.exp(Fraction(3))),
        ("exp(0.1*x + 1/3)", ExpPoly({(0, Fraction(1, 10)): Exact.exp(Fraction(1, 3))})),
        ("exp((x+1)*2 - x)", ExpPoly({(0, Fraction(1)): Exact.exp(Fraction(2))})),
        ("(" * 50 + "x" + ")" * 50, polynomial(x1="1")),
    ],
    ids=lambda value: value[:25] if isinstance(value, str) else "",
)
def test_expressions_are_exact(text, expected):
    assert parse_expression(text) == expected


def test_a_decimal_is_not_its_double():
    assert parse_expression("0.1").at(Fraction(0)).rational == Fraction(1, 10) != Fraction(0.1)


REFUSED = (
    *("", " ", "y", "X1", "pi", "e", "exp", "exp()", "exp(x, 1)", "exp(x=1)", "exp(*x)", "exp(exp(x))", "exp(x^2)"),
    *("sin(x)", "max(x, 0)", "x(1)", "x.real", "x.__class__", "().__class__.__bases__", "exp.__globals__"),
    *("__import__('os')", "__import__('os').system('true')", "eval('1')", "open('f')", "print(x)", "exit()"),
    *("lambda: 1", "[x]", "{x}", "(x,)", "x, x", "[x for x in x]", "x if x else 1", "x and x", "not x", "x<0", "x==0"),
    *("(x:=1)", "x:=1", "x=1", "x;x", "import os", "f'{x}'", "'x'", "b'x'", "True", "None", "...", "yield", "await x"),
    *("1j", "0x10", "0b1", "0o7", "1_000", "01", "1e99999999", "1e-99999999", "nan", "inf", "−x", "x²", "1..2"),
    *("x//2", "x%2", "x@x", "~x", "x|1", "x&1", "x<<1", "x/0", "1/x", "x/x", "1/exp(x)", "x/(1-1)"),
    *("x^-1", "x^0.5", "x^x", "2^x", "x^17", "9^9^9", "x^1e9", "x^(10^9)", "(((9^16)^16)^16)^16", "((x+1)^16)^16"),
    *("((x^16)^16)^16", "(exp(x)^16)^16^16", "(x", "x)", "x y", "2x", "x+", "*x", "x\n+1", "\\", "\x00", "#"),
    *("(" * 900 + "x" + ")" * 900, "-" * 1500 + "x", "1if 1else x", "0xfor x"),
    *("x # y", "٣*x", "x<0 # y"),
)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text)[:40])
def test_everything_else_is_refused_in_one_line(text):
    with pytest.raises(InputError) as caught:
        parse_expression(text)
    message = str(caught.value)
    assert "\n" not in message
    assert 0 < len(message) < 300


def test_nothing_is_evaluated(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for text in ("open('made', 'w')", "__import__('pathlib').Path('made').touch()", "exp(open('made', 'w'))"):
        with pytest.raises(InputError):
            parse_expression(text)
        with pytest.raises(InputError):
            parse_piecewise(f"x<0: {text}; x>=0: x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("x", ()),
        ("x<0: 0; x>=0: x", (0,)),
        ("x<=0: 0; x>0: x", (0,)),
        ("x>=0: x; x<0: 0", (0,)),
        ("x<0: 0; 0<=x<=6: x; x>6: 6", (0, 6)),
        ("x>6: 6; x<0: 0; 0<=x<=6: x;", (0, 6)),
        ("x<-0.1:0;-0.1<=x<1/3:x;x>=1/3:1", (Fraction(-1, 10), Fraction(1, 3))),
        ("x<-1e2: 0; x>=-1e2: x", (-100,)),
    ],
)
def test_conditions(text, breaks):
    assert parse_piecewise(text).breaks == breaks


@pytest.mark.parametrize(
    "text",
    [
        *("", ";", " ; ; ", "x<0: 0", "x>=0: x", "x<0: 0; x>=1: x", "x<1: 0; x>=0: x", "x<0: 0; x<0: 1; x>=0: x"),
        *("x; x", "x; x>=0: x", "x<0: 0; x", "x<0: 0; 1<=x<0: 1; x>=0: x", "0<=x<0: 0", "x=0: 1; x>0: 2"),
        *("x<a: 0; x>=a: x", "y<0: 0; y>=0: y", "x<0 0; x>=0 x", "x<0: ; x>=0: x", ": x", "x<0: 0: 1; x>=0: x"),
        *("x<1/0: 0; x>=1/0: x", "x<nan: 0; x>=nan: x", "x<inf: 0; x>=inf: x", "x<0: 0; x>=0: y", "x" * 5000),
        *("x<1e99999999: 0; x>=1e99999999: x", "x<0: 0; x>=0:: x", "0>x: 0; x>=0: x", "1+" * 2000 + "1"),
    ],
    ids=lambda text: repr(text)[:40],
)
def test_gaps_overlaps_and_nonsense_are_refused_in_one_line(text):
    with pytest.raises(InputError) as caught:
        parse_piecewise(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 350


@pytest.mark.parametrize("condition", ["0<=x<0", "1<=x<0", "x=0", "x<", "<0", "0<x>1", "x<y"])
def test_an_impossible_condition_is_called_that(condition):
    with pytest.raises(InputError, match=f"'{condition}' is no condition"):
        parse_piecewise(f"x<0: 0; {condition}: 1; x>=0: x")


@pytest.mark.parametrize("text", ["x; x", "x<0: 0; x>=1: x"])
def test_a_gap_or_overlap_is_called_that(text):
    with pytest.raises(InputError, match="gap or overlap"):
        parse_piecewise(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("selu", "selu"),
        (" SELU ", "selu"),
        ("elu", "elu(1)"),
        ("elu(3/2)", "elu(1.5)"),
        ("elu( 1.5 )", "elu(1.5)"),
        ("relu", "relu"),
        ("relu()", "relu"),
        ("leaky_relu", "leaky_relu(0.01)"),
        ("leaky-relu(0.2)", "leaky_relu(0.2)"),
        ("leaky_relu(-0.1)", "leaky_relu(-0.1)"),
        ("selu(1.05, 1.67)", "selu(1.05, 1.67)"),
        ("celu", "celu(1)"),
        ("serlu", "serlu(1.07862, 2.90427)"),
        ("lselu", "lselu(0.1)"),
        ("sselu(2)", "sselu(2)"),
        ("prelu", "prelu(0.25)"),
        ("relu2", "squared_relu"),
        ("threshold(0.5)", "threshold(0.5, 0)"),
        ("hardtanh(0, 6)", "hardtanh(0, 6)"),
        ("hardsigmoid", "hard_sigmoid"),
        ("hard-swish", "hardswish"),
        ("softshrink", "softshrink(0.5)"),
        ("linear", "identity"),
        ("sin", "sine"),
        ("snake(-3/2)", "snake(-1.5)"),
    ],
)
def test_names_of_the_catalogue(text, name):
    assert parse_activation(text).name == name


def test_a_name_never_shows_the_inside_of_the_program():
    assert "0x" not in parse_activation("selu(1.05)").name
    assert "Constant" not in parse_activation("selu(1.05)").name


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("seluu", "did you mean 'selu'"),
        ("leaky", "did you mean 'leaky_relu'"),
        ("RELUU", "did you mean"),
        ("gleu", "did you mean"),
        ("tanhshrink", "accepted: selu, elu, celu, serlu, lselu"),
        ("", "selu, elu, celu, serlu, lselu, sselu, relu"),
        ("hardtan", "did you mean 'hardtanh'"),
        ("relu6(1)", "relu6 takes no parameters; got 1 values"),
        ("hardtanh(0, 1, 2)", "hardtanh takes min, max; got 3 values"),
        ("hardtanh(1, -1)", "hardtanh's min, 1, must be below its max, -1"),
        ("hardtanh(1)", "must be below"),
        ("celu(0)", "celu's alpha must be positive, not 0"),
        ("celu(-1)", "celu's alpha must be positive, not -1"),
        ("sselu(0)", "sselu's beta must be positive, not 0"),
        ("snake(0)", "snake's a must not be 0"),
        ("hardshrink(0)", "hardshrink's lambd must be positive"),
        ("softshrink(-0.5)", "softshrink's lambd must be positive, not -0.5"),
        ("threshold(a)", "threshold must be a finite"),
        ("prelu(1/0)", "negative_slope must be a finite"),
        ("elu(", "closing bracket"),
        ("elu(1", "closing bracket"),
        ("elu(1, 2)", "got 2 values"),
        ("relu(1)", "no parameters"),
        ("elu(one)", "alpha must be a finite"),
        ("elu(nan)", "alpha must be a finite"),
        ("selu(1, x)", "alpha must be a finite"),
        ("elu(1))", "alpha must be a finite"),
        ("selu(,1.6)", "scale must be a finite"),
        ("leaky_relu(0x10)", "negative_slope must be a finite"),
        ("piecewise:", "empty"),
        ("piecewise x<0: 0", "unknown activation"),
        ("selu" * 100, "unknown activation"),
        ("se\nlu", "unknown activation"),
    ],
)
def test_other_names_are_refused_with_a_hint(text, hint):
    with pytest.raises(InputError) as caught:
        parse_activation(text)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_name_of_several_lines_becomes_one_line():
    assert "\n" not in parse_activation("piecewise: x<0: 0;\n x>=0: 1").name
    with pytest.raises(InputError, match="jumps at 0") as caught:
        _ = parse_activation("piecewise: x<0: 0;\n x>=0: 1").slope_square
    assert "\n" not in str(caught.value)


def test_own_activations_equal_the_catalogue():
    own = parse_activation("piecewise: x<0: exp(x)-1; x>=0: x")
    assert own.function == elu().function
    assert parse_activation("piecewise: x>=0: x; x<0: 0").function == relu().function
    assert own.name == "piecewise: x<0: exp(x)-1; x>=0: x"
    assert parse_activation("selu") is SELU
