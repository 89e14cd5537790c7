from django.apps import AppConfig


class KnowledgechecksConfig(AppConfig):
    name = "knowledgechecks"
