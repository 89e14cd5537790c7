from django.urls import path

from lessonplans import views

app_name = "lessonplans"

urlpatterns = [
    path("c/<slug:cohort>/plan/", views.plan, name="plan"),
    path("c/<slug:cohort>/plan/fields/", views.save_fields, name="fields"),
    path("c/<slug:cohort>/plan/preview/", views.preview, name="preview"),
    path("c/<slug:cohort>/plan/submit/", views.submit, name="submit"),
    path("c/<slug:cohort>/plan/withdraw/", views.withdraw, name="withdraw"),
    path("c/<slug:cohort>/plan/sharing/", views.sharing, name="sharing"),
    path("c/<slug:cohort>/plan/versions/", views.versions, name="versions"),
    path("c/<slug:cohort>/plan/versions/<int:number>/restore/", views.restore, name="restore"),
    path("c/<slug:cohort>/reviews/", views.reviews, name="reviews"),
    path("c/<slug:cohort>/reviews/<int:plan_id>/", views.review, name="review"),
    path("c/<slug:cohort>/reviews/<int:plan_id>/claim/", views.claim, name="claim"),
    path("c/<slug:cohort>/reviews/<int:plan_id>/notes/", views.save_notes, name="notes"),
    path("c/<slug:cohort>/reviews/<int:plan_id>/return/", views.send_back, name="return"),
    path("c/<slug:cohort>/reviews/<int:plan_id>/approve/", views.approve, name="approve"),
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/exemplars/<slug:slug>/", views.exemplar, name="exemplar"),
    path("gallery/<int:plan_id>/", views.gallery_plan, name="gallery-plan"),
]
