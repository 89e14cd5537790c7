"""The same texts in a real browser: nothing opens a dialog, asks another host, or is reported by the policy."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client

from accounts.models import User
from cohorts.models import Cohort
from discussions.models import Post
from foundation.richtext import cleaning
from tests.browsing import chromium, watched
from tests.hostile.test_inert import BATCHES, fill, pages
from tests.hostile.texts import SCRIPTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TRIGGERS = import_module("foundation.audit.migrations.0002_append_only").SQLITE


@pytest.fixture(autouse=True)
def _audit_can_be_emptied(transactional_db: None) -> Iterator[None]:
    """After such a test every table is emptied; on SQLite row by row, which the audit log refuses."""
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER audit_entry_no_delete")
            cursor.execute("DELETE FROM audit_entry")
            cursor.execute(next(each for each in TRIGGERS if "no_delete" in each))


def test_nothing_runs_in_a_real_browser(
    live_server: Any,
    opened: Cohort,
    participant: User,
    classmate: User,
    facilitator: User,
    staff: User,
    administrator: User,
) -> None:
    people = {"participant": participant, "classmate": classmate, "facilitator": facilitator}
    ids = fill(opened, {**people, "staff": staff, "administrator": administrator}, BATCHES[0], 0)
    _every_payload_in_one_discussion(opened, people)
    visited = 0
    with chromium() as browser:
        for who, urls in pages(ids).items():
            if who not in people:
                continue
            client = Client()
            client.force_login(people[who], backend="accounts.adapters.Backend")
            context = browser.new_context()
            cookie = client.cookies[configured.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
            page, wrong = watched(context)
            elsewhere: list[str] = []
            ours = urlsplit(live_server.url).netloc
            page.on(
                "request",
                lambda request, ours=ours, elsewhere=elsewhere: (
                    elsewhere.append(request.url)
                    if urlsplit(request.url).scheme not in ("data", "blob") and urlsplit(request.url).netloc != ours
                    else None
                ),
            )
            for url in urls:
                page.goto(live_server.url + url, wait_until="load")
                visited += 1
                assert (wrong, elsewhere) == ([], []), (who, url)
            context.close()
    assert visited > 20


def _every_payload_in_one_discussion(cohort: Cohort, people: dict[str, User]) -> None:
    thread = Post.objects.filter(item="first/talk", parent=None).first()
    assert thread is not None
    for n, hostile in enumerate(SCRIPTS):
        content = cleaning.read(hostile.text)
        if not content.is_blank:
            Post.objects.create(
                cohort=cohort, item=thread.item, author=people["facilitator"], parent=thread, body=content.html,
                text=content.text, words=1, token=f"browser-{n}",
            )  # fmt: skip


def test_canary_uncleaned_words_are_seen_by_the_browser(live_server: Any, opened: Cohort, participant: User) -> None:
    """The policy still holds scripts back; that it had to is what the watch reports."""
    Post.objects.create(
        cohort=opened, item="first/talk", author=participant, enrolment=participant.enrolments.get(),
        body=SCRIPTS[0].text, text="x", words=1, token="browser-canary",
    )  # fmt: skip
    client = Client()
    client.force_login(participant, backend="accounts.adapters.Backend")
    with chromium() as browser:
        context = browser.new_context()
        cookie = client.cookies[configured.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page, wrong = watched(context)
        page.goto(live_server.url + "/c/fall/first/talk/", wait_until="load")
        page.wait_for_timeout(200)
        assert wrong
