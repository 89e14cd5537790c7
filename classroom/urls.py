from django.urls import path

from classroom import views

app_name = "classroom"

urlpatterns = [
    path("", views.home, name="home"),
    path("toolbox/", views.toolbox, name="toolbox"),
    path("toolbox/<slug:slug>/", views.resource, name="resource"),
    path("c/<slug:cohort>/", views.cohort, name="cohort"),
    path("c/<slug:cohort>/board/", views.board, name="board"),
    path("c/<slug:cohort>/board/<int:enrolment>/", views.person, name="person"),
    path("c/<slug:cohort>/board/<int:enrolment>/overrides/", views.override, name="override"),
    path("c/<slug:cohort>/finish/", views.finish, name="finish"),
    path("c/<slug:cohort>/<slug:module>/", views.module, name="module"),
    path("c/<slug:cohort>/<slug:module>/<slug:item>/", views.item, name="item"),
]
