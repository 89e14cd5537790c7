"""The whole job with a real server and a real worker: from the invitation to the certificate, and what staff see of it."""

import csv
import io
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.installation import PASSWORD, Installation
from tests.journeys.people import Facilitator, Participant, go, invitation_link, is_saved, press

EMAIL = "renata.voss@college.example"
TITLE = "Ethics audit of a chatbot with the county library"
POST = (
    "My first job was in a bakery that opened at three in the morning. Nobody taught me anything on purpose. I learned to read the dough with my hands, and to say "
    "out loud what was hot before I carried it past somebody. That was learning through work, because what I shaped was sold at six. For my own students I want a "
    "product that somebody outside the room waits for, and a person who says on the first day what would make it useless. In philosophy that person could be a "
    "librarian who has to decide whether a chatbot may answer questions at the desk. The students would write the questions she should ask of it, and she would use "
    "them in the week after the class ends, with real patrons in front of her and no time to explain."
)
REPLY = (
    "What stays with me is the moment when somebody else depended on what you did. Did they know that you were new? I ask because my students would be "
    "braver if the partner knew, and more careful if the partner did not. I lean to the first, and I would let the class vote."
)


def test_a_person_takes_the_course_from_invitation_to_certificate(site: Installation, open_page) -> None:
    site.backstage(
        "person", email="ines.duarte@wested.example", first="Inês", last="Duarte", password=PASSWORD, role="facilitator"
    )
    facilitator = Facilitator(open_page())
    facilitator.sign_in("ines.duarte@wested.example")
    today = datetime.now(ZoneInfo("America/Los_Angeles")).date()
    cohort = facilitator.make_cohort("Journey 2026", today.isoformat())
    site.backstage("begin_earlier", cohort=cohort, days=35 + today.weekday())  # a Monday; the last week is open
    for first, last in (("Ada", "Okafor"), ("Bram", "Visser")):
        email = f"{first}.{last}@college.example".lower()
        site.backstage("classmate", cohort=cohort, email=email, first=first, last=last, password=PASSWORD, text=POST)
    facilitator.invite(
        cohort, f"email,first name,last name,college\n{EMAIL},Renata,Voss,Palomar\nnobody-at-all,,,\n", "1 person"
    )

    page = open_page()
    participant = Participant(page, site, EMAIL, cohort)
    participant.accept(invitation_link(site, EMAIL), "Renata", "Voss")

    items = site.backstage("outline", cohort=cohort)
    plan_is_written = False
    modules = list(dict.fromkeys(item["module"] for item in items))
    for item in items:
        if item["module"] not in (modules[0], modules[-1]):  # a first and a last one are enough to watch
            if item["kind"] == "page" and item["module"] in modules:
                modules.remove(item["module"])
                others = ["ada.okafor@college.example", "bram.visser@college.example"]
                site.backstage("take_module", email=EMAIL, cohort=cohort, module=item["module"], text=POST, to=others)
        elif item["kind"] == "page":
            participant.read(item)
        elif item["kind"] == "discussion":
            participant.post(item, POST)
            participant.reply("Ada Okafor", f"Ada, {REPLY}")
            participant.reply("Bram Visser", f"Bram, {REPLY}")
        elif item["kind"] == "check":
            participant.take_check(item, fail_first=item["module"] == modules[0])
        elif item["kind"] == "survey" and item["required"]:
            participant.answer_survey(item)
        elif item["kind"] == "plan" and not plan_is_written:
            write_the_plan(site, participant)
            plan_is_written = True

    go(page, f"/c/{cohort}/plan/submit/")
    press(page, "Submit for review")
    expect(page.get_by_text("waits for your facilitator")).to_be_visible()

    comment = "Who reads the audit first, and by what date?"
    facilitator.review(
        cohort,
        TITLE,
        ratings="2",
        notes={"Comment on “What the partner does”": comment, "Summary for the author": "Nearly there."},
        verdict="Return with comments",
    )
    revise(participant, comment)
    facilitator.review(
        cohort, TITLE, ratings="3", notes={"Summary for the author": "Approved with pleasure."}, verdict="Approve"
    )

    go(page, f"/c/{cohort}/finish/")
    expect(page.get_by_role("heading", name="You completed the course")).to_be_visible()
    check_the_papers(site, participant)
    check_the_report(open_page("staff@demo.example"), cohort)
    site.check_invariants()


def write_the_plan(site: Installation, participant: Participant) -> None:
    """Some fields by hand, in two tabs; then what is missing is listed; then the rest."""
    page, plan = participant.page, f"/c/{participant.cohort}/plan/"
    go(page, f"{plan}?section=A")
    page.get_by_label("Plan title", exact=False).first.fill("Ethics audit")
    is_saved(page)
    other = page.context.new_page()
    go(other, f"{plan}?section=A")
    page.get_by_label("Plan title", exact=False).first.fill(TITLE)
    is_saved(page)
    other.get_by_label("Plan title", exact=False).first.fill("Something else")
    expect(other.locator("[data-conflict]")).to_contain_text(TITLE)
    press(other, "Keep that one")
    expect(other.get_by_label("Plan title", exact=False).first).to_have_value(TITLE)
    other.close()

    go(page, f"{plan}submit/")
    gap = page.locator(".gaps a").first
    expect(page.locator("#missing")).to_contain_text("still need")
    name = gap.inner_text()
    gap.click()
    expect(page).to_have_url(re.compile(r"#field-"))
    expect(page.locator(f"#{page.url.partition('#')[2]}")).to_contain_text(name)

    data = site.backstage("whole_plan")
    participant.save_rest_of_plan({key: value for key, value in data.items() if key != "title"})
    kept = site.backstage("plan", email=participant.email, cohort=participant.cohort)["data"]
    assert kept == data | {"title": TITLE, "stage": data["stage"] | {"secondary": ""}}


def revise(participant: Participant, comment: str) -> None:
    page, plan = participant.page, f"/c/{participant.cohort}/plan/"
    go(page, plan)
    page.get_by_role("link", name="What the partner does").first.click()
    field = page.locator("#field-partner_role")
    expect(field).to_contain_text(comment)
    field.get_by_role("textbox").fill("The head librarian reads the audit on the Friday of week 11 and decides.")
    is_saved(page)
    go(page, f"{plan}submit/")
    press(page, "Submit for review")
    expect(page.get_by_text("waits for your facilitator")).to_be_visible()


def check_the_papers(site: Installation, participant: Participant) -> None:
    hours = participant.page.locator(".facts dd").first.inner_text()
    number = participant.page.locator(".facts a").inner_text()
    certificate = participant.pdf("Certificate as PDF")
    for words in ("Renata Voss", TITLE, hours, number):
        assert words in certificate
    plan = participant.pdf("Plan as PDF")
    for words in ("Renata Voss", TITLE, "The head librarian reads the audit on the Friday of week 11"):
        assert words in plan
    toolbox = participant.pdf("Toolbox as PDF")
    for title in site.backstage("resources"):
        assert title in toolbox


def check_the_report(page, cohort: str) -> None:
    go(page, "/reports/completions/")
    page.get_by_label("Term").select_option(label="all terms")
    page.get_by_label("Cohort").select_option(label="Journey 2026")
    press(page, "Show")
    row = page.get_by_role("row", name=re.compile("Voss"))
    expect(row).to_contain_text("Completed")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV, all columns").click()
    lines = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    voss = [line for line in lines if EMAIL in line]
    assert len(voss) == 1
    assert TITLE in voss[0]
