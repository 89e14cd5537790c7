from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from cohorts import access as cohort_access
from cohorts import actions as cohort_actions
from cohorts import schedule
from cohorts.access import Place
from foundation.drafts import bodies
from knowledgechecks import access, actions, forms, paper, scoring
from knowledgechecks.models import Attempt
from modules.outline import ItemOutline

ANSWERS_LIMIT = 64 * 1024
SUBMITTED = "This try was submitted in another window. Reload the page to see its result."


def page(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    """A check at its address: its rules, the questions of the attempt that is open, or for a facilitator the key."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if place.enrolment is None:
        return _key_page(request, place, item)
    cohort_actions.touch(enrolment=place.enrolment, now=place.now)
    tries = list(Attempt.objects.of(place.enrolment, item).defer("answers"))
    current = next((each for each in tries if each.is_open), None)
    if current is not None:
        opened = Attempt.objects.without_questions().get(pk=current.pk)
        opened.bring_questions()
        return _questions_page(request, place, item, opened, tries=tries)
    row = cohort_access.item_row(item)
    due = next((each for each in schedule.of(place.cohort, place.outline) if each.item.key == item.key), None)
    context = {
        **_frame(place, item),
        "intro": row.body,
        "due": due,
        **_tries(tries),
        "standing": place.standing.by_key[item.key],
    }
    return render(request, "knowledgechecks/start.html", context)


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, cohort: str, module: str, item: str) -> HttpResponse:
    """Start a try; a second press, or a second window, goes on with the first."""
    if request.method == "GET":  # whoever signs in again or reloads comes back with GET
        return redirect(f"/c/{cohort}/{module}/{item}/")
    here, found = access.check(request, cohort, module, item)
    assert here.enrolment is not None
    actions.begin(enrolment=here.enrolment, item=found, now=here.now)
    return redirect(_address(here, found))


@require_http_methods(["GET", "PUT", "POST"])
def answers(request: HttpRequest, cohort: str, module: str, item: str) -> HttpResponse:
    """Keep answers: PUT {version, answers, attempt?} from the script, POST from the form, to go on later."""
    if request.method == "GET":
        return redirect(f"/c/{cohort}/{module}/{item}/")
    if request.method == "POST":
        return _keep_form(request, *access.begun(request, cohort, module, item))
    try:
        body = bodies.read(request, limit=ANSWERS_LIMIT)
        attempt = access.open_attempt(request, cohort, module, item)
        if attempt is None or body.get("attempt", attempt.number) != attempt.number:
            raise actions.Submitted
        given = forms.from_json(attempt.source.data["questions"], body.get("answers"))
        version = forms.version_in(body)
        if version is None:
            raise forms.NotAnAnswer("The version that these answers were based on is missing.")
        saved = actions.save(attempt=attempt, answers=given, version=version, now=timezone.now())
    except bodies.BadBody as error:
        return JsonResponse({"message": error.message}, status=error.status)
    except forms.NotAnAnswer as error:
        return JsonResponse({"message": error.message, "question": error.question}, status=422)
    except actions.Conflict as conflict:
        return JsonResponse(
            {"message": "Newer answers were saved in another window.", **_as_json(conflict.attempt)}, status=409
        )
    except actions.Submitted:
        return JsonResponse({"message": SUBMITTED}, status=410)
    except PermissionDenied as error:
        return JsonResponse({"message": str(error)}, status=403)
    except Http404:
        return JsonResponse({"message": "There is no such check."}, status=404)
    return JsonResponse(_as_json(saved))


@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, cohort: str, module: str, item: str, number: int) -> HttpResponse:
    """Hand in an attempt: graded once, whatever is sent twice. Questions without an answer are first listed."""
    if request.method == "GET":
        return redirect("knowledgechecks:attempt", cohort, module, item, number)
    here, found = access.begun(request, cohort, module, item)
    attempt = access.attempt(here, found, number)
    if attempt.is_open:
        questions = attempt.source.data["questions"]
        given, problems = forms.from_form(questions, request.POST)
        if problems:
            return _questions_page(request, here, found, attempt, shown=given, problems=problems, status=422)
        lacks = (
            {}
            if "anyway" in request.POST
            else {q["id"]: words for q in questions if (words := scoring.lacks(q, given[q["id"]]))}
        )
        try:
            version = forms.version_in(request.POST)
            if lacks:
                attempt = actions.save(attempt=attempt, answers=given, version=version, now=here.now)
                return _questions_page(request, here, found, attempt, lacks=lacks, status=422)
            actions.submit(attempt=attempt, answers=given, version=version, now=here.now)
        except actions.Conflict as conflict:
            return _questions_page(request, here, found, conflict.attempt, shown=given, is_conflict=True, status=409)
        except actions.Submitted:
            pass  # at the same moment, in another window: its result is the result
    return redirect("knowledgechecks:attempt", cohort, module, item, number)


@require_GET
def attempt(request: HttpRequest, cohort: str, module: str, item: str, number: int) -> HttpResponse:
    """The result of a submitted attempt, with what was chosen, what is right, and why."""
    here, found = access.begun(request, cohort, module, item)
    assert here.enrolment is not None
    current = access.attempt(here, found, number)
    if current.is_open:
        return redirect(_address(here, found))
    tries = list(Attempt.objects.of(here.enrolment, found).defer("answers"))
    questions = current.source.data["questions"]
    grade = scoring.grade(questions, current.answers)
    context = {
        **_frame(here, found),
        **_tries(tries),
        "attempt": current,
        "sheets": paper.with_feedback(questions, current.answers, seed=current.pk),
        "points": paper.points(grade.points),
        "total": len(questions),
        "pass": current.source.data["pass"],
    }
    return render(request, "knowledgechecks/attempt.html", context)


@require_GET
def key(request: HttpRequest, cohort: str, module: str, item: str) -> HttpResponse:
    """The key of a check, for its facilitators."""
    here = cohort_access.facilitator(request, cohort)
    return _key_page(request, here, cohort_access.item(here, module, item, kind="check"))


def _key_page(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    row = cohort_access.item_row(item)
    submitted = Attempt.objects.in_cohort(place.cohort).at(item).submitted()
    first = [each.answers for each in submitted.filter(number=1).only("answers")]
    context = {
        **_frame(place, item),
        "intro": row.body,
        "sheets": paper.as_key(row.data["questions"], first),
        "people": len(first),
        "passed": submitted.filter(passed=True).values("enrolment").distinct().count(),
        "tries": submitted.count(),
    }
    return render(request, "knowledgechecks/key.html", context)


def _keep_form(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    """The form's way to save and go: without a script nothing else saves."""
    number = request.POST.get("attempt", "")
    attempt = access.attempt(place, item, int(number) if number.isdecimal() and len(number) < 10 else 0)
    given, problems = forms.from_form(attempt.source.data["questions"], request.POST)
    if attempt.is_open and problems:
        return _questions_page(request, place, item, attempt, shown=given, problems=problems, status=422)
    try:
        actions.save(attempt=attempt, answers=given, version=forms.version_in(request.POST), now=place.now)
    except actions.Conflict as conflict:
        return _questions_page(request, place, item, conflict.attempt, shown=given, is_conflict=True, status=409)
    except actions.Submitted:
        messages.info(request, "This try was already submitted. Here is its result.")
        return redirect("knowledgechecks:attempt", place.cohort.slug, item.module, item.slug, attempt.number)
    messages.success(request, "Your answers are saved. Go on whenever you like.")
    return redirect(f"/c/{place.cohort.slug}/{item.module}/")


def _questions_page(
    request: HttpRequest,
    place: Place,
    item: ItemOutline,
    attempt: Attempt,
    *,
    tries: Sequence[Attempt] = (),
    shown: Mapping[str, Any] | None = None,
    lacks: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    is_conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The questions to answer, with what is saved or `shown` here; after a conflict, the newer answers beside."""
    questions = attempt.source.data["questions"]
    answers = attempt.answers if shown is None else shown
    sheets = paper.to_answer(
        questions, answers, seed=attempt.pk, lacks=lacks or problems, other=attempt.answers if is_conflict else None
    )
    context = {
        **_frame(place, item),
        **_tries(tries),
        "attempt": attempt,
        "sheets": sheets,
        "lacking": [sheet for sheet in sheets if sheet.lacks],
        "differing": [sheet for sheet in sheets if sheet.other],
        "has_problems": bool(problems),
        "answered": sum(scoring.is_answered(question, answers.get(question["id"])) for question in questions),
    }
    return render(request, "knowledgechecks/questions.html", context, status=status)


def _frame(place: Place, item: ItemOutline) -> dict[str, Any]:
    return {
        "place": place,
        "item": item,
        "cohort": place.cohort,
        "consortium": place.cohort.consortium,
        "module": place.outline.module_by_slug[item.module],
        "address": _address(place, item),
    }


def _tries(tries: Sequence[Attempt]) -> dict[str, Any]:
    submitted = [each for each in tries if not each.is_open]
    return {
        "submitted": submitted,
        "best": max(submitted, key=lambda each: each.score or 0, default=None),
        "has_passed": any(each.passed for each in submitted),
        "has_open": len(submitted) < len(tries),
    }


def _address(place: Place, item: ItemOutline) -> str:
    return f"/c/{place.cohort.slug}/{item.key}/"


def _as_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "version": attempt.version,
        "answers": attempt.answers,
        "saved_at": attempt.saved_at.isoformat() if attempt.saved_at else None,
    }
