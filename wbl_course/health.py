"""Alive, and ready. Neither tells a stranger more than a word."""

import logging
import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow

from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connections
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

DEADLINE = 2  # seconds for everything together
log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers. Nothing else is touched, so a slow database does not get the process killed."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether people can be served: 503 without database or storage; without a broker, degraded."""
    checks = {"database": _database, "storage": _storage, "broker": _broker}
    # Not a context manager: leaving one would wait for a check that hangs.
    pool = ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="ready")
    started = {name: pool.submit(check) for name, check in checks.items()}
    pool.shutdown(wait=False)
    failed = {name for name, future in started.items() if not _holds(name, future.result)}
    status = "down" if failed - {"broker"} else "degraded" if failed else "ok"
    return JsonResponse({"status": status}, status=503 if status == "down" else 200)


def _holds(name: str, result: Callable[[float], None]) -> bool:
    try:
        result(DEADLINE)
    except TooSlow:
        log.warning("Not ready: %s did not answer within %s s.", name, DEADLINE)
        return False
    except Exception:
        log.warning("Not ready: %s failed.", name, exc_info=True)
        return False
    return True


def _database() -> None:
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connections["default"].close()  # this thread ends, and its connection with it


def _storage() -> None:
    for folder in (settings.DOCUMENTS_DIR, settings.MEDIA_ROOT):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".ready-{uuid.uuid4().hex}"
        try:
            with probe.open("wb") as file:
                file.write(b"ready")
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)


def _broker() -> None:
    with current_app.connection_for_write(connect_timeout=DEADLINE) as connection:
        connection.ensure_connection(max_retries=0, timeout=DEADLINE)
