from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from cohorts import exports
from cohorts.models import Certificate


@login_not_required
@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Anybody may verify a certificate by its number; the page tells only what the certificate says."""
    found = Certificate.objects.select_related("enrolment__cohort").filter(number=number.upper()).first()
    if found is None:
        return render(request, "cohorts/certificate_unknown.html", {"number": number[:20]}, status=404)
    user = request.user
    may_print = isinstance(user, User) and exports.may_read_certificate(user, found.number)
    return render(request, "cohorts/certificate.html", {"says": exports.said_by(found), "may_print": may_print})


@login_not_required
@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """A person's dates for their calendar program, which can't sign in: whoever has the address may read it."""
    user = get_object_or_404(User, calendar_secret=secret, is_active=True)
    response = HttpResponse(exports.calendar(user, timezone.now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="wbl-course.ics"'
    response["Cache-Control"] = "private, max-age=3600"
    return response
