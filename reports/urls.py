from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("reports/completions/", views.completions, name="completions"),
    path("reports/completions.csv", views.completions_csv, name="completions_csv"),
    path("reports/completions.xlsx", views.completions_xlsx, name="completions_xlsx"),
]
