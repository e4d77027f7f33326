"""Look for a point at which a certificate's claims are false: moments in mpmath, corners and random points.

It can only refute.  A claim that is false by more than a little is nearly always false at a corner or on an edge.
"""

import itertools
import random
import re
from fractions import Fraction

from half_lines import derivatives
from mpmath import mp, mpf

NAMES = ("mu", "omega", "nu", "tau")


def falsified(certificate, found=None, points=24, seed=0):
    """Return a claim and a point that contradicts it; None where none was found.

    With what the checker found, also the number of layers it counts is tried, by trajectories.
    """
    if (wrong := _false_step(certificate, points, seed)) is not None:
        return wrong
    if found is not None and (wrong := _false_layers(certificate, found, seed)) is not None:
        return wrong
    given = certificate["domain"] | {key: (certificate["attractor"] or {}).get(key) for key in ("mu", "nu")}
    given = {key: value or certificate["domain"][key] for key, value in given.items()}
    domain = {name: tuple(map(Fraction, given[name])) for name in NAMES}
    draw = random.Random(seed)
    places = list(itertools.product(*(domain[name] for name in NAMES)))
    places += [tuple(_somewhere(draw, *domain[name]) for name in NAMES) for _ in range(points)]
    with mp.workdps(30):
        values = [(place, quantities(*place)) for place in places]
        for claim in certificate["claims"]:
            for place, found in [(claim["at"], None)] if "at" in claim else values:
                at = tuple(map(Fraction, place))
                if not _agrees(claim, found or quantities(*at)):
                    return claim, place
    return None


def _false_layers(certificate, found, seed):
    """Return a start from which a trajectory is not where the words say after as many layers as they say."""
    said = [
        re.fullmatch(r"after (\d+) layers, .* mu in \[(.*), (.*)\], nu in \[(.*), (.*)\]; .*", w)
        for w in found["words"]
    ]
    said = [match.groups() for match in said if match]
    if not said or int(said[0][0]) > 800:
        return None
    layers, (a, b, c, d) = int(said[0][0]), map(Fraction, said[0][1:])
    draw = random.Random(seed)
    mu, nu, omega, tau = (tuple(map(Fraction, certificate["domain"][key])) for key in ("mu", "nu", "omega", "tau"))
    for start in itertools.product(mu, nu):
        place = start
        for _ in range(layers):
            here = quantities(*place[:1], draw.choice(omega), place[1], draw.choice(tau))
            place = Fraction(float(here["mean"])), Fraction(float(here["variance"]))
        if not (a <= place[0] <= b and c <= place[1] <= d):
            return found["words"], start
    return None


def _false_step(certificate, points, seed):
    """Return a step and a point of its box whose image is not where the step says."""
    draw = random.Random(seed)
    here = {"mu": ["-100", "100"], "nu": ["0", "100"]} | certificate["domain"]  # where nothing bounds the start
    with mp.workdps(30):
        for step in certificate["steps"]:
            ends = {name: tuple(map(Fraction, here[name])) for name in NAMES}
            ends["nu"] = max(ends["nu"][0], ends["nu"][1] / 10**15), ends["nu"][1]
            places = list(itertools.product(*(ends[name] for name in NAMES)))
            places += [tuple(_somewhere(draw, *ends[name]) for name in NAMES) for _ in range(points)]
            a, b, c, d = (mpf(x.numerator) / x.denominator for x in map(Fraction, step["target"]))
            rate = Fraction(step["rate"])
            for place in places:
                if step["claim"] == "drift":
                    _, low, _, weight = place
                    again, top = float(place[0]), float(place[2])
                    for _ in range(25):  # more layers than it takes from here
                        found = quantities(Fraction(again), low, Fraction(top), weight)
                        again, top = float(found["mean"]), max(float(found["variance"]), 1e-300)
                    right = a <= again <= b and top <= d
                else:
                    found = quantities(*place)
                    grown = rate and found["variance"] >= mpf(rate.numerator) / rate.denominator * _float(place[2])
                    right = a < found["mean"] < b and found["variance"] < d and (found["variance"] > c or grown)
                if not right:
                    return step, place
            here = here | {"mu": step["target"][:2], "nu": step["target"][2:]}
    return None


def _float(x):
    return mpf(x.numerator) / x.denominator


def quantities(mu, omega, nu, tau):
    """Return mean, variance, growth and the two Jacobians as a function of the weight gives their singular values."""
    mu, omega, nu, tau = (mpf(x.numerator) / x.denominator for x in (mu, omega, nu, tau))
    f, g = derivatives(mu * omega, nu * tau)
    variance = g[0] - f[0] ** 2
    rows = {
        "variance": (g[1] - 2 * f[0] * f[1], g[2] / 2 - f[0] * f[2]),
        "second-moment": (g[1], g[2] / 2),
    }
    rows["log-variance"] = rows["variance"]

    def norm(kind, weight):
        # of (mean, what the rows say), by (mu, nu), or in logarithms of the variance by (mu, ln nu)
        before, after = (nu, variance) if kind == "log-variance" else (1, 1)
        a, b = f[1] * omega, f[2] / 2 * tau / weight * before
        c, d = rows[kind][0] * omega * weight / after, rows[kind][1] * tau * before / after
        return (mp.hypot(a + d, b - c) + mp.hypot(a - d, b + c)) / 2

    return {"mean": f[0], "variance": variance, "growth": variance - nu, "norm": norm}


def _agrees(claim, found):
    bound = Fraction(claim["bound"])
    if claim["claim"] == "norm":
        weight = Fraction(claim.get("weight", "1"))
        value = found["norm"](claim.get("rows", "variance"), mpf(weight.numerator) / weight.denominator)
    else:
        value = found[claim["claim"]]
    bound = mpf(bound.numerator) / bound.denominator
    return value < bound if claim["side"] == "below" else value > bound


def _somewhere(draw, low, high):
    return draw.choice((low, high, low + (high - low) * Fraction(draw.random())))
