"""Millions of digits, against closed forms in another library, the error function itself, and its own second route."""

import pytest
from flint import arb, ctx
from mpmath import mp

from selu_math import digits as module
from selu_math.digits import Digits, constants, many_digits, other_route
from selu_math.exceptions import InputError
from selu_math.numbers.ball import precision
from selu_math.parameters import selu_parameters


def closed_form(count):
    """Return the three numbers by mpmath, cut off at ``count`` digits after rounding by mpmath."""
    with mp.workdps(count + 30):
        a = mp.sqrt(mp.e) * mp.erfc(1 / mp.sqrt(2))
        b = mp.e**2 * mp.erfc(mp.sqrt(2))
        alpha = mp.sqrt(2 / mp.pi) / (1 - a)
        scale = (1 - a) * mp.sqrt(2 * mp.pi) / mp.sqrt(2 * b + mp.pi * a**2 - 2 * (2 + mp.pi) * a + mp.pi + 2)
        return [mp.nstr(x, count, strip_zeros=False) for x in (scale, alpha, scale * alpha)]


@pytest.mark.parametrize("count", [2, 3, 17, 100, 999, 5000])
def test_digits_are_those_of_mpmath(count):
    found = many_digits(count)
    assert [found.scale, found.alpha, found.scale_alpha] == closed_form(count)


@pytest.mark.parametrize("count", [1, 50, 10_000])
def test_digits_are_those_of_the_quadratic(count):
    found, other = many_digits(count), selu_parameters(digits=count)
    assert found == Digits(*(str(x) for x in (other.scale, other.alpha, other.scale_alpha)), count)


def test_thirty_thousand_digits_agree_with_the_error_function_and_with_the_second_route():
    count = 30_000
    found = many_digits(count, verify=True)
    with precision(int(count * 3.33) + 100):
        a = (arb(1) / 2).exp() * arb(2).rsqrt().erfc()
        alpha = (2 / arb.pi()).sqrt() / (1 - a)
        whole = (alpha * arb(10) ** (count - 1) + arb(1) / 2).floor().unique_fmpz().str()
    assert found.alpha == f"{whole[0]}.{whole[1:]}"
    assert len(found.scale) == len(found.scale_alpha) == count + 1


@pytest.mark.parametrize("bits", [64, 100, 1000, 20_000])
def test_both_routes_enclose_the_same_numbers_narrowly(bits):
    with precision(bits):
        for x, y in zip(constants(), other_route(), strict=True):
            assert x.overlaps(y)
            assert x.rel_accuracy_bits() > bits - 24
            assert y.rel_accuracy_bits() > bits - 40


def test_too_few_terms_widen_the_result_and_never_falsify_it(monkeypatch):
    enough = module._Leaves.enough_for
    monkeypatch.setattr(module._Leaves, "enough_for", lambda bits: enough(bits // 2))
    with precision(2000):
        few = constants()
    monkeypatch.undo()
    with precision(2000):
        many = constants()
    for x, y in zip(few, many, strict=True):
        assert x.contains(y)
        assert x.rel_accuracy_bits() < 1500


def test_a_disagreement_is_an_error(monkeypatch):
    monkeypatch.setattr(module, "other_route", lambda step: tuple(x + arb(2) ** -40 for x in constants()))
    with pytest.raises(ArithmeticError, match="disagree"):
        many_digits(20, verify=True)


def test_groups_of_two_and_of_three_terms_give_the_same_sums(monkeypatch):
    with precision(3000):
        three = constants()
        monkeypatch.setattr(module, "_Leaves", type("Pairs", (module._Leaves,), {"__init__": _in_pairs}))
        two = constants()
    for x, y in zip(three, two, strict=True):
        assert x.overlaps(y)
        assert y.rel_accuracy_bits() > 2970


def _in_pairs(self, terms):
    import numpy as np

    self.size, self.count = 2, -(-terms // 2)
    self.terms = 2 * self.count
    first = 4 * np.arange(self.count, dtype=np.int64) + 1
    self.q, self.u, self.v = first * (first + 2), first + 3, first + 6


def test_threads_are_given_back():
    before = ctx.threads
    assert many_digits(500, threads=2) == many_digits(500)
    assert ctx.threads == before


@pytest.mark.parametrize("count", [0, -5, 100_000_001, 2.5, "10", None])
def test_other_numbers_of_digits_are_refused(count):
    with pytest.raises(InputError, match="whole number from 1 to 100000000"):
        many_digits(count)


def test_steps_are_told():
    told = []
    many_digits(100, step=told.append)
    assert told[0] == "summing both series"
    assert told[-1] == "decimals of λα"
