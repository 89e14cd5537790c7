"""The work of the course with Tab, Enter, Space and the arrows alone. Wherever the focus is, it can be seen."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.installation import PASSWORD, Installation
from tests.journeys.people import go, is_saved

MODULE = "/c/fall-2026/what-wbl-is"
WORDS = " ".join(["A partner who waits for what students make changes how they make it."] * 11)

# The focused element, or one of those around it (a label of a radio button, say), must look other than without the focus.
VISIBLE = """() => {
    const marks = (each) => { const s = getComputedStyle(each); return [s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0, s.boxShadow !== "none"]; };
    const chain = [];
    for (let each = document.activeElement; each && chain.length < 3 && each !== document.body; each = each.parentElement) chain.push(each);
    return chain.some((each) => marks(each).some(Boolean));
}"""


def tab_to(page: Page, target: Locator, limit: int = 120) -> None:
    """Press Tab until the target has the focus; each stop on the way must show where it is."""
    expect(target).to_be_visible()  # the page before may still be leaving
    page.wait_for_load_state()
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # past the last stop, on the way to the first
        assert page.evaluate(VISIBLE), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if target.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"No Tab leads to {target}")


def enter(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def test_sign_in(open_page) -> None:
    page = open_page()
    go(page, "/accounts/login/")
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type("participant@demo.example")
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Notices")).to_be_visible()


def test_the_first_stop_leads_past_the_navigation(open_page) -> None:
    page = open_page("participant@demo.example")
    go(page, "/c/fall-2026/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_mark_a_page_read(site: Installation, open_page) -> None:
    page = open_page(site.backstage("cast")["other reader"])
    go(page, f"{MODULE}/edge-cases/")
    expect(page.locator("[data-read]")).to_be_hidden()
    enter(page, page.get_by_role("button", name="Done reading, go on"))
    page.wait_for_url(re.compile("(?<!edge-cases/)$"))
    go(page, f"{MODULE}/edge-cases/")
    expect(page.locator("[data-read]")).to_be_visible()


def test_post_and_reply_and_leave_the_editor(site: Installation, open_page) -> None:
    reader = site.backstage("cast")["reader"]
    site.backstage("read_pages", email=reader, cohort="fall-2026")
    page = open_page(reader)
    go(page, f"{MODULE}/discussion/")
    box = page.locator(".editor-text").first
    expect(box).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Bold"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Italic")).to_be_focused()
    tab_to(page, box)
    page.keyboard.type("Begun. ")
    page.keyboard.insert_text(WORDS)
    tab_to(page, page.get_by_role("button", name="Post", exact=True), limit=3)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your post")).to_be_visible()
    reply = page.get_by_role("region", name="What others wrote").get_by_role("link", name=re.compile("^Reply")).first
    enter(page, reply)
    box = page.locator("article .editor-text")
    expect(box).to_be_focused()
    page.keyboard.insert_text("By keyboard. " + WORDS)
    enter(page, page.locator("article form button.btn-primary"))
    expect(page.locator(".replies .prose", has_text="By keyboard.").first).to_be_visible()


def test_answer_a_check(open_page) -> None:
    page = open_page("participant@demo.example")
    go(page, f"{MODULE}/check/")
    enter(page, page.locator("main form button").first)
    expect(page.locator("[data-check]")).to_be_visible()
    single = page.locator('[data-question="one-talk"] input').first
    tab_to(page, single)
    page.keyboard.press("ArrowDown")
    expect(page.locator('[data-question="one-talk"] input').nth(1)).to_be_checked()
    tab_to(page, page.locator('[data-question="parts"] input').nth(1))
    page.keyboard.press("Space")
    expect(page.locator('[data-question="parts"] input').nth(1)).to_be_checked()
    tab_to(page, page.locator('[data-question="ten-activities"] select').first)
    page.keyboard.press("ArrowDown")
    tab_to(page, page.locator('[data-question="stage-name"] input'))
    page.keyboard.type("for")
    is_saved(page)
    enter(page, page.get_by_role("button", name="Submit", exact=True))
    enter(page, page.get_by_role("button", name="Submit as it is"))
    expect(page.get_by_role("heading", name="Question by question")).to_be_visible()


def test_write_a_section_of_the_plan_and_pick_a_stage(site: Installation, open_page) -> None:
    writer = site.backstage("writer")
    page = open_page(writer["email"])
    go(page, f"/c/{writer['cohort']}/plan/?section=A")
    title = page.locator("#field-title input[type=text]")
    tab_to(page, title)
    page.keyboard.press("End")
    page.keyboard.type(" by keyboard")
    is_saved(page)
    enter(page, page.get_by_role("button", name=re.compile("^Save and go to B")))
    page.wait_for_url(re.compile("section=B"))
    stages = page.locator(".stage-picker input")
    checked = page.locator(".stage-picker input:checked")
    tab_to(page, checked)
    before = checked.get_attribute("value")
    page.keyboard.press("ArrowRight")
    expect(stages.and_(page.locator(":checked"))).not_to_have_value(before or "")
    is_saved(page)
    data = site.backstage("plan", **writer)["data"]
    assert data["title"].endswith(" by keyboard")
    assert data["stage"]["primary"] != before


def test_review_a_plan(open_page) -> None:
    page = open_page("facilitator@demo.example")
    go(page, "/c/fall-2026/reviews/")
    row = page.get_by_role("row").filter(has_text="Nobody yet").first
    enter(page, row.get_by_role("link"))
    page.wait_for_url(re.compile(r"/reviews/\d+/"))
    enter(page, page.get_by_role("button", name="Claim this review"))
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    first = page.locator("table.rubric tr").first.get_by_role("radio").first
    tab_to(page, first)
    page.keyboard.press("Space")
    expect(first).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("What would I see a student do?")
    tab_to(page, page.get_by_label("Summary for the author"))
    page.keyboard.type("Read with pleasure.")
    is_saved(page)
    enter(page, page.get_by_role("button", name="Return with comments"))
    expect(page.locator("main").get_by_text(re.compile("Not yet|Returned|returned")).first).to_be_visible()
