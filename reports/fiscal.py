"""Fiscal years: pure arithmetic on days."""

from datetime import date

DEFAULT_START = "07-01"


def fiscal_year(day: date, starts: str = DEFAULT_START) -> str:
    """The fiscal year of a day, named after the calendar years it touches: "2026–27", or "2026" where it begins in
    January.

    `starts` is the region's `fiscal_year_starts`, month and day, such as "07-01". A year that begins on February 29
    begins on March 1 where there is none, as comparing month and day does by itself.
    """
    month, first = (int(part) for part in starts.split("-"))
    begun = day.year if (day.month, day.day) >= (month, first) else day.year - 1
    return str(begun) if (month, first) == (1, 1) else f"{begun}–{(begun + 1) % 100:02d}"
