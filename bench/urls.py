from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nothing(request: HttpRequest) -> HttpResponse:
    """Server, session, sign-in, and no work: the unit of the table."""
    return HttpResponse(f"<p>{request.user.pk}</p>")


urlpatterns = [path("bench/nothing/", nothing), path("", include("wbl_course.urls"))]
