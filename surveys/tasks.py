from celery import shared_task
from django.utils import timezone

from surveys import actions


@shared_task
def tell() -> None:
    actions.tell_of_openings(now=timezone.now())
