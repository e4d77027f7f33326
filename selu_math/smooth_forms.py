"""Smooth activations whose moments are integrals, with the bounds that their verified quadrature rests on."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from selu_math.activation import Activation
from selu_math.analytic import Analytic, Smooth
from selu_math.pieces import Piecewise

_ONE, _ONE_HALF = Fraction(1), Fraction(1, 2)


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
    "x·(1 + tanh(√(2/π)(x + 0.044715x³)))/2",  # (1 + tanh w)/2 is sigmoid(2w)
    Smooth(
        "gelu_tanh",
        lambda f, x: x * f.sigmoid(4 * f.phi0 * (x + f.rational(Fraction(44715, 10**6)) * (x * x * x))),
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
