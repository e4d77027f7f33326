"""Moments of a piecewise activation in float64 without cancellation.

Everything is computed for ``g = f - f(m)``: a variance does not notice the shift, and for a monotone f, whose median
under ``N(m, v)`` is f(m), ``E g**2`` is at most twice the variance, so that ``E g**2 - (E g)**2`` keeps its digits.

On each piece g is expanded about an *anchor*: m itself on the piece that holds m, else the piece's end nearest to m.
With ``u = z - anchor`` it is a constant plus products of powers of u and of ``exp(k u)``, or ``exp(k u) - 1``, so that
near the anchor nothing is left over from a difference.  Integrals of such products are, with ``kappa = k s``,

- on the piece that holds m, truncated moments of ``exp(kappa t)``;
- on the others, ``exp(k a) phi(h) J_n(h - kappa)``, ``h`` the distance of the anchor a in deviations and
  ``J_n(y)`` the integral of ``w**n exp(-y w - w**2/2)`` over w > 0, all of one sign;
- where every kappa is small, a power series in s, since ``exp(kappa t) - 1`` is then small as well;
- on a piece much narrower than s, a fixed Gauss-Legendre rule.

Which of them applies is read off the pieces and (m, s).
"""

from selu_math.float_moments.plan import FloatMoments, Plan

__all__ = ["FloatMoments", "Plan"]
