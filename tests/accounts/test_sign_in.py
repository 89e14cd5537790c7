"""Signing in withstands guessing and a busy campus; nothing on the way tells who has an account or leads elsewhere."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from foundation.notices.models import Mail
from tests import factories

LOGIN, CODE, RESET = "/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/"
RIGHT = "meadow lantern bicycle"


@pytest.fixture(autouse=True)
def _quick_hash(settings: Any) -> None:
    """Hashing is made slow on purpose; 250 sign-ins here are about counting."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECOND_FACTOR_REQUIRED = False
    # As in production: Django's test runner puts its own in its place.
    settings.EMAIL_BACKEND = "foundation.notices.backends.RowBackend"


def person(email: str = "pat@example.org") -> User:
    user = factories.UserFactory.create(email=email, password=make_password(RIGHT, hasher="md5"))
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def sign_in(client: Client, email: str, password: str, **more: Any) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more.pop("data", {})}, **more)


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def test_guesses_at_one_account_are_stopped(client: Client) -> None:
    user = person()
    answers = [sign_in(client, user.email, f"guess {n}") for n in range(14)]
    assert "too many" in answers[-1].content.decode().lower()
    # Not even the right one, from another address: the guesses are counted for the account.
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    sign_in(elsewhere, user.email, RIGHT)
    assert not is_in(elsewhere)


def test_guesses_at_hundreds_of_accounts_do_not_make_those_at_one_forgotten() -> None:
    """Limits are counted in the cache, which drops a third of what it has when it is full."""
    counted = [f"guesses-at:{n}" for n in range(400)]
    for key in counted:
        cache.set(key, [1.0], 300)
    assert cache.get_many(counted).keys() == set(counted)


def test_a_campus_behind_one_address_signs_in(client: Client) -> None:
    """120 people, one address, within the minute; and the guesses at another account don't keep them out."""
    victim = person("victim@example.org")
    for n in range(12):
        sign_in(client, victim.email, f"guess {n}")
    people = [person(f"person{n}@campus.example") for n in range(120)]
    for user in people:
        theirs = Client()
        assert sign_in(theirs, user.email, RIGHT).status_code == 302
        assert theirs.session["_auth_user_id"] == str(user.pk)


def code_in(mail: Mail) -> str:
    found = re.search(r"\b([A-Z0-9]{4}-?[A-Z0-9]{2,4})\b", mail.text)
    assert found, mail.text
    return found[1]


def test_a_locked_account_opens_by_a_code_from_the_mail(client: Client) -> None:
    user = person()
    for n in range(14):
        sign_in(Client(REMOTE_ADDR="198.51.100.7"), user.email, f"guess {n}")
    assert client.post(CODE, {"email": user.email}).status_code == 302
    mail = Mail.objects.get(to=user.email)
    client.post("/accounts/login/code/confirm/", {"code": code_in(mail)})
    assert is_in(client)


def test_a_code_is_not_guessed(client: Client) -> None:
    user = person()
    client.post(CODE, {"email": user.email})
    for n in range(6):
        client.post("/accounts/login/code/confirm/", {"code": f"AAA{n}AA"})
    client.post("/accounts/login/code/confirm/", {"code": code_in(Mail.objects.get(to=user.email))})
    assert not is_in(client)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "testserver@evil.example", "localhost.evil.example"]
)
def test_a_forged_host_is_refused(host: str) -> None:
    client = Client(headers={"Host": host})
    person()
    assert client.post(RESET, {"email": "pat@example.org"}).status_code == 400
    assert not Mail.objects.exists()


def test_links_in_mail_start_with_the_configured_address(client: Client, settings: Any) -> None:
    """Even where a wrong host is let through by configuration, and with the headers that proxies set."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "evil.example"]
    person()
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    client.post(RESET, {"email": "pat@example.org"}, headers=headers)
    mail = Mail.objects.get()
    links = re.findall(r"https?://[^\s\"<]+", mail.text + mail.html)
    assert any("/accounts/password/reset/key/" in link for link in links)
    assert all(link.startswith(configured.SITE_URL + "/") or link == configured.SITE_URL for link in links), links
    assert "evil.example" not in mail.text + mail.html + mail.subject


def test_a_link_from_the_mail_sets_a_new_password(client: Client) -> None:
    user = person()
    client.post(RESET, {"email": user.email})
    link = re.search(r"/accounts/password/reset/key/[^\s]+", Mail.objects.get().text)
    assert link
    form = client.get(link[0], follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "another long password", "password2": "another long password"}
    )
    user.refresh_from_db()
    assert user.check_password("another long password")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "/%09/evil.example",
        "\thttps://evil.example",
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(client: Client, target: str) -> None:
    user = person()
    answer = sign_in(client, user.email, RIGHT, data={"next": target})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith(("//", "/\\"))
    assert "evil.example" not in answer["Location"] or answer["Location"].startswith("/%")
    page = Client().get(LOGIN, {"next": target}).content.decode()
    assert 'href="https://evil' not in page
    assert 'href="//evil' not in page
    assert 'href="javascript:' not in page


def test_an_inner_page_is_returned_to(client: Client) -> None:
    user = person()
    assert sign_in(client, user.email, RIGHT, data={"next": "/settings/"})["Location"] == "/settings/"


def without_tokens(answer: Any) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode())


def test_a_reset_does_not_tell_who_has_an_account() -> None:
    person("known@example.org")
    seen = []
    for email in ("known@example.org", "nobody@example.org"):
        answer = Client().post(RESET, {"email": email}, follow=True)
        seen.append((answer.redirect_chain, without_tokens(answer).replace(email, "")))
    assert seen[0] == seen[1]
    letters = {mail.to: mail for mail in Mail.objects.all()}
    assert "/password/reset/key/" in letters["known@example.org"].text
    assert "nobody@example.org" not in letters or "/password/reset/key/" not in letters["nobody@example.org"].text


def test_neither_a_wrong_password_nor_a_code_tells_who_has_an_account() -> None:
    person("known@example.org")
    for url, data in ((LOGIN, {"password": "wrong wrong wrong"}), (CODE, {})):
        seen = []
        for email in ("known@example.org", "nobody@example.org"):
            field = "login" if url == LOGIN else "email"
            answer = Client().post(url, {field: email, **data}, follow=True)
            seen.append((answer.status_code, without_tokens(answer).replace(email, "")))
        assert seen[0] == seen[1], url


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": RIGHT})
    assert not User.objects.exists()


def test_signing_in_gives_a_new_session(client: Client) -> None:
    user = person()
    client.get(LOGIN)
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key
    client.cookies[configured.SESSION_COOKIE_NAME] = before
    sign_in(client, user.email, RIGHT)
    assert client.cookies[configured.SESSION_COOKIE_NAME].value != before


def test_signing_out_ends_the_session_on_the_server(client: Client) -> None:
    user = person()
    sign_in(client, user.email, RIGHT)
    stolen = client.cookies[configured.SESSION_COOKIE_NAME].value
    client.get("/accounts/logout/")
    assert is_in(client), "following a link signs nobody out"
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies[configured.SESSION_COOKIE_NAME] = stolen
    assert not is_in(thief)


def test_a_changed_password_ends_other_sessions(client: Client) -> None:
    user = person()
    other = Client()
    for each in (client, other):
        sign_in(each, user.email, RIGHT)
    new = {"oldpassword": RIGHT, "password1": "another long password", "password2": "another long password"}
    assert client.post("/accounts/password/change/", new).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another long password")
    assert not is_in(other)


def test_an_easy_password_is_refused(client: Client) -> None:
    user = person()
    sign_in(client, user.email, RIGHT)
    for easy in ("short", "password1234", "pat@example.org"):
        data = {"oldpassword": RIGHT, "password1": easy, "password2": easy}
        client.post("/accounts/password/change/", data)
    user.refresh_from_db()
    assert user.check_password(RIGHT)


def production(**environment: str) -> dict[str, Any]:
    """The settings as an installation has them, read by a process of its own."""
    code = (
        "import json; from django.conf import settings as s; print(json.dumps({n: getattr(s, n) for n in ("
        "'SESSION_COOKIE_NAME','SESSION_COOKIE_SECURE','SESSION_COOKIE_HTTPONLY','SESSION_COOKIE_SAMESITE','CSRF_COOKIE_NAME',"
        "'CSRF_COOKIE_SECURE','SECURE_SSL_REDIRECT','SECURE_HSTS_SECONDS','SECOND_FACTOR_REQUIRED','DEBUG','PASSWORD_HASHERS')}))"
    )

    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {"SECRET_KEY": "x" * 60, "DJANGO_SETTINGS_MODULE": "wbl_course.settings", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, **environment},
        cwd=Path(configured.BASE_DIR),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_where_debug_is_off_cookies_are_bound_to_the_site() -> None:
    found = production()
    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["SECOND_FACTOR_REQUIRED"]
    assert found["PASSWORD_HASHERS"] == ["accounts.hashers.Argon2"]


@pytest.mark.parametrize(
    "environment", [{"ALLOWED_HOSTS": "*"}, {"SITE_URL": "http://plain.example"}, {"SECRET_KEY": ""}]
)
def test_what_would_be_unsafe_does_not_start(environment: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="ImproperlyConfigured"):
        production(**environment)


def test_a_password_is_kept_as_argon2_with_the_measured_cost() -> None:
    from accounts.hashers import Argon2

    assert (Argon2.time_cost, Argon2.memory_cost, Argon2.parallelism) == (2, 19 * 1024, 1)
    assert Argon2().encode(RIGHT, "somesalt1234").startswith("argon2$argon2id$")


@pytest.mark.django_db
def test_no_box_repeats_its_label_in_itself(client: Client) -> None:
    for address in (LOGIN, CODE, RESET):
        page = client.get(address).content.decode()
        assert "<input" in page
        assert "placeholder" not in page
