"""The words of the derivation: symbols named after the field, and the functions in which formulas are written."""

from __future__ import annotations

from typing import Any, Final

import sympy as sp

LATEX: Final[dict[Any, str]] = {}
"""How LaTeX writes a symbol whose name, as plain text has it, is not enough."""


def _symbol(name: str, latex: str = "", **assumptions: bool) -> Any:
    symbol = sp.Symbol(name, **(assumptions or {"real": True}))
    if latex:
        LATEX[symbol] = latex
    return symbol


class Phi(sp.Function):  # type: ignore[misc]
    """The standard normal distribution function."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """Return the derivative."""
        return StandardDensity(self.args[0])


class Density(sp.Function):  # type: ignore[misc]
    """``Density(z, m, v)``, the density at z of the normal distribution with mean m and variance v."""

    nargs = 3


class StandardDensity(sp.Function):  # type: ignore[misc]
    """The standard normal density, phi."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """Return the derivative."""
        return -self.args[0] * StandardDensity(self.args[0])


def explicit(expression: Any) -> Any:
    """Return an expression with Phi and both densities written out in exp and erfc."""
    return (
        expression.replace(Phi, lambda x: sp.erfc(-x / sp.sqrt(2)) / 2)
        .replace(StandardDensity, lambda x: sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi))
        .replace(Density, lambda x, m, v: sp.exp(-((x - m) ** 2) / (2 * v)) / sp.sqrt(2 * sp.pi * v))
    )


# the weights' sums, the inputs' statistics, the pre-activation and its statistics
MU, OMEGA = _symbol("μ", r"\mu"), _symbol("ω", r"\omega")
NU, TAU = _symbol("ν", r"\nu", positive=True), _symbol("τ", r"\tau", positive=True)
M, V, S = _symbol("m"), _symbol("v", positive=True), _symbol("s", positive=True)
Z, K = _symbol("z"), _symbol("k", positive=True)
UNIT = _symbol("Σ wᵢxᵢ", r"\sum_i w_i x_i")
WEIGHT_SUM, SQUARE_SUM = _symbol("Σ wᵢ", r"\sum_i w_i"), _symbol("Σ wᵢ²", r"\sum_i w_i^2")

# the activation
LAMBDA, ALPHA, B = _symbol("λ", r"\lambda"), _symbol("α", r"\alpha"), _symbol("b")
F, SLOPE = sp.Function("f"), sp.Function("f′")
LATEX[SLOPE] = "f'"
F_NAME, F_SQUARE, F_AT_0 = _symbol("f"), _symbol("f²", "f^2"), _symbol("f(0)")
JUMP = _symbol("f′(0⁺) − f′(0⁻)", "f'(0^+) - f'(0^-)")

PHI, STANDARD_DENSITY = _symbol("Φ", r"\Phi"), _symbol("φ", r"\varphi")

# integrals
E1, E2 = _symbol("E₁", "E_1"), _symbol("E₂", "E_2")
TILTED = _symbol("Iₖ", "I_k")
I1, I2, Q = _symbol("I₁", "I_1"), _symbol("I₂", "I_2"), _symbol("Q")
D, C = _symbol("D"), _symbol("C")

# moments
MEAN_F, MEAN_SQUARE = _symbol("E f", r"\mathbb{E} f"), _symbol("E f²", r"\mathbb{E} f^2")
NEW_MEAN, NEW_VARIANCE = _symbol("μ̃", r"\tilde{\mu}"), _symbol("ν̃", r"\tilde{\nu}")
MEAN_SLOPE, MEAN_CURVATURE = _symbol("E f′", r"\mathbb{E} f'"), _symbol("E f″", r"\mathbb{E} f''")
SQUARE_SLOPE = _symbol("E (f²)′", r"\mathbb{E} (f^2)'")
SQUARE_CURVATURE = _symbol("E (f²)″", r"\mathbb{E} (f^2)''")
SLOPE_SQUARE = _symbol("E f′²", r"\mathbb{E} f'^2")
# of any function g, where a rule is told
G = _symbol("g")
MEAN_G_BY_M, MEAN_G_BY_V = (
    _symbol("∂(E g)/∂m", r"\partial (\mathbb{E} g)/\partial m"),
    _symbol("∂(E g)/∂v", r"\partial (\mathbb{E} g)/\partial v"),
)
MEAN_G_SLOPE, MEAN_G_CURVATURE = _symbol("E g′", r"\mathbb{E} g'"), _symbol("E g″", r"\mathbb{E} g''")
GRADIENT_GAIN = _symbol("χ", r"\chi")

# the quadratic, the closed form, the Jacobian
QA, QH, QC = _symbol("a"), _symbol("h"), _symbol("c")
ROOT_PLUS, ROOT_MINUS = _symbol("λ₊", r"\lambda_+"), _symbol("λ₋", r"\lambda_-")
ALPHA_PLUS, ALPHA_MINUS = _symbol("α₊", r"\alpha_+"), _symbol("α₋", r"\alpha_-")
TAIL_A, TAIL_B = _symbol("A", positive=True), _symbol("B", positive=True)
TRACE, DETERMINANT, RADIUS = _symbol("t"), _symbol("d"), _symbol("ρ", r"\rho")
ENTRIES = (
    (
        _symbol("∂μ̃/∂μ", r"\frac{\partial \tilde{\mu}}{\partial \mu}"),
        _symbol("∂μ̃/∂ν", r"\frac{\partial \tilde{\mu}}{\partial \nu}"),
    ),
    (
        _symbol("∂ν̃/∂μ", r"\frac{\partial \tilde{\nu}}{\partial \mu}"),
        _symbol("∂ν̃/∂ν", r"\frac{\partial \tilde{\nu}}{\partial \nu}"),
    ),
)
"""The Jacobian of the layer map: rows (new mean, new variance), columns (mean, variance)."""
