"""Moments of SELU and their derivatives by half-line moments of the standard normal density, in mpmath.

Derivatives by m come from the density, ``d^k/dm^k E h(z) = E h(z) He_k(t)/s^k`` with ``t = (z - m)/s``, and never from
derivatives of h.  What is integrated over a half-line are powers of t times the density, by the recurrence that
integration by parts gives.
"""

from mpmath import mp, mpf

HERMITE = ([1], [0, 1], [-1, 0, 1], [0, -3, 0, 1], [3, 0, -6, 0, 1])
"""Coefficients of He_0 to He_4, lowest power first."""
ORDERS = len(HERMITE)


def selu_constants():
    """Return lambda and alpha at the working precision, from the paper's closed form."""
    a, b = mp.sqrt(mp.e) * mp.erfc(1 / mp.sqrt(2)), mp.e**2 * mp.erfc(mp.sqrt(2))
    alpha = mp.sqrt(2 / mp.pi) / (1 - a)
    scale = (1 - a) * mp.sqrt(2 * mp.pi) / mp.sqrt(2 * b + mp.pi * a**2 - 2 * (2 + mp.pi) * a + mp.pi + 2)
    return scale, alpha


def derivatives(m, v):
    """Return the derivatives of E f and of E f^2 by m, orders 0 to 4, at z ~ N(m, v)."""
    scale, alpha = selu_constants()
    s = mp.sqrt(v)
    above, below = _Half(-m / s, 1), [_Half(-m / s - k * s, -1) for k in (0, 1, 2)]
    tilt = [mp.exp(k * m + mpf(k * k) * v / 2) for k in (0, 1, 2)]
    f, g = [], []
    for order, he in enumerate(HERMITE):
        first, second = above.of(_times(he, [m, s])), above.of(_times(he, _times([m, s], [m, s])))
        left = [tilt[k] * below[k].of(_shifted(he, k * s)) for k in (0, 1, 2)]
        f.append(scale * (first + alpha * (left[1] - left[0])) / s**order)
        g.append(scale**2 * (second + alpha**2 * (left[2] - 2 * left[1] + left[0])) / s**order)
    return f, g


class _Half:
    """Integrals of polynomials times the normal density, from c up (side 1) or up to c (side -1)."""

    def __init__(self, c, side):
        density = mp.npdf(c)
        self.moments = [mp.erfc(side * c / mp.sqrt(2)) / 2, side * density]
        for j in range(2, 8):
            self.moments.append(side * c ** (j - 1) * density + (j - 1) * self.moments[j - 2])

    def of(self, polynomial):
        return sum(c * moment for c, moment in zip(polynomial, self.moments, strict=False))


def _times(p, q):
    product = [mpf(0)] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            product[i + j] += a * b
    return product


def _shifted(p, h):
    """Return the polynomial p(x + h)."""
    result = [mpf(0)]
    for coefficient in reversed(p):
        result = _times(result, [h, mpf(1)])
        result[0] += coefficient
    return result
