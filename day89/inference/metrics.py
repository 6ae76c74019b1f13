"""Count what the app does, in the text form that Prometheus reads.

A form of our own, 60 lines, and not ``prometheus_client``: that one keeps one registry for the whole process at import,
two apps in one process then share their counts, and a request pays for its locks and label objects. Its parser judges
this text in the tests.
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

__all__ = ["CONTENT_TYPE", "Metrics", "label"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

HELP = {
    "day89_requests_total": "Requests answered, by route and status.",
    "day89_rows_total": "Rows predicted.",
    "day89_predict_seconds": "Time from a read body to a ready answer.",
    "day89_model_info": "The version in use.",
    "day89_model_loads_total": "Attempts to put another version into use, by outcome.",
    "day89_log_records_total": "Predictions handed to the log, by what became of them.",
    "day89_log_waiting_bytes": "Bytes of the log on this disk that are not in S3 yet.",
    "day89_log_failures_total": "Attempts to bring the log to S3 that failed.",
}


class Metrics:
    """Hold the counts of one app; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, tuple[str, ...]], float] = {}
        self._buckets = [0] * (len(BUCKETS_SECONDS) + 1)
        self._seconds = 0.0

    def count(self, name: str, *labels: str, by: float = 1) -> None:
        """Add to a counter.

        Args:
            name: a name of ``HELP``.
            *labels: ``key="value"`` pairs, ready to print.
            by: how much.
        """
        key = (name, labels)
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + by

    def observe(self, seconds: float, rows: int) -> None:
        """Add one prediction to the histogram, and its rows."""
        place = bisect_left(BUCKETS_SECONDS, seconds)
        key = ("day89_rows_total", ())
        with self._lock:
            self._buckets[place] += 1
            self._seconds += seconds
            self._counts[key] = self._counts.get(key, 0) + rows

    def value(self, name: str, *labels: str) -> float:
        """Return what a counter stands at."""
        with self._lock:
            return self._counts.get((name, labels), 0)

    def render(self, gauges: Iterable[tuple[str, tuple[str, ...], float]] = ()) -> str:
        """Return everything as text.

        Args:
            gauges: (name, labels, value) of what is measured at this moment.
        """
        with self._lock:
            samples: list[Any] = [(name, labels, value) for (name, labels), value in self._counts.items()]
            buckets, seconds = list(self._buckets), self._seconds
        lines = []
        for name, found in _grouped([*samples, *gauges]).items():
            lines += [*_head(name, "counter" if name.endswith("_total") else "gauge"), *sorted(found)]
        return "\n".join([*lines, *_histogram(buckets, seconds)]) + "\n"


def label(name: str, value: object) -> str:
    """Return one label, quoted as the format wants it."""
    text = str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{name}="{text}"'


def _grouped(samples: list[tuple[str, tuple[str, ...], float]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, labels, value in sorted(samples):
        braces = f"{{{','.join(labels)}}}" if labels else ""
        groups.setdefault(name, []).append(f"{name}{braces} {value!r}")
    return groups


def _head(name: str, kind: str) -> list[str]:
    return [f"# HELP {name} {HELP[name]}", f"# TYPE {name} {kind}"]


def _histogram(buckets: list[int], seconds: float) -> list[str]:
    name, total, lines = "day89_predict_seconds", 0, []
    for edge, count in zip([*map(str, BUCKETS_SECONDS), "+Inf"], buckets, strict=True):
        total += count
        lines.append(f'{name}_bucket{{le="{edge}"}} {total}')
    return [*_head(name, "histogram"), *lines, f"{name}_sum {seconds!r}", f"{name}_count {total}"]
