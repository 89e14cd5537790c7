from celery import shared_task
from django.utils import timezone

from foundation.notices import actions


@shared_task
def sweep() -> None:
    actions.sweep(now=timezone.now())


@shared_task
def digest() -> None:
    actions.digest(now=timezone.now())
