from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.fiscal import fiscal_year


@pytest.mark.parametrize(
    ("day", "starts", "expected"),
    [
        (date(2026, 6, 30), "07-01", "2025–26"),
        (date(2026, 7, 1), "07-01", "2026–27"),
        (date(2027, 6, 30), "07-01", "2026–27"),
        (date(2026, 9, 30), "10-01", "2025–26"),
        (date(2026, 10, 1), "10-01", "2026–27"),
        (date(2026, 1, 1), "01-01", "2026"),
        (date(2026, 12, 31), "01-01", "2026"),
        (date(1999, 8, 1), "07-01", "1999–00"),
        (date(2024, 2, 29), "02-29", "2024–25"),
        (date(2025, 2, 28), "02-29", "2024–25"),
        (date(2025, 3, 1), "02-29", "2025–26"),
    ],
)
def test_the_year_a_day_falls_into(day, starts, expected):
    assert fiscal_year(day, starts) == expected


@given(
    day=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    starts=st.dates(date(2025, 1, 1), date(2025, 12, 31)).map("{:%m-%d}".format),
)
def test_a_year_changes_on_its_first_day_and_on_no_other(day, starts):
    changes = fiscal_year(day, starts) != fiscal_year(day - timedelta(days=1), starts)
    assert changes == (f"{day:%m-%d}" == starts)
