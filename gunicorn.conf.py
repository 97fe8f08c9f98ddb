"""How the portal is served, by `make run` and in production alike; the command line goes before."""

import os
from typing import Any

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4  # as many as PORTAL_POOL_SIZE: each may hold one database connection
keepalive = 5
timeout = 60
graceful_timeout = 10
loglevel = os.environ.get("PORTAL_GUNICORN_LOG") or "info"
# Otherwise all portals of one home directory share one control socket.
control_socket_disable = True
# Which proxies are believed is PORTAL_TRUSTED_PROXIES' business alone.
forwarded_allow_ips = ""


def child_exit(server: Any, worker: Any) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)
