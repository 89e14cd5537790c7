from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
for app in (
    "classroom", "reports", "lessonplans", "knowledgechecks", "discussions", "cohorts", "modules",
    "foundation.notices", "foundation.documents", "foundation.drafts", "accounts",
):  # fmt: skip
    if find_spec(f"{app}.urls"):
        urlpatterns.append(path("", include(f"{app}.urls")))
