from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    """Whether staff need a second factor is asked in tests/walk."""
    settings.SECOND_FACTOR_REQUIRED = False
