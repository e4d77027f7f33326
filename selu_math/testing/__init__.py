"""Checks that others run against their own implementations; importing this loads no framework, pytest or Hypothesis.

:func:`check_selu` finds what an implementation of SELU gets right and wrong, :func:`assert_selu` is the same as an
assertion for a test suite, :func:`parametrize_selu` one test for each check, and :func:`measure_errors` returns the
error at every probe.  :func:`check_alpha_dropout` does it for the dropout that goes with it, :func:`check_init` for
initial weights, :func:`check_propagation` for a whole network and :func:`check_self_normalizing` for any activation.
:func:`selu_inputs` draws inputs for tests of your own.
"""

from selu_math.testing.api import assert_selu, check_selu
from selu_math.testing.dropout import check_alpha_dropout
from selu_math.testing.errors import Errors, measure_errors
from selu_math.testing.initialisation import check_init
from selu_math.testing.initialisers import check_initializer
from selu_math.testing.normalising import assert_self_normalizing, check_self_normalizing
from selu_math.testing.parametrize import parametrize_selu
from selu_math.testing.propagation import check_propagation
from selu_math.testing.result import Check, CheckResult, Status
from selu_math.testing.strategies import selu_inputs

__all__ = [
    "Check",
    "CheckResult",
    "Errors",
    "Status",
    "assert_self_normalizing",
    "assert_selu",
    "check_alpha_dropout",
    "check_init",
    "check_initializer",
    "check_propagation",
    "check_self_normalizing",
    "check_selu",
    "measure_errors",
    "parametrize_selu",
    "selu_inputs",
]
