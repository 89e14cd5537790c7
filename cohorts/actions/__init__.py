from cohorts.actions.announcements import (
    AlreadyPublished,
    Outdated,
    announce,
    edit_announcement,
    withdraw_announcement,
)
from cohorts.actions.invitations import AlreadyTaken, accept, join, resend, revoke
from cohorts.actions.planning import (
    LastFacilitator,
    OutdatedCohort,
    add_facilitator,
    change_details,
    make_cohort,
    move_dates,
    move_start,
    remove_facilitator,
)
from cohorts.actions.progress import override, record, touch
from cohorts.actions.reminders import remind
from cohorts.actions.roles import grant_role, revoke_role
from cohorts.actions.rosters import apply_roster, check_roster, readmit, withdraw

__all__ = [
    "AlreadyPublished",
    "AlreadyTaken",
    "LastFacilitator",
    "Outdated",
    "OutdatedCohort",
    "accept",
    "add_facilitator",
    "announce",
    "apply_roster",
    "change_details",
    "check_roster",
    "edit_announcement",
    "grant_role",
    "join",
    "make_cohort",
    "move_dates",
    "move_start",
    "override",
    "readmit",
    "record",
    "remind",
    "remove_facilitator",
    "resend",
    "revoke",
    "revoke_role",
    "touch",
    "withdraw",
    "withdraw_announcement",
]
