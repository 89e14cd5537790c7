"""Several presses at the same moment, each on a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cohorts import actions
from cohorts.models import Enrolment, Invitation
from foundation.notices.models import Mail
from tests.cohorts.conftest import LINK, sheet_of

AT_ONCE = 6
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite",
        reason="SQLite is emptied by DELETE after the test, which the audit log refuses; PostgreSQL truncates",
    ),
]


def test_of_six_presses_at_once_one_account_and_one_place_come(invitation, profile):
    together = Barrier(AT_ONCE)

    def press(_):
        try:
            client = Client()
            together.wait()
            return client.post(LINK, profile).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = set(pool.map(press, range(AT_ONCE)))
    assert answers <= {302}
    assert User.objects.filter(email="new@example.org").count() == 1
    assert Enrolment.objects.filter(user__email="new@example.org").count() == 1


def test_two_lists_with_the_same_people_invite_each_once(facilitator, check):
    lists = [check(sheet_of(50)) for _ in range(2)]
    together = Barrier(2)

    def apply(roster_import):
        try:
            together.wait()
            return actions.apply_roster(roster_import=roster_import, by=facilitator, now=timezone.now()).invited
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(apply, lists)) == [0, 50]
    assert Invitation.objects.count() == Mail.objects.count() == 50
