"""Writing in the real editor, under the real Content-Security-Policy, by keyboard and mouse."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from discussions.models import Post
from foundation.drafts.models import Draft
from tests import browsing, factories
from tests.discussions.conftest import TEN_WORDS, URL, data, opened
from tests.hostile.texts import SHAPES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(cohort):
    """Pat and Casey, before whom the discussion is open."""
    found = []
    for name in ("Pat", "Casey"):
        enrolment = factories.EnrolmentFactory.create(cohort=cohort, user__first_name=name, user__last_name="Person")
        found.append(opened(enrolment).user)
    return found


def saved(page, words):
    """The server has these words of the draft, and the page says so."""
    for _ in range(200):
        if words in "".join(Draft.objects.values_list("body", flat=True)):
            break
        page.wait_for_timeout(50)
    browsing.saved(page)


def test_write_reload_send_reply(page_of, people, live_server):
    pat, casey = people
    client = Client()
    client.force_login(casey, backend="accounts.adapters.Backend")
    assert client.post(URL, data("<p>Casey wrote these ten words about a summer in the lab.</p>")).status_code == 303

    page = page_of(pat)
    page.goto(URL)
    page.locator(".ProseMirror").click()
    assert page.get_by_role("textbox", name="Your post").get_attribute("contenteditable") == "true"
    page.keyboard.type("At the shop I learned what ")
    page.keyboard.press("Control+b")
    page.keyboard.type("turnover")
    page.keyboard.press("Control+b")
    page.keyboard.type(" was.")
    page.get_by_text("8 of at least 10 words").wait_for()
    saved(page, " was.")
    page.reload()
    page.get_by_role("textbox", name="Your post").get_by_text("turnover").wait_for()
    assert page.locator(".ProseMirror strong").inner_text() == "turnover"
    page.locator(".ProseMirror").focus()
    page.evaluate("new Promise((done) => setTimeout(done, 60))")  # 20 ms after it has focus the editor sets the caret
    page.keyboard.press("Control+End")
    page.keyboard.type(" It cost a vacation.")
    page.get_by_text("12 words").wait_for()
    page.get_by_role("button", name="Post", exact=True).click()
    page.get_by_text("Your post").first.wait_for()
    page.get_by_text("Casey wrote these").wait_for()
    assert (
        Post.objects.get(author=pat).body
        == "<p>At the shop I learned what <strong>turnover</strong> was. It cost a vacation.</p>"
    )
    assert not Draft.objects.exists()
    page.wait_for_function("!Object.keys(localStorage).some((key) => key.startsWith('wbl-copy'))")

    page.get_by_role("link", name="Reply to Casey Person").click()
    reply = page.get_by_role("textbox", name="Your reply to Casey Person")
    reply.wait_for()
    page.wait_for_function("document.activeElement.classList.contains('ProseMirror')")
    page.keyboard.type("What did the lab ask of you?")
    saved(page, "of you?")
    page.get_by_role("button", name="Reply", exact=True).click()
    page.locator(".replies").get_by_text("What did the lab ask of you?").wait_for()
    assert "#post-" in page.url
    assert Post.objects.get(parent__author=casey).words == 7


def test_a_short_post_comes_back_with_its_words(page_of, people):
    page = page_of(people[0])
    page.goto(URL)
    page.locator(".ProseMirror").click()
    page.keyboard.type("Too short")
    page.get_by_role("button", name="Post", exact=True).click()
    page.get_by_text("2 words so far; 10 asked for.").wait_for()
    page.locator(".ProseMirror").get_by_text("Too short").wait_for()
    assert page.locator(".ProseMirror").get_attribute("aria-invalid") == "true"
    saved(page, "Too short")  # nothing else has them: the form was sent before it saved itself


def test_by_keyboard_alone(page_of, people):
    page = page_of(people[0])
    page.goto(URL)
    page.get_by_role("textbox", name="Your post").wait_for()
    page.get_by_role("button", name="Bold").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Italic"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('ProseMirror')")
    page.keyboard.type("A list:")
    page.keyboard.press("Enter")
    page.keyboard.type("- one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    expect(page.locator(".ProseMirror li")).to_have_count(2)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Post"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.activeElement.classList.contains('ProseMirror')")


def test_a_link_is_set_in_place(page_of, people):
    page = page_of(people[0])
    page.goto(URL)
    page.locator(".ProseMirror").click()
    assert page.get_by_role("textbox", name="Your post").get_attribute("contenteditable") == "true"
    page.keyboard.type("See the county")
    page.keyboard.press("Shift+Control+ArrowLeft")
    page.keyboard.press("Control+k")
    page.get_by_label("Link address").fill("example.org/county")
    page.keyboard.press("Enter")
    expect(page.locator(".ProseMirror a")).to_have_attribute("href", "https://example.org/county")
    saved(page, "example.org")
    assert not Post.objects.exists()


def paste(page, markup):
    page.evaluate(
        """(html) => {
          const data = new DataTransfer();
          data.setData("text/html", html);
          document.querySelector(".ProseMirror").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        markup,
    )


def test_the_cells_of_a_pasted_table_stay_apart(page_of, people):
    page = page_of(people[0])
    page.goto(URL)
    page.locator(".ProseMirror").click()
    paste(page, "<table><tbody><tr><td>cell one</td><td>cell two</td></tr><tr><th>row two</th></tr></tbody></table>")
    saved(page, "row two")
    assert [line.rstrip() for line in page.locator(".ProseMirror p").all_inner_texts()] == [
        "cell one cell two",
        "row two",
    ]


def test_a_pasted_word_document_leaves_its_words(page_of, people):
    document = next(each.text for each in SHAPES if "word processor" in each.name)
    page = page_of(people[0])
    page.goto(URL)
    page.locator(".ProseMirror").click()
    paste(page, document)
    page.locator(".ProseMirror").get_by_text("Bring a badge").wait_for()
    saved(page, "Bring a badge")
    body = Draft.objects.get().body
    assert "Site visit" in body
    assert "Mso" not in body
    assert "style" not in body


def test_without_javascript_one_can_write_and_send(page_of, people):
    page = page_of(people[0], java_script_enabled=False)
    page.goto(URL)
    page.get_by_label("Your post").fill("First paragraph with a few words.\n\nSecond paragraph: 3 < 4 and so on.")
    page.get_by_role("button", name="Post", exact=True).click()
    page.get_by_text("Second paragraph: 3 < 4").wait_for()
    assert (
        Post.objects.get().body
        == "<p>First paragraph with a few words.</p><p>Second paragraph: 3 &lt; 4 and so on.</p>"
    )


def test_where_the_editor_does_not_load_one_writes_in_the_box(page_of, people):
    page = page_of(people[0])
    page.route("**/django_prose_editor/editor.js", lambda route: route.abort())
    page.goto(URL)
    page.locator("textarea").fill("These are ten plain words for the discussion, as typed.")
    saved(page, "as typed.")
    page.get_by_role("button", name="Post", exact=True).click()
    page.get_by_text("as typed.").wait_for()


def test_an_ended_session_asks_in_place_and_nothing_is_lost(page_of, people, cohort):
    pat = people[0]
    pat.set_password("a long enough password")
    pat.save()
    page = page_of(pat)
    page.goto(URL)
    page.locator(".ProseMirror").click()
    page.keyboard.type("Words before. ")
    saved(page, "Words before.")
    page.context.clear_cookies()
    page.keyboard.type("Words after the session ended, and some more.")
    page.get_by_text("your session ended").wait_for()
    page.get_by_label("E-mail address").fill(pat.email)
    page.get_by_label("Password").fill("a long enough password")
    page.keyboard.press("Enter")
    page.locator(".sign-in-panel").wait_for(state="detached")
    saved(page, "some more.")
    assert "some more" in Draft.objects.get().body
    page.get_by_role("button", name="Post", exact=True).click()
    page.get_by_role("heading", name="Your post").wait_for()
    assert Post.objects.get().words == 10


def test_axe_finds_nothing(page_of, people, inspector):
    for person in people:
        client = Client()
        client.force_login(person, backend="accounts.adapters.Backend")
        client.post(URL, data(TEN_WORDS))
    page = page_of(people[0])
    page.goto(URL)
    page.get_by_role("link", name="Reply to Casey Person").click()
    page.get_by_role("textbox", name="Your reply to Casey Person").wait_for()
    inspector.look(page, "discussion")


def test_nothing_is_wider_than_a_small_phone(page_of, people):
    pat, casey = people
    for person, body in ((pat, TEN_WORDS), (casey, "<p>" + "long" * 200 + "</p>" + TEN_WORDS)):
        client = Client()
        client.force_login(person, backend="accounts.adapters.Backend")
        client.post(URL, data(body))
    page = page_of(pat, viewport={"width": 320, "height": 700})
    page.goto(URL)
    page.get_by_role("link", name="Reply to Casey Person").click()
    page.locator(".ProseMirror").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_due_date_is_told_in_the_zone_of_the_profile_whatever_the_browser_says(page_of, people):
    pat = people[0]
    pat.time_zone = "America/New_York"
    pat.save()
    page = page_of(pat, timezone_id="UTC")
    page.goto(URL)
    assert page.locator(".local-time").first.inner_text().endswith("2:59 a.m. your time")
    pat.time_zone = "America/Los_Angeles"
    pat.save()
    page.reload()
    page.locator("time[data-local-time]").first.wait_for()
    assert page.locator(".local-time").count() == 0
