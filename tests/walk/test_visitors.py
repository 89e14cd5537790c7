"""Somebody who is not signed in: asked to sign in, and a script is told so instead of being led elsewhere."""

from urllib.parse import quote

from django.test import Client

from tests.conftest import SignedIn
from tests.walk.expected import ROUTES
from tests.walk.walking import address, send
from tests.walk.world import World


def test_a_visitor_is_sent_to_sign_in_and_comes_back(world: World, client: Client) -> None:
    for route in ROUTES:
        url = address(route, world.home)
        if route.get is None or route.get["visitor"] == 302:
            answer = send(client, "get", url, route, world.home)
            assert answer["Location"] == f"/accounts/login/?next={quote(url)}", route.label


def test_a_script_is_told_401_at_every_address(world: World, client: Client) -> None:
    """What saves as one types would lose the words to a redirect."""
    for route in ROUTES:
        url = address(route, world.home)
        for method, cells in (("get", route.get), ("post", route.post), ("put", route.put), ("delete", route.delete)):
            if cells is None or cells["visitor"] != 302:
                continue
            for headers in ({"X-Requested-With": "fetch"}, {"HX-Request": "true"}):
                answer = send(client, method, url, route, world.home, **headers)
                assert answer.status_code == 401, (method, route.label)
                assert "Sign in again" in answer.json()["message"]


def test_nothing_is_done_without_the_token_of_ones_own_page(world: World, as_: SignedIn) -> None:
    """Another site's form has no token: refused at every address that changes something, for those with the most rights."""
    for who in ("participant", "facilitator", "administrator"):
        client = Client(enforce_csrf_checks=True)
        client.cookies = as_(world.people[who]).cookies
        for route in ROUTES:
            url = address(route, world.home)
            for method, cells in (("post", route.post), ("put", route.put), ("delete", route.delete)):
                if cells is not None:
                    answer = send(client, method, url, route, world.home)
                    assert answer.status_code == 403, (who, method, route.label)
