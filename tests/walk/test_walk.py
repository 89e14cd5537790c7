"""Every address × every person × every method. An address that is not in the table fails the first test."""

from collections import Counter

import pytest

from tests.conftest import SignedIn
from tests.walk.expected import ACCOUNTS, ADMINISTRATION, PERSONAS, ROUTES, Cells, Route
from tests.walk.walking import address, patterns, send
from tests.walk.world import World

METHODS = ("get", "post", "put", "delete")


def test_every_address_is_in_the_table() -> None:
    listed = {route.name for route in ROUTES} | set(ACCOUNTS)
    found = {pattern.name for pattern in patterns()}
    unlisted = {name for name in found if name not in listed and not name.startswith(ADMINISTRATION)}
    assert not unlisted, f"Say in tests/walk/expected.py who may see {sorted(unlisted)}."
    assert not listed - found, f"These addresses are gone: {sorted(listed - found)}."


def test_no_two_addresses_share_a_name() -> None:
    """The table goes by names: a second address under a listed name would never be walked."""
    counts = Counter(pattern.name for pattern in patterns() if not pattern.name.startswith(ADMINISTRATION))
    assert [name for name, count in counts.items() if count > 1] == []


def cells(route: Route, method: str) -> Cells | None:
    given: dict[str, Cells | None] = {
        "get": route.get,
        "post": route.post,
        "put": route.put,
        "delete": route.delete,
    }
    return given.get(method)


@pytest.mark.parametrize("who", PERSONAS)
def test_every_person_at_every_address(world: World, as_: SignedIn, who: str) -> None:
    client = as_(world.people[who])
    wrong, leaks = [], []
    for route in ROUTES:
        url = address(route, world.home)
        for method in METHODS:
            answer = send(client, method, url, route, world.home)
            expected = cells(route, method)
            got = 302 if answer.status_code == 303 else answer.status_code
            if who == "visitor" and method in ("put", "delete") and got == 401:
                got = 302  # only scripts send these, and a script is told the status itself
            if expected is None:
                # A method that the address doesn't take: refused like the others, or by name.
                reader = cells(route, "get") or cells(route, "post") or cells(route, "put")
                allowed = {405, reader[who] if reader and reader[who] in (302, 403, 404) else 405}
                if got not in allowed:
                    wrong.append(f"{method.upper()} {route.label}: {got}, which it should not take")
            elif got != expected[who]:
                wrong.append(f"{method.upper()} {route.label}: {got}, not {expected[who]}")
            leaks += [
                f"{method.upper()} {route.label}: {mark.what}"
                for mark in world.marks
                if who not in mark.seen_by and mark.word.encode() in answer.bytes
            ]
    assert not wrong, "\n".join(["Other than the table says:", *wrong])
    assert not leaks, "\n".join(["Somebody else's words:", *leaks])
