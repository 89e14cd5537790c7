"""The pages of django-allauth and of the administration, by group: they bring their own rights, and keep them here."""

import pytest
from django.urls import NoReverseMatch, reverse

from tests.conftest import SignedIn
from tests.factories import PASSWORD
from tests.walk.expected import ACCOUNTS, ADMINISTRATION, PERSONAS
from tests.walk.walking import patterns, send
from tests.walk.world import World

FILLED = {"key": "nothing", "uidb36": "1", "pk": 1}


def accounts() -> list[tuple[str, str]]:
    return [
        (p.name, reverse(p.name, kwargs={name: FILLED[name] for name in p.arguments}))
        for p in patterns()
        if p.name in ACCOUNTS
    ]


@pytest.mark.parametrize("who", ["visitor", "participant", "facilitator", "administrator", "outsider"])
def test_pages_of_ones_own_account(world: World, as_: SignedIn, who: str) -> None:
    user = world.people[who]
    if user is not None:  # with a password there is something to ask for before what is sensitive is changed
        user.set_password(PASSWORD)
        user.save()
    wrong = []
    for name, url in accounts():
        client = as_(world.people[who])  # one of them signs out
        expected = ACCOUNTS[name][who != "visitor"]
        got = send(client, "get", url, None, world.home).status_code
        if got != expected:
            wrong.append(f"{name}: {got}, not {expected}")
        answer = send(client, "post", url, None, world.home)
        if answer.status_code >= 500:
            wrong.append(f"POST {name}: {answer.status_code}")
        if any(mark.word.encode() in answer.bytes for mark in world.marks if who not in mark.seen_by):
            wrong.append(f"POST {name} tells of others")
    assert not wrong, "\n".join(wrong)


def administration() -> list[str]:
    urls = []
    for pattern in patterns():
        if not pattern.name.startswith(ADMINISTRATION):
            continue
        if pattern.name == "admin:":  # a row's short address, and the catch-all
            urls += ["/admin/accounts/user/1/", "/admin/nothing/at/all/"]
            continue
        values = {"object_id": "1", "id": "1", "content_type_id": "1", "app_label": "accounts", "url": "x"}
        try:
            urls.append(reverse(pattern.name, kwargs={name: values[name] for name in pattern.arguments}))
        except NoReverseMatch:
            urls.append("/admin/")
    return sorted(set(urls))


@pytest.mark.parametrize("who", [name for name in PERSONAS if name != "administrator"])
def test_the_administration_is_for_administrators(world: World, as_: SignedIn, who: str) -> None:
    for url in administration():
        client = as_(world.people[who])
        for method in ("get", "post"):
            answer = send(client, method, url, None, world.home)
            signs_in = answer.status_code == 302 and "/login/" in answer["Location"]
            leaves = url in ("/admin/logout/", "/admin/login/")
            assert signs_in or leaves or answer.status_code in (403, 404, 405), (method, url, answer.status_code)
            assert not any(mark.word.encode() in answer.bytes for mark in world.marks if who not in mark.seen_by), url


def test_an_administrator_finds_every_page_of_it(world: World, as_: SignedIn) -> None:
    client = as_(world.people["administrator"])
    for url in administration():
        assert send(client, "get", url, None, world.home).status_code in (200, 302, 403, 404, 405), url
    for model in ("accounts/user", "accounts/role", "audit/entry", "notices/mail", "modules/edition"):
        assert client.get(f"/admin/{model}/").status_code == 200, model


def test_the_audit_log_cannot_be_changed_even_there(world: World, as_: SignedIn) -> None:
    client = as_(world.people["administrator"])
    for rest in ("add/", "1/delete/"):
        assert client.post(f"/admin/audit/entry/{rest}", {"post": "yes"}).status_code in (302, 403)
    from foundation.audit.models import Entry

    entry = Entry.objects.first()
    assert entry is not None
    client.post(f"/admin/audit/entry/{entry.pk}/delete/", {"post": "yes"})
    client.post(f"/admin/audit/entry/{entry.pk}/change/", {"action": "x"})
    again = Entry.objects.get(pk=entry.pk)
    assert again.action == entry.action
