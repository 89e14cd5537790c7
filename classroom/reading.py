"""A content page: shown to its readers, and marked read when they reach its end."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.middleware import wants_status
from cohorts import access, actions, progress
from cohorts.access import Place
from modules import facts
from modules.outline import ItemOutline


def page(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    """GET shows the page. POST says that its end was reached: by the script at the last line, or by the button."""
    if request.method == "POST":
        return _mark_read(request, place, item)
    if place.enrolment is not None:
        actions.touch(enrolment=place.enrolment, now=place.now)
    row = access.item_row(item)
    context = {
        "place": place,
        "cohort": place.cohort,
        "consortium": place.cohort.consortium,
        "item": item,
        "module": place.outline.module_by_slug[item.module],
        "body": facts.without_expired(row.body, place.now.date()),
        "summary": row.data.get("summary", []),
        "outcomes": _outcomes(place, item, row.data.get("outcomes", [])),
        "standing": place.standing.by_key[item.key],
    }
    return render(request, "classroom/page.html", context)


def _mark_read(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    if place.enrolment is not None:
        actions.record(enrolment=place.enrolment, item=item.key, name="read", now=place.now)
    if wants_status(request):
        return HttpResponse(status=204)
    # Where they stand now: what follows may have opened with this.
    after = progress.standing(place.cohort, place.enrolment, place.now).after(item.key)
    return redirect(
        f"/c/{place.cohort.slug}/{after.item.key}/"
        if after and not after.locked
        else f"/c/{place.cohort.slug}/{item.module}/"
    )


def _outcomes(place: Place, item: ItemOutline, slugs: list[str]) -> list[str]:
    return [
        outcome["text"] for outcome in place.outline.module_by_slug[item.module].outcomes if outcome["slug"] in slugs
    ]
