"""The application's settings in a folder of their own, so that a test never touches what `make run` keeps in var/."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("WBL_TESTING", "1")
os.environ.setdefault("SECRET_KEY", "for-tests-only")
if "WBL_TEST_DIR" not in os.environ:
    # The first process makes it and removes it; xdist's workers and the journeys' servers find it in the environment.
    os.environ["WBL_TEST_DIR"] = tempfile.mkdtemp(prefix="wbl-tests-")
    atexit.register(shutil.rmtree, os.environ["WBL_TEST_DIR"], ignore_errors=True)
_root = os.environ["WBL_TEST_DIR"]
if os.environ.get("DATA_DIR") in (None, os.path.join(_root, "main")):  # nobody chose one for this process
    os.environ["DATA_DIR"] = os.path.join(_root, os.environ.get("PYTEST_XDIST_WORKER", "main"))
os.makedirs(os.path.join(os.environ["DATA_DIR"], "static"), exist_ok=True)  # WhiteNoise warns where it has no folder

from wbl_course.settings import *  # noqa: E402, F403
from wbl_course.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, REDIS_URL  # noqa: E402

if REDIS_URL:
    # Two test processes share one Redis; a worker must not take the other's tasks, nor those of an earlier run.
    CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = "{}-{}:".format(
        os.path.basename(_root), os.environ.get("PYTEST_XDIST_WORKER", "main")
    )

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: in memory, connections share a cache that answers "table is locked" at once, and no race could be tested.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["DATA_DIR"], "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA synchronous=OFF; " + DATABASES["default"]["OPTIONS"].get(
        "init_command", ""
    )

SECOND_FACTOR_REQUIRED = False  # asked for in the tests that are about it
# Every test client starts the middleware anew; without this it would list and stat all static files each time.
WHITENOISE_AUTOREFRESH = True
