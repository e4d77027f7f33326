"""Norms and spectral radii in special cases; the general case is a property."""

import numpy as np
import pytest
from flint import arb
from helpers import assert_encloses, ball_ends
from mpmath import mp

from selu_math.exceptions import InputError
from selu_math.numbers.ball import precision
from selu_math.stability import (
    ball_spectral_norm,
    ball_spectral_radius,
    singular_vectors,
    spectral_norm,
    spectral_radius,
)

CASES = {
    "zero": ((0, 0), (0, 0)),
    "identity": ((1, 0), (0, 1)),
    "a double eigenvalue that is defective": ((1, 1), (0, 1)),
    "a rotation": ((0, -2), (2, 0)),
    "a complex pair": ((1, -3), (2, -1)),
    "opposite eigenvalues": ((0, 1), (1, 0)),
    "nilpotent": ((0, 5), (0, 0)),
    "negative trace": ((-3, 1), (0, 2)),
    "rank one": ((1, 2), (2, 4)),
}
EXPECTED = {
    "zero": (0, 0),
    "identity": (1, 1),
    "a double eigenvalue that is defective": (1, (1 + 5**0.5) / 2),
    "a rotation": (2, 2),
    "a complex pair": (5**0.5, ((15 + 125**0.5) / 2) ** 0.5),
    "opposite eigenvalues": (1, 1),
    "nilpotent": (0, 5),
    "negative trace": (3, ((14 + 52**0.5) / 2) ** 0.5),
    "rank one": (5, 5),
}


def balls(rows, radius=0.0):
    return tuple(tuple(arb(x, radius) for x in row) for row in rows)


@pytest.mark.parametrize("case", CASES)
def test_known_matrices(case):
    radius, norm = EXPECTED[case]
    assert spectral_radius(CASES[case]) == pytest.approx(radius, abs=1e-7)
    assert spectral_norm(CASES[case]) == pytest.approx(norm, rel=1e-14, abs=1e-15)
    with precision(80):
        for ball, value in ((ball_spectral_radius, radius), (ball_spectral_norm, norm)):
            assert_encloses(ball(balls(CASES[case])), mp.mpf(value), max_radius=1e-20, known_to=4e-15)


@pytest.mark.parametrize("case", CASES)
def test_wide_entries_contain_every_matrix_inside(case):
    """Also where the discriminant straddles zero, so that real and complex pairs are both inside."""
    width, wide = 2.0**-4, balls(CASES[case], 2.0**-4)
    radius, norm = ball_spectral_radius(wide), ball_spectral_norm(wide)
    assert radius.is_finite()
    assert norm.is_finite()
    rng = np.random.default_rng(1)
    for shift in rng.uniform(-width, width, (200, 2, 2)):
        matrix = np.array(CASES[case]) + shift
        for ball, value in ((radius, spectral_radius(matrix)), (norm, spectral_norm(matrix))):
            low, high = map(float, ball_ends(ball))
            assert low - 1e-12 <= value <= high + 1e-12
    assert float(norm.rad()) < 4 * width
    assert float(radius.rad()) < 1.5


def test_what_is_unknown_stays_unknown():
    for place in range(4):
        entries = [arb(1), arb(2), arb(3), arb(4)]
        entries[place] = arb("nan")
        matrix = ((entries[0], entries[1]), (entries[2], entries[3]))
        assert not ball_spectral_norm(matrix).is_finite()
        assert not ball_spectral_radius(matrix).is_finite()


def test_the_two_vectors_have_sum_and_difference_of_the_singular_values_as_lengths():
    matrix = np.array([[1.0, -3.0], [2.0, 0.5]])
    (p, q), (r, s) = singular_vectors(balls(matrix.tolist()))
    lengths = [float((p * p + q * q).sqrt()), float((r * r + s * s).sqrt())]
    big, small = np.linalg.svd(matrix, compute_uv=False)
    assert sorted(lengths) == pytest.approx([big - small, big + small], rel=1e-14)


def test_stacks_keep_their_shape():
    stack = np.zeros((3, 5, 2, 2)) + np.eye(2)
    assert spectral_norm(stack).shape == spectral_radius(stack).shape == (3, 5)


@pytest.mark.parametrize("matrix", [3.0, [1.0, 2.0], np.eye(3), np.zeros((2, 2, 3))], ids=str)
def test_another_shape_is_refused(matrix):
    for function in (spectral_norm, spectral_radius):
        with pytest.raises(InputError, match="shape"):
            function(matrix)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_has_no_norm_and_no_radius(bad):
    stack = np.array([[[bad, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 1.0]]])
    for function in (spectral_norm, spectral_radius):
        got = function(stack)
        assert not np.isfinite(got[0])
        assert got[1] == 2
