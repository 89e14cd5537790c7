import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wbl_course.settings")

app = Celery("wbl_course")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
