"""Exponential polynomials on intervals: exact jumps, atoms, and what is refused."""

from fractions import Fraction

import pytest

from selu_math.activations import ALPHA, LAMBDA, SELU, leaky_relu, parse_activation, relu
from selu_math.exceptions import InputError
from selu_math.numbers.exact import Exact
from selu_math.parsing import parse_expression, parse_piecewise
from selu_math.pieces import ExpPoly, Piecewise

ZERO = Fraction(0)


def exact(text):
    """Return a constant expression as an exact number."""
    return parse_expression(text).at(ZERO)


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("7", "0"),
        ("x", "1"),
        ("x^3", "3*x^2"),
        ("exp(-2*x)", "-2*exp(-2*x)"),
        ("x^2*exp(x/3)", "2*x*exp(x/3) + x^2*exp(x/3)/3"),
    ],
)
def test_derivatives(text, derivative):
    assert parse_expression(text).derivative() == parse_expression(derivative)


def test_terms_that_cancel_are_gone():
    assert parse_expression("exp(x)*exp(-x) - 1") == ExpPoly()
    assert parse_expression("(x+1)^2 - x^2 - 2*x") == ExpPoly.constant(Exact.of(1))
    assert hash(parse_expression("x + exp(x)")) == hash(parse_expression("exp(x) + x"))


def test_values_are_exact():
    assert parse_expression("x^2*exp(2*x) - x").at(Fraction(1, 2)) == exact("exp(1)/4 - 1/2")


def test_a_clipped_exponential_has_exactly_no_jump():
    """e - e and 1/e - 1/e are zero by algebra; in doubles or balls they would only be small."""
    f = parse_piecewise("x<-1: 0; -1<=x<1: exp(x)-exp(-1); x>=1: exp(1)-exp(-1)")
    assert f.jumps == {}
    assert f.derivative().atoms == {}
    kinks = {Fraction(-1): exact("exp(-1)"), Fraction(1): exact("-exp(1)")}
    assert f.derivative().jumps == kinks
    assert f.derivative().derivative().atoms == {(c, 0): kink for c, kink in kinks.items()}


def test_a_continuity_that_holds_to_30_digits_only_is_a_jump():
    f = parse_piecewise("x<1: exp(x); x>=1: 2.718281828459045235360287471353")
    assert list(f.jumps) == [Fraction(1)]


def test_the_kink_of_selu_is_computed():
    scale, alpha = Exact.of(LAMBDA), Exact.of(ALPHA)
    assert SELU.function.jumps == {}
    assert SELU.derivatives[1].jumps == {ZERO: scale - scale * alpha}
    assert SELU.derivatives[2].atoms == {(ZERO, 0): scale - scale * alpha}
    assert SELU.square_derivatives[1].jumps == {}


@pytest.mark.parametrize(("activation", "kink"), [(relu(), "1"), (leaky_relu("0.1"), "9/10"), (leaky_relu(1), "0")])
def test_kinks_of_piecewise_linear_functions(activation, kink):
    kink = Exact.of(kink)
    assert activation.derivatives[2].atoms == ({(ZERO, 0): kink} if kink else {})


def test_atoms_of_a_step():
    """Theta' = delta, theta'' = delta', and so on."""
    step = parse_piecewise("x<2: 0; x>=2: 3")
    chain = [step]
    for order in range(3):
        chain.append(chain[-1].derivative())
        assert chain[-1].atoms == {(Fraction(2), order): Exact.of(3)}
    assert all(not part.terms for part in chain[1].parts)


def test_atoms_add_and_cancel():
    up, down = (parse_piecewise(f"x<0: 0; x>=0: {height}").derivative() for height in ("1", "-1"))
    assert (up + down).atoms == {}
    assert (up + up).atoms == {(ZERO, 0): Exact.of(2)}


def test_a_product_with_atoms_is_refused():
    atom = parse_piecewise("x<0: 0; x>=0: 1").derivative()
    with pytest.raises(InputError, match="continuous"):
        atom * atom
    with pytest.raises(InputError, match="continuous"):
        relu().function * atom


def test_the_squared_slope_of_a_jump_is_refused():
    with pytest.raises(InputError, match="jumps at 1/2"):
        _ = parse_activation("piecewise: x<1/2: 0; x>=1/2: 1").slope_square


@pytest.mark.parametrize(("breaks", "count"), [((), 2), ((0,), 1), ((0,), 3), ((1, 0), 3), ((0, 0), 3)], ids=str)
def test_pieces_that_do_not_fit_their_breakpoints_are_refused(breaks, count):
    with pytest.raises(InputError, match="breakpoints"):
        Piecewise(tuple(map(Fraction, breaks)), (ExpPoly(),) * count)


def test_bounds_of_the_pieces():
    f = parse_piecewise("x<-1: 0; -1<=x<3: x; x>=3: 0")
    assert f.piece_bounds() == [(None, -1), (-1, 3), (3, None)]
    assert parse_piecewise("x").piece_bounds() == [(None, None)]


def test_the_pieces_on_both_sides_of_a_point():
    f = parse_piecewise("x<-1: 0; -1<=x<3: x; x>=3: 1")
    low, middle, high = f.parts
    found = [f.sides(Fraction(z)) for z in (-2, -1, 0, 3, 4)]
    assert found == [(low, low), (low, middle), (middle, middle), (middle, high), (high, high)]
