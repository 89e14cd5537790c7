"""What must hold after any fault (`manage.py check_invariants`)."""

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef

from cohorts.models import ProgressEvent
from knowledgechecks.models import Attempt


def problems() -> Iterator[str]:
    """Sentences, one for each thing that is not as it must be. The database's constraints hold most of it."""
    for attempt in Attempt.objects.submitted().filter(score=None):
        yield f"Attempt {attempt.pk} was submitted and has no score."
    for row in (
        Attempt.objects.open()
        .values("enrolment", "item")
        .annotate(many=Count("pk"))
        .filter(many__gt=1)
        .order_by("enrolment", "item")
    ):
        yield f"Enrolment {row['enrolment']} has {row['many']} open attempts at {row['item']}."
    event = ProgressEvent.objects.filter(enrolment=OuterRef("enrolment"), item=OuterRef("item"), name="passed")
    for attempt in Attempt.objects.filter(~Exists(event), passed=True):
        yield f"Attempt {attempt.pk} passed, and progress does not know of it."
    attempts = Attempt.objects.filter(enrolment=OuterRef("enrolment"), item=OuterRef("item"), passed=True)
    for fact in ProgressEvent.objects.filter(~Exists(attempts), name="passed"):
        yield f"Enrolment {fact.enrolment_id} has passed {fact.item} by event {fact.pk}, and no attempt says so."
