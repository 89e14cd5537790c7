from django.urls import path

from foundation.audit import views

app_name = "audit"

urlpatterns = [path("audit/", views.list_, name="list")]
