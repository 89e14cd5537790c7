"""What every answer says to the browser, and that no page has a script or a style of its own in it."""

from html.parser import HTMLParser

import pytest

from tests.conftest import SignedIn
from tests.walk.expected import ROUTES
from tests.walk.walking import address, send
from tests.walk.world import World

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


class Inline(HTMLParser):
    """Finds what a page may not have: scripts and styles between its tags, handlers, addresses that run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        data = given.get("type") in ("application/json", "application/ld+json")
        if (tag == "script" and not given.get("src") and not data) or tag in (
            "style",
            "base",
            "object",
            "embed",
            "iframe",
        ):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            address = (value or "").strip().lower()
            runs = name in ("href", "src", "action", "formaction") and address.startswith(("javascript:", "data:text"))
            elsewhere = name in ("src", "srcset") and "//" in address
            if name == "style" or name.startswith("on") or runs or elsewhere:
                self.found.append(f"<{tag} {name}={value!r}>")


def inline_in(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("who", ["visitor", "participant", "facilitator", "administrator"])
def test_every_answer_has_its_headers_and_nothing_inline(world: World, as_: SignedIn, who: str) -> None:
    client = as_(world.people[who])
    pages = 0
    for route in ROUTES:
        if route.get is None:
            continue
        answer = send(client, "get", address(route, world.home), route, world.home)
        policy = {each.strip() for each in answer["Content-Security-Policy"].split(";")}
        assert policy == POLICY, (route.label, policy ^ POLICY)
        assert answer["X-Content-Type-Options"] == "nosniff", route.label
        assert answer["Referrer-Policy"] == "same-origin", route.label
        assert answer["X-Frame-Options"] == "DENY", route.label
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", route.label
        is_html = answer["Content-Type"].startswith("text/html")
        if who != "visitor" and is_html:
            assert "no-store" in answer["Cache-Control"], route.label
        if is_html:
            pages += 1
            assert inline_in(answer.bytes.decode(errors="replace")) == [], route.label
    assert pages > 5


def test_answers_with_peoples_records_are_not_kept_by_caches(world: World, as_: SignedIn) -> None:
    who = {"/settings/export/": "participant", "/drafts/anything/": "participant", "/reports/completions.csv": "staff"}
    for url, name in who.items():
        assert "no-store" in as_(world.people[name]).get(url)["Cache-Control"], url


def test_the_search_finds_what_is_inline() -> None:
    for bad in (
        "<script>x</script>",
        "<p onclick=x>",
        "<p style='x'>",
        "<a href=' JavaScript:x'>",
        "<style>x</style>",
        "<img src=//x.example/x.png>",
        "<base href=/>",
    ):
        assert inline_in(bad), bad
    assert inline_in("<script src='/x.js'></script><a href='/c/'>go</a>") == []
