"""Checks that others run against their own implementations; importing this loads neither torch nor any framework.

:func:`check_selu` finds what an implementation of SELU gets right and wrong, :func:`assert_selu` is the same as an
assertion for a test suite.
"""

from selu_math.testing.api import assert_selu, check_selu
from selu_math.testing.result import Check, CheckResult, Status

__all__ = ["Check", "CheckResult", "Status", "assert_selu", "check_selu"]
