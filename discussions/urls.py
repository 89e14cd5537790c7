from django.urls import path

from discussions import views

app_name = "discussions"

_posts = "c/<slug:cohort>/<slug:module>/<slug:item>/posts/<int:post>"

urlpatterns = [
    path(f"{_posts}/replies/", views.reply, name="reply"),
    path(f"{_posts}/edit/", views.edit, name="edit"),
    path(f"{_posts}/withdraw/", views.withdraw, name="withdraw"),
]
