"""What cohorts register with apps below."""


def register() -> None:
    """Called once from `AppConfig.ready()`."""
