from typing import Any

from django.db import models

from accounts.models import User
from foundation.audit.models import Entry


def record(
    *, actor: User | None, action: str, subject: models.Model | None = None, consortium: str = "", **detail: Any
) -> Entry:
    """Write down what someone did, in the transaction of the change itself.

    `detail` is JSON: no secrets, no text that people wrote.
    """
    return Entry.objects.create(
        actor=actor,
        actor_name=actor.email if actor else "system",
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject=str(subject)[:200] if subject is not None else "",
        consortium=consortium,
        detail=detail,
    )
