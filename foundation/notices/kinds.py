"""What notices register with apps below."""

from accounts import exports as own_records
from foundation.notices import exports


def register() -> None:
    """Called once from `AppConfig.ready()`."""
    own_records.register("notices", exports.own_notices)
    own_records.register("mail", exports.own_mail)
