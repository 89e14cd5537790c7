from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from foundation.notices.models import Mail, Notice
from foundation.notices.registry import Delivery


def problems() -> Iterator[str]:
    """Every e-mail is sent, given up with a reason, or on its way; what is mailed at once has its e-mail."""
    late = timezone.now() - timedelta(minutes=15)
    for mail in Mail.objects.filter(
        Q(state=Mail.State.CLAIMED, lease_until__lt=late) | Q(state=Mail.State.QUEUED, attempts=Mail.ATTEMPTS)
    ):
        yield f"Mail {mail.pk} is {mail.state} after {mail.attempts} attempts, and nobody has it."
    for mail in Mail.objects.filter(state=Mail.State.SENT).exclude(text="", html=""):
        yield f"Mail {mail.pk} was sent and still has its text."
    for notice in Notice.objects.filter(delivery=Delivery.NOW, mail=None):
        yield f"Notice {notice.pk} should have been mailed and has no e-mail."
    for notice in Notice.objects.undecided().filter(created_at__lt=late):
        yield f"Notice {notice.pk} waits since {notice.created_at:%H:%M}, and nobody has decided how it goes out."
    for notice in Notice.objects.filter(read_at__lt=F("created_at")):
        yield f"Notice {notice.pk} was read before it was written."
