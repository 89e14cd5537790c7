from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from foundation.drafts import actions, bodies
from foundation.drafts.models import Draft

LAST_VERSION = 2**31


@login_not_required
@never_cache
@require_GET
def token(request: HttpRequest) -> JsonResponse:
    """A fresh token for a page that was open over a new sign-in, and whose session this is now: null for nobody's."""
    return JsonResponse({"token": get_token(request), "person": request.user.pk})


@require_http_methods(["GET", "PUT", "DELETE"])
def draft(request: HttpRequest, place: str) -> JsonResponse:
    """One's own draft for a place. PUT {body, version} answers 200, 401, 409, 413 or 422, never a redirect."""
    user = request.user
    assert isinstance(user, User)  # the middleware let nobody else through
    if len(place) > 200 or not bodies.is_storable(place):
        return JsonResponse({"message": "There is no such place to write."}, status=404)
    if request.method == "GET":
        return JsonResponse(as_json(Draft.objects.filter(user=user, place=place).first()))
    if request.method == "DELETE":
        actions.discard(user=user, place=place)
        return JsonResponse(as_json(None))
    try:
        data = bodies.read(request)
        body, version = data.get("body"), data.get("version")
        if not isinstance(body, str) or type(version) is not int or not 0 <= version < LAST_VERSION:
            raise bodies.BadBody(422, "A draft is a text and the version it was based on.")
        saved = actions.save(user=user, place=place, body=body, version=version, now=timezone.now())
    except bodies.BadBody as error:
        return JsonResponse({"message": error.message}, status=error.status)
    except actions.Conflict as conflict:
        return JsonResponse(
            {"message": "A newer version was saved in another window.", **as_json(conflict.draft)}, status=409
        )
    return JsonResponse(as_json(saved))


def as_json(draft: Draft | None) -> dict[str, object]:
    if draft is None:
        return {"version": 0, "body": "", "saved_at": None}
    return {"version": draft.version, "body": draft.body, "saved_at": draft.updated_at.isoformat()}
