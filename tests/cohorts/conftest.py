"""Invitations with their links, and rosters as spreadsheets write them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from cohorts import actions, roster
from cohorts.actions.invitations import VALID_FOR, hash_of
from cohorts.models import Cohort, Invitation, RosterImport

SECRET = "a-secret-that-nobody-guesses"
LINK = f"/invitations/{SECRET}/"


@pytest.fixture
def invitation(cohort: Cohort, facilitator: User) -> Invitation:
    now = timezone.now()
    return Invitation.objects.create(
        cohort=cohort,
        email="new@example.org",
        first_name="Nia",
        last_name="Newcomer",
        token_hash=hash_of(SECRET),
        invited_at=now,
        invited_by=facilitator,
        sent_count=1,
        expires_at=now + VALID_FOR,
    )


@pytest.fixture
def profile(college: Any) -> dict[str, str]:
    """What somebody new writes."""
    return {
        "first_name": "Nia",
        "last_name": "Newcomer",
        "college": str(college.pk),
        "position": "full-time",
        "discipline": "geography",
        "other_discipline": "",
        "time_zone": "America/Denver",
        "compensation": "flex",
        "password": "meadow lantern bicycle",
    }


@pytest.fixture
def check(cohort: Cohort, facilitator: User) -> Callable[[bytes], RosterImport]:
    """A file as the dry run leaves it."""

    def check(data: bytes) -> RosterImport:
        sheet = roster.read(data)
        assert not sheet.problem, sheet.problem
        return actions.check_roster(cohort=cohort, by=facilitator, name="roster.csv", sheet=sheet, now=timezone.now())

    return check


def sheet_of(count: int) -> bytes:
    lines = [f"person{n}@example.org,First{n},Last{n},First College" for n in range(count)]
    return "\n".join(["email,first name,last name,college", *lines]).encode()


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    """Staff of the tests sign in by password alone; that a second factor is asked of them is tested with sign-in."""
    settings.SECOND_FACTOR_REQUIRED = False
