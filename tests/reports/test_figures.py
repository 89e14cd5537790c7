"""The share that completed, as a board reads it."""

import pytest

from reports.views import Figures


def percent(completed: int, participants: int) -> int:
    nobody = dict.fromkeys(("late", "on_the_way", "inactive", "incomplete", "withdrawn", "invited"), 0)
    return Figures(participants=participants, completed=completed, **nobody).percent


@pytest.mark.parametrize(
    ("completed", "participants", "expected"),
    [(0, 0, 0), (0, 300, 0), (1, 300, 1), (150, 300, 50), (299, 300, 99), (300, 300, 100), (1, 3, 33), (2, 3, 67)],
)
def test_all_and_nobody_are_said_only_where_they_are_true(completed: int, participants: int, expected: int) -> None:
    assert percent(completed, participants) == expected
