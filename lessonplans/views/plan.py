"""A participant at their plan: writing, reading it as it will be printed, handing it in."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.access import Place, item_row
from foundation.drafts import bodies
from lessonplans import access, actions, completeness, fields, forms, paper, policies
from lessonplans.access import Desk
from lessonplans.models import LessonPlan, Review
from lessonplans.views import answers
from modules.outline import ItemOutline

BODY_LIMIT = 256 * 1024


def _context(desk: Desk) -> dict[str, Any]:
    """What every page of the desk needs."""
    cohort = desk.place.cohort
    return {"place": desk.place, "cohort": cohort, "consortium": cohort.consortium, "desk": desk, "plan": desk.plan}


def _paper(desk: Desk, *, gaps: str = "") -> dict[str, Any]:
    cohort, plan = desk.place.cohort, desk.plan
    college = desk.place.enrolment.college if desk.place.enrolment else None
    dated = formats.date_format(timezone.localtime(plan.updated_at, cohort.zone), "F j, Y") if plan.is_kept else ""
    head = paper.heading(
        desk.course,
        plan.data,
        author=desk.place.user.name,
        college=college.name if college else "",
        cohort=cohort.title,
        status=plan.get_status_display(),
        dated=dated,
    )
    return {
        "head": head,
        "sections": paper.sections(desk.course.template, plan.data, resources=desk.resources, gaps=gaps),
    }


def _comments(review: Review | None) -> dict[str, list[Any]]:
    """Comments of a decided review by the field or criterion they stand at."""
    found: dict[str, list[Any]] = {}
    for comment in review.comments.all() if review else ():
        found.setdefault(comment.anchor, []).append(comment)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, cohort: str) -> HttpResponse:
    """The plan, a section at a time beside its paper; as a whole and read-only once it is handed in."""
    desk = access.desk(request, cohort)
    if not policies.can_write(desk.plan):
        return _show_locked(request, desk, status=409 if request.method == "POST" else 200)
    state = completeness.of(desk.course.template, desk.plan.data, resources=desk.resources)
    section = desk.course.template.by_letter.get(request.GET.get("section", ""))
    if section is None:
        letter = next((each.letter for each in state.sections if each.gaps), desk.course.template.sections[0].letter)
        section = desk.course.template.by_letter[letter]
    letters = [each.letter for each in desk.course.template.sections]
    at = letters.index(section.letter)
    following = letters[at + 1] if at + 1 < len(letters) else ""
    keys = [field.key for field in section.fields]
    if request.method == "POST":
        forward = f"?section={following}" if following else ""
        here = f"{reverse('lessonplans:plan', args=[cohort])}?section={section.letter}"
        onward = (
            reverse("lessonplans:plan", args=[cohort]) + forward
            if following
            else reverse("lessonplans:submit", args=[cohort])
        )
        return _save_form(
            request,
            desk,
            keys,
            onward if "go_on" in request.POST else here,
            "lessonplans/plan.html",
            _at(desk, section.letter, keys),
        )
    return render(request, "lessonplans/plan.html", _context(desk) | _at(desk, section.letter, keys))


def _at(desk: Desk, letter: str, keys: list[str]) -> dict[str, Any]:
    """The page of one section."""
    template = desk.course.template
    letters = [section.letter for section in template.sections]
    at = letters.index(letter)
    return {
        "section": template.sections[at],
        "before": template.sections[at - 1] if at else None,
        "after": template.sections[at + 1] if at + 1 < len(letters) else None,
        "state": completeness.of(template, desk.plan.data, resources=desk.resources),
        "fields": forms.shown(
            template, keys, desk.plan.data, resources=desk.resources, comments=_current_comments(desk)
        ),
        "paper": _paper(desk, gaps="needed"),
    } | (_decision(desk) if desk.plan.status == LessonPlan.Status.RETURNED else {})


def _current_comments(desk: Desk) -> dict[str, list[Any]]:
    """Comments that the author is working on: those of the last decision, while the plan is returned."""
    return _comments(desk.last_decision) if desk.plan.status == LessonPlan.Status.RETURNED else {}


def _decision(desk: Desk) -> dict[str, Any]:
    """What the last decided review said: the ratings with their comments, and comments at fields in the template's
    order.
    """
    decision = desk.last_decision
    if decision is None:
        return {}
    anchors = _comments(decision)
    return {
        "decision": decision,
        "judgement": paper.judgement(
            desk.course.rubric, decision.scores, {key: notes[0].text for key, notes in anchors.items()}
        ),
        "commented": [
            {
                "key": field.key,
                "label": field.label,
                "section": field.section,
                "comments": anchors[f"field:{field.key}"],
            }
            for field in desk.course.template.fields.values()
            if f"field:{field.key}" in anchors
        ],
    }


def _save_form(
    request: HttpRequest, desk: Desk, keys: list[str], onward: str, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Save a form sent without a script; what cannot be saved comes back as it was typed."""
    raw = forms.read(desk.course.template, keys, request.POST)
    assert desk.place.enrolment is not None
    theirs: dict[str, Any] = {}
    problem = ""
    try:
        actions.save(
            enrolment=desk.place.enrolment,
            changes=_changed(raw, request, desk),
            base=forms.whole_number(request.POST.get("version")),
            now=desk.place.now,
            known=None if desk.plan.is_kept else desk.plan.data,
        )
    except actions.Conflict as conflict:
        theirs = {key: conflict.plan.data.get(key) for key in conflict.keys}
        problem, status = (
            "These fields were changed in another window while you wrote. "
            "Both versions are below; save again to keep yours.",
            409,
        )
        desk.plan.version = conflict.plan.version
    except (fields.Unstorable, actions.TooLarge) as error:
        problem, status = str(error) or "The plan is longer than one plan can be. Shorten it.", 422
    else:
        return answers.see_other(onward)
    typed = {**desk.plan.data, **_storable(desk, raw)}
    context["fields"] = forms.shown(desk.course.template, keys, typed, resources=desk.resources)
    context |= {"problem": problem, "conflicts": _both(desk, theirs, typed)}
    return render(request, template, _context(desk) | context, status=status)


def _changed(raw: Mapping[str, Any], request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """What the form changed. A field that stands as when the page was made is left alone: another window may have
    changed it since.
    """
    found = {}
    for key, value in raw.items():
        what = desk.course.template.fields[key]
        if forms.mark(what, fields.keep(what, value)) != request.POST.get(
            f"was.{key}", forms.mark(what, desk.plan.data.get(key))
        ):
            found[key] = value
    return found


def _storable(desk: Desk, raw: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in raw.items():
        try:
            found[key] = fields.keep(desk.course.template.fields[key], value)
        except fields.Unstorable:
            found[key] = _shortened(value)
    return found


def _shortened(value: Any) -> Any:
    """What could not be stored, made fit to be shown again."""
    if not isinstance(value, str):
        return None
    return "".join(c for c in value if c != "\x00" and not "\ud800" <= c <= "\udfff")[: fields.TEXT_CAP]


def _both(desk: Desk, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Two versions of fields, in words."""
    template = desk.course.template
    return [
        {
            "key": key,
            "label": template.fields[key].label,
            "mine": paper.words(paper.entry(template.fields[key], mine, template, desk.resources)),
            "theirs": paper.words(
                paper.entry(template.fields[key], {**mine, key: theirs[key]}, template, desk.resources)
            ),
        }
        for key in template.fields
        if key in theirs
    ]


def _show_locked(request: HttpRequest, desk: Desk, status: int = 200) -> HttpResponse:
    context = (
        _context(desk)
        | _decision(desk)
        | {
            "review": desk.open_review,
            "can_withdraw": policies.can_withdraw(desk.plan, desk.open_review),
            "can_change_sharing": policies.can_change_sharing(desk.plan),
            "sharing_choices": LessonPlan.Sharing.choices,
            "due_on": policies.due_on(
                desk.open_review.opened_at.astimezone(desk.place.cohort.zone).date(), desk.course.holidays
            )
            if desk.open_review
            else None,
            "paper": _paper(desk),
        }
    )
    return render(request, "lessonplans/locked.html", context, status=status)


@require_http_methods(["PUT"])
def save_fields(request: HttpRequest, cohort: str) -> JsonResponse:
    """Autosave: {version, changes: {key: value}, bases?: {key: version}}. Answers 200, 400, 401, 409, 413, 422 or
    503, never a redirect.
    """
    desk = access.desk(request, cohort)
    assert desk.place.enrolment is not None
    try:
        body = bodies.read(request, limit=BODY_LIMIT)
        changes, base, bases = _checked(desk, body)
        known = None if desk.plan.is_kept else desk.plan.data
        saved = actions.save(
            enrolment=desk.place.enrolment, changes=changes, base=base, bases=bases, now=desk.place.now, known=known
        )
    except bodies.BadBody as error:
        return JsonResponse({"message": error.message}, status=error.status)
    except fields.Unstorable as error:
        return JsonResponse({"message": str(error)}, status=422)
    except actions.TooLarge:
        return JsonResponse(
            {"message": "The plan is longer than one plan can be. Shorten it; what you wrote is still in this window."},
            status=413,
        )
    except actions.Locked as locked:
        word = locked.plan.get_status_display().lower()
        message = f"This plan is {word}, so it can’t be changed. What you wrote since is kept on this device."
        return JsonResponse(
            {"message": message, "version": locked.plan.version, "locked": locked.plan.status, "conflicts": []},
            status=409,
        )
    except actions.Conflict as conflict:
        return JsonResponse(_conflict(desk, conflict, changes), status=409)
    except OperationalError:
        return JsonResponse({"message": "The site is busy."}, status=503, headers={"Retry-After": "2"})
    desk.plan = saved.plan
    return JsonResponse(_saved(desk, changes, saved.merged))


def _checked(desk: Desk, body: Mapping[str, Any]) -> tuple[dict[str, Any], int, dict[str, int]]:
    """The parts of an autosave. Raises BadBody for what is none."""
    changes, base, bases = body.get("changes"), body.get("version"), body.get("bases") or {}
    if (
        not isinstance(changes, dict)
        or not _is_version(base)
        or not isinstance(bases, dict)
        or not all(map(_is_version, bases.values()))
    ):
        raise bodies.BadBody(422, "A save is fields and the version they were based on.")
    unknown = [
        key
        for key in changes
        if key not in desk.course.template.fields or desk.course.template.fields[key].type == "product"
    ]
    if unknown:
        raise bodies.BadBody(422, "This plan has no such field.")
    assert isinstance(base, int)
    return changes, base, bases


def _is_version(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _conflict(desk: Desk, conflict: actions.Conflict, changes: Mapping[str, Any]) -> dict[str, Any]:
    mine = {**conflict.plan.data, **changes}
    both = _both(desk, {key: conflict.plan.data.get(key) for key in conflict.keys}, mine)
    return {
        "message": "These fields were changed in another window.",
        "version": conflict.plan.version,
        "conflicts": [each | {"value": conflict.plan.data.get(each["key"])} for each in both],
    }


def _saved(desk: Desk, changes: Mapping[str, Any], merged: Mapping[str, Any]) -> dict[str, Any]:
    """What the page needs after a save: how far the plan is, and the parts of the paper that changed."""
    template, data = desk.course.template, desk.plan.data
    state = completeness.of(template, data, resources=desk.resources)
    wrong = fields.validate(template, data, resources=desk.resources)
    letters = {template.fields[key].section for key in (*changes, *merged)}
    drawn = _paper(desk, gaps="needed")
    return {
        "version": desk.plan.version,
        "saved_at": desk.plan.updated_at.isoformat(),
        "saved": changes,
        "merged": {
            key: {"value": value, "label": template.fields[key].label}
            for key, value in merged.items()
            if key in template.fields
        },
        "missing": [gap.key for gap in state.gaps],
        "problems": wrong,
        "required": [field.key for field in template.fields.values() if completeness.is_required(field, data)],
        "computed": {
            field.key: fields.computed(field, data) for field in template.fields.values() if field.type == "product"
        },
        "progress": {
            "words": f"{state.sections_done} of {len(state.sections)} sections complete",
            "sections": [{"letter": each.letter, "state": each.state, "words": each.words} for each in state.sections],
        },
        "preview": {
            "head": render_to_string("lessonplans/_paper_head.html", {"paper": drawn, "top": 2}),
            **{
                section["letter"]: render_to_string("lessonplans/_paper_section.html", {"section": section, "sub": 3})
                for section in drawn["sections"]
                if section["letter"] in letters
            },
        },
    }


@require_safe
def preview(request: HttpRequest, cohort: str) -> HttpResponse:
    """The plan as it will be printed."""
    desk = access.desk(request, cohort)
    return render(
        request,
        "lessonplans/preview.html",
        _context(desk) | {"paper": _paper(desk, gaps="needed" if desk.plan.is_writable else "")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, cohort: str) -> HttpResponse:
    """What is still missing, with a link to each field; or the button that hands the plan in."""
    desk = access.desk(request, cohort)
    if request.method != "POST":
        if not policies.can_submit(desk.plan):
            return answers.see_other("lessonplans:plan", cohort)
        return _show_submit(request, desk)
    assert desk.place.enrolment is not None
    base = forms.whole_number(request.POST.get("version"))
    try:
        actions.submit(enrolment=desk.place.enrolment, base=base, now=desk.place.now, resources=desk.resources)
    except actions.Incomplete:
        return _show_submit(request, desk, status=422)
    except actions.Conflict:
        problem = (
            "The plan was changed in another window after this page was opened. Look at it once more, then submit."
        )
        return _show_submit(request, access.desk(request, cohort), status=409, problem=problem)
    except actions.Locked:
        return _show_locked(request, access.desk(request, cohort), status=409)
    messages.success(request, "Your plan is submitted. Your facilitator will answer within five working days.")
    return answers.see_other("lessonplans:plan", cohort)


def _show_submit(request: HttpRequest, desk: Desk, status: int = 200, problem: str = "") -> HttpResponse:
    state = completeness.of(desk.course.template, desk.plan.data, resources=desk.resources)
    return render(
        request, "lessonplans/submit.html", _context(desk) | {"state": state, "problem": problem}, status=status
    )


@require_POST
def withdraw(request: HttpRequest, cohort: str) -> HttpResponse:
    """Take the submission back, until a facilitator begins to read it."""
    desk = access.desk(request, cohort)
    assert desk.place.enrolment is not None
    try:
        actions.withdraw(enrolment=desk.place.enrolment, now=desk.place.now)
    except actions.Locked:
        messages.error(
            request,
            "A facilitator has begun to read your plan, so it can’t be taken back. You’ll get it back with comments.",
        )
        return _show_locked(request, access.desk(request, cohort), status=409)
    messages.success(request, "You have your plan back. Submit it again when it’s ready.")
    return answers.see_other("lessonplans:plan", cohort)


@require_POST
def sharing(request: HttpRequest, cohort: str) -> HttpResponse:
    """Change who sees an approved plan."""
    desk = access.desk(request, cohort)
    assert desk.place.enrolment is not None
    try:
        actions.change_sharing(
            enrolment=desk.place.enrolment, sharing=request.POST.get("sharing", ""), now=desk.place.now
        )
    except actions.Locked:
        raise PermissionDenied("Before it’s approved, say it in section K of the plan.") from None
    except ValueError:
        messages.error(request, "Choose one of the three.")
        return _show_locked(request, desk, status=422)
    messages.success(request, "Saved.")
    return answers.see_other("lessonplans:plan", cohort)


def step(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    """A plan step of a module: its introduction, and just its fields of the one plan."""
    row = item_row(item)
    keys = list(item.facts.get("fields", ()))
    if place.enrolment is None:
        course = access.course_at(place)
        asked = [course.template.fields[key] for key in keys if key in course.template.fields]
        context = {
            "place": place,
            "cohort": place.cohort,
            "consortium": place.cohort.consortium,
            "item": item,
            "body": row.body,
            "asked": asked,
        }
        return render(request, "lessonplans/step.html", context)
    if request.method not in ("GET", "HEAD", "POST"):
        raise Http404
    desk = access.desk_at(place)
    writable = policies.can_write(desk.plan)
    shown = forms.shown(
        desk.course.template, keys, desk.plan.data, resources=desk.resources, comments=_current_comments(desk)
    )
    context = {
        "item": item,
        "body": row.body,
        "fields": shown if writable else [],
        "standing": place.standing.by_key[item.key],
        "module": place.outline.module_by_slug[item.module],
    }
    if request.method == "POST" and writable:
        return _save_form(request, desk, keys, request.path, "lessonplans/step.html", context)
    return render(
        request, "lessonplans/step.html", _context(desk) | context, status=409 if request.method == "POST" else 200
    )
