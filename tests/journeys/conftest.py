import pytest

from tests.journeys import installation
from tests.journeys.fixtures import _no_leftovers, browser, open_page, production, site

__all__ = ["_no_leftovers", "browser", "open_page", "production", "site"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker("browser")


def pytest_sessionfinish() -> None:
    installation.close_shared()
