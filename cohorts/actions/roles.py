from datetime import datetime

from django.db import transaction

from accounts.models import College, Consortium, Role, User
from cohorts.models import Facilitation
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
    """Take a role away; from the next request on it gives nothing: who may not facilitate has charge of no cohort.

    A cohort may be left without a facilitator; administrators see it and can name another.
    """
    if role.kind == Role.Kind.FACILITATOR:
        charges = Facilitation.objects.filter(user=role.user, cohort__consortium=role.consortium)
        for charge in charges.select_related("cohort"):
            audit.record(
                actor=by,
                action="facilitator.remove",
                subject=charge.cohort,
                consortium=role.consortium.slug,
                facilitator=role.user.email,
            )
        charges.delete()
    audit.record(actor=by, action="role.revoke", subject=role.user, consortium=role.consortium.slug, role=str(role))
    role.delete()
