"""Fixtures of the tests of the package: answers that get lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session


@pytest.fixture
def lose_answer() -> Iterator[Callable[..., None]]:
    """Let the next request of a kind be done, and its answer be lost: botocore then sends it once more."""

    with pytest.MonkeyPatch.context() as patch:  # one of its own, undone before the cloud is closed

        def lose(method: str, part_of_url: str, *, times: int = 1) -> None:
            real, left = URLLib3Session.send, [times]

            def send(self: URLLib3Session, request: Any) -> Any:
                answer = real(self, request)
                if left[0] and request.method == method and part_of_url in request.url:
                    left[0] -= 1
                    raise ConnectionClosedError(endpoint_url=request.url)
                return answer

            send.day89_local_cloud = getattr(real, "day89_local_cloud", False)  # type: ignore[attr-defined]
            patch.setattr(URLLib3Session, "send", send)

        yield lose
