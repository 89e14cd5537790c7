import logging
import os
import threading
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wbl_course.settings")

app = Celery("wbl_course")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _warm_up_the_renderer(**_: Any) -> None:
    """Beside the first tasks: whoever asks for the first PDF after a start does not wait 1.7 s longer than others."""
    threading.Thread(target=_start_the_renderer, daemon=True).start()


def _start_the_renderer() -> None:
    from foundation.documents.rendering import process

    try:
        process.renderer().warm_up()
    except process.RenderingEnded:
        logging.getLogger(__name__).exception("The renderer is not warm; the first document starts it again.")
