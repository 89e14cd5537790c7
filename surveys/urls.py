from django.urls import path

from surveys import views

app_name = "surveys"

# The survey itself is at its item's address, /c/<cohort>/<module>/<item>/: `classroom` asks for `views.page` there.
_HERE = "c/<slug:cohort>/<slug:module>/<slug:item>/survey"

urlpatterns = [
    path(f"{_HERE}/", views.answers, name="answers"),
    path(f"{_HERE}/submit/", views.submit, name="submit"),
    path(f"{_HERE}/withdraw/", views.withdraw, name="withdraw"),
]
