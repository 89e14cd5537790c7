"""Pages, files and tasks run in this process, with what they cost: statements and seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from cohorts import actions as cohorts
from cohorts import schedule
from cohorts.models import Cohort
from foundation.documents import actions as documents
from foundation.notices import actions as notices
from foundation.notices.models import Notice
from surveys import actions as surveys


def client_of(email: str) -> Client:
    """Somebody's browser, as the proxy would pass it on."""
    client = Client(headers={"host": "localhost", "x-forwarded-proto": "https"})
    client.force_login(User.objects.get(email=email), backend="accounts.adapters.Backend")
    return client


@contextmanager
def counted(found: dict[str, Any]) -> Iterator[None]:
    """Put into `found` how many statements the block took, savepoints aside, and how many seconds."""
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        yield
    found["seconds"] = time.perf_counter() - begun
    found["queries"] = sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries)


def page(client: Client, address: str) -> dict[str, Any]:
    """The second time, when what is read once a process is known."""
    found: dict[str, Any] = {"address": address}
    client.get(address)
    with counted(found):
        response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    found["bytes"] = len(response.content)
    return found


def export(client: Client, address: str) -> dict[str, Any]:
    """A file read to its end, and thrown away."""
    found: dict[str, Any] = {"address": address}
    with counted(found):
        response = client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        found["bytes"] = sum(len(chunk) for chunk in response.streaming_content)  # type: ignore[attr-defined]
        response.close()
    return found


def hourly() -> list[dict[str, Any]]:
    """The tasks of beat at a moment at which every running cohort has something due and a survey opens. Nothing of it stays."""
    now = _moment()
    jobs: list[tuple[str, Callable[[], int]]] = [
        ("reminders", lambda: cohorts.remind(now=now)),
        ("reminders again", lambda: cohorts.remind(now=now)),
        ("surveys", lambda: surveys.tell_of_openings(now=_survey_opens(now))),
        ("mail", lambda: notices.sweep(now=now)),
        ("documents", lambda: documents.sweep(now=now)),
        ("digest", lambda: _digest(now)),
    ]
    done = []
    with transaction.atomic():
        for name, job in jobs:
            found: dict[str, Any] = {"address": name}
            with counted(found):
                found["told"] = job()
            done.append(found)
        transaction.set_rollback(True)
    return done


def _moment() -> datetime:
    """Thirty hours before the next date of the running cohorts."""
    now = timezone.now()
    cohort = Cohort.objects.running(now).select_related("edition", "consortium").order_by("pk")[0]
    coming = [due.at for due in schedule.of(cohort, cohort.edition.outline) if due.at > now + timedelta(hours=30)]
    return min(coming) - timedelta(hours=30)


def _survey_opens(now: datetime) -> datetime:
    """An hour after the follow-up survey of the last term opened."""
    over = (
        Cohort.objects.filter(ends_on__lt=now.date()).select_related("edition", "consortium").order_by("-ends_on", "pk")
    )
    cohort = over[0]
    return max(schedule.opens_at(cohort, cohort.edition.outline).values()) + timedelta(hours=1)


def _digest(now: datetime) -> int:
    """As if everybody who was reminded wanted one e-mail a day, at noon."""
    Notice.objects.filter(created_at=now).update(delivery="digest", mailed_at=None)
    return notices.digest(now=now.replace(hour=20))
