from django.urls import path

from foundation.notices import views

app_name = "notices"

urlpatterns = [
    path("notices/", views.list_, name="list"),
    path("notices/read/", views.read, name="read"),
    path("notices/<int:pk>/", views.open_, name="open"),
    path("settings/notices/", views.choices, name="choices"),
]
