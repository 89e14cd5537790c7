from cohorts.models.announcement import Announcement
from cohorts.models.certificate import Certificate
from cohorts.models.cohort import Cohort, Facilitation
from cohorts.models.enrolment import Enrolment, Invitation
from cohorts.models.progress import Override, ProgressEvent

__all__ = ["Announcement", "Certificate", "Cohort", "Enrolment", "Facilitation", "Invitation", "Override", "ProgressEvent"]
