from datetime import datetime

from django.db import transaction

from accounts.models import College, Consortium, Role, User
from foundation.audit import actions as audit


@transaction.atomic
def grant_role(
    *, user: User, consortium: Consortium, kind: str, by: User, now: datetime, college: College | None = None
) -> Role:
    """Give a person a role in a consortium; the same one twice is one."""
    role, created = Role.objects.get_or_create(
        user=user, consortium=consortium, kind=kind, college=college, defaults={"granted_by": by, "granted_at": now}
    )
    if created:
        audit.record(actor=by, action="role.grant", subject=user, consortium=consortium.slug, role=str(role))
    return role


@transaction.atomic
def revoke_role(*, role: Role, by: User) -> None:
    """Take a role away; from the next request on it gives nothing."""
    audit.record(actor=by, action="role.revoke", subject=role.user, consortium=role.consortium.slug, role=str(role))
    role.delete()
