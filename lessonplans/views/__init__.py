from lessonplans.views.gallery import exemplar, gallery, gallery_plan
from lessonplans.views.handing_in import sharing, submit, withdraw
from lessonplans.views.plan import plan, preview
from lessonplans.views.reviews import approve, claim, review, reviews, save_notes, send_back
from lessonplans.views.saving import save_fields
from lessonplans.views.steps import step
from lessonplans.views.versions import restore, versions

__all__ = [
    "approve", "claim", "exemplar", "gallery", "gallery_plan", "plan", "preview", "restore", "review", "reviews",
    "save_fields", "save_notes",
    "send_back", "sharing", "step", "submit", "versions", "withdraw",
]  # fmt: skip
