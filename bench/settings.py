"""The production settings, with one more address: a view that does nothing, to measure the others by."""

import os

os.environ.setdefault("SECRET_KEY", "for-the-bench-only")
os.environ.setdefault("SECURE_SSL_REDIRECT", "0")
os.environ.setdefault("SECOND_FACTOR_REQUIRED", "0")

from wbl_course.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
EMAIL_FILE_PATH = os.path.join(os.environ["DATA_DIR"], "mail")
