"""What the prediction log promises: on disk before the answer, in S3 exactly once, never in the way."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from botocore.exceptions import EndpointConnectionError
from sklearn.linear_model import LinearRegression

from day89.cloud import local
from day89.errors import InvalidInputError
from day89.inference import Fixed, Metrics, PredictionLog, create_app, prediction_log, served_model
from day89.models import Manifest
from day89.models.manifest import describe

BUCKET = "prediction-log"


@pytest.fixture
def s3(clean_environment: None) -> Iterator[Any]:
    with local() as cloud:
        client = cloud.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


class Away:
    """Be an S3 that cannot be reached."""

    def put_object(self, **_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://s3.amazonaws.com")


def keys(s3: Any) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def lines(s3: Any) -> list[bytes]:
    bodies = [s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys(s3)]
    return [line for body in bodies for line in body.splitlines()]


def spooled(folder: Path) -> list[bytes]:
    return [line for path in sorted(folder.glob("*/*.jsonl")) for line in path.read_bytes().splitlines()]


def test_a_record_is_on_the_disk_when_append_returns(s3: Any, tmp_path: Path) -> None:
    log = PredictionLog(s3, BUCKET, tmp_path)
    assert log.append(b'{"n": 1}')
    assert spooled(tmp_path) == [b'{"n": 1}']


def test_records_arrive_in_one_object_and_leave_the_disk(s3: Any, tmp_path: Path) -> None:
    log = PredictionLog(s3, BUCKET, tmp_path, prefix="logs/penguins")
    for number in range(5):
        log.append(b'{"n": %d}' % number)
    assert log.ship()
    assert lines(s3) == [b'{"n": %d}' % number for number in range(5)]
    assert len(keys(s3)) == 1
    assert keys(s3)[0].startswith("logs/penguins/20")
    assert spooled(tmp_path) == []
    assert log.waiting_bytes == 0


def test_nothing_waiting_sends_nothing(s3: Any, tmp_path: Path) -> None:
    assert PredictionLog(s3, BUCKET, tmp_path).ship()
    assert keys(s3) == []


def test_many_threads_and_a_busy_shipper_lose_and_double_nothing(s3: Any, tmp_path: Path) -> None:
    log = PredictionLog(s3, BUCKET, tmp_path, seconds=0.001)
    log.start()
    threads = [
        threading.Thread(target=lambda start=start: [log.append(b"%d" % n) for n in range(start, start + 100)])
        for start in range(0, 800, 100)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.close()
    assert sorted(int(line) for line in lines(s3)) == list(range(800))


def test_what_s3_does_not_take_stays_and_is_sent_later(s3: Any, tmp_path: Path) -> None:
    metrics = Metrics()
    log = PredictionLog(Away(), BUCKET, tmp_path, metrics=metrics)  # type: ignore[arg-type]
    log.append(b"1")
    assert not log.ship()
    assert not log.close()
    assert spooled(tmp_path) == [b"1"]
    assert metrics.registry.get_sample_value("day89_log_failures_total") == 2
    assert PredictionLog(s3, BUCKET, tmp_path).ship()
    assert (lines(s3), spooled(tmp_path)) == ([b"1"], [])


def test_what_a_killed_process_left_is_sent_by_the_next(s3: Any, tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from day89.inference import PredictionLog\n"
        f"log = PredictionLog(None, {BUCKET!r}, sys.argv[1], prefix='theirs')\n"
        "[log.append(b'%d' % n) for n in range(50)]; os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", program, tmp_path], check=False)
    assert killed.returncode == -9
    log = PredictionLog(s3, BUCKET, tmp_path, prefix="ours")
    log.append(b"50")
    log.start()
    assert log.close()
    assert sorted(int(line) for line in lines(s3)) == list(range(51))
    assert [key.partition("/")[0] for key in sorted(keys(s3))] == ["ours", "theirs"]
    assert list(tmp_path.iterdir()) == []


def test_what_another_server_left_goes_to_its_own_bucket_and_prefix(s3: Any, tmp_path: Path) -> None:
    s3.create_bucket(Bucket="another-log")
    other = PredictionLog(Away(), "another-log", tmp_path, prefix="a")  # type: ignore[arg-type]
    other.append(b"theirs")
    assert not other.close()
    assert PredictionLog(s3, BUCKET, tmp_path, prefix="b").ship()
    assert keys(s3) == []
    (found,) = s3.list_objects_v2(Bucket="another-log")["Contents"]
    assert found["Key"].startswith("a/20")


@pytest.mark.parametrize("words", [b"", b"null", b"[1]", b'{"bucket": "x"}', b"\xff"])
def test_a_spool_that_does_not_say_where_it_goes_is_sent_where_this_one_goes(
    s3: Any, tmp_path: Path, words: bytes
) -> None:
    folder = tmp_path / "4711-0f"
    folder.mkdir()
    (folder / "lock").write_bytes(words)
    (folder / "000001.jsonl").write_bytes(b"old\n")
    assert PredictionLog(s3, BUCKET, tmp_path, prefix="b").ship()
    assert lines(s3) == [b"old"]
    assert keys(s3)[0].startswith("b/20")


def test_what_a_living_process_holds_is_left_to_it(s3: Any, tmp_path: Path) -> None:
    other = PredictionLog(s3, BUCKET, tmp_path)
    other.append(b"theirs")
    assert PredictionLog(s3, BUCKET, tmp_path).ship()
    assert (lines(s3), spooled(tmp_path)) == ([], [b"theirs"])


def test_a_file_that_is_sent_twice_is_one_object(s3: Any, tmp_path: Path) -> None:
    log = PredictionLog(s3, BUCKET, tmp_path)
    log.append(b"1")
    (path,) = tmp_path.glob("*/*.jsonl")
    shutil.copy2(path, tmp_path / "copy")
    log.ship()
    shutil.copy2(tmp_path / "copy", path)  # as if the process had died between the put and the removal
    log.ship()
    assert lines(s3) == [b"1"]


def test_a_full_disk_share_drops_and_counts_and_never_waits(tmp_path: Path) -> None:
    metrics = Metrics()
    log = PredictionLog(Away(), BUCKET, tmp_path, max_bytes=10, metrics=metrics)  # type: ignore[arg-type]
    assert [log.append(b"1234") for _ in range(3)] == [True, True, False]
    assert "wait for S3" in log.why_dropping()
    assert metrics.registry.get_sample_value("day89_log_records_total", {"outcome": "dropped"}) == 1
    assert len(spooled(tmp_path)) == 2


def test_what_others_left_counts_against_the_disk_share(tmp_path: Path) -> None:
    PredictionLog(Away(), BUCKET, tmp_path).append(b"123456789")  # type: ignore[arg-type]
    assert not PredictionLog(Away(), BUCKET, tmp_path, max_bytes=12).append(b"123")  # type: ignore[arg-type]


def test_a_disk_that_fails_drops_the_record_and_not_the_request(s3: Any, tmp_path: Path) -> None:
    log = PredictionLog(s3, BUCKET, tmp_path / "spool")
    shutil.rmtree(tmp_path / "spool")
    assert not log.append(b"1")
    assert "No such file" in log.why_dropping()


class Disk:
    """A disk that takes so many bytes, and half of what does not fit."""

    def __init__(self, patch: pytest.MonkeyPatch, room: int, *, per_file: bool = False) -> None:
        self.room, self.per_file, self.write = room, per_file, os.write
        patch.setattr(os, "write", self)
        patch.setattr(Path, "write_bytes", lambda _, data: self.write_file(data))

    def __call__(self, file: int, data: bytes) -> int:
        room = self.room - os.fstat(file).st_size if self.per_file else self.room
        if room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self.write(file, data[:room])
        self.room -= 0 if self.per_file else written
        return written

    def write_file(self, data: bytes) -> int:
        if len(data) > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return 0


def test_half_a_line_is_taken_back(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = PredictionLog(s3, BUCKET, tmp_path)
    Disk(monkeypatch, 9)
    assert [log.append(b"whole"), log.append(b"another")] == [True, False]
    assert spooled(tmp_path) == [b"whole"]
    monkeypatch.undo()
    assert log.ship()
    assert lines(s3) == [b"whole"]
    assert len(keys(s3)) == 1, "an empty file was sent"


def test_a_file_that_is_full_is_followed_by_another(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = PredictionLog(s3, BUCKET, tmp_path)
    Disk(monkeypatch, 15, per_file=True)
    assert all(log.append(b"%d" % number) for number in range(100, 120))
    assert log.why_dropping() is None
    monkeypatch.undo()
    assert log.ship()
    assert [int(line) for line in lines(s3)] == list(range(100, 120))


def test_a_full_disk_says_so_until_it_takes_a_record_again(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = PredictionLog(s3, BUCKET, tmp_path)
    disk = Disk(monkeypatch, 10)
    assert [log.append(b"12345678"), log.append(b"2")] == [True, False]
    assert "No space left" in log.why_dropping()
    disk.room = 100
    assert log.why_dropping() is None
    assert log.append(b"3")


def test_a_spool_that_cannot_be_made_is_refused_in_words(s3: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="no spool can be made"):
        PredictionLog(s3, BUCKET, tmp_path / "file")


class Hanging:
    """An S3 that accepts and never answers."""

    def __init__(self) -> None:
        self.entered, self.release = threading.Event(), threading.Event()

    def put_object(self, **_: Any) -> None:
        self.entered.set()
        self.release.wait()


@pytest.mark.parametrize("started", [False, True])
def test_an_s3_that_hangs_is_not_waited_for_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: bool
) -> None:
    monkeypatch.setattr(prediction_log, "STALL_SECONDS", 0.05)
    away = Hanging()
    log = PredictionLog(away, BUCKET, tmp_path)  # type: ignore[arg-type]
    log.append(b"1")
    if started:
        log.start()
        away.entered.wait()
    assert not log.close()
    assert spooled(tmp_path) == [b"1"]
    away.release.set()


def test_an_s3_that_is_slow_but_gets_on_is_waited_for(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        """A thread that ships one file in each of three times that it is waited for, and the rest in the fourth."""

        def __init__(self, target: Any, daemon: bool) -> None:
            self.target, self.waits = target, 0

        def start(self) -> None:
            pass

        def is_alive(self) -> bool:
            return self.waits < 4

        def join(self, _: float) -> None:
            self.waits += 1
            log._shipped += 1
            if not self.is_alive():
                self.target()

    log = PredictionLog(s3, BUCKET, tmp_path)
    log.append(b"1")
    with monkeypatch.context() as patch:
        patch.setattr(threading, "Thread", Slow)
        assert log.close()
    assert lines(s3) == [b"1"]


def test_a_shipment_that_fails_in_an_unforeseen_way_does_not_end_the_sending(s3: Any, tmp_path: Path) -> None:
    class Odd:
        def put_object(self, **options: Any) -> None:
            self.put_object = s3.put_object  # type: ignore[method-assign]
            raise RuntimeError("odd")

    log = PredictionLog(Odd(), BUCKET, tmp_path, seconds=0.001)  # type: ignore[arg-type]
    log.append(b"1")
    log.start()
    while log.waiting_bytes:
        threading.Event().wait(0.001)
    assert lines(s3) == [b"1"]
    log.close()


def test_a_closed_log_takes_no_more(s3: Any, tmp_path: Path) -> None:
    log = PredictionLog(s3, BUCKET, tmp_path)
    log.close()
    assert not log.append(b"1")


def test_a_spool_of_another_user_is_refused(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(InvalidInputError, match="another user"):
        PredictionLog(s3, BUCKET, tmp_path)


def test_the_app_logs_what_was_asked_and_answered(s3: Any, tmp_path: Path) -> None:
    model = LinearRegression().fit(numpy.array([[0.0], [1.0]]), [0.0, 1.0])
    manifest = Manifest(name="line", version=7, files=(), **describe(model, None))
    log = PredictionLog(s3, BUCKET, tmp_path)
    client = create_app(Fixed(served_model(model, manifest)), log=log).test_client()
    answer = client.post("/predict", data=b'{"features":\r\n [\n2]}', content_type="application/json")
    client.post("/predict", data=b"{", content_type="application/json")
    log.ship()
    (record,) = (json.loads(line) for line in lines(s3))
    assert record["request"] == {"features": [2]}
    assert record["answer"] == answer.json
    assert record["time"].endswith("+00:00")


def test_the_app_is_not_ready_while_records_are_dropped(tmp_path: Path) -> None:
    model = LinearRegression().fit(numpy.array([[0.0], [1.0]]), [0.0, 1.0])
    manifest = Manifest(name="line", version=7, files=(), **describe(model, None))
    log = PredictionLog(Away(), BUCKET, tmp_path, max_bytes=100)  # type: ignore[arg-type]
    client = create_app(Fixed(served_model(model, manifest)), log=log).test_client()
    log.append(b"1" * 80)
    assert client.get("/ready").status_code == 200
    assert client.post("/predict", json={"features": [2]}).status_code == 200  # longer than the room that is left
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert "wait for S3" in answer.json["detail"]
