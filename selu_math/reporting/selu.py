"""The figures of the report on SELU, all computed here and none in the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log
from typing import Any

from selu_math import __version__
from selu_math.activations import SELU
from selu_math.derivation import Derivation, derive
from selu_math.moments import Moments
from selu_math.numbers.ball import BALL, precision
from selu_math.numbers.enclosure import Enclosure
from selu_math.numbers.exact import decimal_text
from selu_math.parameters import Parameters, selu_parameters
from selu_math.proofs.contraction import Contraction, check_contraction
from selu_math.proved_map import ProvedMap, prove_map
from selu_math.reporting.figures import Comparison, Figure, bound, figure, proved_digits
from selu_math.reporting.fixed_points import FixedPointFacts, fixed_point_facts
from selu_math.reporting.theorems import Theorems, theorems
from selu_math.verdict import Answer

PAPER = "Klambauer et al. 2017"
NOTEBOOK = "the authors' notebook"
FRAMEWORKS = "literal in PyTorch, TensorFlow and JAX"
LITERALS = {
    "lambda": "1.0507009873554804934193349852946",
    "alpha": "1.6732632423543772848170429916717",
}
MEAN_BOUND = "-0.03106"
DIGITS = 50
WIDE_REGION = "omega=-1:1,tau=0.95:1.5"


@dataclass(frozen=True)
class Claim:
    """A sentence of the tutorials, with a verdict."""

    sentence: str
    verdict: str
    ground: str


@dataclass(frozen=True)
class SeluReport:
    """Everything that the report says.

    Attributes:
        parameters: lambda and alpha with their proof.
        derivation: the symbolic route to them.
        constants: figures of the constants.
        fixed_point: figures of the map at (0, 1).
        theorem: figures of Theorem 1's region.
        contraction: its proof.
        wide: the same question on a region where the answer is no.
        path: a trajectory from a corner of Theorem 1's box.
        facts: what is settled about all fixed points.
        theorems: the paper's theorems and what lies beyond, certified.
        claims: the tutorial's sentences.
    """

    parameters: Parameters
    derivation: Derivation
    constants: Sequence[Figure]
    fixed_point: Sequence[Figure]
    theorem: Sequence[Figure]
    contraction: Contraction
    wide: Contraction
    path: ProvedMap
    facts: FixedPointFacts
    theorems: Theorems
    claims: Sequence[Claim]

    @property
    def mean_shortfall(self) -> float:
        """By how much the least new mean over Theorem 1's region lies below the paper's bound on it."""
        return float(Fraction(MEAN_BOUND) - self.contraction.mean.lowest.upper)

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdicts by name."""
        return {
            "fixed_point": str(Answer.PROVED if self.derivation.classical else Answer.UNDECIDED),
            "theorem_1": str(self.contraction.answer),
            "theorem_1_invariant": str(self.contraction.invariant.answer),
            "theorem_1_contracting": str(self.contraction.contracting.answer),
            "wide_region": str(self.wide.answer),
            "only_fixed_point": str(self.facts.only_one),
            **{s.name.replace("-", "_"): s.verdict for s in self.theorems.statements if s.name != "theorem-1"},
        }

    def to_dict(self) -> dict[str, Any]:
        """Return every figure for JSON; nothing in it depends on the machine or the hour."""
        return {
            "version": __version__,
            "activation": "selu",
            "verdicts": self.verdicts,
            "constants": [f.to_dict() for f in self.constants],
            "fixed_point": [f.to_dict() for f in self.fixed_point],
            "theorem_1": {
                "region": str(self.contraction.region),
                "figures": [f.to_dict() for f in self.theorem],
                "boxes": self.contraction.boxes,
                "norm_sup": list(self.contraction.norm_sup.bounds()),
                "norm_at": [decimal_text(x) for x in self.contraction.norm_at],
            },
            "wide_region": {
                "region": str(self.wide.region),
                "invariant": str(self.wide.invariant),
                "contracting": str(self.wide.contracting),
            },
            "fixed_points": {
                "region": str(self.facts.around_one.region),
                "found": [[str(p.mean), str(p.variance), p.kind] for p in self.facts.around_one.fixed_points],
                "figures": [f.to_dict() for f in self.facts.figures],
            },
            "theorems": self.theorems.to_dict(),
            "trajectory": [[str(m), str(v)] for m, v in self.path.trajectory],
            "claims": [vars(claim) for claim in self.claims],
        }


def build_report() -> SeluReport:
    """Compute the report on SELU."""
    parameters = selu_parameters(digits=DIGITS)
    at_one = prove_map(0, 1, digits=20)
    theorem, wide = check_contraction(), check_contraction(WIDE_REGION)
    derivation = derive()
    with precision(256):
        here = Moments(BALL, SELU, BALL.rational(Fraction(0)), BALL.rational(Fraction(1)))
        gradient_gain = Enclosure(here.slope_square)
        hundred = Enclosure(here.slope_square**100)
    fixed_point = _fixed_point_figures(at_one, gradient_gain, hundred)
    return SeluReport(
        parameters=parameters,
        derivation=derivation,
        constants=_constant_figures(parameters),
        fixed_point=fixed_point,
        theorem=_theorem_figures(theorem),
        contraction=theorem,
        wide=wide,
        path=prove_map("0.1", "1.5", omega="0.1", tau=1, layers=40, digits=6),
        facts=fixed_point_facts(),
        theorems=theorems(),
        claims=_claims(parameters, derivation, theorem, wide, gradient_gain, hundred),
    )


def _constant_figures(p: Parameters) -> list[Figure]:
    figures = []
    for key, meaning, x in (
        ("lambda", "λ, scale", p.scale),
        ("alpha", "α", p.alpha),
        ("lambda_alpha", "λα, the depth of saturation", p.scale_alpha),
    ):
        literal = LITERALS.get(key, "")
        verdict = ""
        if literal:
            agrees = x.digits(len(literal) - 1) == literal
            verdict = str(Comparison.AGREES if agrees else Comparison.DIFFERS)
        figures.append(Figure(key, meaning, proved_digits(x, DIGITS), literal, FRAMEWORKS if literal else "", verdict))
    return figures


def _fixed_point_figures(at: ProvedMap, gain: Enclosure, hundred: Enclosure) -> list[Figure]:
    (j11, j12), (j21, j22) = at.jacobian
    return [
        figure("mean", "μ̃ at (0, 1)", at.mean, 15, "0", PAPER),
        figure("variance", "ν̃ at (0, 1)", at.variance, 15, "1", PAPER),
        figure("jacobian_11", "∂μ̃/∂μ", j11, 12, "0", PAPER),
        figure("jacobian_12", "∂μ̃/∂ν", j12, 12, "0.0888348", PAPER),
        figure("jacobian_21", "∂ν̃/∂μ", j21, 12, "0", PAPER),
        figure("jacobian_22", "∂ν̃/∂ν", j22, 12, "0.782648", PAPER),
        figure("spectral_norm", "largest singular value", at.spectral_norm, 12, "0.7876734", PAPER),
        figure("spectral_radius", "spectral radius, what a layer leaves of a deviation", at.spectral_radius, 12),
        figure("gradient_gain", "E f′², mean squared gradient per layer", gain, 17, "1.0715749924557993", NOTEBOOK),
        figure("gradient_gain_100", "(E f′²)¹⁰⁰, after 100 layers", hundred, 12),
    ]


def _theorem_figures(c: Contraction) -> list[Figure]:
    again = "the same, against Theorem 1's bound"
    return [
        figure("norm_sup", "largest singular value over Ω, supremum", c.norm_sup, 12, "0.897608", NOTEBOOK),
        bound("norm_below_one", "the same, against contraction", c.norm_sup, 12, "<", "1", PAPER),
        figure("mean_min", "least μ̃ over Ω", c.mean.lowest, 12, "-0.0310605", NOTEBOOK),
        bound("mean_min_bound", again, c.mean.lowest, 12, ">=", MEAN_BOUND, PAPER),
        figure("mean_max", "greatest μ̃ over Ω", c.mean.highest, 12, "0.0677251", NOTEBOOK),
        bound("mean_max_bound", again, c.mean.highest, 12, "<=", "0.06773", PAPER),
        figure("variance_min", "least ν̃ over Ω", c.variance.lowest, 12, "0.803712", NOTEBOOK),
        bound("variance_min_bound", again, c.variance.lowest, 12, ">=", "0.80009", PAPER),
        figure("variance_max", "greatest ν̃ over Ω", c.variance.highest, 12, "1.48157", NOTEBOOK),
        bound("variance_max_bound", again, c.variance.highest, 12, "<=", "1.48617", PAPER),
    ]


def _claims(
    p: Parameters, derivation: Derivation, theorem: Contraction, wide: Contraction, gain: Enclosure, hundred: Enclosure
) -> list[Claim]:
    literal_holds = all(
        x.digits(len(LITERALS[key]) - 1) == LITERALS[key] for key, x in (("lambda", p.scale), ("alpha", p.alpha))
    )
    doubling = log(2) / log(float(gain))
    return [
        Claim(
            "λ ≈ 1.0507009873554804934193349852946 and α ≈ 1.6732632423543772848170429916717",
            str(Comparison.PROVED if literal_holds else Comparison.REFUTED),
            "every printed digit is right, and the last is correctly rounded",
        ),
        Claim(
            "a layer keeps mean 0 and variance 1",
            str(Comparison.PROVED if derivation.classical else Comparison.UNDECIDED),
            "for Gaussian pre-activations and weights with ω = 0, τ = 1: E f = 0 and E f² = 1 hold exactly",
        ),
        Claim(
            "it returns there by itself",
            str(theorem.answer),
            f"from every (μ, ν) in Theorem 1's box and for every fixed (ω, τ) in its range, to that (ω, τ)'s own fixed "
            f"point: the box maps into itself and a layer multiplies distances by at most "
            f"{proved_digits(theorem.norm_sup, 6)}; the fixed point is (0, 1) where ω = 0 and τ = 1",
        ),
        Claim(
            "it does so for any weights",
            str(wide.answer),
            f"with ω up to ±1 and τ up to 1.5: {wide.contracting.reason}; and {wide.invariant.reason}",
        ),
        Claim(
            "it does not die like ReLU",
            str(Comparison.PROVED if p.scale_alpha.lower > 0 else Comparison.UNDECIDED),
            "f′(x) = λαeˣ > 0 for every x < 0, where ReLU's is 0; but it tends to 0, and below x ≈ −104.5 "
            "it rounds to 0 in float32",
        ),
        Claim(
            "gradients neither vanish nor explode",
            str(Comparison.REFUTED if gain.lower > 1 else Comparison.UNDECIDED),
            f"in the mean-field theory a layer multiplies the mean squared gradient by E f′² = "
            f"{proved_digits(gain, 11)} > 1 at (0, 1): it doubles about every {doubling:.1f} layers and grows "
            f"{proved_digits(hundred, 4)}-fold in 100; slow, but not bounded",
        ),
    ]
