"""Follow the pointer: load the version that it names, try it, and only then put it into use."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from day89.errors import Day89Error, NotFoundError
from day89.inference.engine import ServedModel
from day89.inference.metrics import Metrics

__all__ = ["Deployment", "Fixed"]

logger = logging.getLogger(__name__)
CLOSE_SECONDS = 1.0


class Fixed:
    """A deployment of one model that never changes."""

    def __init__(self, model: ServedModel) -> None:
        self.current: ServedModel | None = model


class Deployment:
    """A deployment that follows the version in use and changes over without dropping a request.

    The new version is loaded and answers its golden rows while the old one serves. Then one reference is replaced,
    which Python does in one step; a request that has begun ends with the model that it began with. A version that
    cannot be loaded or answers otherwise stays out, and the old one serves on.
    """

    def __init__(
        self,
        find: Callable[[], int],
        load: Callable[[int], ServedModel],
        *,
        seconds: float = 10.0,
        metrics: Metrics | None = None,
    ) -> None:
        """Prepare; nothing is loaded before ``refresh`` or ``start``.

        Args:
            find: returns the number of the version that should be in use, such as ``current_version``.
            load: loads and tries a version, such as ``load_served``.
            seconds: how often to look.
            metrics: where to count.
        """
        self.current: ServedModel | None = None
        self._find, self._load, self._seconds = find, load, seconds
        self._metrics = metrics or Metrics()
        self._refused: int | None = None
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None

    def refresh(self) -> bool:
        """Look once; return whether another version came into use.

        Raises:
            Day89Error: the version is not what it should be; it is not tried again until the pointer moves.
            NotFoundError, TimeoutError, BotoCoreError, ClientError: a file of it is not there (yet), the model did not
                answer its golden rows in time, or S3 did not; the next look tries again.
        """
        with self._lock:
            wanted = self._find()
            if wanted == self._refused or (self.current and self.current.manifest.version == wanted):
                return False
            try:
                model = self._load(wanted)
            except Exception as error:
                self._refused = wanted if _is_final(error) else None
                self._metrics.model_loads.labels("failed").inc()
                raise
            self.current, self._refused = model, None
            self._metrics.model_loads.labels("ok").inc()
            logger.info("version %d of model %s is in use", wanted, model.manifest.name)
            return True

    def start(self) -> None:
        """Look again and again, in a thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="day89-deployment", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop looking; the model in use stays. A look that S3 holds up is not waited for."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
            except (Day89Error, BotoCoreError, ClientError) as error:
                logger.warning("the model in use stays: %s", error)
            except Exception:  # whatever a model file does when it is loaded must not end the looking
                logger.exception("the model in use stays")
            self._stop.wait(self._seconds)


def _is_final(error: Exception) -> bool:
    """Say whether an error is a verdict on the version, and not on this moment."""
    return isinstance(error, Day89Error) and not isinstance(error, NotFoundError | TimeoutError)
