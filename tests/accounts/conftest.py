"""Tests about one's own account."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    """Staff of the tests sign in by password alone; that a second factor is asked of them is tested with sign-in."""
    settings.SECOND_FACTOR_REQUIRED = False
