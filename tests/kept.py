"""lSELU and sSELU written down a second time, for mpmath; constants from the equations of (0, 1) by quadrature."""

from functools import cache

from mpmath import mp, mpf

DPS = 100
CUTS = [-24, -16, -10, -6, -3, -1, 0]


def _lines(beta):
    """Return line and bend of lSELU below 0, and their slopes."""
    return (lambda x: beta * x, lambda x: beta + 0 * x), (mp.expm1, mp.exp)


def _saturated(beta):
    """Return the same of sSELU."""
    return (lambda x: 0 * x, lambda x: 0 * x), (lambda x: mp.expm1(beta * x), lambda x: beta * mp.exp(beta * x))


@cache
def _constants(parts, beta):
    """Return scale and alpha for which E f = 0 and E f**2 = 1 at N(0, 1)."""
    with mp.workdps(DPS):
        (line, _), (bend, _) = parts(mpf(beta))

        def below(h):
            return mp.quad(lambda x: h(x) * mp.npdf(x), CUTS)

        alpha = -(mp.npdf(0) + below(line)) / below(bend)
        square = mpf(1) / 2 + below(lambda x: (line(x) + alpha * bend(x)) ** 2)
        return 1 / mp.sqrt(square), alpha


def _formulas(parts, beta):
    def side(which, above):
        def f(x):
            scale, alpha = _constants(parts, beta)
            if x > 0:
                return scale * above(x)
            line, bend = (pair[which] for pair in parts(mpf(beta)))
            return scale * (line(x) + alpha * bend(x))

        return f

    return side(0, lambda x: x), side(1, lambda x: 1)


KEPT = {"lselu": _formulas(_lines, "0.1"), "sselu": _formulas(_saturated, "0.5")}
"""Name to (f, f'), with a kink at 0."""
