"""Activations whose moments are closed forms, as exact data."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from selu_math.activation import Activation
from selu_math.exceptions import InputError
from selu_math.gaussian import GaussianExpectation
from selu_math.numbers.exact import Constant, Exact, Rational, as_fraction, decimal_text
from selu_math.pieces import ExpPoly, Part, Piecewise
from selu_math.trigonometric import TrigPoly

_ZERO, _ONE = Fraction(0), Fraction(1)
_NOTHING: Final = ExpPoly()
_LINE: Final = ExpPoly.identity()


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


def _line(slope: Exact | Rational, offset: Exact | Rational = 0) -> ExpPoly:
    """Return slope * x + offset."""
    return _LINE.affine(Exact.of(slope), Exact.of(offset))


def _activation(
    name: str, summary: str, breaks: tuple[Rational, ...], parts: tuple[Part, ...], **parameters: Exact
) -> Activation:
    """Return the activation with that name and its parameters, as people type them."""
    shown = [repr(value) if value.rational is None else decimal_text(value.rational) for value in parameters.values()]
    full = f"{name}({', '.join(shown)})" if shown else name
    return Activation(full, Piecewise(tuple(map(as_fraction, breaks)), parts), parameters, summary)


def _positive(what: str, value: Rational) -> Fraction:
    number = as_fraction(value, what)
    if number <= 0:
        raise InputError(f"{what} must be positive, not {decimal_text(number)}")
    return number


def selu_activation(
    scale: Exact | Constant | Rational = LAMBDA, alpha: Exact | Constant | Rational = ALPHA
) -> Activation:
    """Return SELU: scale * x for x > 0, scale * alpha * (exp(x) - 1) otherwise (Klambauer et al. 2017, eq. 2)."""
    s, a = Exact.of(scale), Exact.of(alpha)
    parts = ExpPoly.exp(_ONE).affine(s * a, -(s * a)), _line(s)
    made = _activation("selu", "λx for x > 0, λα(eˣ − 1) otherwise", (0,), parts, scale=s, alpha=a)
    return replace(made, name="selu") if (scale, alpha) == (LAMBDA, ALPHA) else made


def elu(alpha: Rational = 1) -> Activation:
    """Return ELU: x for x > 0, alpha * (exp(x) - 1) otherwise (Clevert et al. 2015)."""
    a = Exact.of(alpha)
    parts = ExpPoly.exp(_ONE).affine(a, -a), _LINE
    return _activation("elu", "x for x > 0, α(eˣ − 1) otherwise", (0,), parts, alpha=a)


def celu(alpha: Rational = 1) -> Activation:
    """Return CELU: x for x > 0, alpha * (exp(x/alpha) - 1) otherwise (Barron 2017).

    Raises:
        InputError: if ``alpha`` is not positive.
    """
    number = _positive("celu's alpha", alpha)
    a = Exact.of(number)
    parts = ExpPoly.exp(1 / number).affine(a, -a), _LINE
    return _activation("celu", "x for x > 0, α(e^(x/α) − 1) otherwise", (0,), parts, alpha=a)


def serlu(scale: Rational = "1.07862", alpha: Rational = "2.90427") -> Activation:
    """Return SERLU: scale * x for x >= 0, scale * alpha * x * exp(x) otherwise (Zhang and Li 2018).

    The defaults are the paper's, given there to six digits for the fixed point (0, 1).
    """
    s, a = Exact.of(scale), Exact.of(alpha)
    parts = (_LINE * ExpPoly.exp(_ONE)).affine(s * a, Exact()), _line(s)
    return _activation("serlu", "λx for x ≥ 0, λαxeˣ otherwise", (0,), parts, scale=s, alpha=a)


def _keeping_one(name: str, summary: str, beta: Fraction, line: ExpPoly, bend: ExpPoly) -> Activation:
    """Return scale * x for x > 0, scale * (line + alpha * bend) otherwise, with (0, 1) as fixed point at tau = 1."""
    straight, bent = Piecewise((_ZERO,), (line, _LINE)), Piecewise((_ZERO,), (bend, _NOTHING))

    def mean(kit: Any, h: Piecewise) -> Any:
        return GaussianExpectation(kit, kit.rational(_ZERO), kit.rational(_ONE))(h)

    def alpha(kit: Any) -> Any:
        return -mean(kit, straight) / mean(kit, bent)

    def scale(kit: Any) -> Any:
        a = alpha(kit)
        both, square = mean(kit, straight * bent), mean(kit, bent * bent)
        return 1 / kit.sqrt(mean(kit, straight * straight) + a * (2 * both + a * square))

    forms = {"scale": scale, "alpha": alpha}
    s, a = (Exact.of(Constant(f"{what} of {name}({beta})", form)) for what, form in forms.items())
    parts = line.affine(s, Exact()) + bend.affine(s * a, Exact()), _line(s)
    made = _activation(name, summary, (0,), parts, beta=Exact.of(beta))
    return replace(made, parameters={"scale": s, "alpha": a, "beta": Exact.of(beta)})


def lselu(beta: Rational = "0.1") -> Activation:
    """Return leaky SELU: scale * x for x > 0, scale * (alpha * (exp(x) - 1) + beta * x) otherwise.

    Chen et al. 2020 set its three numbers by a further condition on gradients; here ``scale`` and ``alpha`` are those
    that make (0, 1) a fixed point at the given ``beta`` (at 0 that is SELU).
    """
    number = as_fraction(beta, "lselu's beta")
    summary = "λx for x > 0, λ(α(eˣ − 1) + βx) otherwise; λ and α for the fixed point (0, 1)"
    return _keeping_one("lselu", summary, number, _line(number), ExpPoly.exp(_ONE).affine(Exact.of(1), Exact.of(-1)))


def sselu(beta: Rational = "0.5") -> Activation:
    """Return scaled SELU: scale * x for x > 0, scale * alpha * (exp(beta * x) - 1) otherwise.

    As for :func:`lselu`, ``scale`` and ``alpha`` are those that make (0, 1) a fixed point (at 1 that is SELU).

    Raises:
        InputError: if ``beta`` is not positive.
    """
    number = _positive("sselu's beta", beta)
    summary = "λx for x > 0, λα(e^(βx) − 1) otherwise; λ and α for the fixed point (0, 1)"
    return _keeping_one("sselu", summary, number, _NOTHING, ExpPoly.exp(number).affine(Exact.of(1), Exact.of(-1)))


def relu() -> Activation:
    """Return ReLU: x for x > 0, 0 otherwise."""
    return _activation("relu", "x for x > 0, 0 otherwise", (0,), (_NOTHING, _LINE))


def leaky_relu(negative_slope: Rational = "0.01") -> Activation:
    """Return leaky ReLU: x for x > 0, negative_slope * x otherwise (Maas et al. 2013)."""
    return _leaky("leaky_relu", negative_slope)


def prelu(negative_slope: Rational = "0.25") -> Activation:
    """Return PReLU at its initial slope, or at one that was learnt (He et al. 2015, eq. 1)."""
    return _leaky("prelu", negative_slope)


def _leaky(name: str, negative_slope: Rational) -> Activation:
    slope = Exact.of(negative_slope)
    summary = "x for x > 0, slope·x otherwise"
    return _activation(name, summary, (0,), (_line(slope), _LINE), negative_slope=slope)


def relu6() -> Activation:
    """Return ReLU6: x clipped to [0, 6] (Krizhevsky 2010)."""
    return _activation("relu6", "x clipped to [0, 6]", (0, 6), (_NOTHING, _LINE, _line(0, 6)))


def squared_relu() -> Activation:
    """Return squared ReLU: x**2 for x > 0, 0 otherwise (So et al. 2021)."""
    return _activation("squared_relu", "x² for x > 0, 0 otherwise", (0,), (_NOTHING, _LINE * _LINE))


def threshold(threshold: Rational = 1, value: Rational = 0) -> Activation:
    """Return the threshold unit: x for x > threshold, value otherwise.

    The defaults make it the thresholded ReLU of Konda et al. 2014; PyTorch's ``Threshold`` has none.
    """
    t, c = Exact.of(threshold), Exact.of(value)
    summary = "x for x > threshold, value otherwise"
    return _activation("threshold", summary, (threshold,), (_line(0, c), _LINE), threshold=t, value=c)


def hardtanh(min: Rational = -1, max: Rational = 1) -> Activation:
    """Return hard tanh: x clipped to [min, max] (Collobert 2004).

    Raises:
        InputError: unless ``min`` is below ``max``.
    """
    low, high = as_fraction(min, "min"), as_fraction(max, "max")
    if low >= high:
        raise InputError(f"hardtanh's min, {decimal_text(low)}, must be below its max, {decimal_text(high)}")
    a, b = Exact.of(low), Exact.of(high)
    return _activation(
        "hardtanh", "x clipped to [min, max]", (low, high), (_line(0, a), _LINE, _line(0, b)), min=a, max=b
    )


def hard_sigmoid() -> Activation:
    """Return the hard sigmoid as PyTorch and Keras 3 have it: x/6 + 1/2 clipped to [0, 1] (Howard et al. 2019)."""
    parts = _NOTHING, _line("1/6", "1/2"), _line(0, 1)
    return _activation("hard_sigmoid", "x/6 + 1/2 clipped to [0, 1]", (-3, 3), parts)


def hardswish() -> Activation:
    """Return hard swish: x times the hard sigmoid (Howard et al. 2019, section 5.2)."""
    return _activation("hardswish", "x·hard_sigmoid(x)", (-3, 3), (_NOTHING, _LINE * _line("1/6", "1/2"), _LINE))


def hardshrink(lambd: Rational = "0.5") -> Activation:
    """Return hard shrinkage: x for ``|x| > lambd``, 0 otherwise (Donoho and Johnstone 1994).

    Raises:
        InputError: if ``lambd`` is not positive.
    """
    a = _positive("hardshrink's lambd", lambd)
    summary = "x for |x| > lambd, 0 otherwise"
    return _activation("hardshrink", summary, (-a, a), (_LINE, _NOTHING, _LINE), lambd=Exact.of(a))


def softshrink(lambd: Rational = "0.5") -> Activation:
    """Return soft shrinkage: x moved towards 0 by lambd, as far as 0 (Donoho and Johnstone 1994).

    Raises:
        InputError: if ``lambd`` is not positive.
    """
    a = _positive("softshrink's lambd", lambd)
    summary = "x − lambd for x > lambd, x + lambd for x < −lambd, 0 otherwise"
    return _activation("softshrink", summary, (-a, a), (_line(1, a), _NOTHING, _line(1, -a)), lambd=Exact.of(a))


def absolute() -> Activation:
    """Return the absolute value."""
    return _activation("abs", "|x|", (0,), (-_LINE, _LINE))


def identity() -> Activation:
    """Return the identity."""
    return _activation("identity", "x", (), (_LINE,))


def sine() -> Activation:
    """Return the sine."""
    return _activation("sine", "sin x", (), (TrigPoly.sin(_ONE),))


def cosine() -> Activation:
    """Return the cosine."""
    return _activation("cosine", "cos x", (), (TrigPoly.cos(_ONE),))


def snake(a: Rational = 1) -> Activation:
    """Return snake: x + sin(a x)**2/a, which is x + (1 - cos(2 a x))/(2 a) (Ziyin et al. 2020).

    Raises:
        InputError: if ``a`` is 0.
    """
    number = as_fraction(a, "snake's a")
    if not number:
        raise InputError("snake's a must not be 0")
    wave = TrigPoly.cos(2 * number).affine(Exact.of(-1 / (2 * number)), Exact.of(1 / (2 * number)))
    return _activation("snake", "x + sin²(ax)/a", (), (TrigPoly.identity() + wave,), a=Exact.of(number))
