from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Consortium, User
from cohorts import access
from cohorts.models import consortia_of
from modules import facts
from modules.models import Resource


@require_safe
def toolbox(request: HttpRequest) -> HttpResponse:
    """The resources of every consortium one belongs to, or belonged to."""
    user = access.signed_in(request)
    shelves: dict[Consortium, list[Resource]] = {}
    for found in _resources(user).defer("body"):
        shelves.setdefault(found.edition.consortium, []).append(found)
    return render(
        request, "classroom/toolbox.html", {"shelves": list(shelves.items()), "consortium": next(iter(shelves), None)}
    )


@require_safe
def resource(request: HttpRequest, slug: str) -> HttpResponse:
    """One resource; of the consortium in `?region=` where one belongs to several."""
    user = access.signed_in(request)
    found = _resources(user).filter(slug=slug)
    wanted = request.GET.get("region")
    row = (found.filter(edition__consortium__slug=wanted) if wanted else found).first()
    if row is None:
        raise Http404
    context = {
        "resource": row,
        "consortium": row.edition.consortium,
        "body": facts.without_expired(row.body, timezone.now().date()),
        "others": [each for each in found if each.pk != row.pk],
    }
    return render(request, "classroom/resource.html", context)


def _resources(user: User) -> Any:
    """Resources this person may read, newest editions only, ordered by consortium and place."""
    rows = Resource.objects.visible_to(user, consortia_of(user)).select_related("edition__consortium")
    return rows.defer("edition__parts", "edition__lists", "edition__region").order_by(
        "edition__consortium__name", "position", "pk"
    )
