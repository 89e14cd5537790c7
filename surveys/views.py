from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.utils import formats
from django.views.decorators.http import require_http_methods

from cohorts import access as cohort_access
from cohorts import actions as cohort_actions
from cohorts import schedule
from cohorts.access import Place
from cohorts.models import ProgressEvent
from foundation.drafts import bodies
from modules.models import Item
from modules.outline import ItemOutline
from surveys import access, actions, forms, paper, policies, questions
from surveys.models import Response

SUBMITTED = "This survey was submitted in another window. Reload the page to see your answers."


def page(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    """A survey at its address: to be answered, or one's own answers to read; for a facilitator its questions."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if place.enrolment is None:
        return _questions_page(request, place, item)
    cohort_actions.touch(enrolment=place.enrolment, now=place.now)
    response = access.own(place, item)
    if response is not None and not response.is_open:
        return render(request, "surveys/submitted.html", {**_frame(place, item), **_answered(response)})
    if not policies.may_answer(place, item):
        context = {**_frame(place, item), **(_answered(response) if response else {}), "closed": _last_day(place, item)}
        return render(request, "surveys/closed.html", context)
    return _form_page(request, place, item, response)


@require_http_methods(["GET", "PUT", "POST"])
def answers(request: HttpRequest, cohort: str, module: str, item: str) -> HttpResponse:
    """Keep answers: PUT {version, answers} from the script, POST from the form, to go on later."""
    if request.method == "GET":  # whoever signs in again or reloads comes back with GET
        return redirect("classroom:item", cohort, module, item)
    if request.method == "POST":
        return _keep_form(request, *access.survey(request, cohort, module, item))
    try:
        body = bodies.read(request)
        here, found = access.survey(request, cohort, module, item)
        assert here.enrolment is not None
        _refuse_when_closed(here, found)
        response = access.own(here, found)
        given = forms.from_json(questions.of(_data(response, found)), body.get("answers"))
        version = forms.version_in(body)
        if version == forms.NO_VERSION:
            raise forms.NotAnAnswer("The version that these answers were based on is missing.")
        saved = actions.save(enrolment=here.enrolment, item=found, answers=given, version=version, now=here.now)
    except bodies.BadBody as error:
        return JsonResponse({"message": error.message}, status=error.status)
    except forms.NotAnAnswer as error:
        return JsonResponse({"message": error.message, "question": error.question}, status=422)
    except actions.Conflict as conflict:
        newer = _as_json(conflict.response)
        return JsonResponse({"message": "Newer answers were saved in another window.", **newer}, status=409)
    except actions.Submitted:
        return JsonResponse({"message": SUBMITTED}, status=410)
    except PermissionDenied as error:
        return JsonResponse({"message": str(error)}, status=403)
    except Http404:
        return JsonResponse({"message": "There is no such survey."}, status=404)
    return JsonResponse(_as_json(saved))


@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, cohort: str, module: str, item: str) -> HttpResponse:
    """Hand in a survey, once, whatever is sent twice."""
    if request.method == "GET":
        return redirect("classroom:item", cohort, module, item)
    here, found = access.survey(request, cohort, module, item)
    assert here.enrolment is not None
    response = access.own(here, found)
    if response is None or response.is_open:
        _refuse_when_closed(here, found)
        given, problems = forms.from_form(questions.of(_data(response, found)), request.POST)
        if problems:
            return _form_page(request, here, found, response, shown=given, lacks=problems, status=422)
        version = forms.version_in(request.POST)
        try:
            actions.submit(enrolment=here.enrolment, item=found, answers=given, version=version, now=here.now)
        except actions.Incomplete as error:
            return _form_page(request, here, found, error.response, lacks=error.lacks, is_saved=True, status=422)
        except actions.Conflict as conflict:
            return _form_page(request, here, found, conflict.response, shown=given, is_conflict=True, status=409)
    return redirect("classroom:item", cohort, module, item)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, cohort: str, module: str, item: str) -> HttpResponse:
    """Take submitted answers back."""
    if request.method == "POST":
        here, found = access.survey(request, cohort, module, item)
        assert here.enrolment is not None
        response = access.own(here, found)
        if response is not None and not response.is_open:
            actions.withdraw(enrolment=here.enrolment, item=found)
            messages.success(request, "Your answers are deleted. The survey still counts as done.")
    return redirect("classroom:item", cohort, module, item)


def _keep_form(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    """The form's way to save and go: without a script nothing else saves."""
    assert place.enrolment is not None
    response = access.own(place, item)
    if response is not None and not response.is_open:
        return redirect("classroom:item", place.cohort.slug, item.module, item.slug)
    _refuse_when_closed(place, item)
    given, problems = forms.from_form(questions.of(_data(response, item)), request.POST)
    if problems:
        return _form_page(request, place, item, response, shown=given, lacks=problems, status=422)
    version = forms.version_in(request.POST)
    try:
        actions.save(enrolment=place.enrolment, item=item, answers=given, version=version, now=place.now)
    except actions.Conflict as conflict:
        return _form_page(request, place, item, conflict.response, shown=given, is_conflict=True, status=409)
    except actions.Submitted:
        return redirect("classroom:item", place.cohort.slug, item.module, item.slug)
    messages.success(request, "Your answers are saved. Go on whenever you like.")
    return redirect("classroom:module", place.cohort.slug, item.module)


def _form_page(
    request: HttpRequest,
    place: Place,
    item: ItemOutline,
    response: Response | None,
    *,
    shown: Mapping[str, Any] | None = None,
    lacks: Mapping[str, str] | None = None,
    is_saved: bool = False,
    is_conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The questions, with what is saved or `shown` here; after a conflict, the newer answers beside."""
    row = response.source if response else cohort_access.item_row(item)
    saved = response.answers if response else {}
    given = saved if shown is None else shown
    sections = paper.sections(row.data, given, lacks=lacks, other=saved if is_conflict else None)
    sheets = [sheet for section in sections for sheet in section.sheets]
    context = {
        **_frame(place, item),
        "intro": row.body,
        "sections": sections,
        "version": response.version if response else 0,
        "due": next((each for each in schedule.of(place.cohort, place.outline) if each.item.key == item.key), None),
        "closes": _last_day(place, item),
        "standing": place.standing.by_key[item.key],
        "lacking": [sheet for sheet in sheets if sheet.lacks],
        "differing": [sheet for sheet in sheets if sheet.other],
        "is_saved": is_saved,
        "has_required": any(sheet.is_required for sheet in sheets),
    }
    return render(request, "surveys/survey.html", context, status=status)


def _questions_page(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    """For facilitators: what is asked and how many have answered, never what."""
    row = cohort_access.item_row(item)
    people = place.cohort.enrolments.active()
    names = [item.key, f"{item.module}/{item.was}"] if item.was else [item.key]
    submitted = ProgressEvent.objects.filter(enrolment__in=people, item__in=names, name="submitted")
    context = {
        **_frame(place, item),
        "intro": row.body,
        "sections": paper.sections(row.data, {}),
        "people": people.count(),
        "submitted": submitted.values("enrolment").distinct().count(),
    }
    return render(request, "surveys/questions.html", context)


def _frame(place: Place, item: ItemOutline) -> dict[str, Any]:
    return {
        "place": place,
        "item": item,
        "cohort": place.cohort,
        "consortium": place.cohort.consortium,
        "module": place.outline.module_by_slug[item.module],
    }


def _answered(response: Response) -> dict[str, Any]:
    """One's own answers, section by section, without what was left out."""
    sections = paper.sections(response.source.data, response.answers)
    return {
        "response": response,
        "is_withdrawn": response.state == Response.State.WITHDRAWN,
        "given": [
            (section.title, given)
            for section in sections
            if (given := [sheet for sheet in section.sheets if sheet.words])
        ],
    }


def _data(response: Response | None, item: ItemOutline) -> dict[str, Any]:
    """The questions: as this person saw them first, or of the edition now."""
    return dict(response.source.data if response else Item.objects.get(pk=item.pk).data)


def _last_day(place: Place, item: ItemOutline) -> str:
    """The last day to answer, in words; empty where there is none."""
    last = policies.last_day(place.cohort, item)
    return formats.date_format(last, "F j, Y") if last else ""


def _refuse_when_closed(place: Place, item: ItemOutline) -> None:
    if not policies.may_answer(place, item):
        raise PermissionDenied(f"This survey closed on {_last_day(place, item)}.")


def _as_json(response: Response) -> dict[str, Any]:
    return {
        "version": response.version,
        "answers": response.answers,
        "saved_at": response.saved_at.isoformat() if response.saved_at else None,
    }
