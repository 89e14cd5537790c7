from django.apps import AppConfig


class KnowledgechecksConfig(AppConfig):
    name = "knowledgechecks"

    def ready(self) -> None:
        from cohorts import activities
        from cohorts.activities import Activity
        from knowledgechecks import kinds, views

        kinds.register()
        activities.register(Activity("check", page=views.page, needs=kinds.needs))
