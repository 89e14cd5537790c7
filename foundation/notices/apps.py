from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "foundation.notices"

    def ready(self) -> None:
        from foundation.notices import kinds

        kinds.register()
