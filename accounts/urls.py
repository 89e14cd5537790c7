from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/calendar/", views.renew_calendar, name="renew_calendar"),
    path("settings/export/", views.export, name="export"),
]
