"""The web server, the same under `make run` and in the container: threads, since a request mostly waits."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
keepalive = 5
# Requests between two restarts of a worker, spread so that not all restart at once: a slow leak stays small.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat file belongs in memory; on a slow disk a busy worker would be taken for a dead one.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
control_socket_disable = True
errorlog = "-"
loglevel = "warning"
