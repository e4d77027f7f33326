"""The derivation: no false step passes, and what is printed is true by quadrature in mpmath."""

import re
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import pytest
import sympy as sp
from flint import arb
from helpers import to_mp
from mpmath import mp, mpf
from truth import expectation

import selu_math
from selu_math.derivation import Formula, derive, integrals, response
from selu_math.derivation import symbols as y
from selu_math.derivation.formula import formula, say
from selu_math.derivation.notation import LATEX, TEXT
from selu_math.derivation.workings import Workings
from selu_math.exceptions import InputError
from selu_math.numbers.ball import precision
from selu_math.numbers.enclosure import Enclosure
from selu_math.target import Target

CLASSICAL, NOTEBOOK = (0, 1, 0, 1), ("0.1", 1, 1, 1)
SOLVABLE = [CLASSICAL, NOTEBOOK, (-2, 1, 1, 1), (0, "1e6", 0, 1), ("0.1", 1, -1, "0.6"), ("-0.3", "0.7", "1/3", "9/16")]


@pytest.fixture(scope="module")
def derivation():
    known = {}

    def get(mean, variance, omega, tau):
        key = (mean, variance, omega, tau)
        if key not in known:
            known[key] = derive(mean, variance, omega=omega, tau=tau)
        return known[key]

    return get


def corrupted(claim, side=-1):
    """Return a claim that is wrong by 1e-20 in one side, or in its value where that is all there is."""
    off = sp.Rational(1, 10**20)
    if len(claim.sides) == 1:
        with precision(256):
            shift = claim.value.ball * (1 + arb(10) ** -18) + arb(10) ** -18
        return replace(claim, value=Enclosure(shift, claim.value.shown))
    sides = list(claim.sides)
    sides[side] = sp.Add(sides[side], off, evaluate=False)
    return replace(claim, sides=tuple(sides))


@pytest.mark.parametrize("target", [CLASSICAL, NOTEBOOK])
def test_every_claim_is_refused_once_it_is_false(monkeypatch, target):
    """Each claim of a derivation is first put forward in a false form, which must not pass."""
    refused = []
    for method, side in (("by_algebra", -1), ("by_balls", -1), ("here", -1), ("solves", -1), ("demand", 1)):
        true = getattr(Workings, method)

        def first_false(self, claim, *args, true=true, side=side, **kwargs):
            before = len(self.steps), dict(self.closed)
            with pytest.raises(ArithmeticError, match="does not verify") as error:
                true(self, corrupted(claim, side), *args, **kwargs)
            assert "\n" not in str(error.value)
            assert before == (len(self.steps), self.closed)
            refused.append(claim)
            return true(self, claim, *args, **kwargs)

        monkeypatch.setattr(Workings, method, first_false)
    found = derive(*target[:2], omega=target[2], tau=target[3])
    definitions = {y.NEW_MEAN, y.NEW_VARIANCE, y.B, y.TAIL_A, y.TAIL_B, y.TRACE, y.DETERMINANT}
    shown = [claim for step in found.steps for claim in step.formulas]
    unchecked = [claim for claim in shown if claim not in refused]
    assert len(refused) > 60
    assert {claim.sides[0] for claim in unchecked} <= definitions


@pytest.mark.parametrize("side", [0, 1])
def test_a_false_value_of_a_true_formula_is_refused(side):
    w = Workings(Target.of(*CLASSICAL))
    integrals.setting(w)
    integrals.tilting(w)
    integrals.above_zero(w)
    with pytest.raises(ArithmeticError, match="does not verify"):
        w.here(formula(y.E1, *[w.closed[y.E1]] * side, value=Enclosure(arb("0.4", "1e-5"))))


def test_a_corrupted_step_is_never_returned(monkeypatch):
    def corrupt(w):
        z = sp.Integral(y.Z * y.Density(y.Z, y.M, y.V), (y.Z, 0, sp.oo))
        w.by_balls(formula(y.E1, z, y.M * y.Phi(y.M / y.S)))
        w.step("Above zero", say(""), "")

    monkeypatch.setattr(integrals, "above_zero", corrupt)
    with pytest.raises(ArithmeticError, match=r"^a step of the derivation does not verify: E₁ = [^\n]*$"):
        derive()


def test_a_step_takes_as_much_mathematics_as_it_has_places():
    assert say("{} is {}.", y.M, "so") == (y.M, " is ", "so", ".")
    with pytest.raises(ValueError, match="2 places for 1"):
        say("{} and {}", y.M)


# ---- what is printed, read back and compared with mpmath


def numbers(mean, variance, omega, tau):
    """Return the value of every name in a derivation, by quadrature and by solving the two equations."""
    mean, variance, omega, tau = map(to_mp, (mean, variance, omega, tau))
    m, v = mean * omega, variance * tau
    s = mp.sqrt(v)

    # the kink, and where exp(x) falls off, which a wide density alone would not show
    breaks = [mpf(x) for x in (0, -4, -16, -40, -80, -160)]

    def above(h):
        return expectation(lambda x: h(x) if x > 0 else mpf(0), m, v, breaks)

    def below(h):
        return expectation(lambda x: h(x) if x < 0 else mpf(0), m, v, breaks)

    known = {"μ": mean, "ν": variance, "ω": omega, "τ": tau, "m": m, "v": v, "s": s, "π": mp.pi, "e": mp.e}
    known |= {"E₁": above(lambda x: x), "E₂": above(lambda x: x**2), "Q": below(lambda x: mpf(1))}
    known |= {"I₁": below(mp.exp), "I₂": below(lambda x: mp.exp(2 * x))}
    known |= {"D": below(mp.expm1), "C": below(lambda x: mp.expm1(x) ** 2)}
    known |= {"A": mp.exp(0.5) * mp.erfc(1 / mp.sqrt(2)), "B": mp.exp(2) * mp.erfc(mp.sqrt(2))}
    e1, e2, d, c = (known[name] for name in ("E₁", "E₂", "D", "C"))
    a, h, last = e2 * d**2 + c * e1**2, c * mean * e1, c * mean**2 - (variance + mean**2) * d**2
    roots = sorted(mp.polyroots([a, -2 * h, last], extraprec=200))
    scale = roots[-1]
    b = (mean - scale * e1) / d
    known |= {
        "a": a,
        "h": h,
        "c": last,
        "λ₋": roots[0],
        "λ₊": scale,
        "λ": scale,
        "b": b,
        "α": b / scale,
        "α₊": b / scale,
    }
    known["α₋"] = (mean - roots[0] * e1) / (roots[0] * d)

    def f(x):
        return scale * x if x > 0 else b * mp.expm1(x)

    def moments(h, order):
        t = (lambda x: 1, lambda x: (x - m) / v, lambda x: ((x - m) ** 2 / v - 1) / v)[order]
        return expectation(lambda x: h(x) * t(x), m, v, breaks)

    first, second = ([moments(lambda x, p=p: f(x) ** p, order) for order in range(3)] for p in (1, 2))
    known |= dict(zip(("E f", "E f′", "E f″"), first, strict=True))
    known |= dict(zip(("E f²", "E (f²)′", "E (f²)″"), second, strict=True))
    known["E f′²"] = above(lambda x: scale**2) + below(lambda x: (b * mp.exp(x)) ** 2)
    known |= {"μ̃": first[0], "ν̃": second[0] - first[0] ** 2, "χ": tau * known["E f′²"], "f′(0⁺) − f′(0⁻)": scale - b}
    jacobian = mp.matrix(
        [
            [omega * first[1], tau * first[2] / 2],
            [omega * (second[1] - 2 * first[0] * first[1]), tau * (second[2] / 2 - first[0] * first[2])],
        ]
    )
    names = ("∂μ̃/∂μ", "∂μ̃/∂ν", "∂ν̃/∂μ", "∂ν̃/∂ν")
    known |= dict(zip(names, jacobian, strict=True))
    known |= {
        "t": jacobian[0, 0] + jacobian[1, 1],
        "d": jacobian[0, 0] * jacobian[1, 1] - jacobian[0, 1] * jacobian[1, 0],
    }
    half, apart = known["t"] / 2, mp.sqrt(mp.mpc((known["t"] / 2) ** 2 - known["d"]))
    known["ρ"] = max(abs(half + apart), abs(half - apart))
    return known


_LETTER = "[A-Za-zα-ωΦ₀-₉₊₋′″\u0303]"


def read(text, known):
    """Return the value of a printed expression, read with Python's own precedence."""
    names = sorted(known, key=len, reverse=True)
    for i, name in enumerate(names):
        # a name stands alone: no letter, no subscript and no bracket of arguments beside it
        text = re.sub(rf"(?<!{_LETTER}){re.escape(name)}(?!{_LETTER}|[(])", f"<{i}>", text)
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda x: f"**{x[0].translate(digits)}", text)
    text = text.replace("^", "**").replace("−", "-").replace("·", "*").replace("√(", "sqrt(")
    text = re.sub(r"√(<\d+>|\d+)", r"sqrt(\1)", text).replace("Φ", "ncdf").replace("φ", "npdf")
    text = re.sub(r"(?<![<\d.])(\d+\.?\d*)(?![\d>.])", r"mpf('\1')", text)
    assert re.fullmatch(r"(<\d+>|mpf\('[\d.]+'\)|sqrt|ncdf|npdf|erfc|[-+*/() ])+", text), text
    text = re.sub(r"<(\d+)>", lambda x: f"known[names[{x[1]}]]", text)
    functions = {name: getattr(mp, name) for name in ("mpf", "sqrt", "ncdf", "npdf", "erfc")}
    return eval(text, functions | {"known": known, "names": names})  # noqa: S307 - only what the pattern lets through


@pytest.mark.parametrize("target", SOLVABLE, ids=str)
def test_every_printed_formula_of_numbers_holds_by_quadrature(derivation, target):
    found = derivation(*target)
    with mp.workdps(60):
        known = numbers(*(Fraction(str(x)) for x in target))
        held = 0
        for step in found.steps:
            for claim in step.formulas:
                text = TEXT.formula(claim)
                if re.search(r"[∫z]|∂/|Iₖ", text):
                    continue
                left, digits = ([*text.split(" ≈ "), ""])[:2]
                values = [read(side, known) for side in left.split(" = ")]
                for value in values:
                    assert abs(value - values[0]) <= mpf(10) ** -40 * (1 + abs(value)), text
                if digits:
                    assert mp.nstr(values[0], claim.value.shown, strip_zeros=False) == mp.nstr(
                        mpf(digits.replace("−", "-")), claim.value.shown, strip_zeros=False
                    ), text
                held += 1
        assert held > 35


@pytest.mark.parametrize("target", SOLVABLE, ids=str)
def test_every_step_says_how_it_was_verified(derivation, target):
    for step in derivation(*target).steps:
        assert step.verified
        assert step.formulas
        assert TEXT.prose(step.text).endswith(".")


# ---- outcomes


def test_the_numbers_of_the_result(derivation):
    found = derivation(*CLASSICAL)
    assert abs(float(found.mean)) < 1e-40
    assert float(found.second_moment) == float(found.variance) == 1
    (j11, j12), (j21, j22) = ((float(x) for x in row) for row in found.jacobian)
    assert (j11, j21) == (0, 0)
    assert j12 == pytest.approx(0.0888347551068901, rel=1e-14)
    assert j22 == pytest.approx(0.782647883196813, rel=1e-14)
    assert TEXT.expression(found.classical.alpha) == "√(2/π)/(1 − A)"
    assert derivation(*NOTEBOOK).classical is None


def words(found, title):
    return next(TEXT.prose(step.text) for step in found.steps if step.title == title)


def test_what_follows_from_the_spectral_radius(derivation):
    here = "The Jacobian at the fixed point"
    assert "below 1: the fixed point attracts" in words(derivation(*CLASSICAL), here)
    assert "forgotten in one layer" in words(derivation(*CLASSICAL), here)
    assert "above 1: the fixed point does not attract" in words(derivation(*NOTEBOOK), here)
    assert "forgotten" not in words(derivation(*NOTEBOOK), here)
    assert "doubles about every 10 layers" in words(derivation(*CLASSICAL), "Where this stops")


def test_a_complex_pair_of_eigenvalues():
    """None has been met at a fixed point, so the Jacobian is made up here."""
    w = Workings(Target.of(*CLASSICAL))
    entries = [[Fraction(1, 2), Fraction(1)], [Fraction(-1), Fraction(1, 2)]]
    w.closed |= {
        name: sp.Rational(x.numerator, x.denominator)
        for names, row in zip(y.ENTRIES, entries, strict=True)
        for name, x in zip(names, row, strict=True)
    }
    balls = [[Enclosure(arb(x.numerator) / x.denominator) for x in row] for row in entries]
    response.stability(w, SimpleNamespace(jacobian=balls, spectral_radius=Enclosure(arb("1.25").sqrt())))
    assert "complex pair" in TEXT.prose(w.steps[-1].text)
    assert TEXT.formula(w.steps[-1].formulas[-1]) == "ρ = √d ≈ 1.11803398874989"
    with pytest.raises(ArithmeticError):
        response.stability(w, SimpleNamespace(jacobian=balls, spectral_radius=Enclosure(arb("1.25"))))


@pytest.mark.parametrize(
    ("target", "reason", "last"),
    [((1000, 1, 0, 1), "discriminant", "under the root is negative"), ((-2, 1, 0, 1), "discriminant", "negative")],
)
def test_without_a_solution_the_derivation_ends_with_the_reason(derivation, target, reason, last):
    found = derivation(*target)
    assert reason in found.parameters.reason
    assert found.steps[-1].title == "Its solution"
    assert last in TEXT.prose(found.steps[-1].text)
    assert found.mean is found.second_moment is found.variance is found.jacobian is None


def test_roots_that_are_no_activation(derivation):
    found = derivation(1, "3/2", 0, 1)
    assert found.parameters.solutions
    assert found.parameters.solution is None
    assert "Neither root has both" in TEXT.prose(found.steps[-1].text)


@pytest.mark.parametrize("target", [(-40, 1, 1, 1), (0, "1e-100", 0, 1)], ids=str)
def test_extreme_fixed_points_are_derived(derivation, target):
    found = derivation(*target)
    assert found.steps[-1].title == "Where this stops"


@pytest.mark.parametrize("given", [{"variance": 0}, {"variance": -1}, {"tau": 0}, {"mean": "nan"}, {"omega": "one"}])
def test_bad_numbers_are_input_errors(given):
    with pytest.raises(InputError):
        derive(**given)


def test_the_package_exports_it():
    assert selu_math.derive is derive


# ---- notation


def written(build):
    with sp.evaluate(False):
        return build()


@pytest.mark.parametrize(
    ("build", "text", "latex"),
    [
        (lambda: y.M - (y.V - y.S), "m − (v − s)", "m - (v - s)"),
        (lambda: (y.M + y.V) * y.S, "(m + v)·s", "(m + v) s"),
        (lambda: -(y.M + y.V) / y.S, "−(m + v)/s", r"-\frac{m + v}{s}"),
        (lambda: y.M / (2 * y.V), "m/(2·v)", r"\frac{m}{2 v}"),
        (lambda: (y.M / y.V) ** 2, "(m/v)²", r"\left(\frac{m}{v}\right)^2"),
        (lambda: y.MEAN_F**2, "(E f)²", r"(\mathbb{E} f)^2"),
        (lambda: y.OMEGA * y.MEAN_SLOPE, "ω·E f′", r"\omega \cdot \mathbb{E} f'"),
        (lambda: sp.exp(2 * y.Z), "e^(2·z)", "e^{2 z}"),
        (lambda: sp.exp(2), "e²", "e^2"),
        (lambda: 1 / sp.sqrt(2 * sp.pi), "1/√(2·π)", r"\frac{1}{\sqrt{2 \pi}}"),
        (lambda: sp.Rational(-9, 16), "−9/16", r"-\frac{9}{16}"),
        (lambda: sp.Rational(1, 10), "0.1", "0.1"),
        (lambda: sp.Rational(10**30), "1e+30", r"1 \cdot 10^{30}"),
        (lambda: 2 * y.M * sp.Integer(3), "2·m·3", r"2 m \cdot 3"),
        (lambda: y.Phi(-y.M / y.S), "Φ(−m/s)", r"\Phi(-m/s)"),
    ],
)
def test_notation(build, text, latex):
    expression = written(build) if build is not None else None
    assert (TEXT.expression(expression), LATEX.expression(expression)) == (text, latex)


def test_long_formulas_are_broken_at_relations():
    long = Formula((y.MEAN_F, written(lambda: sum([y.M * y.V] * 14, y.S)), y.M))
    assert TEXT.display(long).splitlines()[1] == "    = m"
    assert LATEX.display(long).startswith(r"\begin{aligned} \mathbb{E} f &= s + m v +")
    assert TEXT.display(Formula((y.M, y.V))) == "m = v"
