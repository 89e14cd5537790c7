from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from foundation.notices.registry import Delivery

MAILS_A_DAY = 20
DIGEST_HOUR = 7
BACKOFF = (timedelta(minutes=2), timedelta(hours=1))


def delivery(*, default: str, chosen: str | None, mailed_today: int, is_active: bool) -> str:
    """How a notice goes out: as chosen, else as its kind says; beyond the day's measure it waits for the digest.

    An account that was closed since is mailed nothing.
    """
    if not is_active:
        return Delivery.PAGE
    wanted = chosen or default
    return Delivery.DIGEST if wanted == Delivery.NOW and mailed_today >= MAILS_A_DAY else wanted


def is_digest_time(now: datetime, zone: ZoneInfo) -> bool:
    """From seven in the morning, where the person is."""
    return now.astimezone(zone).hour >= DIGEST_HOUR


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return BACKOFF[min(attempts, len(BACKOFF)) - 1]
