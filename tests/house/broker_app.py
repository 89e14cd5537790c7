"""A Celery application as small as it gets, for the worker process of `test_broker.py`."""

import os
import sys
from pathlib import Path

from celery import Celery

FOLDER = Path(os.environ["BROKER_TEST_DIR"])

app = Celery("broker_app")
app.conf.update(
    broker_url="filesystem://localhost",
    broker_transport="wbl_course.broker:Transport",
    broker_transport_options={
        "data_folder_in": str(FOLDER / "messages"),
        "data_folder_out": str(FOLDER / "messages"),
        "control_folder": str(FOLDER / "messages" / "control"),
    },
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
)


@app.task(name="mark")
def mark(number: int) -> None:
    with (FOLDER / "done").open("a") as file:
        file.write(f"{number}\n")


if __name__ == "__main__":
    first, last = map(int, sys.argv[1:])
    for n in range(first, last):
        mark.delay(n)
