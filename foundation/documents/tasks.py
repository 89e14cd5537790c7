from celery import shared_task
from django.utils import timezone

from foundation.documents import actions


@shared_task
def render(document_id: int) -> None:
    """Make one document, if it is still to be made."""
    actions.make(document_id=document_id)


@shared_task
def sweep() -> None:
    """Tell the worker again about what it has not picked up."""
    actions.sweep(now=timezone.now())


@shared_task
def tidy() -> None:
    actions.tidy()
