"""What the course itself registers: a page is the one kind of item that needs no other app."""


def register() -> None:
    """Called once from `AppConfig.ready()`."""
