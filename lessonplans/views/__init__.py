from lessonplans.views.gallery import gallery, gallery_plan
from lessonplans.views.plan import plan, preview, save_fields, sharing, step, submit, withdraw
from lessonplans.views.reviews import approve, claim, review, reviews, save_notes, send_back
from lessonplans.views.versions import restore, versions

__all__ = [
    "approve", "claim", "gallery", "gallery_plan", "plan", "preview", "restore", "review", "reviews",
    "save_fields", "save_notes",
    "send_back", "sharing", "step", "submit", "versions", "withdraw",
]  # fmt: skip
