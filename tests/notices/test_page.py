from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from foundation.notices import actions
from foundation.notices.models import Notice, Preference

NOW = timezone.now()


def tell(user, count=1, start=0):
    for number in range(start, start + count):
        actions.notify(user=user, kind="shown", key=f"k{number}", data={"who": "Casey"}, url="/c/fall/", now=NOW)


def test_one_sees_ones_own_notices_and_nobody_elses(as_, participant, classmate):
    tell(participant)
    assert "Casey said" in as_(participant).get(reverse("notices:list")).content.decode()
    assert "Casey said" not in as_(classmate).get(reverse("notices:list")).content.decode()
    assert as_(classmate).get(reverse("notices:open", args=[Notice.objects.get().pk])).status_code == 404


def test_following_a_notice_reads_it(as_, participant):
    tell(participant)
    answer = as_(participant).get(reverse("notices:open", args=[Notice.objects.get().pk]))
    assert answer.url == "/c/fall/"
    assert Notice.objects.get().read_at is not None


def test_all_are_read_at_once(as_, participant):
    tell(participant, 3)
    as_(participant).post(reverse("notices:read"))
    assert not Notice.objects.unread().exists()


def test_the_page_costs_the_same_however_much_was_said(as_, participant):
    client, page = as_(participant), reverse("notices:list")
    tell(participant, 2)
    client.get(page)
    counts = []
    for count in (2, 25):
        tell(participant, count, start=count)
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_a_person_chooses_how_to_hear(as_, participant):
    page = reverse("notices:choices")
    assert "Whispers" in as_(participant).get(page).content.decode()
    names = as_(participant).get(page).context["form"].fields
    answer = as_(participant).post(
        page, {**{name: field.choices[0][0] for name, field in names.items()}, "whispers": "digest"}
    )
    assert answer.status_code == 302
    assert Preference.objects.get(user=participant, topic="whispers").delivery == "digest"
    assert as_(participant).post(page, {"whispers": "pigeon"}).status_code == 422
