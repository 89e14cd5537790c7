from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from wbl_course import health

# The administration asks for the same sign-in as everything else: its limits, its codes, its second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler403 = "classroom.views.refused"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("reports.urls")),
    path("", include("lessonplans.urls")),
    path("", include("knowledgechecks.urls")),
    path("", include("surveys.urls")),
    path("", include("discussions.urls")),
    path("", include("cohorts.urls")),
    path("", include("modules.urls")),
    path("", include("foundation.notices.urls")),
    path("", include("foundation.documents.urls")),
    path("", include("foundation.drafts.urls")),
    path("", include("foundation.audit.urls")),
    path("", include("accounts.urls")),
    # Last: a module's and an item's address would take every other one below a cohort.
    path("", include("classroom.urls")),
]
