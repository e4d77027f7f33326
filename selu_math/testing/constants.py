"""The constants of an implementation, recovered by probing, and the faults they betray."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from selu_math.activations import ALPHA, LAMBDA
from selu_math.numbers.ball import BALL
from selu_math.numbers.enclosure import Enclosure, bits_for, prove
from selu_math.numbers.exact import Exact
from selu_math.numbers.formats import FORMATS, BinaryFormat

_DIGITS: Final = 32  # as many as frameworks copy
_CUT: Final = 16  # decimals after which a constant differs from the true one in no format
_LOOSE: Final = Fraction(1, 64)  # tells 1, lambda, alpha and lambda * alpha apart, however they were rounded


@dataclass(frozen=True)
class Known:
    """A constant to 32 proved digits; enough to name a fault, while verdicts are proved by balls."""

    text: str

    @property
    def value(self) -> Fraction:
        """The decimal, exactly."""
        return Fraction(self.text)

    def nearest(self, form: BinaryFormat) -> Fraction:
        """Return the nearest number of a format."""
        return form.round(self.value).fraction

    def shortened(self) -> Iterator[str]:
        """Yield the decimals that people copy, from one to sixteen places: cut off, and rounded."""
        full = Decimal(self.text)
        for places in range(1, _CUT + 1):
            unit = Decimal(1).scaleb(-places)
            yield str(full.quantize(unit, ROUND_DOWN))
            yield str(full.quantize(unit, ROUND_HALF_EVEN))


@lru_cache(maxsize=1)
def known() -> tuple[Known, Known, Known]:
    """Return lambda, alpha and their product."""

    def prove_digits(number: Exact) -> Known:
        text = prove(
            lambda: Enclosure(BALL.exact(number)),
            lambda x: x.digits(_DIGITS),
            bits=bits_for(_DIGITS),
            what="a constant",
        )
        return Known(text)

    scale, alpha = Exact.of(LAMBDA), Exact.of(ALPHA)
    return prove_digits(scale), prove_digits(alpha), prove_digits(scale * alpha)


@dataclass(frozen=True)
class Diagnosis:
    """What the recovered constants say.

    Attributes:
        text: the fault, and what to change.
        is_selu: whether the function still has SELU's shape, with other constants.
    """

    text: str
    is_selu: bool = True


def diagnose(form: BinaryFormat, above: Fraction, below: Fraction, half_below: Fraction) -> Diagnosis:
    """Name what is wrong with recovered constants.

    Args:
        form: the number format.
        above: f(1), lambda in a correct implementation.
        below: -f(x) at the saturated input, lambda * alpha in a correct one.
        half_below: -f(x/2) there, the same in every function that saturates.
    """
    scale, alpha, product = known()

    def like(q: Fraction, target: Fraction) -> bool:
        return abs(q - target) <= max(_LOOSE, 3 * form.ulp(target)) * target

    if below and half_below and like(abs(below / half_below), Fraction(2)):
        return Diagnosis("below zero it is linear: a leaky ReLU, not λα(exp(x) - 1)", is_selu=False)
    if not below:
        return Diagnosis("far below zero it is 0: a ReLU, where SELU tends to -λα = -1.7581", is_selu=False)
    one, both = Fraction(1), product.value
    if like(above, alpha.value):
        return Diagnosis("α and λ are swapped: the scale is λ = 1.0507, α = 1.6733 belongs below zero only")
    if like(above, one) and like(below, both):
        return Diagnosis("λ is missing for x > 0: it returns x, not λx")
    if like(above, one) and like(below, alpha.value):
        return Diagnosis("λ is missing: this is ELU with SELU's α; multiply both branches by λ")
    if like(above, one) and like(below, one):
        return Diagnosis("this is ELU with α = 1: both λ and α are missing")
    if like(above, scale.value) and like(below, alpha.value):
        return Diagnosis("λ is missing for x < 0: it tends to -α, not to -λα")
    if like(above, scale.value) and like(below, scale.value):
        return Diagnosis("α is missing for x < 0: it tends to -λ, not to -λα")
    if like(above, scale.value) and like(below, one):
        return Diagnosis("λ and α are missing for x < 0: it tends to -1, not to -λα")
    if like(above, scale.value) and like(below, both):
        return _rounding(form, above, below)
    return Diagnosis(
        f"f(1) = {float(above):.6g} and the limit below zero {-float(below):.6g} are not λ = 1.0507 and -λα = -1.7581",
        is_selu=False,
    )


def _rounding(form: BinaryFormat, above: Fraction, below: Fraction) -> Diagnosis:
    """Name how the right constants lost digits."""
    scale, alpha, product = known()
    literals = f"λ = {scale.text}, α = {alpha.text}, λα = {product.text}"
    scale_right = above == scale.nearest(form)
    if scale_right and below == form.round(scale.nearest(form) * alpha.nearest(form)).fraction:
        return Diagnosis(f"λα is the product of the rounded λ and α; make it a constant of its own, {product.text}")
    for narrow in (f for f in FORMATS.values() if f.precision < form.precision):
        factors = (scale.nearest(narrow), alpha.nearest(narrow), product.nearest(narrow))
        if above in {factors[0], scale.nearest(form)} and any(
            abs(below - made) <= 2 * form.ulp(below)
            for made in (factors[0] * factors[1], above * factors[1], factors[2])
        ):
            return Diagnosis(f"the constants are rounded to {narrow.name} inside; give them in full: {literals}")
    cut = []
    if not scale_right and (text := _spelled(scale, form, above)):
        cut.append(f"λ = {text}")
    if text := _factor(alpha, form, above, below):
        cut.append(f"α = {text}")
    elif text := _spelled(product, form, below):
        cut.append(f"λα = {text}")
    if cut:
        return Diagnosis(f"the constants are cut short ({', '.join(cut)}); give them in full: {literals}")
    return Diagnosis(f"the constants are inexact; give them in full: {literals}")


def _spelled(constant: Known, form: BinaryFormat, got: Fraction) -> str:
    """Return the shortened decimal that rounds to ``got`` and not to the constant; empty where there is none."""
    right = constant.nearest(form)
    return next((t for t in constant.shortened() if got != right and form.round(Fraction(t)).fraction == got), "")


def _factor(alpha: Known, form: BinaryFormat, above: Fraction, below: Fraction) -> str:
    """Return the shortened alpha that makes ``below`` from ``above`` within two roundings, if the full one does not."""
    slack = 2 * form.ulp(below)
    if abs(below - above * alpha.value) <= slack:
        return ""
    return next((t for t in alpha.shortened() if abs(below - above * Fraction(t)) <= slack), "")
