from django.db import models
from django.urls import reverse
from django.utils import timezone

from cohorts.models.enrolment import Enrolment


class Certificate(models.Model):
    """What a person earned, as it was said on that day: a snapshot that later changes of name, college or course do not
    touch.
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=20, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=170)
    college = models.CharField(max_length=150, blank=True)
    course = models.CharField(max_length=200)
    version = models.CharField(max_length=40)
    cohort = models.CharField(max_length=80)
    consortium = models.CharField(max_length=150)
    starts_on = models.DateField()
    ends_on = models.DateField()
    completed_on = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    description = models.TextField(blank=True)
    activity_category = models.CharField(max_length=200, blank=True)
    work_title = models.CharField(max_length=200, blank=True, help_text="Title of the final product.")
    facilitator = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-issued_at", "-pk"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("cohorts:certificate", args=[self.number])
