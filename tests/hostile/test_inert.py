"""Every hostile text in every place that shows text: pages of participants and staff, mail, paper, spreadsheets."""

import csv
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from cohorts import actions, exports
from cohorts.actions.invitations import VALID_FOR, hash_of
from cohorts.actions.progress import issue_certificate
from cohorts.models import Announcement, Certificate, Cohort, Enrolment, Invitation, Override, RosterImport
from discussions.models import Post
from foundation.documents import exports as paper
from foundation.documents import registry
from foundation.richtext import cleaning
from lessonplans import actions as plans
from lessonplans.models import LessonPlan, Review
from tests.conftest import SignedIn
from tests.hostile.probes import probe
from tests.hostile.texts import SCRIPTS, STORABLE_TEXTS, Hostile
from tests.lessonplans.conftest import FULL, fresh
from tests.letters import letters
from tests.walk.walking import body_of

# One run for each place would repeat the pages forty times; the texts stand together in each place instead.
SHORT = [each for each in SCRIPTS if len(each.text) <= 300]
BATCHES = [SHORT[n : n + 4] for n in range(0, len(SHORT), 4)]


def fill(cohort: Cohort, people: dict[str, User], texts: list[Hostile], n: int) -> dict[str, Any]:
    """Put the texts in every place, by the ways that people have where they are not slow."""
    now = timezone.now()
    words = [each.text for each in texts]
    line = words[n % len(words)]
    me, leader = people["participant"], people["facilitator"]
    User.objects.filter(pk=me.pk).update(
        first_name=line[:80], last_name=words[(n + 1) % len(words)][:80], discipline=line[:80]
    )
    User.objects.filter(pk=leader.pk).update(first_name=line[:80])
    enrolment = me.enrolments.get()
    for index, text in enumerate(words):
        content = cleaning.read(text)
        if content.is_blank:
            continue
        thread = Post.objects.create(
            cohort=cohort,
            item="first/talk" if index == 0 else "second/talk",
            author=people["classmate"] if index else me,
            enrolment=None if index > 1 else (people["classmate"] if index else me).enrolments.get(),
            body=content.html,
            text=content.text,
            words=content.words,
            token=f"hostile-{n}-{index}",
        )
        Post.objects.create(
            cohort=cohort, item=thread.item, author=leader, parent=thread, body=content.html, text=content.text,
            words=1, token=f"answer-{n}-{index}",
        )  # fmt: skip
        actions.announce(
            cohort=cohort,
            author=leader,
            title=text[:120],
            body=content.html or "<p>x</p>",
            token=f"a-{n}-{index}",
            now=now,
        )
    cohort.title, cohort.welcome = line[:80], cleaning.read(words[-1]).html
    cohort.save()
    Override.objects.create(enrolment=enrolment, item="second/read-me", reason=line[:300], by=leader)
    rows = [[i + 1, text[:200], text[:80], text[:80], text[:150], "invalid"] for i, text in enumerate(words)]
    roster = RosterImport.objects.create(cohort=cohort, name=line[:200], rows=rows, unused=words, checked_by=leader)
    invited = Invitation.objects.create(
        cohort=cohort,
        email=f"new{n}@example.org",
        first_name=line[:80],
        last_name=line[:80],
        token_hash=hash_of(f"hostile-{n}"),
        invited_by=leader,
        expires_at=now + VALID_FOR,
    )
    actions.resend(invitation=invited, by=leader, now=now + timezone.timedelta(minutes=2))
    changes = {key: _filled(value, words) for key, value in FULL.items()}
    changes |= {"stage": FULL["stage"], "sharing": "named"}
    saved = plans.save(enrolment=fresh(enrolment), changes=changes, base=0, now=now).plan
    snapshot = saved.versions.get()
    LessonPlan.objects.filter(pk=saved.pk).update(status="submitted", submitted_at=now)
    review = Review.objects.create(plan=saved, snapshot=snapshot, opened_at=now)
    plans.claim(review=review, by=leader, seen=None, now=now)
    notes = {"comment:field:title": line, "comment:criterion:equity": line, "overall": "\n".join(words)}
    plans.note(review=review, by=leader, changes=notes, base=1, now=now)
    return {"plan": saved.pk, "enrolment": enrolment.pk, "import": roster.pk, "invitation": invited.pk}


def _filled(value: Any, words: list[str]) -> Any:
    if isinstance(value, str):
        return "".join(words)[:110]
    if isinstance(value, list):
        return [_filled(each, words) for each in value]
    return {key: _filled(each, words) for key, each in value.items()} if isinstance(value, dict) else value


def pages(ids: dict[str, Any]) -> dict[str, list[str]]:
    here = "/c/fall/"
    return {
        "participant": [
            "/notices/", "/settings/", here, f"{here}first/", f"{here}first/talk/", f"{here}second/talk/",
            f"{here}announcements/", f"{here}plan/", f"{here}plan/preview/", f"{here}plan/versions/", f"{here}finish/",
        ],
        "classmate": [f"{here}first/talk/", "/gallery/", f"/gallery/{ids['plan']}/"],
        "facilitator": [
            "/", f"{here}board/", f"{here}board/{ids['enrolment']}/", f"{here}roster/", f"{here}roster/?show=invited",
            f"{here}roster/import/{ids['import']}/", f"{here}roster/{ids['enrolment']}/withdraw/", f"{here}settings/",
            f"{here}settings/dates/", f"{here}reviews/", f"{here}reviews/{ids['plan']}/", f"{here}announcements/",
            f"{here}first/talk/", f"{here}second/talk/", f"{here}first/check/key/",
        ],
        "staff": ["/reports/completions/"],
        "administrator": ["/audit/", "/admin/accounts/user/", "/admin/notices/mail/", "/regions/", "/course/"],
    }  # fmt: skip


@pytest.mark.parametrize("batch", range(len(BATCHES)))
def test_hostile_words_stay_words_everywhere(
    opened: Cohort,
    as_: SignedIn,
    participant: User,
    classmate: User,
    facilitator: User,
    staff: User,
    administrator: User,
    batch: int,
) -> None:
    people = {
        "participant": participant,
        "classmate": classmate,
        "facilitator": facilitator,
        "staff": staff,
        "administrator": administrator,
    }
    ids = fill(opened, people, BATCHES[batch], batch)
    for who, urls in pages(ids).items():
        client = as_(people[who])
        for url in urls:
            answer = client.get(url)
            assert answer.status_code in (200, 403) or (url.startswith("/gallery/") and answer.status_code == 404), url
            assert probe(answer.content.decode()) == [], (who, url)
    review = Review.objects.get()
    review.refresh_from_db()
    plans.send_back(review=review, by=facilitator, changes={}, base=review.version, now=timezone.now())
    assert probe(as_(participant).get("/c/fall/plan/").content.decode()) == []
    LessonPlan.objects.update(status="approved", sharing="named", approved_at=timezone.now(), approved_by=facilitator)
    for url in ("/gallery/", f"/gallery/{ids['plan']}/"):
        assert probe(as_(classmate).get(url).content.decode()) == [], url
    _mail_is_inert()
    _paper_is_inert(participant, ids)
    _spreadsheets_are_inert(as_(staff))


def _mail_is_inert() -> None:
    assert letters().count() > 2
    for mail in letters():
        assert "\n" not in mail.subject
        assert "\r" not in mail.subject
        found = [each for each in probe(mail.html) if not each.endswith("style>") and each != "<meta http-equiv>"]
        assert found == [], mail.subject


def _paper_is_inert(participant: User, ids: dict[str, Any]) -> None:
    """The HTML that becomes the PDF: the renderer runs no scripts, and it must not be asked to load anything either."""
    enrolment = fresh(Enrolment.objects.get(pk=ids["enrolment"]))
    enrolment.completed_at = timezone.now()
    enrolment.save()
    certificate: Certificate = issue_certificate(enrolment=enrolment, now=timezone.now())
    for kind, subject in (("lesson-plan", str(ids["plan"])), ("certificate", certificate.number)):
        chosen = registry.get(kind)
        content = chosen.build(subject, participant)
        html = render_to_string(chosen.template, {**content.context, "title": content.title})
        assert [each for each in probe(html) if not each.endswith("style>")] == [], kind
    assert exports.said_by(certificate)["number"] in render_to_string(
        "cohorts/print/certificate.html", {**exports.said_by(certificate), "title": "x"}
    )
    assert paper.filename


def _spreadsheets_are_inert(client: Any) -> None:
    answer = client.get("/reports/completions.csv", {"term": "all"})
    text = body_of(answer).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), strict=True))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    answer = client.get("/reports/completions.xlsx", {"term": "all"})
    data = body_of(answer)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = [name for name in packed.namelist() if name.startswith("xl/worksheets/")]
        assert not [name for name in parts if b"<hyperlink" in packed.read(name).lower()]
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert not [cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"]


FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("https://canary.invalid/")',
    "＝1",
    "=cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_name_is_a_formula_in_a_spreadsheet(as_: SignedIn, participant: User, staff: User, formula: str) -> None:
    User.objects.filter(pk=participant.pk).update(first_name=formula, last_name=formula, discipline=formula)
    _spreadsheets_are_inert(as_(staff))


@pytest.mark.parametrize("hostile", STORABLE_TEXTS, ids=lambda each: each.name)
def test_rich_text_is_inert_and_still_says_what_it_said(hostile: Hostile) -> None:
    read = cleaning.read(hostile.text)
    assert probe(read.html) == []
    assert hostile.shows in read.text


def test_canary_without_the_sanitiser_the_probe_finds_the_hole(
    opened: Cohort, as_: SignedIn, participant: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Switched off, the same page has something that acts in nearly every payload."""
    monkeypatch.setattr(cleaning, "clean", lambda markup: markup)
    holes = 0
    for n, hostile in enumerate(SCRIPTS):
        body = cleaning.read(hostile.text)
        Post.objects.all().delete()
        Post.objects.create(
            cohort=opened, item="first/talk", author=participant, enrolment=participant.enrolments.get(),
            body=body.html, text="x", words=1, token=f"canary-{n}",
        )  # fmt: skip
        holes += bool(probe(as_(participant).get("/c/fall/first/talk/").content.decode()))
    assert holes > len(SCRIPTS) * 0.7


def test_canary_an_announcement_that_was_not_cleaned_is_found(opened: Cohort, as_: SignedIn, facilitator: User) -> None:
    Announcement.objects.create(cohort=opened, author=facilitator, title="x", body=SCRIPTS[0].text, token="x")
    assert probe(as_(facilitator).get("/c/fall/announcements/").content.decode()) == ["<script>"]


@pytest.mark.parametrize("hostile", SCRIPTS, ids=lambda each: each.name)
def test_the_probe_sees_each_payload_that_acts(hostile: Hostile) -> None:
    harmless = {"entities", "double entities", "plain text with angle brackets", "template language", "id of the page"}
    # The probe reads as Python does; what only a browser's reading brings to life is tried in test_browser.
    for_a_browser = {"form", "form elsewhere", "vector animation", "noscript", "mathematics and style"}
    for_a_browser |= {"comment trick", "declaration trick"}
    assert probe(hostile.text) or hostile.name in harmless | for_a_browser
