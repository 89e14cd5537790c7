"""What goes wrong while somebody types: the session ends, the connection is cut, the browser is killed. Not a letter is lost."""

import contextlib
import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.fixtures import CHROMIUM, QUIET
from tests.journeys.installation import PASSWORD, Installation, until
from tests.journeys.people import go, is_saved

pytestmark = pytest.mark.browser

# As people write: two lines, marks that HTML would take for its own, letters beyond one byte, spaces at the end.
WORDS = "They shadow <Ana>, then & only then plan.\nSecond line: naïve “quotes”, 学び, 👩🏽‍🔧 — done  "


@pytest.fixture
def participant(site: Installation) -> dict[str, str]:
    """Somebody of the demonstration who has a plan that can still be changed."""
    found: dict[str, str] = site.backstage("writer")
    return found


def field(page: Page):
    return page.locator("#field-student_context textarea")


def kept(site: Installation, participant: dict[str, str]) -> str:
    data = site.backstage("plan", **participant)["data"]
    return str(data.get("student_context", ""))


def state(page: Page):
    return page.locator("[data-plan-form] [data-save-state]")


def test_words_typed_after_the_session_ended_are_saved_after_signing_in_in_place(
    site: Installation, open_page, participant
) -> None:
    page = open_page(participant["email"])
    go(page, f"/c/{participant['cohort']}/plan/?section=A")
    assert site.backstage("end_sessions", email=participant["email"]) > 0
    field(page).fill("Session. " + WORDS)
    expect(state(page)).to_contain_text("your session ended")
    panel = page.get_by_role("group", name="Sign in again")
    panel.get_by_label("E-mail address").fill(participant["email"])
    panel.get_by_label("Password").fill(PASSWORD)
    panel.get_by_role("button", name="Sign in and save").click()
    is_saved(page)
    expect(field(page)).to_have_value("Session. " + WORDS)
    assert kept(site, participant) == "Session. " + WORDS
    site.check_invariants()


def test_words_typed_without_a_connection_are_kept_and_saved_when_it_is_back(
    site: Installation, open_page, participant
) -> None:
    page = open_page(participant["email"])
    go(page, f"/c/{participant['cohort']}/plan/?section=A")
    page.context.set_offline(True)
    field(page).fill("Offline. " + WORDS)
    expect(state(page)).to_contain_text("Your words are kept on this device")
    assert kept(site, participant) != "Offline. " + WORDS
    page.context.set_offline(False)
    is_saved(page)
    assert kept(site, participant) == "Offline. " + WORDS
    site.check_invariants()


def test_words_of_a_browser_that_was_killed_are_brought_back(
    site: Installation, browser: Browser, participant, tmp_path: Path
) -> None:
    words = "Killed. " + WORDS
    page = start_browser(site, browser, participant, tmp_path)
    page.context.set_offline(True)
    field(page).fill(words)
    expect(state(page)).to_contain_text("Your words are kept on this device")
    # Chromium itself puts what a page keeps on the disk a few seconds later.
    logs = tmp_path / "Default" / "Local Storage" / "leveldb"
    until(
        lambda: any("Killed. They".encode("utf-16-le") in path.read_bytes() for path in logs.glob("*.log")),
        "the copy is on the disk",
    )
    kill_browser(tmp_path)
    assert kept(site, participant) != words
    page = start_browser(site, browser, participant, tmp_path)
    expect(field(page)).to_have_value(words)
    expect(state(page)).to_contain_text("with what you wrote on this device")
    assert kept(site, participant) == words
    page.context.close()
    site.check_invariants()


def start_browser(site: Installation, browser: Browser, participant: dict[str, str], profile: Path) -> Page:
    """A browser whose profile outlives it, at the person's plan."""
    context = browser.browser_type.launch_persistent_context(
        str(profile), executable_path=str(CHROMIUM), args=list(QUIET)
    )
    context.add_cookies([{**site.backstage("session", email=participant["email"]), "url": site.url}])  # type: ignore[typeddict-item]
    page = context.new_page()
    go(page, f"{site.url}/c/{participant['cohort']}/plan/?section=A")
    return page


def kill_browser(profile: Path) -> None:
    """Every process of the browser with this profile, and no other."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"--user-data-dir={profile}".encode() in (entry / "cmdline").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)


def test_two_tabs_show_both_versions_and_keep_the_one_that_was_chosen(
    site: Installation, open_page, participant
) -> None:
    first = open_page(participant["email"])
    go(first, f"/c/{participant['cohort']}/plan/?section=A")
    second = first.context.new_page()
    go(second, f"/c/{participant['cohort']}/plan/?section=A")
    field(first).fill("First tab. " + WORDS)
    is_saved(first)
    field(second).fill("Second tab. " + WORDS)
    both = second.locator("[data-conflict]")
    expect(both).to_contain_text("First tab.")
    expect(both).to_contain_text("Second tab.")
    assert kept(site, participant) == "First tab. " + WORDS
    both.get_by_role("button", name="Keep this one").click()
    is_saved(second)
    assert kept(site, participant) == "Second tab. " + WORDS
    site.check_invariants()
