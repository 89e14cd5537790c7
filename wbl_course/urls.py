from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from wbl_course import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
for app in (
    "reports", "lessonplans", "knowledgechecks", "discussions", "cohorts", "modules",
    "foundation.notices", "foundation.documents", "foundation.drafts", "foundation.audit", "accounts", "classroom",  # last: its module/item pattern would take every address
):  # fmt: skip
    if find_spec(f"{app}.urls"):
        urlpatterns.append(path("", include(f"{app}.urls")))
