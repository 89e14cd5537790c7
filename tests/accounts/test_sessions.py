"""Sessions that have ended leave the database."""

from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import tasks
from accounts.models import User
from tests.conftest import SignedIn


def test_ended_sessions_go_and_people_stay_signed_in(as_: SignedIn, participant: User, classmate: User) -> None:
    here, away = as_(participant), as_(classmate)
    gone = away.session.session_key
    Session.objects.filter(pk=gone).update(expire_date=timezone.now() - timedelta(minutes=1))
    tasks.forget_ended_sessions()
    assert [each.pk for each in Session.objects.all()] == [here.session.session_key]


def test_every_task_of_the_schedule_is_there() -> None:
    """A name that no worker knows would be refused again and again, in the log alone."""
    schedule: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
    current_app.loader.import_default_modules()
    assert {entry["task"] for entry in schedule.values()} <= set(current_app.tasks)
    assert "accounts.tasks.forget_ended_sessions" in {entry["task"] for entry in schedule.values()}
