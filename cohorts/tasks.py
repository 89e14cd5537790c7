from celery import shared_task
from django.utils import timezone

from cohorts import actions


@shared_task
def remind() -> None:
    actions.remind(now=timezone.now())
