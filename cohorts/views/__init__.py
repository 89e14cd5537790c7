from cohorts.views.announcements import announcements, edit_announcement, withdraw_announcement
from cohorts.views.certificates import calendar, certificate
from cohorts.views.invitations import invitation
from cohorts.views.planning import add_facilitator, dates, new, remove_facilitator, settings, start
from cohorts.views.rosters import check, import_roster, readmit, resend, revoke, roster, withdraw

__all__ = [
    "add_facilitator",
    "announcements",
    "calendar",
    "certificate",
    "check",
    "dates",
    "edit_announcement",
    "import_roster",
    "invitation",
    "new",
    "readmit",
    "remove_facilitator",
    "resend",
    "revoke",
    "roster",
    "settings",
    "start",
    "withdraw",
    "withdraw_announcement",
]
