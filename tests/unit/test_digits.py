"""Millions of digits, against closed forms in another library, the error function itself, and its own second route."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from flint import arb, ctx
from mpmath import mp

from selu_math import digits as module
from selu_math import memory
from selu_math.digits import Digits, constants, many_digits, memory_needed, other_route
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


PEAK = """
import re, sys
from pathlib import Path
from selu_math.digits import many_digits

def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

many_digits(10)
before = peak()
many_digits(300_000, verify=sys.argv[1] == "True")
print(peak() - before)
"""

if Path("/proc/self/status").is_file():  # what resource.getrusage tells includes the peak of the process it came from

    @pytest.mark.parametrize("verify", [False, True])
    def test_no_more_memory_is_taken_than_was_foretold(verify):
        done = subprocess.run([sys.executable, "-c", PEAK, str(verify)], capture_output=True, text=True, check=True)
        taken, needed = int(done.stdout), memory_needed(300_000, verify)
        assert needed / 4 < taken < needed


def test_memory_grows_with_the_digits_and_with_a_second_route():
    counts = [1, 10, 999, 10**6, 8_388_607, 8_388_608, 8_388_609, 2 * 10**7, 10**8]
    for verify in (False, True):
        assert all(memory_needed(a, verify) < memory_needed(b, verify) for a, b in pairwise(counts))
    assert all(memory_needed(count) < memory_needed(count, verify=True) for count in counts)


@pytest.mark.parametrize(
    ("digits", "verify", "message"),
    [
        (10**8, False, "100000000 digits need about 2.0 GiB of memory; 1.5 GiB are available, enough for about 74"),
        (9 * 10**7, True, "90000000 digits need about 2.2 GiB of memory; 1.5 GiB are available, enough for about 62"),
    ],
)
def test_digits_without_the_memory_for_them_are_refused_at_once(monkeypatch, digits, verify, message):
    monkeypatch.setattr(module, "available_memory", lambda: 3 << 29)
    with pytest.raises(InputError) as caught:
        many_digits(digits, verify=verify, step=lambda _: pytest.fail("began"))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_what_is_said_to_fit_fits(monkeypatch):
    monkeypatch.setattr(module, "available_memory", lambda: 100_000)
    with pytest.raises(InputError, match=r"enough for about \d+ digits$") as caught:
        many_digits(5000)
    assert len(many_digits(int(str(caught.value).split()[-2])).scale) > 2000


@pytest.mark.parametrize("available", [None, memory_needed(50)])
def test_nothing_is_refused_where_memory_suffices_or_is_unknown(monkeypatch, available):
    monkeypatch.setattr(module, "available_memory", lambda: available)
    assert many_digits(50).digits == 50


@pytest.mark.parametrize(
    ("meminfo", "limits", "available"),
    [
        ("MemTotal: 9 kB\nMemFree:  2 kB\nMemAvailable:   7 kB\nCached: 5 kB\n", ("max\n", None), 7 * 1024),
        ("MemAvailable:   7 kB\n", ("5000\n", None), 5000),
        ("MemAvailable:   7 kB\n", (None, "6000\n"), 6000),
        ("MemAvailable:   7 kB\n", (None, "9223372036854771712\n"), 7 * 1024),
        ("MemTotal: 9 kB\n", (None, None), None),
        (None, ("5000\n", None), 5000),
        (None, (None, None), None),
    ],
)
def test_available_memory_is_the_least_of_what_the_system_tells(monkeypatch, tmp_path, meminfo, limits, available):
    paths = [tmp_path / name for name in ("meminfo", "memory.max", "limit_in_bytes")]
    for path, text in zip(paths, (meminfo, *limits), strict=True):
        if text is not None:
            path.write_text(text)
    monkeypatch.setattr(memory, "_MEMINFO", paths[0])
    monkeypatch.setattr(memory, "_LIMITS", tuple(paths[1:]))
    assert memory.available_memory() == available
