"""What cannot be kept, at every address that takes text: an answer that says so, on both databases, never an error of ours."""

import json
import string
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from cohorts.actions.invitations import hash_of
from cohorts.models import Announcement, Cohort, Invitation, RosterImport
from discussions.models import Post
from foundation.drafts.models import Draft
from knowledgechecks import actions as checks
from lessonplans import actions as plans
from lessonplans.models import LessonPlan, Review
from tests.conftest import SignedIn
from tests.hostile.texts import CHARACTERS, SHAPES
from tests.lessonplans.conftest import FULL, fresh
from tests.walk.walking import body_of

TEN = "I learned this at work long ago in a shop"
BIG = 5 * 1024 * 1024
ODD = {
    "null": "words\x00words and more words to make it ten of them here",
    "lone surrogate": "words \ud800 and more words to make it ten of them here",
    "right to left": f"\u202e{TEN}",
    "too long": "word " * 4_100,
    "far too long": "word " * 120_000,
    "deep": "<blockquote>" * 10_000 + f"<p>{TEN}</p>",
    "pasted": SHAPES[-1].text,
    "controls": "".join(map(chr, range(1, 32))) + TEN,
    "formula": f"={TEN}",
}
UNSTORABLE = ("null", "lone surrogate")


@pytest.fixture
def posted(opened: Cohort, classmate: User) -> Post:
    return Post.objects.create(
        cohort=opened, item="first/talk", author=classmate, enrolment=classmate.enrolments.get(),
        body="<p>x</p>", text="x", words=1, token="casey-first",
    )  # fmt: skip


@pytest.fixture
def review(opened: Cohort, classmate: User, facilitator: User) -> Review:
    enrolment = fresh(classmate.enrolments.get())
    saved = plans.save(enrolment=enrolment, changes=FULL, base=0, now=timezone.now()).plan
    found = plans.submit(enrolment=enrolment, base=saved.version, now=timezone.now(), resources={"continuum"})
    return plans.claim(review=found, by=facilitator, seen=None, now=timezone.now())


@pytest.fixture
def begun(opened: Cohort, participant: User) -> Any:
    item = opened.edition.outline.by_key["first/check"]
    return checks.begin(enrolment=participant.enrolments.get(), item=item, now=timezone.now())


def encoded(data: dict[str, Any]) -> str:
    """As a browser of bad will would: lone surrogates go as the bytes that they would have."""
    pairs = ((key, str(value).encode("utf-8", "surrogatepass")) for key, value in data.items())
    return "&".join(f"{key}={quote_from_bytes(value)}" for key, value in pairs)


def post(client: Any, url: str, data: dict[str, Any]) -> Any:
    return client.post(url, encoded(data), content_type="application/x-www-form-urlencoded")


def put(client: Any, url: str, data: Any) -> Any:
    return client.put(url, json.dumps(data), content_type="application/json")


@pytest.mark.parametrize("name", ODD)
def test_every_form_that_takes_text_answers(
    as_: SignedIn,
    opened: Cohort,
    posted: Post,
    review: Review,
    begun: Any,
    participant: User,
    facilitator: User,
    name: str,
) -> None:
    text = ODD[name]
    me, leader = as_(participant), as_(facilitator)
    enrolment = participant.enrolments.get()
    college = participant.college_id
    profile = {"last_name": "x", "college": college, "position": "full-time", "time_zone": "UTC", "discipline": "other"}
    now = timezone.now()
    said = Announcement.objects.create(cohort=opened, author=facilitator, title="x", body="<p>x</p>", token="said")
    forms: list[tuple[Any, str, dict[str, Any]]] = [
        (me, f"/c/fall/first/talk/posts/{posted.pk}/replies/", {"body": text, "token": "reply-hostile"}),
        (me, "/c/fall/first/talk/", {"body": text, "token": "post-hostile"}),
        (me, "/settings/", {**profile, "first_name": text, "other_discipline": text}),
        (me, "/c/fall/plan/?section=A", {"f.title": text, "f.course_code_title": text, "version": 0}),
        (me, "/c/fall/first/plan/", {"f.title": text, "version": text}),
        (
            me,
            "/c/fall/first/check/answers/",
            {"attempt": begun.number, "version": 0, "q-stage-name": text, "q-one": text},
        ),
        (me, "/c/fall/first/check/attempts/1/submit/", {"version": text, "q-working": text, "q-stage-name": text}),
        (me, "/c/fall/plan/submit/", {"version": text}),
        (me, "/settings/notices/", {"reminders": text}),
        (me, "/documents/", {"kind": text, "subject_id": text}),
        (leader, "/c/fall/announcements/", {"title": text, "body": text, "token": text}),
        (leader, f"/c/fall/announcements/{said.pk}/", {"title": text, "body": text, "token": "said"}),
        (leader, "/c/fall/settings/", {"title": text, "welcome": text, "term": text}),
        (leader, "/c/fall/settings/start/", {"starts_on": text}),
        (leader, "/c/fall/settings/dates/", {"ends_on": text, "date_0": text}),
        (leader, "/c/fall/settings/facilitators/", {"facilitator": text}),
        (leader, f"/c/fall/board/{enrolment.pk}/overrides/", {"item": "first/check", "reason": text}),
        (leader, "/c/fall/roster/import/", {"pasted": f"email,first name\nnew@example.org,{text}"}),
        (leader, f"/c/fall/first/talk/posts/{posted.pk}/withdraw/", {"reason": text}),
        (leader, f"/c/fall/reviews/{review.plan_id}/notes/", {"review": review.pk, "version": 1, "n.overall": text}),
        (leader, f"/c/fall/reviews/{review.plan_id}/approve/", {"review": review.pk, "n.score:x": text}),
        (leader, "/cohorts/new/", {"consortium": text, "title": text, "starts_on": text, "confirmed": "1"}),
        (as_(None), "/accounts/login/", {"login": text, "password": text}),
        (as_(None), "/accounts/password/reset/", {"email": text}),
        (as_(None), "/accounts/login/code/", {"email": text}),
        (as_(None), "/invitations/secret/", {"first_name": text, "password": text}),
    ]
    invited = Invitation.objects.create(
        cohort=opened, email="n@example.org", token_hash=hash_of("secret"),
        invited_by=facilitator, expires_at=now + timezone.timedelta(days=1),
    )  # fmt: skip
    forms.append((as_(None), "/invitations/secret/", {**profile, "first_name": text, "password": text}))
    assert invited.pk
    for client, url, data in forms:
        answer = post(client, url, data)
        assert answer.status_code < 500, url
        if answer.status_code in (400, 413, 422):
            assert answer.content, url
    for kept in (*Post.objects.values_list("text", flat=True), *LessonPlan.objects.values_list("title", flat=True)):
        assert "\x00" not in kept
        assert not any("\ud800" <= c <= "\udfff" for c in kept)
        assert len(kept) <= 20_000


@pytest.mark.parametrize("name", ODD)
def test_every_script_that_saves_is_answered(
    as_: SignedIn, opened: Cohort, review: Review, begun: Any, participant: User, facilitator: User, name: str
) -> None:
    text, me, leader = ODD[name], as_(participant), as_(facilitator)
    saves: list[tuple[Any, str, dict[str, Any]]] = [
        (me, "/drafts/post:fall:first/talk:0/", {"body": text, "version": 0}),
        (me, "/c/fall/plan/fields/", {"version": 0, "changes": {"title": text, "activity_summary": text}}),
        (me, "/c/fall/plan/fields/", {"version": 0, "changes": {text[:50]: "x"}}),
        (me, "/c/fall/first/check/answers/", {"version": 0, "answers": {"stage-name": text}}),
        (me, "/c/fall/first/check/answers/", {"version": 0, "answers": {text[:50]: "x"}}),
        (leader, f"/c/fall/reviews/{review.plan_id}/notes/",
         {"review": review.pk, "version": review.version, "changes": {"overall": text}}),
        (leader, f"/c/fall/reviews/{review.plan_id}/notes/",
         {"review": review.pk, "version": review.version, "changes": {text[:50]: "x"}}),
    ]  # fmt: skip
    for client, url, data in saves:
        answer = put(client, url, data)
        assert answer.status_code < 500, url
        if name in UNSTORABLE:
            assert answer.status_code == 422, (url, answer.status_code)
        if answer.status_code >= 400:
            assert answer.json()["message"], url


SAVERS = (
    "/drafts/somewhere/",
    "/c/fall/plan/fields/",
    "/c/fall/first/check/answers/",
)


@pytest.mark.parametrize("url", SAVERS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b"\xff\xfe",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"version":1e400}',
        b'{"body":"\\ud800"}',
        b'{"version":NaN}',
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_save_is_said_to_be_none(
    as_: SignedIn, opened: Cohort, begun: Any, participant: User, url: str, body: bytes
) -> None:
    answer = as_(participant).put(url, body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer.json()["message"]


@pytest.mark.parametrize("url", SAVERS)
def test_five_megabytes_are_refused_before_they_are_read(
    as_: SignedIn, opened: Cohort, begun: Any, participant: User, url: str
) -> None:
    answer = as_(participant).put(url, b'{"body":"' + b"x" * BIG + b'"}', content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.parametrize("url", ["/c/fall/first/talk/", "/settings/", "/c/fall/plan/", "/accounts/login/"])
def test_a_form_of_more_than_five_megabytes_is_refused(
    as_: SignedIn, opened: Cohort, participant: User, url: str
) -> None:
    data = b"token=12345678&body=" + b"x" * (BIG + 1024)
    answer = as_(participant).post(url, data, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (302, 400, 413)
    assert not Post.objects.exists()


def test_a_post_may_have_twenty_thousand_characters_and_not_one_more(
    as_: SignedIn, opened: Cohort, participant: User
) -> None:
    url = "/c/fall/first/talk/"
    fits = ("word " * 4_000)[:19_999] + "s"
    assert post(as_(participant), url, {"body": fits + "x", "token": "too-long-by-one"}).status_code == 422
    assert not Post.objects.exists()
    assert post(as_(participant), url, {"body": fits, "token": "fits-just-so"}).status_code in (302, 303)
    assert len(Post.objects.get().text) == 20_000


@pytest.mark.parametrize("hostile", CHARACTERS, ids=lambda each: each.name)
def test_odd_characters_in_a_post_are_kept_or_refused_with_a_word(
    as_: SignedIn, opened: Cohort, participant: User, hostile: Any
) -> None:
    more = "" if hostile.is_refused else f" {TEN}"
    data = {"body": hostile.text + more, "token": "odd-characters"}
    answer = post(as_(participant), "/c/fall/first/talk/", data)
    if (
        hostile.name == "lone surrogate"
    ):  # a form's bytes are read as UTF-8, which has none: a mark stands there instead
        assert answer.status_code == 422
    elif hostile.is_refused:
        assert answer.status_code == 422
        assert answer.context["composer"]
    else:
        assert answer.status_code in (302, 303)
        assert hostile.shows in Post.objects.get().text


@pytest.mark.parametrize(
    "query",
    ["a=%00", "page=%00", "page=-1", "page=" + "9" * 30, "sort=%00", "section=%00", "show=%00", "region=%00", "action=%00",
     "stage=%00&discipline=%00", "term=%00", "cohort=%00", "college=%00", "facilitator=" + "9" * 30, "facilitator=%00",
     "from=%00&to=x", "from=" + "9" * 30, "status=%ED%A0%80", "region=%ED%A0%80", "action=%ED%A0%80", "next=%00"],
)  # fmt: skip
def test_odd_questions_in_the_address_are_answered(
    as_: SignedIn, opened: Cohort, participant: User, facilitator: User, administrator: User, query: str
) -> None:
    plans.save(enrolment=fresh(participant.enrolments.get()), changes=FULL, base=0, now=timezone.now())
    asked = {
        participant: ["/toolbox/continuum/", "/gallery/", "/notices/", "/c/fall/plan/", "/c/fall/plan/versions/"],
        facilitator: [
            "/c/fall/board/",
            "/c/fall/roster/",
            "/reports/completions/",
            "/c/fall/announcements/",
            "/cohorts/new/",
        ],
        administrator: ["/audit/", "/reports/completions.csv", "/reports/completions.xlsx", "/admin/accounts/user/"],
    }
    for user, urls in asked.items():
        for url in urls:
            answer = as_(user).get(f"{url}?{query}")
            assert answer.status_code < 500, url
            body_of(answer)
    assert as_(None).get(f"/accounts/login/?{query}").status_code < 500


@pytest.mark.parametrize(
    "odd", ["%00", "x%00y", "%ED%A0%80", "%FF", "a" * 5_000, "..%2f..%2fetc%2fpasswd", "%E2%80%AE"]
)
def test_odd_addresses_are_not_there(as_: SignedIn, opened: Cohort, administrator: User, odd: str) -> None:
    for url in (
        f"/certificates/{odd}/", f"/invitations/{odd}/", f"/calendar/{odd}.ics", f"/course/pictures/{odd}.png",
        f"/documents/{odd}/", f"/regions/{odd}/", f"/c/{odd}/", f"/toolbox/{odd}/",
    ):  # fmt: skip
        assert as_(administrator).get(url).status_code in (302, 400, 404), url
    for method in ("get", "delete"):
        assert getattr(as_(administrator), method)(f"/drafts/{odd}/").status_code in (200, 400, 404)


@pytest.mark.parametrize("name", ["null", "lone surrogate"])
def test_a_file_of_people_with_odd_bytes_is_read_or_refused(
    as_: SignedIn, opened: Cohort, facilitator: User, name: str
) -> None:
    rows = f"email,first name\nnew@example.org,{ODD[name]}\n".encode("utf-8", "surrogatepass")
    answer = as_(facilitator).post("/c/fall/roster/import/", {"file": SimpleUploadedFile("a\x00b.csv", rows)})
    assert answer.status_code in (302, 422)
    for kept in RosterImport.objects.all():
        assert "\\u0000" not in json.dumps(kept.rows)
        assert as_(facilitator).get(f"/c/fall/roster/import/{kept.pk}/").status_code == 200


texts = st.text(st.characters(), max_size=30) | st.text(string.printable, max_size=30)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
fields_ = st.dictionaries(st.sampled_from([*FULL, "planned_reach"]) | texts, anything, max_size=4)
answers_ = st.dictionaries(
    st.sampled_from(["one", "several", "campus", "stages", "intensity", "working", "stage-name", "interviews"]) | texts,
    anything,
    max_size=4,
)
notes_ = st.dictionaries(
    st.sampled_from(["overall", "score:equity", "comment:field:title", "comment:criterion:equity", "score:"]) | texts,
    anything,
    max_size=3,
)
versions = st.integers(-2, 5) | anything
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class TestFuzz:
    """Whatever JSON is sent, the answer is one of those that the script on the page knows."""

    KNOWN = frozenset({200, 400, 401, 403, 404, 409, 410, 413, 422})

    def _tell(self, answer: Any) -> None:
        assert answer.status_code in self.KNOWN, answer.status_code
        assert isinstance(answer.json(), dict)

    def test_plan_fields(self, as_: SignedIn, opened: Cohort, participant: User) -> None:
        client = as_(participant)

        @quick
        @given(fields_, versions, anything)
        def send(changes: Any, version: Any, bases: Any) -> None:
            self._tell(put(client, "/c/fall/plan/fields/", {"version": version, "changes": changes, "bases": bases}))
            current = (
                LessonPlan.objects.filter(enrolment__user=participant).values_list("version", flat=True).first() or 0
            )
            self._tell(put(client, "/c/fall/plan/fields/", {"version": current, "changes": changes}))

        send()
        for page in ("plan/", "plan/preview/", "plan/versions/", "plan/submit/"):
            assert client.get(f"/c/fall/{page}").status_code == 200

    def test_answers(self, as_: SignedIn, opened: Cohort, begun: Any, participant: User) -> None:
        client = as_(participant)

        @quick
        @given(answers_, versions, anything)
        def send(answers: Any, version: Any, attempt: Any) -> None:
            url = "/c/fall/first/check/answers/"
            self._tell(put(client, url, {"version": version, "answers": answers, "attempt": attempt}))
            begun.refresh_from_db()
            self._tell(put(client, url, {"version": begun.version, "answers": answers}))

        send()
        assert client.get("/c/fall/first/check/").status_code == 200

    def test_drafts(self, as_: SignedIn, opened: Cohort, participant: User) -> None:
        client = as_(participant)

        @quick
        @given(anything, versions)
        def send(body: Any, version: Any) -> None:
            self._tell(put(client, "/drafts/fuzz/", {"body": body, "version": version}))
            self._tell(put(client, "/drafts/fuzz/", body))

        send()
        assert Draft.objects.filter(place="fuzz").count() <= 1

    def test_notes(self, as_: SignedIn, opened: Cohort, review: Review, facilitator: User) -> None:
        client, url = as_(facilitator), f"/c/fall/reviews/{review.plan_id}/notes/"

        @quick
        @given(notes_, versions, anything)
        def send(changes: Any, version: Any, bases: Any) -> None:
            self._tell(put(client, url, {"review": review.pk, "version": version, "changes": changes, "bases": bases}))
            current = Review.objects.get(pk=review.pk).version
            self._tell(put(client, url, {"review": review.pk, "version": current, "changes": changes}))

        send()
        assert client.get(f"/c/fall/reviews/{review.plan_id}/").status_code == 200
