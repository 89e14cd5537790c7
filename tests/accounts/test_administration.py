"""What an administrator sets for a person holds where the person signs in."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from accounts.models import User
from foundation.audit.models import Entry
from foundation.notices.models import Mail
from tests.conftest import SignedIn

PASSWORD = "meadow lantern bicycle"
LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    """Django's test runner puts its own mail in the place of ours."""
    settings.EMAIL_BACKEND = "foundation.notices.backends.RowBackend"


def test_somebody_added_under_an_address_with_capitals_signs_in(as_: SignedIn, administrator: User) -> None:
    new = {"email": "Nia.Newcomer@Example.org", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    as_(administrator).post(reverse("admin:accounts_user_add"), new)
    client = Client()
    client.post(LOGIN, {"login": "Nia.Newcomer@Example.org", "password": PASSWORD})
    assert client.get("/settings/").status_code == 200


def test_an_address_that_was_replaced_opens_the_account_no_longer(
    as_: SignedIn, administrator: User, participant: User
) -> None:
    old = participant.email
    EmailAddress.objects.create(user=participant, email=old, verified=True, primary=True)
    User.objects.filter(pk=participant.pk).update(password=make_password(PASSWORD))
    page = reverse("admin:accounts_user_change", args=[participant.pk])
    form = as_(administrator).get(page).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value is not None and value is not False}
    as_(administrator).post(page, {**data, "email": "Moved@example.org"})
    for address, is_in in ((old, 302), ("moved@example.org", 200)):
        client = Client()
        client.post(LOGIN, {"login": address, "password": PASSWORD})
        assert client.get("/settings/").status_code == is_in, address
    Client().post(RESET, {"email": old})
    assert not any("/reset/key/" in mail.text for mail in Mail.objects.filter(to=old))
    assert Entry.objects.get(action="person.rights").detail == {"email": "moved@example.org"}


def test_site_administration_names_the_icon_so_that_no_browser_asks_for_one_that_is_not_there(as_, administrator):
    assert b'<link rel="icon"' in as_(administrator).get("/admin/").content
