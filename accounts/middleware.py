import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone

from accounts import policies

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def wants_status(request: HttpRequest) -> bool:
    """A script asks: it needs the status itself, a redirect to the sign-in page would eat what was typed."""
    return (
        request.headers.get("HX-Request") == "true"
        or request.headers.get("X-Requested-With") == "fetch"
        or "application/json" in (request.content_type or "")
    )


class CompressTextMiddleware(GZipMiddleware):
    """Pages and exports cross a phone's network compressed; PDFs and workbooks are compressed already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.get("Content-Type", "").startswith(("text/", "application/json")):
            return super().process_response(request, response)
        return response


class StorableAddressMiddleware:
    """No address of ours has a NUL in it; refused at one place, because PostgreSQL fails wherever it is looked up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path or "%00" in query or "\x00" in query:
            raise BadRequest("There is no such address.")
        return self.get_response(request)


class BoundedBodyMiddleware:
    """Whoever sends more than the largest form takes is told so before any of it is kept: Django bounds the fields of a
    form and not its files, and those lie in /tmp, in the container in memory.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and len(length) < 12 and int(length) <= settings.REQUEST_LIMIT:
            return self.get_response(request)
        if wants_status(request):
            return JsonResponse({"error": "too-large", "message": "This is more than can be sent at once."}, status=413)
        return HttpResponse(render_to_string("413.html"), status=413)


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page asks for sign-in unless its view says otherwise; a script that saves is told 401 instead of a
    redirect.
    """

    def handle_no_permission(  # type: ignore[override]  # Django only ever redirects
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if wants_status(request):
            return JsonResponse(
                {"error": "signed-out", "message": "Your session ended. Sign in again; what you wrote is kept here."},
                status=401,
            )
        return super().handle_no_permission(request, view_func)


class PersonMiddleware:
    """The person's own time zone, no copies of their pages in caches, and the second factor where it is required."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if (
            settings.SECOND_FACTOR_REQUIRED
            and policies.is_page_beyond_accounts(request.path)
            and policies.lacks_second_factor(user)
        ):
            if wants_status(request):
                return JsonResponse(
                    {"error": "second-factor", "message": "Set up your second factor first."}, status=403
                )
            return redirect("mfa_index")
        if user.time_zone:
            with timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
                response = self.get_response(request)
        else:
            response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response
