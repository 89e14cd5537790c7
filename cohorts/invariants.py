from collections.abc import Iterator

from django.db.models import F, Q

from cohorts.models import Certificate, Enrolment, Invitation


def problems() -> Iterator[str]:
    """Whoever accepted is enrolled; whoever completed has one certificate, of that day; nobody has one without."""
    for invitation in Invitation.objects.filter(accepted_at__isnull=False, accepted_by__isnull=False):
        if not Enrolment.objects.filter(cohort=invitation.cohort_id, user=invitation.accepted_by_id).exists():
            yield f"Invitation {invitation.pk} was accepted and led to no enrolment."
    for enrolment in Enrolment.objects.filter(completed_at__isnull=False, certificate=None):
        yield f"Enrolment {enrolment.pk} is complete and has no certificate."
    for certificate in Certificate.objects.filter(enrolment__completed_at=None):
        yield f"Certificate {certificate.pk} was issued for a course that is not complete."
    for invitation in Invitation.objects.filter(Q(expires_at__lte=F("invited_at")) | Q(sent_count=0)):
        yield f"Invitation {invitation.pk} could never be accepted."
