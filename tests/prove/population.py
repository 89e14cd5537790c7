"""Years of cohorts, made in bulk: people as the applications would have left them, without doing what they did.

The newest term is running; every term further back is over. What is large (facts, posts, tries, plans) is made by the
database from the rows of people and courses.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import College, Consortium, Role, User
from cohorts import activities
from cohorts.models import Certificate, Cohort, Enrolment, Facilitation, Invitation, ProgressEvent
from discussions.models import Post
from foundation.audit.models import Entry
from foundation.documents.models import Document, DocumentRequest
from foundation.notices.models import Mail, Notice
from knowledgechecks.models import Attempt
from lessonplans.models import LessonPlan, PlanVersion, Review
from modules.models import Edition, Item, Module, Resource
from modules.outline import Outline
from wbl_course.demo import plans

HOME, ELSEWHERE = "san-diego-imperial", "lakes-and-prairie"
SIZE = 60
EDITIONS = 4
FACILITATORS = 20
WEEKS_SINCE_START = 2
WORDS = (
    "My students watch somebody work for an hour and write down what went wrong, and who had to clear up after it. " * 3
)


@dataclass(frozen=True)
class Term:
    """The nth term back from the running one."""

    back: int

    @property
    def starts_on(self) -> datetime.date:
        """A Monday; three terms are a year."""
        today = timezone.now().date()
        monday = today - datetime.timedelta(days=today.weekday())
        return monday - datetime.timedelta(weeks=WEEKS_SINCE_START + round(self.back * 52 / 3))

    @property
    def code(self) -> str:
        return f"{self.starts_on:%Y-%m}"


def found() -> None:
    """Consortia, editions, and the people who run it all; the first time only."""
    now = timezone.now()
    home = Consortium.objects.get(slug=HOME)
    for name in ("third", "fourth"):
        region = Consortium.objects.create(
            slug=name, name=f"The {name} region", short_name=name.title(), values=home.values
        )
        College.objects.bulk_create(
            College(consortium=region, slug=f"{name}-{n}", name=f"{name.title()} {n}", short_name=f"{n}")
            for n in range(8)
        )
    original = Edition.objects.filter(consortium=home).newest()[0]
    for number in range(1, EDITIONS):
        _copy(original, home, number)
    for region in Consortium.objects.exclude(editions__isnull=False):
        _copy(original, region, 1)
    staff = [User(email="staff@prove.example", first_name="Sam", last_name="Staff")]
    staff += [User(email="admin@prove.example", last_name="Admin", is_superuser=True, is_staff=True)]
    staff += [User(email=f"facilitator{n}@prove.example", last_name=f"Facilitator {n}") for n in range(FACILITATORS)]
    User.objects.bulk_create(staff)
    Role.objects.create(user=User.objects.get(email="staff@prove.example"), consortium=home, kind=Role.Kind.STAFF)
    for user in User.objects.filter(email__startswith="facilitator"):
        Role.objects.create(user=user, consortium=home, kind=Role.Kind.FACILITATOR, granted_at=now)


def _copy(edition: Edition, region: Consortium, number: int) -> None:
    """The same course under another number."""
    made = Edition.objects.get(pk=edition.pk)
    made.pk, made.consortium, made.number = None, region, edition.number + number
    made.digest, made.frozen_at = f"{number:03d}{region.slug[:8]}{edition.digest}"[:64], timezone.now()
    made.save()
    for module in Module.objects.filter(edition=edition):
        items = list(Item.objects.filter(module=module))
        module.pk, module.edition = None, made
        module.save()
        for item in items:
            item.pk, item.module = None, module
        Item.objects.bulk_create(items)
    resources = list(Resource.objects.filter(edition=edition))
    for resource in resources:
        resource.pk, resource.edition = None, made
    Resource.objects.bulk_create(resources)


def grow(*, terms: Sequence[int], per_term: int) -> int:
    """These terms (0 is running) of the biggest consortium, so many cohorts each; the others get a few with each. Returns how many people they have."""
    if not Consortium.objects.filter(slug="third").exists():
        found()
    people = 0
    for back in terms:
        for region in Consortium.objects.order_by("pk"):
            count = per_term if region.slug == HOME else max(1, per_term // 30)
            with transaction.atomic():
                people += _term(Term(back), region, count)
    if connection.vendor == "postgresql":  # as autovacuum does a minute later
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return people


def _term(term: Term, region: Consortium, count: int) -> int:
    after = Enrolment.objects.aggregate(last=models.Max("pk"))["last"] or 0
    editions = list(Edition.objects.filter(consortium=region).newest().only("pk", "digest")[:EDITIONS])
    edition = editions[min(term.back // 8, len(editions) - 1)]
    starts_on = term.starts_on
    cohorts = Cohort.objects.bulk_create(
        Cohort(
            consortium=region,
            edition=edition,
            slug=f"{region.slug[:20]}-{term.back}-{n}",
            title=f"{term.code} {region.short_name[:40]} {n}",
            term=term.code,
            time_zone=region.time_zone,
            starts_on=starts_on,
            ends_on=starts_on + datetime.timedelta(days=41),
            closes_on=starts_on + datetime.timedelta(days=55),
        )
        for n in range(count)
    )
    leaders = list(User.objects.filter(email__startswith="facilitator").order_by("pk"))
    Facilitation.objects.bulk_create(
        Facilitation(cohort=cohort, user=leaders[(n + step * term.back) % FACILITATORS])
        for n, cohort in enumerate(cohorts)
        for step in ((1, 2) if term.back % FACILITATORS else (1,))
    )
    colleges = list(College.objects.filter(consortium=region).order_by("pk"))
    for cohort in cohorts:
        _people(cohort, colleges, leaders[0], is_running=term.back == 0)
    outline = Edition.objects.get(pk=edition.pk).outline
    _history(outline, leaders[0], region, after)
    return count * SIZE


def _people(cohort: Cohort, colleges: list[College], by: User, *, is_running: bool) -> None:
    """Of twenty people of a cohort that is over fourteen completed (one late), four did not, two left; three more never joined."""
    begins = datetime.datetime.combine(cohort.starts_on, datetime.time(17), tzinfo=datetime.UTC)
    users = User.objects.bulk_create(
        User(
            email=f"person-{cohort.pk}-{n}@prove.example",
            first_name=("Ada", "Bram", "Chidi", "Dolores", "Efua")[n % 5],
            last_name=f"Number {(n * 7919 + cohort.pk) % 10_007}",
            college=colleges[n % len(colleges)],
            position="full-time",
            discipline="nursing",
            is_career_education=n % 2 == 0,
            password="!",
        )
        for n in range(SIZE)
    )
    done = None if is_running else begins + datetime.timedelta(days=38)
    late = begins + datetime.timedelta(days=50)
    left = begins + datetime.timedelta(days=6)
    Enrolment.objects.bulk_create(
        Enrolment(
            cohort=cohort,
            user=user,
            college=user.college,
            enrolled_at=begins - datetime.timedelta(days=4),
            last_active_at=begins + datetime.timedelta(days=5 + n % (7 if is_running else 30)),
            completed_at=None if n % 20 >= 14 or done is None else late if n % 20 == 0 else done,
            withdrawn_at=left if n % 20 >= 18 else None,
            withdrawn_by=by if n % 20 >= 18 else None,
        )
        for n, user in enumerate(users)
    )
    if is_running:
        Invitation.objects.bulk_create(
            Invitation(
                cohort=cohort,
                email=f"invited-{cohort.pk}-{n}@prove.example",
                last_name=f"Invited {n}",
                token_hash=f"{cohort.pk:032d}{n:032d}",
                expires_at=timezone.now() + datetime.timedelta(days=20),
            )
            for n in range(3)
        )


# ---- What the database makes of these rows

# Who completed did everything; others one to three modules.
REACHED = "(e.completed_at IS NOT NULL OR m.position <= 1 + e.id % 3)"
PEOPLE = f"""{Enrolment._meta.db_table} e JOIN {Cohort._meta.db_table} c ON c.id = e.cohort_id
    JOIN {User._meta.db_table} u ON u.id = e.user_id"""
COURSE = f"""JOIN {Module._meta.db_table} m ON m.edition_id = c.edition_id
    JOIN {Item._meta.db_table} i ON i.module_id = m.id"""
KEY = "m.slug || '/' || i.slug"


def _history(outline: Outline, leader: User, region: Consortium, after: int) -> None:
    """What the people whose enrolments come after `after` did, wrote, earned and were told."""
    done = [
        (item.key, need.fact, f"to:{n}" if need.count > 1 else "")
        for key, needs in activities.needs(outline).items()
        for item in [outline.by_key[key]]
        if not item.facts.get("opens_after_weeks")
        for need in needs
        for n in range(need.count)
    ]
    facts = " UNION ALL ".join(["SELECT %s AS item, %s AS name, %s AS subject"] * len(done))
    _insert(
        ProgressEvent,
        {"enrolment_id": "e.id", "item": "f.item", "name": "f.name", "subject": "f.subject", "at": "e.last_active_at"}
        | {"title": "''"},
        f"{PEOPLE} {COURSE} JOIN ({facts}) f ON f.item = {KEY} WHERE {REACHED} AND e.id > %s",
        [value for row in done for value in row] + [after],
    )
    common = {"cohort_id": "e.cohort_id", "item": KEY, "author_id": "e.user_id", "enrolment_id": "e.id"}
    words = {"body": f"'<p>{WORDS}</p>'", "text": f"'{WORDS}'", "words": "66", "version": "1", "edit_token": "''"}
    first = common | words | {"token": f"'first-' || {KEY}", "created_at": "e.last_active_at"}
    _insert(Post, first, f"{PEOPLE} {COURSE} WHERE i.kind = 'discussion' AND {REACHED} AND e.id > %s", [after])
    answer = words | {"cohort_id": "e.cohort_id", "item": "p.item", "author_id": "e.user_id", "enrolment_id": "e.id"}
    answer |= {"parent_id": "p.id", "token": "'reply-' || p.item", "created_at": "e.last_active_at"}
    neighbour = f"{PEOPLE} JOIN {Post._meta.db_table} p ON p.enrolment_id = e.id - 1 AND p.cohort_id = e.cohort_id"
    _insert(
        Post, answer, f"{neighbour} WHERE p.parent_id IS NULL AND e.completed_at IS NOT NULL AND e.id > %s", [after]
    )
    tried = {"enrolment_id": "e.id", "item": KEY, "source_id": "i.id", "number": "1", "answers": _json({})}
    tried |= dict.fromkeys(("started_at", "saved_at", "submitted_at"), "e.last_active_at")
    tried |= {"score": "80 + e.id % 20", "passed": "TRUE", "receipt": "'made'", "version": "9"}
    _insert(Attempt, tried, f"{PEOPLE} {COURSE} WHERE i.kind = 'check' AND {REACHED} AND e.id > %s", [after])
    _plans(leader, after)
    _papers(leader, region, after)


def _plans(leader: User, after: int) -> None:
    """Everybody who stayed has a plan; every fourth is as long as real ones are."""
    long = plans.whole(plans.read()["gate"], college="palomar", term="2027-spring")
    names = ("code_system", "program_code", "activity_types", "sections_per_year", "students_per_section", "stage")
    short = {name: long[name] for name in names if name in long} | {"activity_summary": WORDS}
    is_done = "e.completed_at IS NOT NULL"
    plan = {"enrolment_id": "e.id", "status": f"CASE WHEN {is_done} THEN 'approved' ELSE 'draft' END"}
    plan |= {"data": f"CASE WHEN e.id % 4 = 0 THEN {_json(long)} ELSE {_json(short)} END", "field_versions": _json({})}
    plan |= {"version": "3", "title": "'A plan by ' || u.last_name", "stage": "'THROUGH'", "discipline": "'nursing'"}
    plan |= {"sharing": "CASE e.id % 3 WHEN 0 THEN 'named' WHEN 1 THEN 'anonymous' ELSE 'private' END"}
    plan |= {"updated_at": "e.last_active_at", "submitted_at": "e.completed_at", "approved_at": "e.completed_at"}
    plan |= {"approved_by_id": f"CASE WHEN {is_done} THEN {leader.pk} END"}
    _insert(LessonPlan, plan, f"{PEOPLE} WHERE e.withdrawn_at IS NULL AND e.id > %s", [after])
    mine = f"{PEOPLE} JOIN {LessonPlan._meta.db_table} p ON p.enrolment_id = e.id"
    handed_in = f"{mine} WHERE {is_done} AND e.id > %s"
    version = {
        "plan_id": "p.id",
        "number": "3",
        "data": _json({}),
        "began_at": "e.completed_at",
        "reason": "'submitted'",
    }
    _insert(PlanVersion, version | {"at": "e.completed_at"}, handed_in, [after])
    snapshot = f"{mine} JOIN {PlanVersion._meta.db_table} v ON v.plan_id = p.id WHERE {is_done} AND e.id > %s"
    review = {"plan_id": "p.id", "snapshot_id": "v.id", "state": "'approved'", "opened_at": "e.completed_at"}
    review |= {"decided_at": "e.completed_at", "decided_by_id": f"{leader.pk}", "overall": "''", "version": "1"}
    review |= {"scores": _json(dict.fromkeys(("alignment", "access", "evidence"), 3)), "note_versions": _json({})}
    _insert(Review, review, snapshot, [after])


def _papers(leader: User, region: Consortium, after: int) -> None:
    """Certificates, what people were told and mailed, PDFs, and a line of the audit log each."""
    texts = ("description", "activity_category", "work_title", "facilitator")
    certificate = dict.fromkeys(texts, "''") | {"enrolment_id": "e.id", "number": f"'WBL-' || {_text('e.id')}"}
    certificate |= {"issued_at": "e.completed_at", "name": "u.last_name", "college": "''", "course": "'Course'"}
    certificate |= {"version": "'1'", "cohort": "c.title", "consortium": f"'{region.short_name[:40]}'", "hours": "13.0"}
    certificate |= {"starts_on": "c.starts_on", "ends_on": "c.ends_on", "completed_on": "c.ends_on"}
    _insert(Certificate, certificate, f"{PEOPLE} WHERE e.completed_at IS NOT NULL AND e.id > %s", [after])
    data = {"cohort": "Then", "author": "Fran", "title": "Welcome", "text": "Glad that you are here."}
    notice = {"user_id": "e.user_id", "kind": "'announcement'", "key": f"'history-' || {_text('e.id')}"}
    notice |= {"data": _json(data), "url": "'/'", "delivery": "'now'"}
    notice |= dict.fromkeys(("created_at", "read_at", "mailed_at"), "e.enrolled_at")
    _insert(Notice, notice, f"{PEOPLE} WHERE e.id > %s", [after])
    mail = dict.fromkeys(("sender", "text", "html", "error"), "''") | {"to": "u.email", "subject": "'Welcome'"}
    mail |= {"key": f"'notice:' || {_text('n.id')}", "notice_id": "n.id", "state": "'sent'", "attempts": "1"}
    mail |= {"token": "'made'", **dict.fromkeys(("send_after", "created_at", "sent_at"), "e.enrolled_at")}
    told = f"{PEOPLE} JOIN {Notice._meta.db_table} n ON n.user_id = e.user_id AND n.key = 'history-' || {_text('e.id')}"
    _insert(Mail, mail, f"{told} WHERE e.id > %s", [after])
    entry = {"at": "e.enrolled_at", "actor_id": f"{leader.pk}", "actor_name": f"'{leader.email}'"}
    entry |= {"action": "'roster.enrol'", "subject_type": "'cohorts.enrolment'", "subject_id": _text("e.id")}
    entry |= {"subject": "c.title", "consortium": f"'{region.slug}'", "detail": _json({})}
    _insert(Entry, entry, f"{PEOPLE} WHERE e.id > %s", [after])
    owners = Enrolment.objects.filter(pk__gt=after, completed_at__isnull=False).order_by("pk")
    rows = [(pk, user, at) for pk, user, at in owners.values_list("pk", "user_id", "completed_at") if pk % 3 == 0]
    made = Document.objects.bulk_create(
        Document(
            key=f"{pk:064d}", kind="lesson-plan", title="A plan", state="done", attempts=1, path=f"00/{pk}.pdf",
            sha256=f"{pk:064d}", size=1, pages=1, created_at=at, started_at=at, finished_at=at, wake_at=at,
        )
        for pk, _, at in rows
    )  # fmt: skip
    DocumentRequest.objects.bulk_create(
        DocumentRequest(user_id=user, document=document, kind="lesson-plan", subject_id=str(pk))
        for (pk, user, _), document in zip(rows, made, strict=True)
    )


def _insert(model: type[models.Model], columns: dict[str, str], source: str, values: list[Any]) -> None:
    """INSERT … SELECT: column → expression over `source`."""
    names = ", ".join(f'"{name}"' for name in columns)
    # Literal per cent signs would be taken for parameters; only `source` has any.
    chosen = ", ".join(each.replace("%", "%%") for each in columns.values())
    where = source.replace(" % ", " %% ")
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {chosen} FROM {where}", values)


def _json(value: Any) -> str:
    """A literal of JSON, as each database keeps it."""
    quoted = "'" + json.dumps(value).replace("'", "''") + "'"
    return f"CAST({quoted} AS jsonb)" if connection.vendor == "postgresql" else quoted


def _text(expression: str) -> str:
    return f"CAST({expression} AS text)"
