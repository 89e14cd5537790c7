"""Those who see other people's records need a second factor wherever this is not a demonstration."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from tests.conftest import SignedIn
from tests.walk.expected import PERSONAS, ROUTES
from tests.walk.walking import address, send
from tests.walk.world import World

STAFF = ("facilitator", "other_facilitator", "staff", "college_liaison", "administrator")


@pytest.fixture(autouse=True)
def _required(settings: Any, _one_factor: None) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.mark.parametrize("who", STAFF)
def test_without_it_staff_get_no_further_than_setting_it_up(world: World, as_: SignedIn, who: str) -> None:
    client = as_(world.people[who])
    for route in ROUTES:
        if route.get is None or route.name in ("healthz", "readyz"):
            continue
        url = address(route, world.home)
        answer = send(client, "get", url, route, world.home)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/"), route.label
        answer = send(client, "get", url, route, world.home, **{"X-Requested-With": "fetch"})
        assert answer.status_code == 403, route.label
    assert client.get("/admin/").status_code == 302
    assert client.get("/accounts/2fa/").status_code == 200


@pytest.mark.parametrize("who", [name for name in PERSONAS if name not in (*STAFF, "visitor")])
def test_participants_are_not_asked(world: World, as_: SignedIn, who: str) -> None:
    assert as_(world.people[who]).get("/settings/").status_code == 200


def test_with_it_they_are_let_in_and_recovery_codes_alone_do_not_count(world: World, as_: SignedIn) -> None:
    me = world.people["staff"]
    client = as_(me)
    Authenticator.objects.create(user=me, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert client.get("/reports/completions/").status_code == 302
    Authenticator.objects.create(user=me, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get("/reports/completions/").status_code == 200
