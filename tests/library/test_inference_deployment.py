"""A new version comes into use, and goes out of it again, while requests are being answered."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy
import pytest
from botocore.exceptions import EndpointConnectionError
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from day89 import models
from day89.cloud import local
from day89.errors import IntegrityError, NotFoundError
from day89.inference import Deployment, Metrics, ModelBusyError, create_app, load_served
from day89.inference import deployment as deployment_module
from day89.inference.engine import Batcher

BUCKET, NAME = "model-store", "constant"
ROWS = numpy.array([[0.0], [1.0]])


@pytest.fixture
def s3(clean_environment: None) -> Iterator[Any]:
    with local() as cloud:
        client = cloud.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


def publish(s3: Any, answer: str, **options: Any) -> int:
    """Publish a model that always gives this answer."""
    model = DummyClassifier(strategy="constant", constant=answer).fit(ROWS, ["a", "b"])
    return models.publish_model(s3, model, BUCKET, NAME, holdout=ROWS, **options).version


def following(s3: Any, **options: Any) -> Deployment:
    find = partial(models.current_version, s3, BUCKET, NAME)
    return Deployment(find, partial(load_served, s3, BUCKET, NAME), **options)


def answer_of(deployment: Deployment) -> tuple[int, str]:
    answer = create_app(deployment).test_client().post("/predict", json={"features": [0]}).json
    return answer["version"], answer["prediction"][0]


def test_it_follows_the_pointer_forth_and_back(s3: Any) -> None:
    publish(s3, "a")
    deployment = following(s3)
    assert deployment.refresh()
    assert answer_of(deployment) == (1, "a")
    publish(s3, "b")
    assert deployment.refresh()
    assert answer_of(deployment) == (2, "b")
    models.rollback_model(s3, BUCKET, NAME)
    assert deployment.refresh()
    assert answer_of(deployment) == (1, "a")


def test_a_model_is_loaded_once_and_not_for_each_look_or_request(s3: Any) -> None:
    publish(s3, "a")
    loads = []

    def load(version: int) -> Any:
        loads.append(version)
        return load_served(s3, BUCKET, NAME, version)

    deployment = Deployment(partial(models.current_version, s3, BUCKET, NAME), load)
    assert [deployment.refresh() for _ in range(3)] == [True, False, False]
    for _ in range(5):
        answer_of(deployment)
    assert loads == [1]


def test_a_version_with_wrong_bytes_stays_out_and_is_tried_once(s3: Any) -> None:
    publish(s3, "a")
    metrics = Metrics()
    deployment = following(s3, metrics=metrics)
    deployment.refresh()
    publish(s3, "b")
    s3.put_object(Bucket=BUCKET, Key="models/constant/v2/model.joblib", Body=b"other")
    with pytest.raises(IntegrityError, match="sha256"):
        deployment.refresh()
    assert not deployment.refresh()
    assert answer_of(deployment) == (1, "a")
    assert metrics.registry.get_sample_value("day89_model_loads_total", {"outcome": "failed"}) == 1


def test_after_a_version_that_was_refused_the_next_one_is_taken(s3: Any) -> None:
    publish(s3, "a")
    s3.put_object(Bucket=BUCKET, Key="models/constant/v1/model.joblib", Body=b"other")
    deployment = following(s3)
    with pytest.raises(IntegrityError):
        deployment.refresh()
    publish(s3, "b")
    assert deployment.refresh()
    assert answer_of(deployment) == (2, "b")


def test_a_version_that_answers_its_golden_rows_otherwise_stays_out(s3: Any) -> None:
    publish(s3, "a")
    deployment = following(s3)
    deployment.refresh()
    publish(s3, "b")
    key = "models/constant/v2/manifest.json"
    manifest = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(manifest | {"golden_predictions": ["a", "a"]}))
    with pytest.raises(IntegrityError, match="golden"):
        deployment.refresh()
    assert answer_of(deployment) == (1, "a")


def test_an_s3_that_is_away_for_a_moment_is_asked_again(s3: Any) -> None:
    publish(s3, "a")
    away = iter([EndpointConnectionError(endpoint_url="https://s3.amazonaws.com")])

    def load(version: int) -> Any:
        for error in away:
            raise error
        return load_served(s3, BUCKET, NAME, version)

    deployment = Deployment(partial(models.current_version, s3, BUCKET, NAME), load)
    with pytest.raises(EndpointConnectionError):
        deployment.refresh()
    assert deployment.refresh()


def test_a_model_that_is_slow_for_a_moment_is_tried_again(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(s3, "a")
    deployment = following(s3)
    with monkeypatch.context() as patch:
        patch.setattr(Batcher, "__call__", lambda *_: (_ for _ in ()).throw(ModelBusyError("slow")))
        with pytest.raises(ModelBusyError):
            deployment.refresh()
    assert deployment.refresh()
    assert answer_of(deployment) == (1, "a")


def test_a_file_that_is_late_is_looked_for_again(s3: Any) -> None:
    publish(s3, "a")
    key = "models/constant/v1/model.joblib"
    late = s3.get_object(Bucket=BUCKET, Key=key)
    content, about = late["Body"].read(), late["Metadata"]
    s3.delete_object(Bucket=BUCKET, Key=key)
    deployment = following(s3)
    with pytest.raises(NotFoundError):
        deployment.refresh()
    s3.put_object(Bucket=BUCKET, Key=key, Body=content, Metadata=about)
    assert deployment.refresh()


def test_a_look_that_s3_holds_up_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment_module, "CLOSE_SECONDS", 0.05)
    entered, release = threading.Event(), threading.Event()

    def find() -> int:
        entered.set()
        release.wait()
        raise NotFoundError("nothing")

    deployment = Deployment(find, lambda _: None)
    deployment.start()
    entered.wait()
    deployment.close()
    assert not release.is_set()
    release.set()


def test_without_any_version_it_says_so_and_goes_on_looking(s3: Any) -> None:
    deployment = following(s3)
    with pytest.raises(NotFoundError, match=r"current\.json"):
        deployment.refresh()
    publish(s3, "a")
    assert deployment.refresh()


def test_the_thread_finds_new_versions_by_itself_and_outlives_failures(s3: Any) -> None:
    deployment = following(s3, seconds=0.01)
    deployment.start()
    seen = threading.Event()
    publish(s3, "a")
    while deployment.current is None:
        seen.wait(0.005)
    publish(s3, "b")
    while deployment.current.manifest.version != 2:
        seen.wait(0.005)
    deployment.close()
    assert answer_of(deployment) == (2, "b")


def test_no_request_is_dropped_or_mixed_while_versions_change(s3: Any) -> None:
    publish(s3, "a")
    publish(s3, "b")
    deployment = following(s3)
    deployment.refresh()
    client, stop, answers = create_app(deployment), threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            answer = client.test_client().post("/predict", json={"features": [[0], [1]]})
            answers.append((answer.status_code, answer.json["version"], tuple(answer.json["prediction"])))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(12):
        models.promote_model(s3, BUCKET, NAME, 1 + number % 2)
        deployment.refresh()
    stop.set()
    for thread in threads:
        thread.join()
    assert set(answers) == {(200, 1, ("a", "a")), (200, 2, ("b", "b"))}


def test_serving_takes_onnx_where_the_version_has_it(s3: Any) -> None:
    model = LogisticRegression().fit(ROWS, ["a", "b"])
    models.publish_model(s3, model, BUCKET, NAME, formats=["joblib", "onnx"], holdout=ROWS)
    assert load_served(s3, BUCKET, NAME, 1).format == "onnx"
    assert load_served(s3, BUCKET, NAME, 1, format="joblib").format == "joblib"


def test_a_missing_bucket_is_a_lookup_error(s3: Any) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        load_served(s3, "nowhere", NAME, 1)
