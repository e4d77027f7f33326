"""Norms and spectral radii in balls against NumPy's LAPACK, which knows nothing of the formulas used."""

import numpy as np
from flint import arb
from helpers import ball_ends
from hypothesis import given
from hypothesis import strategies as st

from selu_math.numbers.ball import precision
from selu_math.stability import ball_spectral_norm, ball_spectral_radius, spectral_norm, spectral_radius

entries = st.one_of(st.integers(-3, 3).map(float), st.floats(-10, 10).filter(lambda x: x == 0 or abs(x) > 1e-6))
matrices = st.tuples(entries, entries, entries, entries)


def rows(entries, radius=0.0):
    a, b, c, d = (arb(x, radius) for x in entries)
    return (a, b), (c, d)


@given(matrices)
def test_the_norm_is_numpys(entries):
    matrix = np.array(entries).reshape(2, 2)
    expected = np.linalg.svd(matrix, compute_uv=False)[0]
    with precision(100):
        low, high = ball_ends(ball_spectral_norm(rows(entries)))
    assert float(low) - 1e-14 * (1 + expected) <= expected <= float(high) + 1e-14 * (1 + expected)
    assert high - low < 1e-12 * (1 + expected)
    assert abs(spectral_norm(matrix) - expected) <= 1e-14 * (1 + expected)


@given(matrices)
def test_the_radius_is_numpys(entries):
    """A double eigenvalue is known to half the digits only, by either."""
    matrix = np.array(entries).reshape(2, 2)
    expected = max(abs(np.linalg.eigvals(matrix)))
    with precision(100):
        low, high = ball_ends(ball_spectral_radius(rows(entries)))
    assert float(low) - 2e-7 * (1 + expected) <= expected <= float(high) + 2e-7 * (1 + expected)
    assert high - low < 1e-6 * (1 + expected)
    assert abs(spectral_radius(matrix) - expected) <= 1e-14 * (1 + expected)


@given(matrices, st.floats(1e-6, 0.5), st.tuples(*[st.floats(-1, 1)] * 4))
def test_wide_entries_contain_the_matrices_inside(entries, radius, shift):
    inside = np.array(entries) + radius * np.array(shift)
    wide = rows(entries, radius)
    for ball, value in (
        (ball_spectral_norm(wide), np.linalg.svd(inside.reshape(2, 2), compute_uv=False)[0]),
        (ball_spectral_radius(wide), max(abs(np.linalg.eigvals(inside.reshape(2, 2))))),
    ):
        assert ball.is_finite()
        low, high = map(float, ball_ends(ball))
        assert low - 1e-9 <= value <= high + 1e-9
    assert float(ball_spectral_norm(wide).rad()) <= 3 * radius + 1e-6


@given(matrices)
def test_the_radius_is_at_most_the_norm(entries):
    matrix = np.array(entries).reshape(2, 2)
    assert spectral_radius(matrix) <= spectral_norm(matrix) * (1 + 1e-9) + 1e-9
    with precision(100):
        assert not ball_spectral_radius(rows(entries)) > ball_spectral_norm(rows(entries)) + 1e-6
