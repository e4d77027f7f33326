"""Certified contraction: the published numbers, sampled truth from another implementation, and every verdict."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from scipy.optimize import minimize

from selu_math import InputError, Region, check_contraction, jacobian, layer_map, parse_activation, spectral_norm
from selu_math.proofs.contraction import _faces
from selu_math.verdict import Answer

RNG = np.random.default_rng(20171)


def published_map(mu, omega, nu, tau):
    """Return new mean, new variance and Jacobian by the paper's closed form, in 40-digit arithmetic."""
    with mp.workdps(40):
        return _published_map(*map(mp.mpf, (mu, omega, nu, tau)))


def _published_map(mu, omega, nu, tau):
    a = mp.sqrt(mp.e) * mp.erfc(1 / mp.sqrt(2))
    b = mp.e**2 * mp.erfc(mp.sqrt(2))
    alpha = mp.sqrt(2 / mp.pi) / (1 - a)
    scale = (1 - a) * mp.sqrt(2 * mp.pi) / mp.sqrt(2 * b + mp.pi * a**2 - 2 * (2 + mp.pi) * a + mp.pi + 2)

    def moment(order, mu, nu):
        m, s = mu * omega, mp.sqrt(nu * tau)
        t = -m / s
        one = mp.exp(m + s**2 / 2) * mp.ncdf(t - s)
        two = mp.exp(2 * m + 2 * s**2) * mp.ncdf(t - 2 * s)
        if order == 1:
            return scale * (m * mp.ncdf(-t) + s * mp.npdf(t) + alpha * (one - mp.ncdf(t)))
        above = (m**2 + s**2) * mp.ncdf(-t) + m * s * mp.npdf(t)
        return scale**2 * (above + alpha**2 * (two - 2 * one + mp.ncdf(t)))

    def mean(mu, nu):
        return moment(1, mu, nu)

    def variance(mu, nu):
        return moment(2, mu, nu) - moment(1, mu, nu) ** 2

    jacobian = [[mp.diff(f, (mu, nu), n) for n in ((1, 0), (0, 1))] for f in (mean, variance)]
    return mean(mu, nu), variance(mu, nu), jacobian


def norm(jacobian, weight=1.0):
    (a, b), (c, d) = [[float(x) for x in row] for row in jacobian]
    return float(np.linalg.norm([[a, b / weight], [c * weight, d]], ord=2))


@pytest.fixture(scope="module")
def theorem():
    return check_contraction()


def test_theorem_1_is_proved(theorem):
    assert theorem
    assert theorem.invariant.answer is theorem.contracting.answer is Answer.PROVED
    assert not theorem.left


def test_norm_supremum_is_narrow_and_where_the_paper_says(theorem):
    low, high = theorem.norm_sup.bounds()
    assert high - low <= 1e-8
    truth = norm(published_map("-0.1", "-0.1", "0.8", "1.1")[2])
    assert low - 1e-12 <= truth <= high + 1e-12
    assert abs(low - 0.8976083584) < 1e-10
    assert [str(x) for x in theorem.norm_at] == ["-1/10", "-1/10", "4/5", "11/10"]


@pytest.mark.parametrize(
    ("which", "end", "published"),
    [("mean", 0, -0.0310605), ("mean", 1, 0.0677251), ("variance", 0, 0.803712), ("variance", 1, 1.48157)],
)
def test_image_ends_are_narrow_and_attained(theorem, which, end, published):
    found = getattr(theorem, which)
    enclosure = (found.lowest, found.highest)[end]
    low, high = enclosure.bounds()
    assert high - low <= 1e-7
    assert abs(low - published) < 1e-5
    m, v = (found.lowest_at, found.highest_at)[end]
    image = published_map(float(m), 1, float(v), 1)
    assert abs(float(image[0 if which == "mean" else 1]) - low) < 1e-9


# in the last two the norm is largest at the least nu and tau, and at the least mu with omega inside its range
INSIDE = ("mu=-0.5:-0.3,omega=0.9:1,nu=0.1:1,tau=0.05:0.5", "mu=1:1.5,omega=-2:-0.1,nu=0.2:0.3,tau=0.02:0.04")
BOXES = ("omega=-0.5:0.3,tau=0.8:1.3", "mu=0.05:0.2,omega=0.01:0.4", "mu=-0.4:-0.1,omega=-1:1,nu=0.5:3", *INSIDE)


@pytest.mark.parametrize("text", ["", *BOXES])
@pytest.mark.parametrize("kind", ["euclidean", "weighted"])
def test_suprema_bound_a_random_sample_and_are_nearly_attained(text, kind):
    region = Region.parse(text) if text else Region()
    proof = check_contraction(region, norm=kind)
    sides = [getattr(region, name) for name in ("mu", "omega", "nu", "tau")]
    high = proof.norm_sup.bounds()[1]
    weight = float(proof.weight)
    for draw in RNG.random((12, 4)):
        # half of the sample lies on faces, where extremes are
        draw = np.where(RNG.random(4) < 0.5, np.round(draw), draw)
        point = [float(lo) + t * float(hi - lo) for (lo, hi), t in zip(sides, draw, strict=True)]
        mean, variance, jacobian = published_map(*point)
        assert norm(jacobian, weight) <= high + 1e-12
        assert proof.mean.lowest.bounds()[0] - 1e-12 <= mean <= proof.mean.highest.bounds()[1] + 1e-12
        assert proof.variance.lowest.bounds()[0] - 1e-12 <= variance <= proof.variance.highest.bounds()[1] + 1e-12
    attained = norm(published_map(*(float(x) for x in proof.norm_at))[2], weight)
    assert abs(attained - high) < 1e-8


@pytest.mark.parametrize("text", ["", *BOXES])
@pytest.mark.parametrize("kind", ["euclidean", "weighted"])
def test_suprema_are_those_an_optimiser_finds(text, kind):
    """The search climbs the float64 map, which shares neither gradients nor faces with the proof."""
    region = Region.parse(text) if text else Region()
    proof = check_contraction(region, norm=kind)
    w = float(proof.weight)
    bounds = [tuple(map(float, getattr(region, name))) for name in ("mu", "omega", "nu", "tau")]

    def norms(x):
        mu, omega, nu, tau = np.moveaxis(x, -1, 0)
        scaled = jacobian(mu, nu, omega=omega, tau=tau) * np.array([[1, 1 / w], [w, 1]])
        return spectral_norm(scaled)

    def image(x, row):
        mu, omega, nu, tau = np.moveaxis(x, -1, 0)
        return layer_map(mu, nu, omega=omega, tau=tau)[row]

    sides = np.array(bounds)
    sample = sides[:, 0] + RNG.random((4000, 4)) * (sides[:, 1] - sides[:, 0])
    ends = [(norms, proof.norm_sup, 1)]
    for row, found in ((0, proof.mean), (1, proof.variance)):
        ends += [(lambda x, r=row: image(x, r), end, sign) for end, sign in ((found.highest, 1), (found.lowest, -1))]
    for function, enclosure, sign in ends:
        best = -np.inf
        for start in (*sample[np.argsort(-sign * function(sample))[:3]], *sample[:12]):
            climbed = minimize(
                lambda x, f=function, s=sign: -s * f(x), start, bounds=bounds, method="L-BFGS-B", tol=1e-15
            )
            best = max(best, -climbed.fun)
        low, high = sorted(sign * end for end in enclosure.bounds())
        assert best <= high + 1e-9
        assert best >= low - 1e-6


def test_faces_carry_the_maximum_of_the_whole_box():
    """The reduction to faces, checked against a grid over the box that knows nothing of it."""
    for text in ("mu=0.05:0.3,omega=-0.8:0.2,nu=0.3:2", "mu=-0.2:0.4,omega=0.1:0.9,nu=0.5:4,tau=0.5:2", *INSIDE):
        region = Region.parse(text)

        def best(box):
            grids = np.meshgrid(*(np.linspace(float(lo), float(hi), 9) for lo, hi in box), indexing="ij")
            mu, omega, nu, tau = (g.ravel() for g in grids)
            return spectral_norm(jacobian(mu, nu, omega=omega, tau=tau)).max()

        whole = best((region.mu, region.omega, region.nu, region.tau))
        assert max(best(face) for face in _faces(region)) >= whole - 1e-12


def test_wide_weights_are_refuted_by_a_witness_that_another_evaluation_confirms():
    proof = check_contraction("omega=-1:1,tau=0.95:1.5")
    assert proof.answer is Answer.REFUTED
    for verdict in (proof.invariant, proof.contracting):
        assert verdict.answer is Answer.REFUTED
        point = [float(Fraction(verdict.witness[name])) for name in ("mu", "omega", "nu", "tau")]
        assert -0.1 <= point[0] <= 0.1
        assert -1 <= point[1] <= 1
        assert 0.8 <= point[2] <= 1.5
        assert 0.95 <= point[3] <= 1.5
        mean, variance, jacobian = published_map(*point)
        if "norm" in verdict.witness:
            assert abs(norm(jacobian) - float(verdict.witness["norm"])) < 1e-9
            assert norm(jacobian) > 1
        else:
            assert not (abs(mean) <= 0.1 and 0.8 <= variance <= 1.5)


def test_too_few_boxes_leave_it_undecided_and_say_what_is_left():
    proof = check_contraction("mu=-3:3,omega=-0.3:0.3,nu=0.8:9,tau=0.9:1", max_boxes=4)
    assert proof.contracting.answer is Answer.UNDECIDED
    assert proof.answer is not Answer.PROVED
    assert proof.left
    assert "between" in proof.contracting.reason


def test_a_bound_that_is_not_reached_refutes_nothing():
    text = "mu=-0.5:0.5,omega=-0.2:0.2,nu=0.5:2"
    proof = check_contraction(text, max_boxes=1)
    assert proof.invariant.answer is Answer.UNDECIDED
    assert "may reach" in proof.invariant.reason
    assert proof.left
    assert check_contraction(text).invariant.answer is Answer.PROVED


def test_suprema_inside_a_face_are_found():
    (region, (_, _, nu, tau)), (other, (mu, omega, _, _)) = (
        (Region.parse(text), check_contraction(text).norm_at) for text in INSIDE
    )
    assert nu == region.nu[0]
    assert region.tau[0] < tau < region.tau[1]
    assert mu == other.mu[0]
    assert other.omega[0] < omega < other.omega[1]


def test_a_supremum_of_exactly_one_and_a_box_mapped_onto_its_border_are_never_called_proved():
    identity = parse_activation("piecewise: x")
    proof = check_contraction("omega=-1:1,tau=0.9:1", activation=identity, max_boxes=500)
    assert proof.contracting.answer is Answer.UNDECIDED
    assert proof.norm_sup.lower <= 1 <= proof.norm_sup.upper
    assert proof.invariant.answer is not Answer.PROVED


def test_the_weighted_norm_certifies_more_than_the_euclidean():
    text = "tau=0.95:1.13,omega=-0.6:0.6,nu=0.78:1.6,mu=-0.2:0.2"
    assert check_contraction(text, norm="weighted").norm_sup.upper < check_contraction(text).norm_sup.lower


@pytest.mark.parametrize("name", ["elu(1)", "relu", "leaky_relu(0.01)"])
def test_other_activations_bound_a_random_sample(name):
    f = parse_activation(name)
    proof = check_contraction("mu=-0.5:0.5,nu=0.5:2", activation=f)
    mu, omega, nu, tau = (RNG.uniform(lo, hi, 2000) for lo, hi in ((-0.5, 0.5), (-0.1, 0.1), (0.5, 2), (0.95, 1.1)))
    image = layer_map(mu, nu, omega=omega, tau=tau, activation=f)
    assert spectral_norm(jacobian(mu, nu, omega=omega, tau=tau, activation=f)).max() <= proof.norm_sup.bounds()[1]
    assert image.mean.min() >= proof.mean.lowest.bounds()[0]
    assert image.mean.max() <= proof.mean.highest.bounds()[1]
    assert image.variance.min() >= proof.variance.lowest.bounds()[0]
    assert image.variance.max() <= proof.variance.highest.bounds()[1]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("mu", "no range"),
        ("mu=", "no range"),
        ("mu=1", "no range"),
        ("mu=0.1:", "no range"),
        ("mu=0.1:-0.1", "inverted"),
        ("mu=0.1:0.1", "empty"),
        ("nu=0:1", "above 0"),
        ("nu=-1:1", "above 0"),
        ("tau=0:1", "above 0"),
        ("mu=nan:1", "finite"),
        ("nu=1:inf", "finite"),
        ("omgea=0:1", "did you mean 'omega'"),
        ("mu=0:1,mu=0:2", "twice"),
        ("mu=0:1,", "no range"),
    ],
)
def test_bad_regions_are_refused_in_one_line(text, word):
    with pytest.raises(InputError) as caught:
        Region.parse(text)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["mu=-0.1:0.1", "omega=0:0,tau=1:1", "nu=1/3:2", "mu=-1e-3:1e-3, tau = 0.5 : 2"])
def test_good_regions_keep_their_exact_ends(text):
    region = Region.parse(text)
    assert Region.parse(str(region)) == region
