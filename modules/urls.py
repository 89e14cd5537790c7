from django.urls import path

from modules import views

app_name = "modules"

urlpatterns = [
    path("course/", views.course, name="course"),
    path("course/uploads/<int:pk>/", views.upload, name="upload"),
    path("course/pictures/<str:digest>.<str:ending>", views.picture, name="picture"),
    path("regions/", views.regions, name="regions"),
    path("regions/<slug:slug>/", views.region, name="region"),
    path("regions/<slug:slug>/style.css", views.region_style, name="region_style"),
]
