"""Count what the app does, for Prometheus.

https://prometheus.github.io/client_python/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from day89.inference.engine import ServedModel

__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]

BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one app, in a registry of its own: two apps in one process do not share their counts."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "day89_requests_total", "Requests answered, by route and status.", ["route", "status"], registry=registry
        )
        self.rows = Counter("day89_rows_total", "Rows predicted.", registry=registry)
        self.predict_seconds = Histogram(
            "day89_predict_seconds",
            "Time from a read body to a ready answer.",
            buckets=BUCKETS_SECONDS,
            registry=registry,
        )
        self.model_loads = Counter(
            "day89_model_loads_total",
            "Attempts to put another version into use, by outcome.",
            ["outcome"],
            registry=registry,
        )
        self.log_records = Counter(
            "day89_log_records_total",
            "Predictions handed to the log, by what became of them.",
            ["outcome"],
            registry=registry,
        )
        self.log_failures = Counter(
            "day89_log_failures_total", "Attempts to bring the log to S3 that failed.", registry=registry
        )

    def render(self, model: ServedModel | None = None, waiting_bytes: int | None = None) -> bytes:
        """Return everything as text.

        Args:
            model: the model in use.
            waiting_bytes: how much of the prediction log is not in S3 yet; None where there is no log.
        """
        present = CollectorRegistry()  # what is not counted but looked up at this moment
        if model is not None:
            names = ["name", "version", "format"]
            info = Gauge("day89_model_info", "The version in use.", names, registry=present)
            info.labels(model.manifest.name, model.manifest.version, model.format).set(1)
        if waiting_bytes is not None:
            about = "Bytes of the log on this disk that are not in S3 yet."
            Gauge("day89_log_waiting_bytes", about, registry=present).set(waiting_bytes)
        return generate_latest(self.registry) + generate_latest(present)
