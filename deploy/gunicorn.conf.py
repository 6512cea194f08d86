"""How gunicorn runs the forms app behind nginx: `gunicorn --config deploy/gunicorn.conf.py`, in the folder of the code.

nginx reads slow clients to their end and speaks to us over a Unix socket only, so a few threads serve everybody.
"""

import os

from forms import settings

wsgi_app = "forms:create_app()"
bind = "unix:/run/support-web.sock"  # systemd hands us the one that it listens on (support-web.socket) instead
backlog = 512

# One process, so that FORMS_RATE_LIMIT in memory counts every post; its threads wait for the disk, not for each other.
# WEB_CONCURRENCY sets more; then hand FORMS_RATELIMIT_STORAGE to all of them.
worker_class = "gthread"
threads = 16
keepalive = 0  # a connection costs nothing here, and a kept one may close just when nginx sends a post down it
timeout = 30  # a process whose loop hangs for so long is replaced
graceful_timeout = 7  # for answers under way; systemd kills after ten
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file: memory, so that a stalled disk is no hanging process
preload_app = False  # SIGHUP loads new code in a new process before the old one goes

# nginx lets less through; these hold for who talks to the socket directly.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 16380

control_socket_disable = True
accesslog = None  # nginx writes one, without addresses
errorlog = "-"


def on_starting(server: object) -> None:
    """Stop the start with every fault of the settings at once, rather than start a process after another."""
    settings.load(os.environ)
