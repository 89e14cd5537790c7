from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from foundation.notices import actions, registry
from foundation.notices.emails import paragraphs
from foundation.notices.forms import ChoicesForm
from foundation.notices.models import Notice

PER_PAGE = 30


@require_safe
def list_(request: HttpRequest) -> HttpResponse:
    """What this person was told, newest first."""
    page = Paginator(Notice.objects.of(person(request)), PER_PAGE).get_page(request.GET.get("page"))
    entries = [
        {
            "notice": notice,
            "subject": kind.subject(notice.data),
            "text": " ".join(paragraphs(kind.text(notice.data))),
        }
        for notice in page
        for kind in [registry.get(notice.kind)]
    ]
    return render(request, "notices/list.html", {"page": page, "entries": entries})


@require_safe
def open_(request: HttpRequest, pk: int) -> HttpResponse:
    """On to what a notice is about; going there is having read it."""
    notice = get_object_or_404(Notice.objects.of(person(request)), pk=pk)
    actions.mark_read(notice=notice, now=timezone.now())
    return redirect(notice.url)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    actions.mark_all_read(user=person(request), now=timezone.now())
    return redirect("notices:list")


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """What is mailed to this person, and when."""
    form = ChoicesForm(request.POST or None, user=person(request))
    if request.method == "POST" and form.is_valid():
        actions.choose(user=person(request), deliveries=form.cleaned_data)
        messages.success(request, "Saved. This holds from the next notice on.")
        return redirect("notices:choices")
    return render(request, "notices/choices.html", {"form": form}, status=422 if form.is_bound else 200)
