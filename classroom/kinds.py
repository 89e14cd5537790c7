from classroom import reading
from cohorts import activities
from cohorts.activities import Activity
from cohorts.completion import Need


def register() -> None:
    """The page, the one kind of item that needs no app of its own: done when it was read to its end."""
    activities.register(Activity("page", page=reading.page, needs=lambda item: (Need("read", 1, "Read to the end"),)))
