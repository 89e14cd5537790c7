from tests.journeys import installation
from tests.journeys.fixtures import _no_leftovers, browser, open_page, production, site

__all__ = ["_no_leftovers", "browser", "open_page", "production", "site"]


def pytest_sessionfinish() -> None:
    installation.close_shared()
