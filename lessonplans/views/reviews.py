"""A facilitator at the submitted plans: the queue, and one plan with its rubric and comments."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import access as cohorts
from cohorts.access import Place
from foundation.drafts import bodies
from lessonplans import access, actions, fields, forms, merging, paper, policies
from lessonplans.actions.reviews import NoteConflict
from lessonplans.models import LessonPlan, PlanVersion, Review
from lessonplans.template import PlanCourse
from lessonplans.views import answers

BODY_LIMIT = 256 * 1024


@require_safe
def reviews(request: HttpRequest, cohort: str) -> HttpResponse:
    """Plans of the cohort: waiting ones first, the oldest on top, with the day by which feedback is promised."""
    place = cohorts.facilitator(request, cohort)
    course = access.course_at(place)
    newest = (
        Review.objects.filter(plan=OuterRef("plan")).exclude(state=Review.State.WITHDRAWN).order_by("-opened_at", "-pk")
    )
    rows = Review.objects.filter(
        plan__enrolment__cohort=place.cohort, plan__enrolment__withdrawn_at=None, pk=Subquery(newest.values("pk")[:1])
    )
    found = list(
        rows.select_related("plan__enrolment__user", "plan__enrolment__college", "reviewer", "decided_by")
        .defer("plan__data", "plan__field_versions", "note_versions", "overall")
        .order_by("opened_at", "pk")
    )
    for each in found:
        opened_on = timezone.localtime(each.opened_at, place.cohort.zone).date()
        each.due_on = policies.due_on(opened_on, course.holidays)  # type: ignore[attr-defined]
        each.is_late = each.is_open and each.due_on < timezone.localtime(place.now, place.cohort.zone).date()  # type: ignore[attr-defined]
    decided = sorted(
        (each for each in found if not each.is_open), key=lambda each: (each.decided_at, each.pk), reverse=True
    )
    context = {
        "place": place,
        "cohort": place.cohort,
        "consortium": place.cohort.consortium,
        "waiting": [each for each in found if each.is_open],
        "returned": [
            each
            for each in decided
            if each.state == Review.State.RETURNED and each.plan.status != LessonPlan.Status.APPROVED
        ],
        "approved": [each for each in decided if each.state == Review.State.APPROVED],
        "drafts": LessonPlan.objects.filter(
            enrolment__cohort=place.cohort, enrolment__withdrawn_at=None, status=LessonPlan.Status.DRAFT
        ).count(),
    }
    return render(request, "lessonplans/reviews.html", context)


@require_safe
def review(request: HttpRequest, cohort: str, plan_id: int) -> HttpResponse:
    """One plan as it was submitted, with comments in its margin and the rubric."""
    place, course, found = access.submission(request, cohort, plan_id)
    return _show(request, place, course, found)


def _show(
    request: HttpRequest,
    place: Place,
    course: PlanCourse,
    found: Review,
    *,
    status: int = 200,
    lacks: list[str] | None = None,
    problem: str = "",
    typed: Mapping[str, Any] | None = None,
    conflicts: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    notes = {**actions.reviews.notes_of(found), **(typed or {})}
    mine = policies.can_note(found, place.user.pk)
    plan, enrolment = found.plan, found.plan.enrolment
    handed_in = timezone.localtime(found.opened_at, place.cohort.zone)
    head = paper.heading(
        course,
        found.snapshot.data,
        author=enrolment.user.name,
        college=enrolment.college.name if enrolment.college else "",
        cohort=place.cohort.title,
        status=found.get_state_display(),
        dated=formats.date_format(handed_in, "F j, Y"),
    )
    resources = access.resources_of(place)
    sections = paper.sections(course.template, found.snapshot.data, resources=resources, gaps="all")
    for section in sections:
        for block in section["blocks"]:
            for entry in block.get("entries") or [block["table"]]:
                entry["anchor"] = f"field:{entry['key']}"
                entry["note"] = notes.get(f"comment:field:{entry['key']}", "")
    # What was taken back before anybody read it tells a reviewer nothing.
    earlier = (
        PlanVersion.objects.filter(reviews__in=plan.reviews.decided(), number__lt=found.snapshot.number)
        .only("number", "data", "plan_id")
        .first()
    )
    context = {
        "place": place,
        "cohort": place.cohort,
        "consortium": place.cohort.consortium,
        "plan": plan,
        "review": found,
        "author": enrolment.user,
        "mine": mine,
        "due_on": policies.due_on(handed_in.date(), course.holidays),
        "paper": {"head": head, "sections": sections},
        "rows": [
            {
                "criterion": criterion,
                "levels": [
                    {
                        "level": level,
                        "descriptor": descriptor,
                        "is_chosen": notes.get(f"score:{criterion.key}") == level.points,
                    }
                    for level, descriptor in zip(course.rubric.levels, criterion.descriptors, strict=False)
                ],
                "note": notes.get(f"comment:criterion:{criterion.key}", ""),
            }
            for criterion in course.rubric.criteria
        ],
        "overall": notes.get("overall", ""),
        "lacks": lacks,
        "problem": problem,
        "conflicts": conflicts or [],
        "changed_since": paper.differences(course.template, earlier.data, found.snapshot.data, resources=resources)
        if earlier
        else [],
        "is_resubmission": earlier is not None,
    }
    return render(request, "lessonplans/review.html", context, status=status)


@require_POST
def claim(request: HttpRequest, cohort: str, plan_id: int) -> HttpResponse:
    """Begin to read a plan, or take it over from the colleague whose it was on the page."""
    place, course, found = access.submission(request, cohort, plan_id)
    seen = forms.whole_number(request.POST.get("seen")) or None
    try:
        actions.claim(review=found, by=place.user, seen=seen, now=place.now)
    except actions.NotYours as error:
        who = error.review.reviewer.name if error.review.reviewer else "somebody"
        problem = f"{who} has this review by now." if error.review.is_open else "This review is decided already."
        return _show(request, place, course, error.review, status=409, problem=problem)
    return answers.see_other("lessonplans:review", cohort, plan_id)


@require_http_methods(["PUT", "POST"])
def save_notes(request: HttpRequest, cohort: str, plan_id: int) -> HttpResponse:
    """Ratings and comments as they are written: PUT {review, version, changes, bases?} answers a status; POST is the
    form without a script.
    """
    place, course, found = access.submission(request, cohort, plan_id)
    if request.method == "POST":
        return _decide(request, place, course, found, actions.note, "Saved.")
    try:
        body = bodies.read(request, limit=BODY_LIMIT)
        changes, base, bases = _checked(body)
        if body.get("review") != found.pk:
            return JsonResponse(_gone(found), status=409)
        saved = actions.note(review=found, by=place.user, changes=changes, base=base, bases=bases, now=place.now)
    except bodies.BadBody as error:
        return JsonResponse({"message": error.message}, status=error.status)
    except KeyError:
        return JsonResponse({"message": "This plan has no such field."}, status=422)
    except fields.Unstorable as error:
        return JsonResponse({"message": str(error)}, status=422)
    except actions.NotYours as error:
        return JsonResponse(_gone(error.review), status=409)
    except NoteConflict as conflict:
        return JsonResponse(
            {"version": conflict.review.version, "conflicts": _both(course, conflict, changes)}, status=409
        )
    except OperationalError:
        return JsonResponse({"message": "The site is busy."}, status=503, headers={"Retry-After": "2"})
    merged = _merged(saved, base, changes)
    return JsonResponse(
        {"version": saved.version, "saved_at": place.now.isoformat(), "saved": changes, "merged": merged}
    )


def _checked(body: Mapping[str, Any]) -> tuple[dict[str, Any], int, dict[str, int]]:
    changes, base, bases = body.get("changes"), body.get("version"), body.get("bases") or {}
    versions = [base, *bases.values()] if isinstance(bases, dict) else [None]
    if not isinstance(changes, dict) or not all(isinstance(each, int) and 0 <= each < 2**31 for each in versions):
        raise bodies.BadBody(422, "A save is notes and the version they were based on.")
    assert isinstance(base, int)
    return changes, base, bases


def _merged(saved: Review, base: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Notes that another window changed since the page had them; it shows them, or it would write over them later."""
    notes = actions.reviews.notes_of(saved)
    return {key: notes.get(key, "") for key in merging.changed_since(saved.note_versions, base) - set(changes)}


def _gone(found: Review) -> dict[str, Any]:
    who = found.reviewer.name if found.reviewer else "Nobody"
    message = (
        f"{who} has this review now. What you wrote is kept on this device."
        if found.is_open
        else "This review is decided."
    )
    return {"message": message, "version": found.version, "locked": True, "conflicts": []}


def _both(course: PlanCourse, conflict: NoteConflict, changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "label": _label(course, key),
            "mine": str(changes.get(key, "")).splitlines(),
            "theirs": str(conflict.notes.get(key, "")).splitlines(),
            "value": conflict.notes.get(key, ""),
        }
        for key in conflict.keys
    ]


def _label(course: PlanCourse, key: str) -> str:
    name = key.rpartition(":")[2]
    if key == "overall":
        return "Summary"
    if ":field:" in key:
        return f"Comment on “{course.template.fields[name].label}”"
    return f"{'Rating of' if key.startswith('score') else 'Comment on'} “{course.rubric.by_key[name].title}”"


@require_POST
def send_back(request: HttpRequest, cohort: str, plan_id: int) -> HttpResponse:
    """Return the plan with comments."""
    place, course, found = access.submission(request, cohort, plan_id)
    return _decide(request, place, course, found, actions.send_back, "Returned. The author sees your comments now.")


@require_POST
def approve(request: HttpRequest, cohort: str, plan_id: int) -> HttpResponse:
    """Approve the plan."""
    place, course, found = access.submission(request, cohort, plan_id)
    return _decide(request, place, course, found, actions.approve, "Approved. The author has been told.")


def _decide(
    request: HttpRequest, place: Place, course: PlanCourse, found: Review, action: Any, words: str
) -> HttpResponse:
    """Keep the form's notes and do what its button says, or show what is in the way; nothing typed is lost."""
    if forms.whole_number(request.POST.get("review")) != found.pk:
        return _show(
            request,
            place,
            course,
            found,
            status=409,
            problem="The author submitted the plan anew after this page was opened. This is the new version.",
        )
    kept = actions.reviews.notes_of(found)
    changes = {key: value for key, value in forms.read_notes(request.POST).items() if value != "" or key in kept}
    base = forms.whole_number(request.POST.get("version"))
    show: dict[str, Any] = {"typed": changes}
    try:
        action(review=found, by=place.user, changes=changes, base=base, now=place.now)
    except actions.Undecidable as error:
        status, show["lacks"] = 422, error.lacks
    except (fields.Unstorable, KeyError) as error:
        status, show["problem"] = (
            422,
            str(error) if isinstance(error, fields.Unstorable) else "This plan has no such field.",
        )
    except actions.NotYours as error:
        status, show["problem"], found = 409, str(_gone(error.review)["message"]), error.review
    except NoteConflict as conflict:
        status, found, show["conflicts"] = 409, conflict.review, _both(course, conflict, changes)
        show["problem"] = (
            "These notes were changed in another window. Yours are in the form; send it again to keep them."
        )
    else:
        messages.success(request, words)
        if found.is_open and action is actions.note:
            return answers.see_other("lessonplans:review", place.cohort.slug, found.plan_id)
        return answers.see_other("lessonplans:reviews", place.cohort.slug)
    return _show(request, place, course, found, status=status, **show)
