import pytest


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    """The second factor has its own tests; here staff just sign in."""
    settings.SECOND_FACTOR_REQUIRED = False
