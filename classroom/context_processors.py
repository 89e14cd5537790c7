from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from foundation.notices.models import Notice


def navigation(request: HttpRequest) -> dict[str, object]:
    """What the top bar shows: unread notices, and the pages that belong to the person.

    Counted only where the bar is drawn.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    return {
        "notices_url": reverse("notices:list"),
        "unread_notices": SimpleLazyObject(lambda: Notice.objects.filter(user=user, read_at=None).count()),
        "my_links": _links(user),
    }


def _links(user: User) -> list[dict[str, str]]:
    links = [("classroom:home", "My courses"), ("classroom:toolbox", "Toolbox"), ("lessonplans:gallery", "Gallery")]
    if user.is_superuser or getattr(user, "has_role", False):
        links.append(("reports:completions", "Reports"))
    if user.is_superuser or getattr(user, "may_facilitate", False):
        links.append(("cohorts:new", "New cohort"))
    if user.is_superuser:
        links += [("modules:course", "Course editions"), ("modules:regions", "Regions"), ("audit:list", "Audit log")]
    links.append(("accounts:settings", "Settings"))
    return [{"url": reverse(name), "label": label} for name, label in links]
