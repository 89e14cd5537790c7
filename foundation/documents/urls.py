from django.urls import path

from foundation.documents import views

app_name = "documents"
urlpatterns = [
    path("documents/", views.ask, name="ask"),
    path("documents/<uuid:request_id>/", views.show, name="show"),
    path("documents/<uuid:request_id>/download/", views.download, name="download"),
]
