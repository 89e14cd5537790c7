"""Keeping what a participant writes in the plan: as a form without a script, and while they type."""

from collections.abc import Mapping
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from foundation.drafts import bodies
from lessonplans import access, actions, completeness, fields, forms
from lessonplans.access import Desk
from lessonplans.views import answers, sheets

BODY_LIMIT = 256 * 1024


def save_form(
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
    except actions.Locked:
        return show_unsaved(request, desk)
    except (fields.Unstorable, actions.TooLarge) as error:
        problem, status = str(error) or "The plan is longer than one plan can be. Shorten it.", 422
    else:
        return answers.see_other(onward)
    typed = {**desk.plan.data, **_storable(desk, raw)}
    context["fields"] = forms.shown(desk.course.template, keys, typed, resources=desk.resources)
    context |= {"problem": problem, "conflicts": sheets.both_versions(desk, theirs, typed)}
    return render(request, template, sheets.basics(desk) | context, status=status)


def show_unsaved(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The plan that can't be changed by now, and what the form brought for it, to be copied: nothing typed is lost."""
    desk = access.desk_at(desk.place)
    template, data = desk.course.template, desk.plan.data
    sent = {name.split(".")[1] for name in request.POST if name.startswith("f.")}
    typed = _storable(desk, forms.read(template, [key for key in template.fields if key in sent], request.POST))
    unsaved = {
        key: data.get(key)
        for key, value in typed.items()
        if forms.mark(template.fields[key], value)
        not in (request.POST.get(f"was.{key}"), forms.mark(template.fields[key], data.get(key)))
    }
    words = sheets.both_versions(desk, unsaved, {**data, **typed})
    return sheets.show_locked(request, desk, status=409, unsaved=words)


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
    both = sheets.both_versions(desk, {key: conflict.plan.data.get(key) for key in conflict.keys}, mine)
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
    drawn = sheets.as_paper(desk, gaps="needed")
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
