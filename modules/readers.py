"""Who belongs to a consortium, and so may read its toolbox. Apps above that know of enrolments register here."""

from collections.abc import Callable

from accounts.models import Role, User

Reader = Callable[[User, int], bool]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Add a way to belong: `reader(user, consortium_id)`. Called from an app's `kinds` when it is ready."""
    if reader not in _readers:
        _readers.append(reader)


def belongs(user: User, consortium_id: int) -> bool:
    """Whether the person has, or had, a part in the consortium."""
    if user.is_superuser or Role.objects.filter(user=user, consortium=consortium_id).exists():
        return True
    return any(reader(user, consortium_id) for reader in _readers)
