"""Two facilitators of a cohort change the same at once: the second sees what the first made of it."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from cohorts.models import Cohort
from foundation.audit.models import Entry
from tests import factories
from tests.conftest import SignedIn

SETTINGS = "/c/fall/settings/"
DATES = f"{SETTINGS}dates/"


@pytest.fixture
def other(cohort: Cohort) -> User:
    return factories.FacilitationFactory.create(cohort=cohort).user


def as_shown(answer: Any) -> dict[str, Any]:
    """The form as its page has it, to be sent."""
    form = answer.context["form"]
    return {name: form[name].value() for name in form.fields}


def test_words_of_welcome_are_not_written_over_unseen(
    as_: SignedIn, facilitator: User, other: User, cohort: Cohort
) -> None:
    mine = as_shown(as_(facilitator).get(SETTINGS)) | {"welcome": "<p>Mine</p>"}
    theirs = as_shown(as_(other).get(SETTINGS)) | {"welcome": "<p>Theirs</p>"}
    assert as_(other).post(SETTINGS, theirs).status_code == 302
    answer = as_(facilitator).post(SETTINGS, mine)
    assert answer.status_code == 409
    assert "<p>Theirs</p>" in answer.content.decode()
    cohort.refresh_from_db()
    assert cohort.welcome == "<p>Theirs</p>"
    again = as_shown(answer)
    assert again["welcome"] == "<p>Mine</p>"
    assert as_(facilitator).post(SETTINGS, again).status_code == 302
    cohort.refresh_from_db()
    assert cohort.welcome == "<p>Mine</p>"


def test_dates_are_not_moved_back_unseen(as_: SignedIn, facilitator: User, other: User, cohort: Cohort) -> None:
    later = cohort.closes_on + timedelta(days=7)
    mine = as_shown(as_(facilitator).get(DATES)) | {"closes_on": later + timedelta(days=1), "confirmed": "1"}
    theirs = as_shown(as_(other).get(DATES)) | {"closes_on": later, "confirmed": "1"}
    assert as_(other).post(DATES, theirs).status_code == 302
    answer = as_(facilitator).post(DATES, mine)
    assert answer.status_code == 409
    assert f'datetime="{later:%Y-%m-%d}"' in answer.content.decode()
    cohort.refresh_from_db()
    assert cohort.closes_on == later
    assert as_(facilitator).post(DATES, as_shown(answer) | {"confirmed": "1"}).status_code == 302
    cohort.refresh_from_db()
    assert cohort.closes_on == later + timedelta(days=1)


def test_the_same_twice_is_once(as_: SignedIn, facilitator: User, cohort: Cohort) -> None:
    form = as_shown(as_(facilitator).get(SETTINGS)) | {"title": "Autumn"}
    for _ in range(2):
        assert as_(facilitator).post(SETTINGS, form).status_code == 302
    assert Entry.objects.filter(action="cohort.change").count() == 1
