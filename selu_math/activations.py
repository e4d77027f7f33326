"""The catalogue of activations, as data, and the door for a user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from selu_math.analytic import Analytic, Smooth
from selu_math.exceptions import InputError, quoted, unknown_name
from selu_math.numbers.exact import Constant, Exact, Rational, as_fraction, decimal_text
from selu_math.pieces import ExpPoly, Piecewise

MAX_DIGITS: Final = 10_000
"""Digits that can be asked for where moments are closed forms."""
MAX_QUADRATURE_DIGITS: Final = 1_000
"""The same where they are integrals; the time grows about as the cube of it."""
_ZERO, _ONE, _ONE_HALF = Fraction(0), Fraction(1), Fraction(1, 2)


@dataclass(frozen=True, eq=False)
class Activation:
    """An activation function, as exact data.

    Attributes:
        name: what outputs call it.
        function: the function itself.
        parameters: its parameters, by the field's names.
        summary: one line that defines it.
    """

    name: str
    function: Piecewise
    parameters: Mapping[str, Exact] = field(default_factory=dict)
    summary: str = ""

    def __repr__(self) -> str:
        return f"<activation {self.name}>"

    @property
    def is_closed_form(self) -> bool:
        """Whether its moments are closed forms, and not integrals."""
        return all(isinstance(part, ExpPoly) for part in self.function.parts)

    @property
    def is_odd(self) -> bool:
        """Whether f(-x) = -f(x), so that its mean vanishes at m = 0."""
        return self.function.is_odd

    @property
    def is_constant(self) -> bool:
        """Whether it is one constant on the whole line."""
        return not self.function.jumps and not any(part.derivative().terms for part in self.function.parts)

    @property
    def max_digits(self) -> int:
        """How many digits of its moments can be asked for."""
        return MAX_DIGITS if self.is_closed_form else MAX_QUADRATURE_DIGITS

    def affine(self, scale: Exact, shift: Exact, name: str) -> Activation:
        """Return ``scale * f + shift``."""
        return Activation(name, self.function.affine(scale, shift), {"scale": scale, "shift": shift}, "a·f(x) + b")

    @cached_property
    def square(self) -> Piecewise:
        """F squared."""
        return self.function * self.function

    @cached_property
    def derivatives(self) -> tuple[Piecewise, ...]:
        """The function f and its first four derivatives, in the sense of distributions."""
        return _derivatives(self.function)

    @cached_property
    def square_derivatives(self) -> tuple[Piecewise, ...]:
        """The square of f and its first four derivatives, the same way."""
        return _derivatives(self.square)

    @cached_property
    def slope_square(self) -> Piecewise:
        """The square of f'; needs a continuous activation."""
        if self.function.jumps:
            places = ", ".join(map(str, self.function.jumps))
            raise InputError(f"{self.name} jumps at {places}, so the mean of its squared derivative is infinite")
        slope = self.derivatives[1]
        return slope * slope


def _derivatives(h: Piecewise) -> tuple[Piecewise, ...]:
    chain = [h]
    for _ in range(4):
        chain.append(chain[-1].derivative())
    return tuple(chain)


def _tails(kit: Any) -> tuple[Any, Any]:
    """Return A = sqrt(e) erfc(1/sqrt 2) and B = e**2 erfc(sqrt 2)."""

    def tail(a: Fraction, t: int) -> Any:
        tilt, point = kit.rational(a), kit.rational(Fraction(t))
        return 2 * kit.tilted_cdf(tilt, point, kit.tilted_density(tilt, point))

    return tail(Fraction(1, 2), -1), tail(Fraction(2), -2)


def _alpha(kit: Any) -> Any:
    a, _ = _tails(kit)
    density = kit.tilted_density(kit.rational(_ZERO), kit.rational(_ZERO))
    return 2 * density / (1 - a)


def _scale(kit: Any) -> Any:
    a, b = _tails(kit)
    density = kit.tilted_density(kit.rational(_ZERO), kit.rational(_ZERO))
    pi = 1 / (2 * kit.square(density))
    return (1 - a) * kit.sqrt(2 * pi) / kit.sqrt(2 * b + pi * kit.square(a) - 2 * (2 + pi) * a + pi + 2)


LAMBDA: Final = Constant("lambda", _scale)
"""SELU's scale for the fixed point (0, 1) at omega = 0, tau = 1 (Klambauer et al. 2017, eq. 14)."""
ALPHA: Final = Constant("alpha", _alpha)
"""SELU's alpha for the same fixed point."""


def _shown(value: Exact) -> str:
    """Return a parameter as people type it."""
    return repr(value) if value.rational is None else decimal_text(value.rational)


def _linear_or_exponential(name: str, summary: str, slope: Exact, saturation: Exact, **parameters: Exact) -> Activation:
    """Return slope * x above 0 and saturation * (exp(x) - 1) below."""
    below = ExpPoly({(0, _ONE): saturation, (0, _ZERO): -saturation})
    above = ExpPoly({(1, _ZERO): slope})
    return Activation(name, Piecewise((_ZERO,), (below, above)), parameters, summary)


def selu_activation(
    scale: Exact | Constant | Rational = LAMBDA, alpha: Exact | Constant | Rational = ALPHA
) -> Activation:
    """Return SELU: scale * x for x > 0, scale * alpha * (exp(x) - 1) otherwise (Klambauer et al. 2017, eq. 2)."""
    s, a = Exact.of(scale), Exact.of(alpha)
    name = "selu" if (scale, alpha) == (LAMBDA, ALPHA) else f"selu({_shown(s)}, {_shown(a)})"
    return _linear_or_exponential(name, "λx for x > 0, λα(eˣ − 1) otherwise", s, s * a, scale=s, alpha=a)


def elu(alpha: Rational = 1) -> Activation:
    """Return ELU: x for x > 0, alpha * (exp(x) - 1) otherwise (Clevert et al. 2015)."""
    a = Exact.of(alpha)
    return _linear_or_exponential(f"elu({_shown(a)})", "x for x > 0, α(eˣ − 1) otherwise", Exact.of(1), a, alpha=a)


def leaky_relu(negative_slope: Rational = Fraction(1, 100)) -> Activation:
    """Return leaky ReLU: x for x > 0, negative_slope * x otherwise (Maas et al. 2013)."""
    slope = Exact.of(negative_slope)
    parts = (ExpPoly({(1, _ZERO): slope}), ExpPoly.identity())
    name = f"leaky_relu({_shown(slope)})"
    return Activation(name, Piecewise((_ZERO,), parts), {"negative_slope": slope}, "x for x > 0, slope·x otherwise")


def relu() -> Activation:
    """Return ReLU: x for x > 0, 0 otherwise."""
    return Activation("relu", Piecewise((_ZERO,), (ExpPoly(), ExpPoly.identity())), {}, "x for x > 0, 0 otherwise")


def _smooth(summary: str, smooth: Smooth) -> Activation:
    return Activation(smooth.name, Piecewise((), (Analytic(smooth),)), {}, summary)


# Each bound holds on its strip by one line.  With |Im z| <= 1 the real part of exp(-z) is that of its modulus times at
# least cos 1 > 0, so |1 + exp(-z)| >= 1 and |sigmoid| <= 1; the others follow from it.
SIGMOID: Final = _smooth("1/(1 + e⁻ˣ)", Smooth("sigmoid", lambda f, x: f.sigmoid(x), _ONE, _ONE, 0))
TANH: Final = _smooth(  # 2 sigmoid(2z) - 1
    "(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)", Smooth("tanh", lambda f, x: f.tanh(x), _ONE_HALF, Fraction(3), 0, is_odd=True)
)
SOFTPLUS: Final = _smooth(  # the logarithm's real part lies between 0 and |x| + log 2, its argument within 1
    "log(1 + eˣ)", Smooth("softplus", lambda f, x: f.softplus(x), _ONE, Fraction(2), 1)
)
SILU: Final = _smooth("x/(1 + e⁻ˣ)", Smooth("silu", lambda f, x: x * f.sigmoid(x), _ONE, _ONE, 1))
MISH: Final = _smooth(  # tanh(log(1 + w)) = t/(t + 2), t = w**2 + 2w with w = exp(z): Re t >= 0 where |Im z| <= 1/2
    "x·tanh(log(1 + eˣ))", Smooth("mish", lambda f, x: x * f.tanh(f.softplus(x)), _ONE_HALF, _ONE, 1)
)
GELU: Final = _smooth(  # |Phi(x + iy)| <= Phi(x) + |y| exp(y**2/2)/sqrt(2 pi)
    "x·Φ(x)", Smooth("gelu", lambda f, x: x * f.normal_cdf(x), _ONE, Fraction(2), 1)
)
GELU_TANH: Final = _smooth(  # the argument's imaginary part stays below 1/2, where |tanh| <= 3
    "x·(1 + tanh(√(2/π)(x + 0.044715x³)))/2",
    Smooth(
        "gelu_tanh",
        lambda f, x: x * (1 + f.tanh(2 * f.phi0 * (x + f.rational(Fraction(44715, 10**6)) * (x * x * x)))) / 2,
        _ONE_HALF,
        Fraction(2),
        1,
        narrowing=2,
    ),
)
ERF: Final = _smooth(  # |erf(x + iy)| <= 1 + 2|y| exp(y**2)/sqrt(pi)
    "(2/√π)∫₀ˣ e^(−t²)dt",
    Smooth("erf", lambda f, x: 2 * f.normal_cdf(x * f.sqrt2) - 1, _ONE, Fraction(5), 0, is_odd=True),
)
ARCTAN: Final = _smooth(  # |1 + z**2| = |z - i||z + i| >= 1/4
    "arctan x", Smooth("arctan", lambda f, x: f.arctan(x), _ONE_HALF, Fraction(4), 0, is_odd=True)
)
SELU: Final = selu_activation()


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue.

    Attributes:
        name: what people type.
        build: makes the activation from its parameters.
        parameters: their names and defaults, in order.
        summary: one line that defines the function.
    """

    name: str
    build: Callable[..., Activation]
    parameters: Mapping[str, str]
    summary: str


CATALOGUE: Final[Mapping[str, Entry]] = {
    entry.name: entry
    for entry in (
        Entry("selu", selu_activation, {"scale": "λ", "alpha": "α"}, SELU.summary),
        Entry("elu", elu, {"alpha": "1"}, elu().summary),
        Entry("relu", relu, {}, relu().summary),
        Entry("leaky_relu", leaky_relu, {"negative_slope": "0.01"}, leaky_relu().summary),
        *(
            Entry(f.name, lambda f=f: f, {}, f.summary)
            for f in (TANH, SIGMOID, SOFTPLUS, SILU, MISH, GELU, GELU_TANH, ERF, ARCTAN)
        ),
    )
}
_SYNONYMS: Final = {"swish": "silu", "logistic": "sigmoid", "gelu_approximate": "gelu_tanh", "atan": "arctan"}


def parse_activation(text: str) -> Activation:
    """Return the activation that ``text`` names: ``selu``, ``leaky_relu(0.01)`` or ``piecewise: x<0: 0; x>=0: x``.

    Text is parsed and never evaluated.

    Raises:
        InputError: for an unknown name (the nearest is suggested) or malformed parameters.
    """
    text = text.strip()
    if text.lower().startswith("piecewise:"):
        from selu_math.parsing import parse_piecewise

        return Activation(" ".join(text.split()), parse_piecewise(text.partition(":")[2]), {}, "as given")
    name, bracket, rest = text.partition("(")
    key = name.strip().lower().replace("-", "_")
    entry = CATALOGUE.get(_SYNONYMS.get(key, key))
    if entry is None:
        raise unknown_name("activation", text, (*CATALOGUE, "'piecewise: ...'"))
    if not bracket:
        return SELU if entry.name == "selu" else entry.build()
    if not rest.endswith(")"):
        raise InputError(f"activation {quoted(text)} lacks a closing bracket; write {entry.name}(number, ...)")
    values = rest[:-1].split(",") if rest[:-1].strip() else []
    if len(values) > len(entry.parameters):
        accepted = ", ".join(entry.parameters) or "no parameters"
        raise InputError(f"{entry.name} takes {accepted}; got {len(values)} values")
    numbers = [as_fraction(value, name) for value, name in zip(values, entry.parameters, strict=False)]
    return entry.build(*numbers)
