"""Several at the same moment, each on a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail as outbox
from django.db import connections
from django.utils import timezone

from foundation.notices import actions
from foundation.notices.models import Mail, Notice

AT_ONCE = 6
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act):
    together = Barrier(AT_ONCE)

    def one(_):
        try:
            together.wait()
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def tell(user):
    data = {"who": "Casey"}
    return actions.notify(user=user, kind="spoken", key="reply:1", data=data, url="/", now=timezone.now())


def test_several_who_tell_the_same_tell_it_once(participant):
    at_once(lambda: tell(participant))
    at_once(lambda: actions.write_letters(now=timezone.now()))
    assert Notice.objects.count() == Mail.objects.count() == 1


def test_several_workers_send_a_mail_once(participant, sink):
    tell(participant)
    assert sum(at_once(lambda: actions.sweep(now=timezone.now()))) == 1
    assert len(outbox.outbox) == 1
