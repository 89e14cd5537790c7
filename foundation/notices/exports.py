from typing import Any

from accounts.models import User
from foundation.notices.models import Mail, Notice


def own_notices(user: User) -> list[dict[str, Any]]:
    """What a person was told, for their own records."""
    rows = Notice.objects.of(user).values("kind", "data", "url", "created_at", "read_at")
    return [{**row} for row in rows]


def own_mail(user: User) -> list[dict[str, Any]]:
    rows = Mail.objects.filter(to=user.email).values("subject", "state", "created_at", "sent_at")
    return [{**row} for row in rows]
