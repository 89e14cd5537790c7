"""What the worker makes of notices."""

from django.db.models import QuerySet
from django.utils import timezone

from foundation.notices import actions
from foundation.notices.models import Mail


def letters() -> "QuerySet[Mail]":
    """All e-mails, after the worker has written those that wait."""
    while actions.write_letters(now=timezone.now()):
        pass
    return Mail.objects.all()
