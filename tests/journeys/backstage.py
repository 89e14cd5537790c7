"""What journeys prepare or look up behind the stage, in a process with the installation's settings: lines of JSON in, lines of JSON out."""

import contextlib
import io
import json
import os
import sys
import traceback
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import django


def session(email: str) -> dict[str, str]:
    """A cookie with which a browser is this person."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import User

    user = User.objects.get(email=email)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": str(store.session_key)}


def end_sessions(email: str) -> int:
    from django.contrib.sessions.models import Session

    from accounts.models import User

    pk = str(User.objects.get(email=email).pk)
    mine = [row.pk for row in Session.objects.all() if row.get_decoded().get("_auth_user_id") == pk]
    Session.objects.filter(pk__in=mine).delete()
    return len(mine)


def person(email: str, first: str, last: str, password: str, role: str = "") -> None:
    """Somebody with an account; a role is granted by the administrator."""
    from allauth.account.models import EmailAddress
    from django.utils import timezone

    from accounts.models import Consortium, User
    from cohorts.actions import roles

    user = User.objects.create_user(email, password, first_name=first, last_name=last, time_zone="America/Los_Angeles")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if role:
        consortium = Consortium.objects.get(slug="san-diego-imperial")
        admin = User.objects.get(email="admin@demo.example")
        roles.grant_role(user=user, consortium=consortium, kind=role, by=admin, now=timezone.now())


def begin_earlier(cohort: str, days: int) -> None:
    """Move a cohort's start into the past, with the two dates kept beside it."""
    from cohorts.models import Cohort

    row = Cohort.objects.get(slug=cohort)
    for name in ("starts_on", "ends_on", "closes_on"):
        setattr(row, name, getattr(row, name) - timedelta(days=days))
    row.save()


def _place(email: str, cohort: str) -> Any:
    from django.utils import timezone

    from cohorts.access import Place
    from cohorts.models import Enrolment

    enrolment = Enrolment.objects.select_related("cohort__edition", "cohort__consortium", "user").get(
        user__email=email, cohort__slug=cohort
    )
    return Place(enrolment.user, enrolment.cohort, enrolment, False, timezone.now())


def classmate(cohort: str, email: str, first: str, last: str, password: str, text: str) -> None:
    """Somebody who takes the course as well and has posted in both discussions."""
    from django.utils import timezone

    from accounts.models import College, User
    from cohorts.models import Cohort, Enrolment
    from discussions import actions as discussions
    from foundation.richtext import cleaning

    person(email, first, last, password)
    college = College.objects.get(slug="grossmont")
    User.objects.filter(email=email).update(college=college, discipline="history")
    row = Cohort.objects.get(slug=cohort)
    Enrolment.objects.create(
        cohort=row, user=User.objects.get(email=email), college=college, enrolled_at=timezone.now()
    )
    place = _place(email, cohort)
    for module in row.edition.outline.modules:
        for item in module.items:
            if item.kind == "discussion":
                discussions.post(place=place, item=item, content=cleaning.read(text), token=uuid.uuid4().hex)


def read_pages(email: str, cohort: str) -> None:
    """Somebody does what stands before the first module's discussion, so that it opens."""
    _take(email, cohort, "what-wbl-is", ("page", "survey"))


def take_module(email: str, cohort: str, module: str, text: str, to: list[str]) -> None:
    """Somebody takes all of a module but its plan step, with replies to the people of these addresses."""
    from discussions import actions as discussions
    from discussions.models import Post
    from foundation.richtext import cleaning

    _take(email, cohort, module, ("page", "survey", "check"))
    place = _place(email, cohort)
    for item in place.outline.module_by_slug[module].items:
        if item.kind == "discussion":
            words = cleaning.read(text)
            discussions.post(place=place, item=item, content=words, token=uuid.uuid4().hex)
            for other in Post.objects.filter(cohort=place.cohort, item=item.key, parent=None, author__email__in=to):
                discussions.reply(place=place, item=item, answered=other, content=words, token=uuid.uuid4().hex)


def _take(email: str, cohort: str, module: str, kinds: tuple[str, ...]) -> None:
    import random

    from django.utils import timezone

    from cohorts import actions
    from wbl_course.demo import stage as do

    place = _place(email, cohort)
    stage = do.Stage(timezone.now(), "", dice=random.Random(7))
    number = [each.slug for each in place.outline.modules].index(module)
    for item in place.outline.modules[number].items:
        if item.kind not in kinds:
            continue
        if item.kind == "page":
            actions.record(enrolment=place.enrolment, item=item.key, name="read", now=place.now)
        elif item.kind == "check":
            do.check(stage, place.enrolment, item, timedelta(days=365))
        elif item.facts["required"]:
            do.answer_surveys(stage, place.enrolment, number, timedelta(days=365))


def outline(cohort: str) -> list[dict[str, Any]]:
    from cohorts.models import Cohort

    edition = Cohort.objects.get(slug=cohort).edition
    return [
        {"module": module.slug, "key": item.key, "kind": item.kind, "title": item.title}
        | {"required": item.facts.get("required", True)}
        for module in edition.outline.modules
        for item in module.items
    ]


def right_answers(email: str, cohort: str, item: str) -> dict[str, Any]:
    """Of the try that this person has open, as the page's controls take them."""
    from knowledgechecks import scoring
    from knowledgechecks.models import Attempt

    attempt = Attempt.objects.get(
        enrolment__user__email=email, enrolment__cohort__slug=cohort, item=item, submitted_at=None
    )
    return {q["id"]: scoring.right_answer(q) for q in attempt.source.data["questions"]}


def cast() -> dict[str, str]:
    """Somebody of the running demonstration at each point: an address for "reader", "finisher" and every state of a plan."""
    from cohorts.models import Enrolment
    from lessonplans.models import LessonPlan

    found = {
        row.status: row.enrolment.user.email
        for row in LessonPlan.objects.filter(enrolment__cohort__slug="fall-2026").select_related("enrolment__user")
    }
    for name, first_name in (("reader", "Ben"), ("other reader", "Yasmin")):
        found[name] = Enrolment.objects.get(cohort__slug="fall-2026", user__first_name=first_name).user.email
    found["finisher"] = Enrolment.objects.filter(completed_at__isnull=False).select_related("user")[0].user.email
    return found


def everything_to_read(cohort: str) -> list[str]:
    """The addresses of all modules, items, resources and worked examples that this cohort's people have."""
    from cohorts.models import Cohort
    from lessonplans import template
    from modules.models import Resource

    edition = Cohort.objects.get(slug=cohort).edition
    items = [f"/c/{cohort}/{item.key}/" for item in edition.outline.items]
    modules = [f"/c/{cohort}/{module.slug}/" for module in edition.outline.modules]
    toolbox = [f"/toolbox/{slug}/" for slug in Resource.objects.filter(edition=edition).values_list("slug", flat=True)]
    return modules + items + toolbox + [f"/gallery/exemplars/{slug}/" for slug in template.of(edition).exemplars]


def certificate() -> str:
    """The address at which anybody verifies one."""
    from cohorts.models import Certificate

    return Certificate.objects.order_by("pk")[0].get_absolute_url()


def invitation() -> str:
    """The address in the mail of an open invitation."""
    from cohorts.actions import invitations
    from cohorts.models import Invitation

    row = Invitation.objects.filter(accepted_at=None, cohort__slug="fall-2026").order_by("pk")[0]
    row.token_hash = invitations.hash_of("known")
    row.save()
    return invitations.path_of("known")


def reviews(cohort: str) -> list[str]:
    """The facilitator's page of a plan in each state."""
    from lessonplans.models import LessonPlan

    found = {
        row.status: row.pk for row in LessonPlan.objects.filter(enrolment__cohort__slug=cohort).exclude(status="draft")
    }
    return [f"/c/{cohort}/reviews/{pk}/" for pk in found.values()]


def thread(cohort: str, item: str) -> int:
    """A post that others may answer."""
    from discussions.models import Post

    return Post.objects.filter(cohort__slug=cohort, item=item, parent=None).order_by("pk")[0].pk


def whole_plan() -> dict[str, Any]:
    from wbl_course.demo import plans

    return plans.whole(plans.read()["gate"], college="palomar", term="2027-spring")


def plan(email: str, cohort: str) -> dict[str, Any]:
    from lessonplans.models import LessonPlan

    row = LessonPlan.objects.get(enrolment__user__email=email, enrolment__cohort__slug=cohort)
    return {"data": row.data, "version": row.version, "status": row.status, "pk": row.pk}


def writer() -> dict[str, str]:
    """Somebody of the running demonstration whose plan is a draft."""
    from lessonplans.models import LessonPlan

    row = (
        LessonPlan.objects.filter(status="draft", enrolment__cohort__slug="fall-2026")
        .order_by("pk")
        .select_related("enrolment__user")[0]
    )
    return {"email": row.enrolment.user.email, "cohort": row.enrolment.cohort.slug}


def plans_to_print(count: int) -> list[dict[str, str]]:
    """People of the demonstration with a plan that nobody has asked for as a PDF yet."""
    from foundation.documents.models import DocumentRequest
    from lessonplans.models import LessonPlan

    asked = DocumentRequest.objects.filter(kind="lesson-plan").values_list("subject_id", flat=True)
    rows = LessonPlan.objects.exclude(pk__in=[int(pk) for pk in asked]).order_by("pk").select_related("enrolment__user")
    return [{"email": row.enrolment.user.email, "subject": str(row.pk)} for row in rows[:count]]


def resources() -> list[str]:
    from accounts.models import Consortium
    from modules.models import Edition, Resource

    edition = Edition.objects.filter(consortium=Consortium.objects.get(slug="san-diego-imperial")).newest()[0]
    return list(Resource.objects.filter(edition=edition).order_by("pk").values_list("title", flat=True))


def ask(email: str, kind: str, subject: str) -> int:
    """Ask for a document as the page does; the broker is told after commit."""
    from accounts.models import User
    from foundation.documents import actions

    return actions.ask(user=User.objects.get(email=email), kind=kind, subject_id=subject).document_id


def documents(pks: list[int]) -> list[dict[str, Any]]:
    from django.conf import settings

    from foundation.documents.models import Document

    found = Document.objects.in_bulk(pks)
    return [
        {
            "state": row.state,
            "attempts": row.attempts,
            "error": row.error,
            "files": sum(1 for _ in settings.DOCUMENTS_DIR.rglob(f"{row.key}*")),
        }
        for row in (found[pk] for pk in pks)
    ]


def requested(subjects: list[str]) -> list[int]:
    from foundation.documents.models import DocumentRequest

    return list(
        DocumentRequest.objects.filter(kind="lesson-plan", subject_id__in=subjects)
        .values_list("document_id", flat=True)
        .distinct()
    )


def document_leases_end() -> None:
    """As if the time had passed in which a worker must be heard of."""
    from django.utils import timezone

    from foundation.documents.models import Document

    now = timezone.now()
    Document.objects.filter(state="claimed").update(lease_until=now - timedelta(seconds=1))
    Document.objects.filter(state="queued").update(wake_at=now)


def sweep_documents() -> int:
    from django.utils import timezone

    from foundation.documents import actions

    return actions.sweep(now=timezone.now())


def mail(email: str) -> int:
    """Queue an e-mail the way everything does, through the backend that writes it down."""
    from django.core.mail import send_mail

    from foundation.notices.models import Mail

    send_mail("A line to you", "Words that must arrive.", None, [email])
    return Mail.objects.filter(to=email).latest("pk").pk


def mails(pks: list[int]) -> list[dict[str, Any]]:
    from foundation.notices.models import Mail

    found = Mail.objects.in_bulk(pks)
    return [{"state": row.state, "attempts": row.attempts} for row in (found[pk] for pk in pks)]


def mail_leases_end() -> None:
    from celery import current_app
    from django.utils import timezone

    from foundation.notices.models import Mail

    Mail.objects.filter(state="claimed").update(lease_until=timezone.now() - timedelta(seconds=1))
    current_app.send_task("foundation.notices.tasks.sweep")


def check_invariants() -> str:
    """What `manage.py check_invariants` prints, without starting a process for it."""
    from django.core.management import call_command

    told = io.StringIO()
    with contextlib.suppress(SystemExit):  # it ends so when something is broken, and has said what
        call_command("check_invariants", stdout=told)
    return told.getvalue()


def main(functions: Mapping[str, Any]) -> None:
    """Call what is asked for, by name, until nobody asks any more."""
    import wbl_course.celery  # noqa: F401  # tasks are sent to the installation's broker

    for line in sys.stdin:
        name, words = json.loads(line)
        try:
            answer = {"value": functions[name](**words)}
        except Exception:  # noqa: BLE001  # the test that asked shows it
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wbl_course.settings")
    django.setup()
    main(globals())
