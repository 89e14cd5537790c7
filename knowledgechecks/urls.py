from django.urls import path

from knowledgechecks import views

app_name = "knowledgechecks"

# The check itself is at its item's address, /c/<cohort>/<module>/<item>/: `classroom` asks for `views.page` there.
_HERE = "c/<slug:cohort>/<slug:module>/<slug:item>"

urlpatterns = [
    path(f"{_HERE}/answers/", views.answers, name="answers"),
    path(f"{_HERE}/attempts/", views.begin, name="begin"),
    path(f"{_HERE}/attempts/<int:number>/", views.attempt, name="attempt"),
    path(f"{_HERE}/attempts/<int:number>/submit/", views.submit, name="submit"),
    path(f"{_HERE}/key/", views.key, name="key"),
]
