from typing import Any

from django.db import transaction

from accounts.models import Consortium, User
from foundation.audit import actions as audit
from foundation.audit.models import Entry


@transaction.atomic
def record_export(*, by: User, consortium: Consortium | None, form: str, filters: dict[str, str], rows: int) -> Entry:
    """Write down, before the first byte leaves, who takes which records along and how many."""
    where: dict[str, Any] = {"consortium": consortium.slug} if consortium else {}
    return audit.record(actor=by, action="export.completions", **where, format=form, filters=filters, rows=rows)
