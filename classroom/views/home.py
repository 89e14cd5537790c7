from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from cohorts import progress
from cohorts.access import HEAVY
from cohorts.models import Cohort, Enrolment


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Visitors get the public page; a person with one course goes straight to it; everybody else sees each of their
    cohorts and roles.
    """
    user = request.user
    if not isinstance(user, User):
        return render(request, "public/landing.html")
    taking = list(
        Enrolment.objects.active()
        .filter(user=user)
        .select_related("cohort__consortium", "cohort__edition__course")
        .defer(*(f"cohort__{name}" for name in HEAVY))
        .order_by("-cohort__starts_on", "pk")
    )
    facilitating = list(
        Cohort.objects.filter(facilitations__user=user)
        .select_related("consortium")
        .defer("consortium__values")
        .order_by("-starts_on", "pk")
    )
    has_role = user.is_superuser or getattr(user, "has_role", False)
    if len(taking) == 1 and not facilitating and not has_role:
        return redirect("classroom:cohort", taking[0].cohort.slug)
    now = timezone.now()
    return render(
        request,
        "classroom/home.html",
        {
            "title": "My courses" if taking or facilitating else f"Welcome, {user.get_short_name()}",
            "consortium": taking[0].cohort.consortium
            if taking
            else facilitating[0].consortium
            if facilitating
            else None,
            "courses": [(enrolment, progress.standing(enrolment.cohort, enrolment, now)) for enrolment in taking[:5]],
            "earlier_courses": taking[5:],
            "facilitating": facilitating,
            "may_report": user.is_superuser or getattr(user, "may_report", False),
            "may_facilitate": user.is_superuser or getattr(user, "may_facilitate", False),
            "is_administrator": user.is_superuser,
        },
    )
