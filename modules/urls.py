from django.urls import path

from modules import views

app_name = "modules"

urlpatterns = [
    path("course/", views.course, name="course"),
    path("course/uploads/<int:pk>/", views.upload, name="upload"),
    path("course/pictures/<str:digest>.<str:ending>", views.picture, name="picture"),
    path("regions/", views.regions, name="regions"),
    path("regions/<slug:slug>/", views.region, name="region"),
    path("regions/<slug:slug>/course/", views.region_course, name="region_course"),
    # No module may be called plan, so this address is free.
    path("regions/<slug:slug>/course/plan/", views.region_plan, name="region_plan"),
    path("regions/<slug:slug>/course/<slug:module>/", views.region_module, name="region_module"),
    path("regions/<slug:slug>/course/<slug:module>/<slug:item>/", views.region_item, name="region_item"),
    path("regions/<slug:slug>/toolbox/<slug:resource>/", views.region_resource, name="region_resource"),
    path("regions/<slug:slug>/style.css", views.region_style, name="region_style"),
]
