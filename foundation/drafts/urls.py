from django.urls import path

from foundation.drafts import views

app_name = "drafts"

urlpatterns = [
    path("drafts/token/", views.token, name="token"),
    path("drafts/<path:place>/", views.draft, name="draft"),
]
