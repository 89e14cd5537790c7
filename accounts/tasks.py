from celery import shared_task

from accounts import actions


@shared_task
def forget_ended_sessions() -> None:
    actions.forget_ended_sessions()
