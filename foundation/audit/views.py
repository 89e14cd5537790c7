from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import person
from foundation.audit.models import ACTIONS, Entry

PER_PAGE = 50


@require_safe
def list_(request: HttpRequest) -> HttpResponse:
    """What members of staff did, newest first; for administrators."""
    if not person(request).is_superuser:
        raise PermissionDenied("This page belongs to administrators.")
    action = request.GET.get("action", "")
    entries = Entry.objects.filter(action=action) if action else Entry.objects.all()
    codes = Entry.objects.order_by("action").values_list("action", flat=True).distinct()
    actions = [(code, ACTIONS.get(code, code)) for code in codes]
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "audit/list.html", {"page": page, "actions": actions, "action": action})
