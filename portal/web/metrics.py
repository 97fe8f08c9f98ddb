"""Prometheus counters, summed over all processes that share PROMETHEUS_MULTIPROC_DIR."""

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("portal_requests_total", "Requests answered", ["method", "endpoint", "status"])
SECONDS = Histogram(
    "portal_request_seconds",
    "Time to answer",
    ["endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BOOKINGS = Counter("portal_bookings_total", "Bookings by outcome", ["outcome"])
CONSULTATIONS = Counter("portal_consultations_total", "Consultations by outcome", ["outcome"])


def init_app(app: Flask) -> None:
    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        # Anybody may invent methods, and each new label is kept for ever.
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, endpoint, response.status_code).inc()
        if "began" in g:
            SECONDS.labels(endpoint).observe(time.perf_counter() - g.began)
        return response


def exposition() -> Response:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry = REGISTRY
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
