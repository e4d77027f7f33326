"""Settings that every test shares."""

import signal

import pytest
from flint import ctx
from hypothesis import HealthCheck, settings

settings.register_profile(
    "fixed",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fixed")

# a shell ignores interrupts in what it runs in the background, and so would every process that a test starts
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _precision_stays():
    """Fail a test after which FLINT's global precision is not what it was."""
    before = ctx.prec
    yield
    assert ctx.prec == before
