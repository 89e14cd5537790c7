"""What a person may take along: their own records, as every app that keeps some tells them."""

from collections.abc import Callable
from typing import Any

from accounts.models import User

Exporter = Callable[[User], Any]
_exporters: dict[str, Exporter] = {}


def register(name: str, exporter: Exporter) -> None:
    """Called by an app when it is ready; what the exporter returns is JSON. Raises ValueError if the name is taken."""
    if _exporters.setdefault(name, exporter) is not exporter:
        raise ValueError(f"Two apps export {name!r}.")


def own_records(user: User) -> dict[str, Any]:
    """Everything kept about this person, by name; their profile first."""
    return {"profile": profile(user), **{name: exporter(user) for name, exporter in sorted(_exporters.items())}}


def profile(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "college": user.college.name if user.college else None,
        "role_at_the_college": user.get_position_display(),
        "discipline": user.discipline,
        "career_education": user.is_career_education,
        "time_zone": user.time_zone,
        "joined_at": user.joined_at,
        "last_sign_in": user.last_login,
        "roles": [str(role) for role in user.roles.select_related("user", "consortium", "college")],
    }
