from lessonplans.actions.plans import (
    Conflict,
    Incomplete,
    Locked,
    TooLarge,
    change_sharing,
    restore,
    save,
    submit,
    withdraw,
)
from lessonplans.actions.reviews import NotYours, Undecidable, approve, claim, note, send_back

__all__ = [
    "Conflict", "Incomplete", "Locked", "NotYours", "TooLarge", "Undecidable", "approve", "change_sharing", "claim",
    "note", "restore", "save", "send_back", "submit", "withdraw",
]  # fmt: skip
