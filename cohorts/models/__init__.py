from cohorts.models.announcement import Announcement
from cohorts.models.certificate import Certificate
from cohorts.models.cohort import Cohort, Facilitation
from cohorts.models.enrolment import Compensation, Enrolment, Invitation, consortia_of
from cohorts.models.progress import Override, ProgressEvent
from cohorts.models.roster_import import RosterImport

__all__ = [
    "Announcement",
    "Certificate",
    "Cohort",
    "Compensation",
    "Enrolment",
    "Facilitation",
    "Invitation",
    "Override",
    "ProgressEvent",
    "RosterImport",
    "consortia_of",
]
