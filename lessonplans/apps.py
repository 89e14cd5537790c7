from django.apps import AppConfig


class LessonplansConfig(AppConfig):
    name = "lessonplans"
