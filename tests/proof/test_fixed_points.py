"""Every fixed point in a region: none missed, none invented, and the kind of each."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from multistart import ACTIVATIONS, SMOOTH, Case, cases, disagreements, fixed_points, layer

from selu_math import (
    InputError,
    affine_parameters,
    find_fixed_points,
    jacobian,
    parse_activation,
    selu_parameters,
)
from selu_math.layer import MapKind
from selu_math.numbers.ball import precision
from selu_math.proofs import krawczyk
from selu_math.proofs.boxes import Box, Undecided, merged
from selu_math.proofs.image import LayerFamily
from selu_math.proofs.krawczyk import isolate

WITHIN = (-20, 20, 1e-4, 1e4)


def find(name="selu", **arguments):
    return find_fixed_points(activation=parse_activation(name), **arguments)


def pairs(result):
    return [(float(p.mean), float(p.variance)) for p in result.fixed_points]


def test_selu_keeps_mean_0_and_variance_1_and_nothing_else():
    result = find(within=(-1000, 1000, 0, "inf"))
    assert result.complete
    (point,) = result.fixed_points
    assert str(point.mean) == "0"
    assert str(point.variance) == "1.00000000000000"
    assert abs(float(point.eigenvalues[0].real) - 0.782648) < 1e-6  # the paper's Jacobian at (0, 1)
    assert point.eigenvalues[1].real.ball.is_zero()
    assert (point.kind, point.status) == ("attracting", "proved")


def test_a_target_of_the_closed_form_is_found_with_its_digits():
    f = selu_parameters("0.1", 2, omega="0.3", tau="0.9").activation()
    result = find_fixed_points(activation=f, omega="0.3", tau="0.9", digits=40)
    point = next(p for p in result.fixed_points if p.box.mean_low < 0.1 < p.box.mean_high)
    assert point.mean.digits(40) == "0.1" + 39 * "0"
    assert point.variance.digits(40) == "2." + 39 * "0"


def test_the_mean_field_map_contracts_onto_what_its_iteration_finds():
    result = find(kind="mean-field", tau="9/16", within=(-10, 10, 0, "inf"))
    assert result.complete
    mean, variance = 0.0, 1.0
    for _ in range(500):
        mean, variance = layer("selu", mean, variance, 0, 9 / 16, "mean-field")
    assert pairs(result) == [(pytest.approx(mean, rel=1e-9), pytest.approx(variance, rel=1e-9))]
    assert result.fixed_points[0].kind == "attracting"


@pytest.mark.parametrize(
    ("seed", "count", "names", "boxes"), [(1, 26, list(ACTIVATIONS), 4000), (5, 2, list(SMOOTH), 100)]
)
def test_none_is_missed_and_none_invented(seed, count, names, boxes):
    """Proofs beside many starts of a root finder, on other code."""
    rng, incomplete, found = np.random.default_rng(seed), 0, 0
    for case in cases(rng, count, names):
        result = find(case.name, within=WITHIN, max_boxes=boxes, **case.arguments)
        incomplete += not result.complete
        found += len(result.fixed_points)
        assert disagreements(case, result, fixed_points(case, WITHIN, rng, 30, pairs(result))) == []
    assert incomplete <= max(1, count // 8)
    assert found >= count // 5


def test_two_fixed_points_about_to_merge_are_told_apart():
    """At omega 0.9 SELU's (0, 1) is about to meet a saddle and to hand its stability on."""
    result = find(omega="0.9", within=(-1, 1, "0.5", 2))
    assert result.complete
    assert [p.kind for p in result.fixed_points] == ["saddle", "attracting"]
    near = fixed_points(Case("selu", 90, 100, "paper"), (-1, 1, 0.5, 2), np.random.default_rng(3), 40)
    assert sorted(near, key=lambda x: x[1]) == [pytest.approx(x, rel=1e-8, abs=1e-9) for x in pairs(result)]


def test_a_complex_pair_of_eigenvalues_is_enclosed_in_both_parts():
    tent = parse_activation("piecewise: x<1/2: x; x>=1/2: 3/2-2*x")
    f = affine_parameters(tent).solution.activation
    result = find_fixed_points(activation=f, omega=2, within=(-1, 1, "0.25", 4))
    assert result.complete
    (point,) = (p for p in result.fixed_points if p.box.mean_low < 0 < p.box.mean_high)
    truth = np.linalg.eigvals(jacobian(0, 1, omega=2, activation=f))
    assert abs(truth.imag).max() > 0.5
    found = [complex(float(x.real), float(x.imaginary)) for x in point.eigenvalues]
    assert found == [pytest.approx(x, rel=1e-12) for x in sorted(truth, key=lambda x: -x.imag)]
    assert float(point.spectral_radius) == pytest.approx(abs(truth[0]), rel=1e-12)
    assert point.kind == "attracting"


@pytest.mark.parametrize("within", [(0, 10, "1e-6", "1e6"), (-1, 0, "0.5", 2), (-1, 1, 1, 2), (-1, 1, "0.1", 1)])
def test_a_fixed_point_on_the_border_is_said_to_be_there(within):
    result = find(within=within)
    assert result.complete
    assert [p.status for p in result.fixed_points] == ["boundary"]
    assert result.boxes < 200


def test_an_odd_activation_on_the_border_is_inside_exactly():
    result = find("hardtanh", omega=1, tau=2, within=(0, 1, "1e-3", 1))
    assert [(p.status, p.mean.is_exact) for p in result.fixed_points] == [("proved", True)]


def test_fixed_points_beside_the_region_are_left_out():
    assert pairs(find(within=("1e-9", 1, "0.5", 2))) == []
    assert pairs(find(within=(-1, 1, "1.000000001", 2))) == []
    assert len(pairs(find(within=("-1e-9", "1e-9", "0.999999999", "1.000000001")))) == 1


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("relu", {}),
        ("relu", {"tau": "2.9"}),
        ("relu", {"kind": "mean-field", "tau": "1.99"}),
        ("leaky_relu(0.2)", {"tau": 2}),
        ("selu", {"tau": "0.4955"}),
        ("selu", {"tau": "2.658"}),
        ("cosine", {"tau": "0.5"}),
        ("hardshrink", {"tau": "0.9"}),
    ],
)
def test_there_is_none(name, arguments):
    result = find(name, within=(-100, 100, 0, "inf"), **arguments)
    assert result.complete
    assert result.fixed_points == ()


@pytest.mark.parametrize("tau", ["0.497", "2.65"])
def test_inside_the_ends_of_tau_there_is_one(tau):
    """Between 0.49559 and 2.65757 the variance neither dies out nor blows up at omega = 0."""
    result = find(tau=tau, within=(-1e9, 1e9, 0, "inf"))
    assert result.complete
    assert len(result.fixed_points) == 1


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("identity", {"omega": 1}, "degenerate"),
        ("identity", {"omega": "0.5"}, None),
        ("relu", {"kind": "mean-field", "tau": 2, "max_boxes": 500}, "budget"),
        ("selu", {"omega": 1, "max_boxes": 50}, "budget"),
    ],
)
def test_what_cannot_be_settled_is_left_with_its_reason(name, arguments, reason):
    result = find(name, **arguments)
    assert not result.complete
    assert not result
    assert name == "selu" or result.fixed_points == ()
    assert result.undecided
    assert reason in {None, *(left.reason for left in result.undecided)}
    assert result.boxes <= 1000 + arguments.get("max_boxes", 20_000)


def test_ends_without_a_proof_are_left_too():
    reasons = Counter(left.reason for left in find("identity", omega=1, within=(-1, 1, 0, "inf")).undecided)
    assert {"zero", "infinity"} <= set(reasons)
    result = find("squared_relu", within=(-1, 1, 0, "inf"))
    assert {left.reason for left in result.undecided} == {"zero", "infinity"}
    assert any(left.box.variance_high == np.inf for left in result.undecided)


@pytest.mark.parametrize(
    ("omega", "tau"),
    [(("0", "0.05"), ("1", "1.02")), (("-1", "-0.98"), ("1", "1.02")), (("0.5", "0.505"), ("0.9", "0.905"))],
)
def test_a_proof_for_intervals_of_weights_holds_for_each_of_them(omega, tau):
    sides = [tuple(map(Fraction, side)) for side in (omega, tau)]
    proof = isolate(
        LayerFamily(parse_activation("selu"), MapKind.PAPER, *sides), Box(-10, 10, 1e-3, 1e3), max_boxes=2000
    )
    assert proof.undecided == []
    for a in (0, Fraction(1, 3), 1):
        for b in (0, Fraction(2, 3), 1):
            weights = [low + t * (high - low) for t, (low, high) in zip((a, b), sides, strict=True)]
            one = find(omega=weights[0], tau=weights[1], within=(-10, 10, "1e-3", "1e3"))
            assert one.complete
            assert len(one.fixed_points) == len(proof.found)
            for x, y in pairs(one):
                holding = [r for r in proof.found if all(b.holds((arb(x), arb(y))) for b in r.boxes)]
                assert len(holding) == 1
                with precision(64):
                    assert all(e.overlaps(arb(z, 1e-9)) for e, z in zip(holding[0].enclosure, (x, y), strict=True))


def test_intervals_of_weights_that_are_too_wide_are_given_up_soon():
    omega = (Fraction(-1, 10), Fraction(1, 10))
    family = LayerFamily(parse_activation("selu"), MapKind.PAPER, omega, (Fraction(19, 20), Fraction(11, 10)))
    proof = isolate(family, Box(-10, 10, 1e-3, 1e3), max_boxes=2000)
    assert {left.reason for left in proof.undecided} == {"weights"}
    assert proof.examined < 500
    # what is left holds the fixed points of every one of them
    for omega, tau in (("-0.1", "0.95"), ("0", "1"), ("0.1", "1.1")):
        for x, y in pairs(find(omega=omega, tau=tau)):
            assert any(left.box.holds((arb(x), arb(y))) for left in proof.undecided)


def test_what_is_cut_off_a_box_and_what_is_left_cover_it():
    rng = np.random.default_rng(8)
    for _ in range(600):
        a, b, c, d, p, q, r, s = (float(x) for x in rng.integers(0, 7, 8))
        box, other = Box(a, b, c, d), Box(p, q, r, s)
        if not (a < b and c < d and p < q and r < s and box.overlaps(other)):
            continue
        rest = box.without(other)
        for x, y in rng.uniform(0, 7, (40, 2)):
            inside, cut, covered = (
                any(k.mean_low <= x <= k.mean_high and k.variance_low <= y <= k.variance_high for k in boxes)
                for boxes in ([box], [other], rest)
            )
            assert covered == (inside and not cut)


def test_every_point_of_the_region_is_looked_at_to_the_end(monkeypatch):
    """What an examined box passes on, and what lies around a settled one, is examined in its turn."""
    examine, log = krawczyk._Search._examine, []

    def logged(self, box):
        rest = list(examine(self, box))
        log.append((box, rest))
        return rest

    monkeypatch.setattr(krawczyk._Search, "_examine", logged)
    family = LayerFamily(parse_activation("selu"), MapKind.PAPER, (Fraction(9, 10),) * 2)
    region = Box(-1.0, 1.0, 0.25, 4.0)
    proof = isolate(family, region, max_boxes=1500)
    rng = np.random.default_rng(4)
    points = [*zip(rng.uniform(-1, 1, 500), rng.uniform(0.25, 4, 500), strict=True)]
    # around what is settled, too
    for box in (box for root in proof.found for box in root.boxes):
        spread = (box.mean_high - box.mean_low, box.variance_high - box.variance_low)
        points += [
            (c * spread[0] + box.mean_low, v * spread[1] + box.variance_low) for c, v in rng.uniform(-2, 3, (200, 2))
        ]
    assert len(proof.found) == 2
    for x, y in points:
        point = (arb(float(x)), arb(float(y)))
        if not region.holds(point):
            continue
        passed_on = [any(part.holds(point) for part in rest) for box, rest in log if box.holds(point)]
        ended = bool(passed_on) and not passed_on[-1]
        settled = any(box.holds(point) for root in proof.found for box in root.boxes)
        assert ended or settled or any(left.box.holds(point) for left in proof.undecided)


def test_a_fixed_point_met_twice_is_counted_once():
    search = krawczyk._Search(LayerFamily(parse_activation("selu")), 100)
    boxes = [Box(-0.1, 0.1, 0.9, 1.1), Box(-0.05, 0.15, 0.95, 1.15), Box(-0.01, 0.01, 0.99, 1.01)]
    with precision(64):
        assert all(search._accept(box) for box in boxes)
    assert [root.boxes for root in search.found] == [boxes]


def test_joined_boxes_cover_what_they_were_joined_from():
    box = Box(0.0, 4.0, 1.0, 9.0)
    left, right = box.halves(0)
    parts = [Undecided(b, "budget") for b in (*left.halves(1), *right.halves(1))]
    assert list(merged(parts)) == [Undecided(box, "budget")]
    assert len(list(merged([*parts[:3], Undecided(parts[3].box, "precision")]))) == 3


def test_a_step_that_is_wrong_is_not_believed(monkeypatch):
    """Newton's method may lead anywhere: what it proposes counts only where a box around it is proved."""
    monkeypatch.setattr(krawczyk._Search, "_find", lambda self, x: self._prove((x[0] + 0.3, 1.4 * x[1])))
    result = find(omega="0.5", max_boxes=3000)
    assert not result.complete
    for mean, variance in ((0.0, 1.0), *pairs(result)):
        assert (mean, variance) == pytest.approx((0, 1), abs=1e-12)
    assert pairs(result) or any(left.box.holds((arb(0), arb(1))) for left in result.undecided)


@pytest.mark.parametrize(
    ("within", "words"),
    [
        ((0, 1, 1), "3 ends, not 4"),
        ("0,1,1", "3 ends, not 4"),
        ((1, 0, 1, 2), "empty or below 0"),
        ((0, 1, 2, 1), "empty or below 0"),
        ((0, 0, 1, 2), "empty or below 0"),
        ((0, 1, -1, 2), "empty or below 0"),
        ((0, "inf", 1, 2), "the highest mean"),
        ((0, 1, "nan", 2), "the lowest variance"),
        ((0, 1, "1e-350", 2), "1e-300"),
        ("0,1,x,2", "the lowest variance"),
    ],
)
def test_bad_regions(within, words):
    with pytest.raises(InputError, match=words):
        find(within=within)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tau": 0}, "tau must be positive"),
        ({"omega": 1, "kind": "mean-field"}, "no omega"),
        ({"kind": "other"}, "kind of map"),
        ({"digits": 0}, "digits"),
        ({"max_boxes": 0}, "max_boxes"),
        ({"omega": "nan"}, "omega"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(InputError, match=words):
        find(**arguments)
