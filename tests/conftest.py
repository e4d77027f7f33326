"""Settings that every test shares."""

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


@pytest.fixture(autouse=True)
def _precision_stays():
    """Fail a test after which FLINT's global precision is not what it was."""
    before = ctx.prec
    yield
    assert ctx.prec == before
