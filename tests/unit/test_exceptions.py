"""Errors share a root, fit on one line, and name their remedy."""

import pytest

from selu_math import exceptions
from selu_math.exceptions import InputError, MissingExtraError, PrecisionError, SeluMathError, quoted


@pytest.mark.parametrize("error", [InputError, PrecisionError, MissingExtraError])
def test_one_root_catches_all(error):
    assert issubclass(error, SeluMathError)


def test_python_s_own_kinds_also_catch():
    assert issubclass(InputError, ValueError)
    assert issubclass(MissingExtraError, ImportError)


def test_a_missing_extra_names_feature_package_and_command():
    text = str(MissingExtraError("verify", "torch", "torch"))
    assert text == "verify needs torch: pip install 'selu-math[torch]'"


@pytest.mark.parametrize("text", ["x" * 1000, "a\nb", "", "'", "\x1b[31m", "é" * 100])
def test_quoted_text_is_short_and_on_one_line(text):
    shown = quoted(text)
    assert len(shown) <= 65
    assert "\n" not in shown
    assert "\x1b" not in shown


def test_every_error_is_documented():
    classes = [x for x in vars(exceptions).values() if isinstance(x, type) and issubclass(x, Exception)]
    assert all(x.__doc__ for x in classes)
