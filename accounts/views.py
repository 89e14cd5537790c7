from django.conf import settings as installation
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, exports
from accounts.access import person
from accounts.forms import ProfileForm


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """One's profile, and the way to everything else that is one's own."""
    user = person(request)
    consortium = user.college.consortium if user.college else None
    form = ProfileForm(request.POST or None, instance=user, consortium=consortium)
    if request.method == "POST" and form.is_valid():
        actions.save_profile(user=user, profile=form.profile)
        messages.success(request, "Saved.")
        return redirect("accounts:settings")
    calendar = installation.SITE_URL + reverse("cohorts:calendar", args=[user.calendar_secret])
    status = 422 if form.is_bound else 200
    return render(request, "accounts/settings.html", {"form": form, "calendar": calendar}, status=status)


@require_POST
def renew_calendar(request: HttpRequest) -> HttpResponse:
    actions.renew_calendar_secret(user=person(request))
    messages.success(request, "You have a new calendar address. The old one no longer works.")
    return redirect("accounts:settings")


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """A file with everything that is kept about the person who asks."""
    records = {"exported_at": timezone.now(), **exports.own_records(person(request))}
    response = JsonResponse(records, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="my-records.json"'
    return response
