"""static/js/saving.js in a real browser, against a server that fails in every way that servers and networks do."""

import pytest

from tests.browsing import watched
from tests.drafts.server import BOX, HOST, Server

pytestmark = pytest.mark.browser


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def context(browser, server):
    context = browser.new_context(timezone_id="America/Los_Angeles")
    context.route("**/*", server.handle)
    context.route("**/static/js/box.js", lambda route: route.fulfill(body=BOX, content_type="text/javascript"))
    yield context
    context.close()


@pytest.fixture
def opened(context):
    """Opens the page once more; at the end nothing may have gone wrong on any."""
    watching = []

    def open_page():
        page, wrong = watched(context)
        watching.append(wrong)
        page.goto(f"{HOST}/write/")
        page.wait_for_function("window.saver")
        return page

    yield open_page
    assert [each for wrong in watching for each in wrong] == []


def says(page, words):
    page.wait_for_function(
        "(words) => document.querySelector('[data-save-state]').textContent.includes(words)", arg=words, timeout=8000
    )


def copies(page):
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('wbl-copy'))")


def until(page, condition):
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("It did not happen within five seconds.")


def killed(page, server):
    """The window goes without a last word."""
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    page.close()
    server.answers = []


def test_what_is_typed_is_saved_and_no_copy_stays(opened, server):
    page = opened()
    page.fill("#box", "words")
    says(page, "Saved ")
    assert (server.body, server.version) == ("words", 1)
    assert copies(page) == []


def test_one_request_at_a_time_and_the_last_words_win(opened, server):
    page = opened()
    page.type("#box", "typed letter by letter", delay=15)
    until(page, lambda: server.body == "typed letter by letter")
    assert [put["version"] for put in server.puts] == list(range(len(server.puts)))


def test_offline_keeps_a_copy_and_saves_when_the_connection_is_back(opened, server):
    server.answers = ["offline"]
    page = opened()
    page.fill("#box", "words on a train")
    says(page, "Not saved yet: no connection. Your words are kept on this device.")
    assert len(copies(page)) == 1
    assert "|7|" in copies(page)[0]
    page.evaluate("window.dispatchEvent(new Event('online'))")
    says(page, "Saved ")
    assert (server.body, copies(page)) == ("words on a train", [])


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_tried_again(opened, server, status):
    server.answers = [status]
    page = opened()
    page.fill("#box", "words")
    says(page, "the site is busy")
    says(page, "Saved ")
    assert server.body == "words"


@pytest.mark.parametrize("status", [413, 422])
def test_refused_words_are_told_why_and_saved_after_a_change(opened, server, status):
    server.answers = [status]
    page = opened()
    page.fill("#box", "words")
    says(page, f"No, said {status}.")
    page.fill("#box", "better words")
    says(page, "Saved ")
    assert server.body == "better words"


def test_a_new_sign_in_elsewhere_costs_nothing(opened, server):
    page = opened()
    server.token = "token-2"
    page.fill("#box", "words")
    says(page, "Saved ")
    assert page.input_value("[name=csrfmiddlewaretoken]") == "token-2"


def test_an_ended_session_asks_in_place_and_then_saves(opened, server):
    page = opened()
    server.person = None
    page.fill("#box", "words before the session ended")
    says(page, "your session ended")
    page.type("#box", ", and after")
    page.get_by_label("E-mail address").fill("p@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in and save").click()
    page.get_by_text("The address or the password isn’t right.").wait_for()
    page.get_by_label("Password").fill("right")
    page.keyboard.press("Enter")
    says(page, "Saved ")
    assert server.body == "words before the session ended, and after"
    assert page.locator(".sign-in-panel").count() == 0
    page.wait_for_function("document.activeElement.id === 'box'")  # where the words are, not the top of the page
    assert server.sent == []


def test_words_do_not_enter_another_persons_account(opened, server):
    page = opened()
    server.person, server.token = 8, "token-of-8"
    page.fill("#box", "mine, not theirs")
    says(page, "someone else is signed in")
    assert server.body == ""


def test_another_person_on_this_device_is_not_shown_the_copy(opened, server):
    server.answers = ["offline"] * 50
    page = opened()
    page.fill("#box", "private words")
    says(page, "no connection")
    killed(page, server)
    server.page = lambda: Server.page(server).replace('data-person="7"', 'data-person="8"')
    other = opened()
    other.wait_for_timeout(1800)
    assert "private words" not in other.content() + other.input_value("#box")


def test_two_windows_show_both_versions_and_lose_neither(opened, server):
    first, second = opened(), opened()
    first.fill("#box", "from the first window")
    says(first, "Saved ")
    second.fill("#box", "from the second window")
    says(second, "a newer version was saved in another window")
    both = second.locator(".conflict").inner_text()
    assert "from the first window" in both
    assert "from the second window" in both
    second.get_by_role("button", name="Keep this one").click()
    says(second, "Saved ")
    assert server.body == "from the second window"


def test_the_other_version_can_be_taken(opened, server):
    first, second = opened(), opened()
    first.fill("#box", "from the first window")
    says(first, "Saved ")
    second.fill("#box", "from the second window")
    second.get_by_role("button", name="Keep that one").click()
    assert second.input_value("#box") == "from the first window"
    second.type("#box", "!")
    until(second, lambda: server.body.count("!") == 1)


def test_a_lost_answer_is_no_conflict(opened, server):
    server.answers = ["lost"]
    page = opened()
    page.fill("#box", "words that arrived")
    says(page, "Saved ")
    assert page.locator(".conflict").count() == 0
    page.fill("#box", "more words")
    until(page, lambda: server.body == "more words")


def test_a_lost_answer_and_more_words_are_no_conflict(opened, server):
    server.answers = ["lost"]
    page = opened()
    page.fill("#box", "words that arrived")
    says(page, "no connection")
    page.fill("#box", "words that arrived, and more")
    until(page, lambda: server.body == "words that arrived, and more")
    assert page.locator(".conflict").count() == 0


def test_a_conflict_that_settles_itself_is_saved_in_the_same_go(opened, server):
    """Or the first press of Submit would only save, and a second one be needed."""
    server.answers = ["lost"]
    page = opened()
    page.evaluate("window.saver.delay = 60000")
    page.fill("#box", "words that arrived")
    assert not page.evaluate("window.saver.flush()")
    page.fill("#box", "words that arrived, and more")
    assert page.evaluate("window.saver.flush()")
    assert server.body == "words that arrived, and more"


def test_a_conflict_that_the_page_settles_is_saved_in_the_same_go(opened, server):
    page = opened()
    page.evaluate("() => { window.saver.onConflict = (json) => { window.saver.resolve(json.version, 'mine'); }; }")
    page.evaluate("window.saver.delay = 60000")
    server.body, server.version = "from another window", 3
    page.fill("#box", "from here")
    assert page.evaluate("window.saver.flush()")
    assert server.body == "from here"


def test_a_server_that_does_not_answer_is_not_asked_again_and_again(opened, server):
    server.answers = ["offline"] * 50
    page = opened()
    page.evaluate("window.saver.delay = 60000")
    page.fill("#box", "words")
    assert not page.evaluate("window.saver.flush()")
    assert len(server.puts) == 1


def test_a_killed_browser_loses_nothing(opened, server):
    server.answers = ["offline"] * 50
    page = opened()
    page.fill("#box", "half a thought")
    says(page, "no connection")
    killed(page, server)
    again = opened()
    says(again, "what you wrote on this device at")
    assert again.input_value("#box") == "half a thought"
    until(again, lambda: server.body == "half a thought")
    until(again, lambda: copies(again) == [])


def test_an_older_copy_is_offered_and_overwrites_nothing_by_itself(opened, server):
    server.answers = ["offline"] * 50
    page = opened()
    page.fill("#box", "from the train")
    says(page, "no connection")
    killed(page, server)
    server.body, server.version = "from the office", 3
    again = opened()
    again.get_by_text("is kept on this device and isn’t in the version saved since").wait_for()
    assert again.input_value("#box") == "from the office"
    again.get_by_role("button", name="Use it instead").click()
    until(again, lambda: server.body == "from the train")


def test_a_copy_is_offered_once_though_another_window_still_has_one(opened, server):
    server.answers = ["offline"] * 99
    living, dying = opened(), opened()
    for page, words in ((living, "in a window that stays"), (dying, "in a window that goes")):
        page.fill("#box", words)
        says(page, "no connection")
    killed(dying, server)
    server.answers = ["offline"] * 99
    server.body, server.version = "from the office", 3
    again = opened()
    again.get_by_text("is kept on this device").first.wait_for()
    again.wait_for_timeout(2500)  # it looks again three times, for the window before it may not have gone yet
    assert again.locator(".kept-words").all_text_contents() == ["in a window that goes"]


@pytest.mark.parametrize("answer", ["Use it instead", "Throw it away"])
def test_who_answers_an_offer_by_keyboard_goes_on_where_they_write(opened, server, answer):
    server.answers = ["offline"] * 50
    page = opened()
    page.fill("#box", "from the train")
    says(page, "no connection")
    killed(page, server)
    server.body, server.version = "from the office", 3
    again = opened()
    offer = again.get_by_role("button", name=answer)
    offer.focus()
    again.keyboard.press("Enter")
    offer.wait_for(state="detached")
    assert again.evaluate("document.activeElement.id") == "box"


def test_two_windows_without_connection_keep_a_copy_each(opened, server):
    server.answers = ["offline"] * 99
    first, second = opened(), opened()
    first.fill("#box", "first window")
    second.fill("#box", "second window")
    says(first, "no connection")
    says(second, "no connection")
    assert len(copies(first)) == 2
    first.close()
    killed(second, server)
    server.answers = []
    again = opened()
    says(again, "what you wrote on this device at")
    again.get_by_text("is kept on this device").first.wait_for()
    assert {again.input_value("#box")} | set(again.locator(".kept-words").all_text_contents()) == {
        "first window",
        "second window",
    }


def test_leaving_the_page_saves_what_was_just_typed(opened, server):
    page = opened()
    page.evaluate("window.saver.delay = 60000")
    page.fill("#box", "typed and gone")
    page.goto(f"{HOST}/elsewhere/")
    until(page, lambda: server.body == "typed and gone")


def test_full_storage_is_said_and_leaving_is_asked(opened, server):
    server.answers = ["offline"] * 50
    page = opened()
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    page.fill("#box", "words")
    says(page, "this device has no room for a copy. Keep this window open.")


def test_a_form_is_sent_once_with_its_words_and_its_copy_goes_when_the_server_has_it(opened, server):
    page = opened()
    page.evaluate("window.saver.delay = 60000")
    page.fill("#box", "words to send")
    page.click("#go")
    page.get_by_text("Sent").wait_for()
    assert len(server.sent) == 1
    assert server.puts == []
    server.known = ("form-1",)
    again = opened()
    again.wait_for_timeout(300)
    assert again.input_value("#box") == ""
    assert copies(again) == []


def test_a_form_that_never_arrived_comes_back(opened, server):
    page = opened()
    page.evaluate("window.saver.delay = 60000")
    page.fill("#box", "words to send")
    page.click("#go")
    page.get_by_text("Sent").wait_for()
    again = opened()
    says(again, "what you wrote on this device at")
    assert again.input_value("#box") == "words to send"


def test_a_form_is_not_sent_into_an_ended_session(opened, server):
    page = opened()
    server.person = None
    page.fill("#box", "words to send")
    page.click("#go")
    page.get_by_role("group", name="Sign in again").wait_for()
    assert server.sent == []
    assert page.input_value("#box") == "words to send"


def test_a_form_is_not_sent_without_a_connection(opened, server):
    page = opened()
    server.answers = ["offline"] * 50
    page.fill("#box", "words to send")
    page.click("#go")
    says(page, "no connection")
    assert server.sent == []
    assert page.input_value("#box") == "words to send"
