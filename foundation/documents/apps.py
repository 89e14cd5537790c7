from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "foundation.documents"

    def ready(self) -> None:
        """Register the checks that say what the renderer lacks, before anything else fails."""
        from foundation.documents import checks  # noqa: F401
