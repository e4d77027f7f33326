"""Checks that others run against their own implementations; importing this loads neither torch nor any framework.

:func:`check_selu` finds what an implementation of SELU gets right and wrong, :func:`assert_selu` is the same as an
assertion for a test suite.  :func:`check_alpha_dropout` does it for the dropout that goes with it,
:func:`check_init` for initial weights.
"""

from selu_math.testing.api import assert_selu, check_selu
from selu_math.testing.dropout import check_alpha_dropout
from selu_math.testing.initialisation import check_init
from selu_math.testing.result import Check, CheckResult, Status

__all__ = ["Check", "CheckResult", "Status", "assert_selu", "check_alpha_dropout", "check_init", "check_selu"]
