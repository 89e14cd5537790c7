"""Who is in a cohort. A roster invites people, and never takes anybody away."""

from datetime import datetime

from django.db import transaction

from accounts.models import College, User
from cohorts import emails, roster
from cohorts.actions.invitations import VALID_FOR, hash_of, mail_key, new_secret, path_of
from cohorts.models import Cohort, Enrolment, Invitation, RosterImport
from cohorts.roster import Known, Row, Sheet, Verdict
from foundation.audit import actions as audit
from foundation.faultpoints import faultpoint
from foundation.notices import actions as notices


def known(cohort: Cohort, now: datetime) -> Known:
    """What the verdicts need to know of a cohort."""
    enrolled, withdrawn, invited, ended = set[str](), set[str](), set[str](), set[str]()
    for email, withdrawn_at in Enrolment.objects.filter(cohort=cohort).values_list("user__email", "withdrawn_at"):
        (withdrawn if withdrawn_at else enrolled).add(email.lower())
    for invitation in Invitation.objects.filter(cohort=cohort).only("email", "accepted_at", "revoked_at", "expires_at"):
        address = invitation.email.lower()
        if invitation.accepted_at:
            enrolled.update({address} - withdrawn)
        else:
            (ended if invitation.revoked_at or invitation.expires_at <= now else invited).add(address)
    colleges = {
        name.casefold(): pk
        for pk, *names in College.objects.filter(consortium=cohort.consortium_id).values_list(
            "pk", "slug", "name", "short_name"
        )
        for name in names
    }
    facilitating = frozenset(email.lower() for email in cohort.facilitators.values_list("email", flat=True))
    others = (
        Enrolment.objects.active()
        .filter(cohort__consortium=cohort.consortium_id, cohort__closes_on__gte=now.astimezone(cohort.zone).date())
        .exclude(cohort=cohort)
        .order_by("cohort__starts_on", "pk")
        .values_list("user__email", "cohort__title")
    )
    return Known(
        enrolled=frozenset(enrolled),
        withdrawn=frozenset(withdrawn),
        invited=frozenset(invited),
        ended=frozenset(ended),
        colleges=colleges,
        facilitating=facilitating,
        elsewhere={email.lower(): title for email, title in others},
    )


@transaction.atomic
def check_roster(*, cohort: Cohort, by: User, name: str, sheet: Sheet, now: datetime) -> RosterImport:
    """Keep what was read, with a verdict for each row. Nobody is invited yet."""
    rows = [
        [
            each.row.line,
            each.row.email[:254],
            each.row.first_name[:80],
            each.row.last_name[:80],
            each.row.college[:150],
            each.verdict.value,
            each.about,
        ]
        for each in roster.judge(sheet.rows, known(cohort, now))
    ]
    unused = [name[:80] for name in sheet.unused]
    return RosterImport.objects.create(
        cohort=cohort, name=name[:200], rows=rows, unused=unused, checked_at=now, checked_by=by
    )


@transaction.atomic
def apply_roster(*, roster_import: RosterImport, by: User, now: datetime) -> RosterImport:
    """Invite those whom the dry run promised to invite; all of them or, if anything fails, none. Twice is once.

    The verdicts are made again: somebody may have joined since.
    """
    cohort = (
        Cohort.objects.select_for_update(of=("self",))
        .select_related("consortium", "edition")
        .get(pk=roster_import.cohort_id)
    )
    held = RosterImport.objects.get(pk=roster_import.pk)
    if held.applied_at is not None:
        return held
    knowledge = known(cohort, now)
    judged = roster.judge((Row(*cells[:5]) for cells in held.rows), knowledge)
    promised = {cells[0] for cells in held.rows if cells[5] in roster.SENDS}
    chosen = [each for each in judged if each.verdict in roster.SENDS and each.row.line in promised]
    secrets = {each.row.email.lower(): new_secret() for each in chosen}
    again = {each.row.email.lower() for each in chosen if each.verdict == Verdict.AGAIN}
    made = _renew(cohort, again, secrets, by, now)
    made += Invitation.objects.bulk_create(
        [
            _invitation(cohort, each.row, knowledge, secrets, by, now)
            for each in chosen
            if each.verdict != Verdict.AGAIN
        ],
        batch_size=500,
    )
    faultpoint("roster.invited")
    letter = emails.invitation(cohort)
    notices.mail_many(
        letters=[
            (
                made_.email,
                mail_key(made_),
                emails.made_out(letter, first_name=made_.first_name, path=path_of(secrets[made_.email])),
            )
            for made_ in made
        ],
        now=now,
    )
    held.applied_at, held.applied_by, held.invited = now, by, len(made)
    held.save(update_fields=["applied_at", "applied_by", "invited"])
    audit.record(
        actor=by,
        action="roster.import",
        subject=held,
        consortium=cohort.consortium.slug,
        rows=len(held.rows),
        invited=len(made),
    )
    faultpoint("roster.applied")
    return held


def _invitation(
    cohort: Cohort, row: Row, knowledge: Known, secrets: dict[str, str], by: User, now: datetime
) -> Invitation:
    address = row.email.lower()
    return Invitation(
        cohort=cohort,
        email=address,
        first_name=row.first_name,
        last_name=row.last_name,
        college_id=knowledge.colleges.get(row.college.casefold()),
        token_hash=hash_of(secrets[address]),
        invited_at=now,
        invited_by=by,
        sent_count=1,
        expires_at=now + VALID_FOR,
    )


def _renew(cohort: Cohort, addresses: set[str], secrets: dict[str, str], by: User, now: datetime) -> list[Invitation]:
    renewed = list(Invitation.objects.filter(cohort=cohort, email__in=addresses)) if addresses else []
    for invitation in renewed:
        invitation.token_hash = hash_of(secrets[invitation.email])
        invitation.invited_at, invitation.invited_by, invitation.expires_at = now, by, now + VALID_FOR
        invitation.revoked_at = invitation.revoked_by = None
        invitation.sent_count += 1
    fields = ["token_hash", "invited_at", "invited_by", "expires_at", "revoked_at", "revoked_by", "sent_count"]
    Invitation.objects.bulk_update(renewed, fields, batch_size=200)
    return renewed


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: User, now: datetime) -> bool:
    """End somebody's part in a cohort; what they did is kept, and they can be re-admitted."""
    changed = Enrolment.objects.active().filter(pk=enrolment.pk).update(withdrawn_at=now, withdrawn_by=by)
    if changed:
        audit.record(
            actor=by, action="enrolment.withdraw", subject=enrolment, consortium=enrolment.cohort.consortium.slug
        )
    return bool(changed)


@transaction.atomic
def readmit(*, enrolment: Enrolment, by: User) -> bool:
    """Take a withdrawal back."""
    withdrawn = Enrolment.objects.filter(pk=enrolment.pk, withdrawn_at__isnull=False)
    changed = withdrawn.update(withdrawn_at=None, withdrawn_by=None)
    if changed:
        audit.record(
            actor=by, action="enrolment.readmit", subject=enrolment, consortium=enrolment.cohort.consortium.slug
        )
    return bool(changed)
