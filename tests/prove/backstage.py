"""What the proofs prepare or look up behind the stage, besides what the journeys do."""

import os
import re
from typing import Any

import django

from tests.journeys import backstage
from tests.journeys.backstage import check_invariants, outline, right_answers, session

__all__ = ["check_invariants", "outline", "right_answers", "session"]


def crew(cohort: str, count: int) -> list[dict[str, Any]]:
    """People of the demonstration who have posted in the first discussion and may still write in their plan."""
    from cohorts.models import Enrolment
    from lessonplans.models import LessonPlan

    enrolments = Enrolment.objects.active().filter(cohort__slug=cohort, events__name="posted").distinct()
    writable = enrolments.exclude(lesson_plan__status__in=["submitted", "approved", "archived"])
    found = []
    for enrolment in writable.select_related("user").order_by("pk")[:count]:
        plan = LessonPlan.objects.filter(enrolment=enrolment).first()
        found.append({"email": enrolment.user.email, "version": plan.version if plan else 0})
    assert len(found) == count
    return found


def plan_of(email: str, cohort: str) -> str:
    from lessonplans.models import LessonPlan

    return str(LessonPlan.objects.get(enrolment__user__email=email, enrolment__cohort__slug=cohort).pk)


def talk(cohort: str) -> dict[str, Any]:
    """The first discussion: its key, its threads with their authors, and the least words of a reply."""
    from cohorts.models import Cohort
    from discussions.models import Post

    outline = Cohort.objects.get(slug=cohort).edition.outline
    item = next(outline.of_kind("discussion"))
    posts = Post.objects.live().filter(cohort__slug=cohort, item=item.key, parent=None).order_by("pk")
    return {"key": item.key, "threads": list(posts.values_list("pk", "author__email"))}


def resources(cohort: str) -> list[str]:
    from cohorts.models import Cohort
    from modules.models import Resource

    edition = Cohort.objects.get(slug=cohort).edition
    return [str(pk) for pk in Resource.objects.filter(edition=edition).order_by("pk").values_list("pk", flat=True)]


def open_attempt(email: str, cohort: str, item: str) -> dict[str, int]:
    from knowledgechecks.models import Attempt

    row = Attempt.objects.open().get(enrolment__user__email=email, enrolment__cohort__slug=cohort, item=item)
    return {"number": row.number, "version": row.version}


def unfinished() -> dict[str, int]:
    """How much the worker still has to do."""
    from foundation.documents.models import Document
    from foundation.notices.models import Mail, Notice

    return {
        "documents": Document.objects.filter(state__in=["queued", "claimed"]).count(),
        "letters": Mail.objects.filter(state__in=["queued", "claimed"]).count(),
        "notices": Notice.objects.undecided().count(),
    }


def buried() -> list[dict[str, Any]]:
    """Documents that were given up, with somebody who asked for them."""
    from foundation.documents.models import DocumentRequest

    dead = DocumentRequest.objects.filter(document__state="dead").select_related("document", "user").order_by("pk")
    return [
        {
            "email": row.user.email,
            "kind": row.kind,
            "subject": row.subject_id,
            "document": row.document_id,
            "error": row.document.error,
        }
        for row in dead
    ]


def asked(requests: list[str]) -> list[dict[str, Any]]:
    """What became of these requests: of each document its state, how often it was tried, its files, how long it took."""
    from django.conf import settings

    from foundation.documents.models import Document, DocumentRequest

    ids = DocumentRequest.objects.filter(pk__in=requests).values("document")
    files = [path.name for path in settings.DOCUMENTS_DIR.rglob("*.pdf")]
    return [
        {
            "document": row.pk,
            "state": row.state,
            "attempts": row.attempts,
            "files": sum(name.startswith(row.key) for name in files),
            "seconds": (row.finished_at - row.created_at).total_seconds() if row.finished_at else None,
        }
        for row in Document.objects.filter(pk__in=ids).order_by("pk")
    ]


def letters() -> list[dict[str, Any]]:
    """Every e-mail since the demonstration was made."""
    from foundation.notices.models import Mail

    return [
        {
            "pk": row.pk,
            "to": row.to,
            "state": row.state,
            "attempts": row.attempts,
            "seconds": (row.sent_at - row.notice.created_at).total_seconds() if row.sent_at and row.notice else None,
        }
        for row in Mail.objects.filter(notice__delivery="now").select_related("notice").order_by("pk")
    ]


def told(tokens: list[str]) -> dict[str, int]:
    """Of announcements with these tokens: how many there are, how many people they are for, and how these were told."""
    from django.db.models import Count

    from cohorts.models import Announcement, Enrolment
    from foundation.notices.models import Notice

    made = list(Announcement.objects.filter(token__in=tokens))
    keys = [f"announcement:{each.pk}" for each in made]
    notices = Notice.objects.filter(kind="announcement", key__in=keys)
    ways = dict(notices.order_by().values_list("delivery").annotate(Count("pk")))
    people = sum(Enrolment.objects.active().filter(cohort=each.cohort).count() for each in made)
    unsent = notices.filter(delivery="now").exclude(mail__state="sent").count()
    return {"made": len(made), "people": people, "told": sum(ways.values()), "mailed": ways.get("now", 0)} | {
        "unsent": unsent
    }


def wrong_posts(sent: list[list[str]]) -> list[str]:
    """Of posts (author's address, token, text) those that are not there exactly once, letter by letter."""
    from discussions.models import Post

    tokens = [token for _, token, _ in sent]
    rows = Post.objects.filter(token__in=tokens).values_list("author__email", "token", "text")
    found: dict[tuple[str, str], list[str]] = {}
    for email, token, text in rows:
        found.setdefault((email, token), []).append(text)
    return [f"{email} {token}" for email, token, text in sent if found.get((email, token)) != [text]]


def wrong_fields(cohort: str, saved: dict[str, dict[str, str]]) -> list[str]:
    """Of fields of plans (address → field → text) those that do not hold these words."""
    from lessonplans.models import LessonPlan

    plans = LessonPlan.objects.filter(enrolment__cohort__slug=cohort, enrolment__user__email__in=list(saved))
    data = {plan.enrolment.user.email: plan.data for plan in plans.select_related("enrolment__user")}
    return [
        f"{email} {key}"
        for email, fields in saved.items()
        for key, text in fields.items()
        if data.get(email, {}).get(key) != text
    ]


def wrong_drafts(saved: dict[str, dict[str, str]]) -> list[str]:
    """Of drafts (address → place → body) those that are not there as they were saved."""
    from foundation.drafts.models import Draft

    rows = Draft.objects.filter(user__email__in=list(saved)).values_list("user__email", "place", "body")
    found = {(email, place): body for email, place, body in rows}
    return [
        f"{email} {place}"
        for email, places in saved.items()
        for place, body in places.items()
        if found.get((email, place)) != body
    ]


def sweep_mail() -> None:
    """Tell the worker to look for letters now; beat does it every twenty seconds."""
    from celery import current_app

    current_app.send_task("foundation.notices.tasks.sweep")


def leases_end() -> None:
    """As if the minutes had passed in which a worker must be heard of: for short runs."""
    backstage.document_leases_end()
    backstage.mail_leases_end()


def grow(terms: list[int], per_term: int) -> int:
    from tests.prove import population

    return population.grow(terms=terms, per_term=per_term)


def pages(email: str, addresses: list[str]) -> list[dict[str, Any]]:
    """What these pages cost this person."""
    from tests.prove import counting

    client = counting.client_of(email)
    return [counting.page(client, address) for address in addresses]


def exports(email: str, addresses: list[str]) -> list[dict[str, Any]]:
    from tests.prove import counting

    client = counting.client_of(email)
    return [counting.export(client, address) for address in addresses]


def hourly() -> list[dict[str, Any]]:
    from tests.prove import counting

    return counting.hourly()


def whereabouts() -> dict[str, Any]:
    """Of the biggest consortium: its running cohort with people in it, its oldest one, how many people it has in all and in each fiscal year."""
    from django.db.models import Count

    from cohorts.models import Cohort, Enrolment, Invitation
    from reports.fiscal import fiscal_year
    from tests.prove.population import HOME

    cohorts = Cohort.objects.filter(consortium__slug=HOME).order_by("-starts_on", "pk")
    newest, oldest = cohorts[0], cohorts.order_by("starts_on", "pk")[0]
    years: dict[str, int] = {}
    for starts_on, people in cohorts.annotate(people=Count("enrolments")).values_list("starts_on", "people"):
        years[fiscal_year(starts_on)] = years.get(fiscal_year(starts_on), 0) + people
    outline = newest.edition.outline
    return {
        "cohort": newest.slug,
        "term": newest.term,
        "oldest": oldest.slug,
        "old_term": oldest.term,
        "cohorts": cohorts.count(),
        "facilitator": newest.facilitators.order_by("pk")[0].email,
        "leads": newest.facilitators.order_by("pk")[0].facilitated_cohorts.count(),
        "participant": newest.enrolments.filter(events__name="posted").order_by("pk")[0].user.email,
        "talk": next(outline.of_kind("discussion")).key,
        "module": outline.modules[0].slug,
        "college": newest.consortium.colleges.order_by("pk")[0].slug,
        "people": Enrolment.objects.filter(cohort__consortium__slug=HOME).count(),
        "everybody": Enrolment.objects.count(),
        "invited": Invitation.objects.open().filter(cohort__consortium__slug=HOME).count(),
        "years": years,
    }


MESSAGE_ID = re.compile(rb"^Message-ID: <(mail-(\d+)-\d+)@", re.MULTILINE)
END_OF_MESSAGE = b"\n" + b"-" * 79 + b"\n"


def posted() -> dict[str, list[str]]:
    """Number of an e-mail → its message's name, as often as it went out whole. A worker that was killed while it wrote
    leaves a beginning, as a mail server drops one whose connection was cut.
    """
    from pathlib import Path

    from django.conf import settings

    found: dict[str, list[str]] = {}
    for path in sorted(Path(settings.EMAIL_FILE_PATH).glob("*")):
        *whole, _ = path.read_bytes().split(END_OF_MESSAGE)
        for message in whole:
            if name := MESSAGE_ID.search(message):
                found.setdefault(name[2].decode(), []).append(name[1].decode())
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wbl_course.settings")
    django.setup()
    backstage.main(globals())
