from django.urls import path

from cohorts import views

app_name = "cohorts"

urlpatterns = [
    path("invitations/<str:secret>/", views.invitation, name="invitation"),
    path("certificates/<str:number>/", views.certificate, name="certificate"),
    path("calendar/<str:secret>.ics", views.calendar, name="calendar"),
    path("cohorts/new/", views.new, name="new"),
    path("c/<slug:cohort>/settings/", views.settings, name="settings"),
    path("c/<slug:cohort>/settings/dates/", views.dates, name="dates"),
    path("c/<slug:cohort>/settings/start/", views.start, name="start"),
    path("c/<slug:cohort>/settings/facilitators/", views.add_facilitator, name="add_facilitator"),
    path("c/<slug:cohort>/settings/facilitators/<int:pk>/", views.remove_facilitator, name="remove_facilitator"),
    path("c/<slug:cohort>/roster/", views.roster, name="roster"),
    path("c/<slug:cohort>/roster/import/", views.import_roster, name="import"),
    path("c/<slug:cohort>/roster/import/<int:pk>/", views.check, name="check"),
    path("c/<slug:cohort>/roster/invitations/<int:pk>/resend/", views.resend, name="resend"),
    path("c/<slug:cohort>/roster/invitations/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("c/<slug:cohort>/roster/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("c/<slug:cohort>/roster/<int:pk>/readmit/", views.readmit, name="readmit"),
    path("c/<slug:cohort>/announcements/", views.announcements, name="announcements"),
    path("c/<slug:cohort>/announcements/<int:pk>/", views.edit_announcement, name="announcement"),
    path("c/<slug:cohort>/announcements/<int:pk>/withdraw/", views.withdraw_announcement, name="withdraw_announcement"),
]
