"""What people do in the browser, in the words of the journeys. Everything is found as a person finds it: by role and name."""

import re
import subprocess
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.journeys.installation import PASSWORD, Installation, until


def go(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, f"{address}: {answer.status}"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def is_saved(page: Page) -> None:
    expect(page.locator("[data-save-state]").last).to_have_text(re.compile(r"^Saved \d{1,2}:\d\d [ap]\.m\.$"))


def write(page: Page, label: str, text: str) -> None:
    """Type into the editor of that name."""
    editor(page, label).click()
    page.keyboard.insert_text(text)


def editor(page: Page, label: str) -> Locator:
    """The editor of that name, once it has taken the place of the plain box."""
    return page.get_by_role("textbox", name=label, exact=True).and_(page.locator(".editor-text"))


def answer_question(page: Page, question: str, answer: Any) -> None:
    """Give an answer as `scoring.right_answer` writes it."""
    box = page.locator(f'[data-question="{question}"]')
    if isinstance(answer, dict):
        for row, value in answer.items():
            box.locator(f'select[data-row="{row}"]').select_option(str(value))
    elif isinstance(answer, list):
        for value in answer:
            box.locator(f'input[value="{value}"]').check()
    elif box.get_attribute("data-type") in ("number", "text"):
        box.get_by_role("textbox").fill(str(answer))
    else:
        box.locator(f'input[value="{answer}"]').check()


class Facilitator:
    """Makes a cohort, invites and reviews."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def sign_in(self, email: str) -> None:
        go(self.page, "/accounts/login/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        press(self.page, "Sign in")
        expect(self.page.get_by_role("link", name="Notices")).to_be_visible()

    def make_cohort(self, title: str, starts_on: str) -> str:
        """The new cohort's slug."""
        go(self.page, "/cohorts/new/")
        self.page.get_by_label("Name").fill(title)
        self.page.get_by_label("Starts on").fill(starts_on)
        press(self.page, "Show the dates")
        expect(self.page.locator(".dates li").first).to_be_visible()
        press(self.page, "Make the cohort")
        expect(self.page.get_by_role("status").first).to_contain_text(f"{title} is made")
        found = re.search(r"/c/([\w-]+)/", self.page.url)
        assert found
        return found[1]

    def invite(self, cohort: str, rows: str, count: str) -> None:
        go(self.page, f"/c/{cohort}/roster/import/")
        self.page.locator("textarea").fill(rows)
        press(self.page, "Check the rows")
        expect(self.page.get_by_role("heading", name="Before anybody is invited")).to_be_visible()
        press(self.page, f"Invite {count}")
        expect(self.page.get_by_role("heading", name="Roster")).to_be_visible()

    def review(self, cohort: str, title: str, *, ratings: str, notes: dict[str, str], verdict: str) -> None:
        """Claim (where that is still to do), rate every row alike, comment, decide."""
        go(self.page, f"/c/{cohort}/reviews/")
        self.page.get_by_role("link", name=title).click()
        self.page.wait_for_url(re.compile(r"/reviews/\d+/"))
        claim = self.page.get_by_role("button", name="Claim this review")
        if claim.count():
            claim.click()
        expect(
            self.page.get_by_role("button", name=verdict)
        ).to_be_visible()  # below the rows: then all of them are there
        rows = self.page.locator("table.rubric tr")
        for number in range(rows.count()):
            rows.nth(number).get_by_role("radio", name=re.compile(f"^{ratings} ")).check()
        for label, text in notes.items():
            self.page.get_by_label(label, exact=True).fill(text)
        is_saved(self.page)
        press(self.page, verdict)
        expect(self.page.get_by_role("heading", name="Reviews")).to_be_visible()


class Participant:
    """Takes the course."""

    def __init__(self, page: Page, site: Installation, email: str, cohort: str) -> None:
        self.page, self.site, self.email, self.cohort = page, site, email, cohort
        self.home = f"/c/{cohort}/"

    def accept(self, link: str, first: str, last: str) -> None:
        go(self.page, link)
        self.page.get_by_label("First name", exact=True).fill(first)
        self.page.get_by_label("Last name", exact=True).fill(last)
        self.page.get_by_label("College", exact=True).select_option(label="Palomar College")
        self.page.get_by_label("Role", exact=True).select_option("full-time")
        self.page.get_by_label("Discipline", exact=True).select_option(index=3)
        self.page.get_by_role("radio", name=re.compile("flex", re.IGNORECASE)).first.check()
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        press(self.page, "Join the course")
        expect(self.page).to_have_url(re.compile(f"{self.home}$"))

    def read(self, item: dict[str, str]) -> None:
        go(self.page, self.home + item["key"] + "/")
        press(self.page, "Done reading, go on")
        self.page.wait_for_load_state()

    def post(self, item: dict[str, str], text: str) -> None:
        """Begin, reload, find the draft, finish."""
        go(self.page, self.home + item["key"] + "/")
        expect(self.page.locator(".veil")).to_be_visible()
        begun, rest = text[:60], text[60:]
        write(self.page, "Your post", begun)
        is_saved(self.page)
        self.page.reload()
        box = editor(self.page, "Your post")
        expect(box).to_have_text(begun)
        box.press("End")
        self.page.keyboard.insert_text(rest)
        press(self.page, "Post")
        expect(self.page.locator(".veil")).to_have_count(0)
        expect(self.page.get_by_role("heading", name="Your post")).to_be_visible()

    def reply(self, name: str, text: str) -> None:
        """On the discussion's page, to a classmate."""
        article = self.page.locator("article", has=self.page.locator(".post-name", has_text=name))
        article.get_by_role("link", name=f"Reply to {name}").click()
        article.locator(".editor-text").click()
        self.page.keyboard.insert_text(text)
        article.locator("form button.btn-primary").click()
        expect(self.page.locator(".replies > li > article > .prose", has_text=text[:40])).to_be_visible()

    def take_check(self, item: dict[str, str], *, fail_first: bool) -> None:
        go(self.page, self.home + item["key"] + "/")
        press(self.page, "Begin")
        if fail_first:
            right = self._right_answers(item)
            for question, answer in list(right.items())[:2]:
                answer_question(self.page, question, answer)
            is_saved(self.page)
            press(self.page, "Submit")
            press(self.page, "Submit as it is")
            expect(self.page.get_by_role("heading", name="Not there yet")).to_be_visible()
            press(self.page, "Try again")
        for question, answer in self._right_answers(item).items():
            answer_question(self.page, question, answer)
        is_saved(self.page)
        press(self.page, "Submit")
        expect(self.page.get_by_role("heading", name="You passed")).to_be_visible()

    def answer_survey(self, item: dict[str, str]) -> None:
        """The first choice of every row and field that asks for one, words where words are asked for."""
        go(self.page, self.home + item["key"] + "/")
        for box in self.page.locator("[data-question]").all():
            for group in box.locator(".scale-steps").all():
                group.locator("input").nth(3).check()
            if (
                box.get_attribute("data-type") in ("yesno", "choice", "multi")
                and box.locator(".survey-options").count()
            ):
                box.locator("input").first.check()
            elif box.locator("select").count():
                box.locator("select").select_option(index=1)
            elif box.get_attribute("data-type") == "number":
                box.get_by_role("textbox").fill("2")
            elif box.get_attribute("data-type") in ("text", "textarea"):
                box.get_by_role("textbox").fill("That somebody read it.")
        is_saved(self.page)
        press(self.page, "Submit the survey")
        expect(self.page.get_by_text("Thank you.")).to_be_visible()

    def _right_answers(self, item: dict[str, str]) -> dict[str, Any]:
        expect(self.page.locator("[data-check]")).to_be_visible()
        found: dict[str, Any] = self.site.backstage(
            "right_answers", email=self.email, cohort=self.cohort, item=item["key"]
        )
        return found

    def save_rest_of_plan(self, data: dict[str, Any]) -> None:
        """The fields nobody wants to watch being typed, through the address that the page saves to."""
        go(self.page, f"{self.home}plan/?section=A")
        status = self.page.evaluate(
            """async ([url, changes, version]) => {
                const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
                const headers = {"Content-Type": "application/json", "X-CSRFToken": token, "X-Requested-With": "fetch"};
                return (await fetch(url, {method: "PUT", headers, body: JSON.stringify({changes, version})})).status;
            }""",
            [
                f"{self.home}plan/fields/",
                data,
                int(self.page.locator("[data-plan-form]").get_attribute("data-version") or 0),
            ],
        )
        assert status == 200

    def pdf(self, button: str, at: str = "finish/") -> str:
        """Ask for a document, wait for the worker, download it, and return its text with single spaces."""
        go(self.page, self.home + at)
        press(self.page, button)
        link = self.page.get_by_role("link", name="Download the PDF")
        expect(link).to_be_visible(timeout=60_000)
        with self.page.expect_download() as download:
            link.click()
        command = ["pdftotext", download.value.path(), "-"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return re.sub(r"\s+", " ", text)


def invitation_link(site: Installation, email: str) -> str:
    """From the mail that the worker has put into the folder."""
    mails = until(lambda: site.mail_to(email), f"an invitation to {email}\n{site.log('worker')}")
    body = mails[-1].get_body(("plain",))
    assert body is not None
    found = re.search(rf"{re.escape(site.url)}(/invitations/\S+/)", body.get_content())
    assert found, body.get_content()
    return found[1]
