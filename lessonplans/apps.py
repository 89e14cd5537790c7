from django.apps import AppConfig


class LessonplansConfig(AppConfig):
    name = "lessonplans"

    def ready(self) -> None:
        from lessonplans import kinds, views

        kinds.register(page=views.step)
