"""Statements about any activation: enclosures against quadrature, proofs against trajectories and another search."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from helpers import assert_encloses
from problems import CATALOGUE, ENTRIES
from truth import KNOWN_TO, moments

import selu_math as sm
from selu_math import SELU, Answer, InputError, Region, parse_activation, prove, prove_basin, smallest_box
from selu_math.numbers.ball import interval, precision
from selu_math.proofs import checker, claims
from selu_math.proofs.certificate import canonical, certificate
from selu_math.proofs.claims import Claim, Leaf
from selu_math.proofs.general import GeneralMoments
from selu_math.proofs.leaf import LeafMoments, shape_of

PROBLEMS = [p for p in (*CATALOGUE, *ENTRIES) if parse_activation(p.text).is_closed_form]
POINTS = (Fraction(0), Fraction(1)), (Fraction(-3, 4), Fraction(1, 2)), (Fraction(1, 3), Fraction(5, 2))


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_moments_and_their_slopes_are_those_of_quadrature(problem):
    """At points they are narrow, over boxes around these they hold the value."""
    activation = parse_activation(problem.text)
    for m, v in POINTS:
        truth = moments(problem, m, v)
        with precision(200):
            found = GeneralMoments(interval(m, m), interval(v, v), activation)
            (mean, *by_mean), (variance, *by_variance) = found.mean(), found.variance()
            assert_encloses(mean, truth.mean, 1e-50, known_to=KNOWN_TO)
            assert_encloses(variance, truth.variance, 1e-50, known_to=KNOWN_TO)
            for x, value in zip((*by_mean, *by_variance), (*truth.gradient[0], *truth.gradient[1]), strict=True):
                assert_encloses(x, value, 1e-48, known_to=KNOWN_TO)
            by_m, by_v = found.matrix_slopes(second=False)
            (a, b, c), (d, e, f) = truth.hessian
            for row, values in ((by_m, (a, b, d, e)), (by_v, (b, c, e, f))):
                for x, value in zip(row, values, strict=True):
                    assert_encloses(x, value, 1e-46, known_to=KNOWN_TO * 1000)
            wide = Leaf(
                (m - Fraction(1, 20), m + Fraction(1, 30), v * Fraction(9, 10), v * Fraction(11, 10)), activation
            )
            for x, value in ((wide.whole.mean().value, truth.mean), (wide.whole.variance().value, truth.variance)):
                assert_encloses(x, value, 1 + abs(value), known_to=KNOWN_TO)
            assert float(wide.ratio.low) <= float(truth.variance / v) * (1 + 1e-14)
            assert float(truth.variance / v) <= float(wide.ratio.high) * (1 + 1e-14)


@pytest.mark.parametrize("name", ["tanh", "gelu"])
def test_smooth_functions_lie_in_their_enclosures(name):
    activation = parse_activation(name)
    for m, v in POINTS:
        at = sm.moments(float(m), float(v), activation=activation)
        with precision(64):
            leaf = Leaf((m - Fraction(1, 50), m + Fraction(1, 40), v * Fraction(19, 20), v), activation)
            for (tag, x), (_, y) in zip(
                leaf.enclosures(lambda at, v: at.mean()), leaf.enclosures(lambda at, v: at.variance()), strict=True
            ):
                assert tag in "01"
                for span, value in ((x, float(at.mean)), (y, float(at.variance))):
                    assert float(span.low) - 1e-12 <= value <= float(span.high) + 1e-12
                    assert float(span.high) - float(span.low) < 0.2 * (1 + abs(value))


def test_selu_by_its_own_formulas_and_by_those_of_any_activation():
    for m, v in POINTS:
        with precision(128):
            own, general = (
                LeafMoments(interval(m, m), interval(v, v)),
                GeneralMoments(interval(m, m), interval(v, v), SELU),
            )
            for x, y in zip((*own.f, *own.g), (h[i] for h in (general.f, general.g) for i in range(5)), strict=True):
                assert x.overlaps(y)
                assert max(float(x.rad()), float(y.rad())) < 1e-30


def test_estimates_are_near_the_values():
    for name in ("tanh", "gelu", "softplus"):
        activation = parse_activation(name)
        for claim in (Claim("norm"), Claim("norm", rows="second-moment"), Claim("mean"), Claim("growth", "above")):
            test = claims.Test(replace(claim, activation=activation), Region())
            with precision(80):
                point = Fraction(1, 50), Fraction(9, 10)
                assert test.estimate(point) == pytest.approx(float(test.value(point).mid()), rel=1e-11, abs=1e-13)
    far = claims.Test(Claim("norm", activation=parse_activation("gelu")), Region())
    assert far.estimate((Fraction(10) ** 399, Fraction(1))) == -np.inf


@pytest.mark.parametrize(("name", "tau"), [("lselu", "0.95:1.1"), ("serlu", "0.95:1.05"), ("hardtanh", "1.5:1.6")])
def test_trajectories_enter_the_smallest_box_and_another_search_has_the_same_norm(name, tau):
    """1,000 of them, with other weights in each layer; the norm is that of branch and bound over four sides."""
    activation, low, high = parse_activation(name), *map(Fraction, tau.split(":"))
    omega = (Fraction(0), Fraction(0)) if name == "hardtanh" else (Fraction(-1, 10), Fraction(1, 10))
    box = smallest_box(Region(omega=omega, tau=(low, high)), activation=activation)
    start = replace(box, mu=(Fraction(-1), Fraction(1)), nu=(Fraction(1, 10), Fraction(4)))
    proof = prove_basin(start, box, activation=activation)
    assert proof
    assert proof.certificate is None
    assert proof.layers == len(proof.steps)
    rng = np.random.default_rng(1)
    mean, variance = rng.uniform(-1, 1, 1000), rng.uniform(0.1, 4, 1000)
    for _ in range(proof.layers):
        weights = {"omega": rng.choice(omega, 1000).astype(float), "tau": rng.choice((low, high), 1000).astype(float)}
        found = sm.layer_map(mean, variance, activation=activation, **weights)
        mean, variance = found.mean, found.variance
    for x, (least, most) in ((mean, box.mu), (variance, box.nu)):
        assert np.all((float(least) < x) & (x < float(most)))
    other = sm.check_contraction(box, activation=activation)
    ends = [float(x) for x in proof.bounds[0].ends]
    assert ends[0] <= other.norm_sup.bounds()[1]
    assert other.norm_sup.bounds()[0] <= ends[1] < 1


def test_what_another_activation_does_not_keep_is_refuted():
    proof = prove(region="tau=1:1.1", activation=parse_activation("relu"))
    assert proof.verdict.answer is Answer.REFUTED
    assert "the new mean is above" in proof.verdict.reason
    assert proof.certificate is None


FORMS = {
    "selu": True,
    "elu": True,
    "elu(0)": False,
    "celu(1)": True,
    "celu(2)": False,
    "selu(2, 1/3)": True,
    "relu": False,
    "leaky_relu": False,
    "serlu": False,
    "tanh": False,
    "identity": False,
    "piecewise: x<0: 2*(exp(x)-1); x>=0: x": True,
    "piecewise: x<0: -2*(exp(x)-1); x>=0: x": False,
    "piecewise: x<0: 2*(exp(x)-1); x>=0: x+1": False,
    "piecewise: x<0: 2*exp(x)-1; x>=0: x": False,
    "piecewise: x<1: 2*(exp(x)-1); x>=1: x": False,
}


@pytest.mark.parametrize("text", FORMS)
def test_which_are_of_the_form_of_selu(text):
    activation = parse_activation(text)
    assert (shape_of(activation) is not None) is FORMS[text]
    if not FORMS[text]:
        asked = sm.prove("theorem-1").statement
        with pytest.raises(InputError, match="of SELU's form"):
            certificate(replace(asked, activation=activation), [], [])


def test_a_function_of_that_form_has_a_certificate_however_it_is_written():
    proof = prove(region="tau=0.9:1", activation=parse_activation("piecewise: x<0: 5/3*(exp(x)-1); x>=0: x"))
    found = checker.check(canonical(proof.certificate))
    assert "alpha in [5/3, 5/3], lambda in [1, 1]" in found["words"][0]


def test_from_everywhere_and_functions_without_balls_are_refused():
    with pytest.raises(InputError, match="from everywhere is for activations of SELU's form; give a start for lselu"):
        prove_basin(None, Region(), activation=parse_activation("lselu"))
    with pytest.raises(InputError, match="float64"):
        prove(region="tau=1:1.1", activation=sm.activation_from_callable(np.tanh))
