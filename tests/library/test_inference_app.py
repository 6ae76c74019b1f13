"""What the inference app answers to good requests, and to everything else that a client can send."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from day89.errors import IntegrityError
from day89.inference import Fixed, Limits, Metrics, ServedModel, create_app, served_model, validation
from day89.models import Manifest
from day89.models.manifest import describe
from day89.models.onnx import OnnxModel, convert

COLUMNS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
PENGUINS = pandas.read_csv(Path(__file__).parents[2] / "data" / "penguins.csv").dropna()
ROW = [39.1, 18.7, 181, 3750]
OTHER = [50.0, 15.0, 220, 5500]


def manifest_of(model: Any, holdout: Any = None) -> Manifest:
    return Manifest(name="penguins", version=3, files=(), **describe(model, holdout))


def wrapped(model: Any, seconds: float = 10.0) -> ServedModel:
    return served_model(model, manifest_of(model), seconds=seconds)


@pytest.fixture(scope="module")
def model() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(PENGUINS[COLUMNS], PENGUINS["species"])


@pytest.fixture
def client(model: Any) -> Any:
    return create_app(Fixed(wrapped(model)), limits=Limits(body_bytes=10_000, rows=20)).test_client()


def post(client: Any, body: bytes | str, content_type: str = "application/json") -> Any:
    return client.post("/predict", data=body, content_type=content_type)


def test_one_row_by_position(client: Any) -> None:
    answer = client.post("/predict", json={"features": ROW})
    assert answer.status_code == 200
    assert answer.json.items() >= {"prediction": ["Adelie"], "model": "penguins", "version": 3}.items()


def test_many_rows_have_one_answer_each_in_order(client: Any) -> None:
    assert client.post("/predict", json={"features": [ROW, OTHER, ROW]}).json["prediction"] == [
        "Adelie",
        "Gentoo",
        "Adelie",
    ]


def test_names_may_come_in_any_order(client: Any) -> None:
    named = dict(zip(COLUMNS, OTHER, strict=True))
    shuffled = dict(sorted(named.items(), reverse=True))
    assert client.post("/predict", json={"features": shuffled}).json["prediction"] == ["Gentoo"]
    assert client.post("/predict", json={"features": [ROW, shuffled]}).json["prediction"] == ["Adelie", "Gentoo"]


def test_a_regressor_answers_with_plain_numbers() -> None:
    line = LinearRegression().fit(PENGUINS[COLUMNS[:3]].to_numpy(), PENGUINS["body_mass_g"])
    answer = create_app(Fixed(wrapped(line))).test_client().post("/predict", json={"features": ROW[:3]})
    assert answer.json["prediction"] == pytest.approx(line.predict([ROW[:3]]).tolist())


def test_each_answer_has_an_id_of_its_own(client: Any) -> None:
    ids = {client.post("/predict", json={"features": ROW}).json["id"] for _ in range(5)}
    assert len(ids) == 5


def test_an_answer_that_is_not_finite_is_not_sent() -> None:
    line = LinearRegression().fit(numpy.array([[0.0], [1.0]]), [0.0, 1.0])
    overflowing = ServedModel(manifest_of(line), "onnx", lambda rows: [1.0, float("inf")])
    answer = create_app(Fixed(overflowing)).test_client().post("/predict", json={"features": [[1], [2]]})
    assert (answer.status_code, answer.json["pointer"]) == (422, "#/features/1")


BAD = {
    "empty body": (b"", 400, None),
    "truncated": (b'{"features": [1', 400, None),
    "NaN": (b'{"features": [NaN, 1, 2, 3]}', 400, None),
    "Infinity": (b'{"features": [-Infinity, 1, 2, 3]}', 400, None),
    "not UTF-8": (b'{"features": "\xff"}', 400, None),
    "UTF-16": ('{"features": [1, 2, 3, 4]}'.encode("utf-16"), 400, None),
    "deep": (b"[" * 9000, 400, None),
    "digits": (b'{"features": [' + b"9" * 5000 + b", 1, 2, 3]}", 400, None),
    "a list": (b"[1, 2, 3, 4]", 422, "#"),
    "a number": (b"1", 422, "#"),
    "null": (b"null", 422, "#"),
    "no features": (b'{"rows": [1, 2, 3, 4]}', 422, "#"),
    "one more key": (b'{"features": [1, 2, 3, 4], "a/b~": 1}', 422, "#/a~1b~0"),
    "half a surrogate pair": (b'{"features": [1, 2, 3, 4], "\\ud800": 1}', 422, "#/%3F"),
    "features null": (b'{"features": null}', 422, "#/features"),
    "features a string": (b'{"features": "1,2,3,4"}', 422, "#/features"),
    "no rows": (b'{"features": []}', 422, "#/features"),
    "an empty object": (b'{"features": {}}', 422, "#/features"),
    "an empty row": (b'{"features": [[]]}', 422, "#/features/0"),
    "too narrow": (b'{"features": [1, 2, 3]}', 422, "#/features"),
    "too wide": (b'{"features": [[1, 2, 3, 4], [1, 2, 3, 4, 5]]}', 422, "#/features/1"),
    "ragged": (b'{"features": [[1, 2, 3, 4], [1]]}', 422, "#/features/1"),
    "3-D": (b'{"features": [[[1, 2, 3, 4]]]}', 422, "#/features/0/0"),
    "a number among rows": (b'{"features": [[1, 2, 3, 4], 5]}', 422, "#/features/1"),
    "true": (b'{"features": [true, 2, 3, 4]}', 422, "#/features/0"),
    "a string": (b'{"features": [[1, 2, "3", 4]]}', 422, "#/features/0/2"),
    "null in a row": (b'{"features": [1, 2, 3, null]}', 422, "#/features/3"),
    "1e999": (b'{"features": [1, 1e999, 3, 4]}', 422, "#/features/1"),
    "beyond float32": (b'{"features": [1, 2, 3, -1e38]}', 422, "#/features/3"),
    "beyond any float": (b'{"features": [[1, 2, 3, ' + b"9" * 400 + b"]]}", 422, "#/features/0/3"),
    "a name is missing": (b'{"features": {"bill_length_mm": 1}}', 422, "#/features"),
    "names, one unknown": (
        b'{"features": [{"bill_length_mm": 1, "bill_depth_mm": 2, "flipper_length_mm": 3, "body_mass_g": 4, "x": 5}]}',
        422,
        "#/features/0/x",
    ),
    "names, one true": (
        b'{"features": [{"bill_length_mm": 1, "bill_depth_mm": true, "flipper_length_mm": 3, "body_mass_g": 4}]}',
        422,
        "#/features/0/bill_depth_mm",
    ),
    "names, one too large": (
        b'{"features": [{"bill_length_mm": 1, "bill_depth_mm": 1e31, "flipper_length_mm": 3, "body_mass_g": 4}]}',
        422,
        "#/features/0/bill_depth_mm",
    ),
    "too many rows": (json.dumps({"features": [ROW] * 21}).encode(), 422, "#/features"),
    "too long": (b" " * 10_001, 413, None),
}


# What orjson says at once of what the standard library lets through to the next check.
SOONER = {"half a surrogate pair", "1e999", "beyond any float"}


@pytest.fixture
def standard_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "orjson", None)


@pytest.mark.parametrize("name", BAD)
def test_orjson_refuses_the_same_bodies(client: Any, name: str) -> None:
    body, status, _ = BAD[name]
    answer = post(client, body)
    assert answer.status_code == (400 if name in SOONER else status)
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(("body", "status", "pointer"), BAD.values(), ids=BAD)
def test_a_bad_body_is_refused_with_a_reason(
    standard_json: None, client: Any, body: bytes, status: int, pointer: str | None
) -> None:
    answer = post(client, body)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["detail"]
    assert answer.json.get("pointer") == pointer


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_a_body_that_is_not_called_json_is_refused(client: Any, content_type: str) -> None:
    answer = post(client, json.dumps({"features": ROW}), content_type)
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")


def test_a_charset_beside_the_type_is_fine(client: Any) -> None:
    assert post(client, json.dumps({"features": ROW}), "application/json; charset=utf-8").status_code == 200


def test_a_compressed_body_is_refused(client: Any) -> None:
    answer = client.post("/predict", json={"features": ROW}, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


def test_a_long_body_without_a_length_is_refused_and_not_cut(client: Any) -> None:
    # 10,001 bytes that would be a good request if the last ones were cut off
    body = json.dumps({"features": ROW}).encode().ljust(10_001) + b"trailing"
    answer = client.post(
        "/predict",
        input_stream=io.BytesIO(body),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/", "/predict/", "//predict", "/static/x", "/%ff"])
def test_an_unknown_path_is_a_problem(client: Any, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(("method", "path", "allow"), [("GET", "/predict", "POST"), ("POST", "/health", "GET")])
def test_a_wrong_method_is_told_which_are_right(client: Any, method: str, path: str, allow: str) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert allow in answer.headers["Allow"]


def asked(predict: Any, rows: Any = ROW) -> Any:
    """Ask an app whose model does this."""
    served = ServedModel(manifest_of(DummyClassifier().fit([ROW], ["a"])), "onnx", predict)
    return create_app(Fixed(served)).test_client().post("/predict", json={"features": rows})


def raising(error: Exception) -> Any:
    def predict(rows: Any) -> list[Any]:
        raise error

    return predict


def test_a_bug_is_a_500_that_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        @property
        def current(self) -> None:
            raise RuntimeError("secret-path /home/ml/model.pkl")

    answer = create_app(Broken()).test_client().post("/predict", json={"features": ROW})
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "secret" not in answer.text
    assert "secret-path" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Found unknown categories [9] in column 2\nof several lines"),
        KeyError("Found unknown categories [9] in column 2"),
        ZeroDivisionError("Found unknown categories [9] in column 2"),
    ],
)
def test_what_the_model_refuses_is_a_422_in_its_words(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    answer = asked(raising(error))
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert "unknown categories [9] in column 2" in answer.json["detail"]
    assert "several lines" not in answer.json["detail"]
    assert answer.json["pointer"] == "#/features"
    assert "Traceback" not in caplog.text


def test_a_refusal_without_words_names_its_kind() -> None:
    assert "ValueError" in asked(raising(ValueError())).json["detail"]


def test_an_error_that_was_not_meant_for_clients_is_a_422_that_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    answer = asked(raising(RuntimeError("secret-path /home/ml/model.pkl")))
    assert answer.status_code == 422
    assert "secret" not in answer.text
    assert "secret-path" in caplog.text


def test_too_little_memory_is_no_fault_of_the_client() -> None:
    answer = asked(raising(MemoryError()))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json["detail"]


@pytest.mark.parametrize("value", [float("nan"), [1.0, float("inf")], [[1.0], [float("-inf")]]])
def test_an_answer_that_is_not_finite_is_a_422_however_deep_it_lies(value: Any) -> None:
    answer = asked(lambda rows: [0.0, value], [ROW, OTHER])
    assert (answer.status_code, answer.json["pointer"]) == (422, "#/features/1")
    assert "finite" in answer.json["detail"]


@pytest.mark.parametrize("labels", [[False, True], [0.0, 2.0], [0, 2], ["no", "yes"]])
def test_onnx_answers_with_the_same_json_as_the_model(labels: list[Any]) -> None:
    rows = PENGUINS[COLUMNS].to_numpy()
    model = LogisticRegression(max_iter=2000).fit(rows, numpy.array(labels)[(rows[:, 3] > 4500).astype(int)])
    onnx_form = OnnxModel(convert(model, rows[:20]))
    answers = []
    for form, format in ((model, "joblib"), (onnx_form, "onnx")):
        app = create_app(Fixed(served_model(form, manifest_of(model), format)))
        text = app.test_client().post("/predict", json={"features": [ROW, OTHER]}).text
        answers.append(text.partition(', "model"')[0])
    assert answers[0] == answers[1]
    assert answers[0] == json.dumps({"prediction": labels})[:-1]


def test_debug_is_off(model: Any) -> None:
    assert not create_app(Fixed(wrapped(model))).debug


class Nothing:
    current = None


def test_without_a_model_it_lives_but_is_not_ready() -> None:
    client = create_app(Nothing()).test_client()
    assert client.get("/health").json == {"status": "ok"}
    assert client.get("/ready").status_code == 503
    answer = client.post("/predict", json={"features": ROW})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert client.get("/openapi.json").json["openapi"] == "3.1.0"


def test_ready_names_the_version(client: Any) -> None:
    assert client.get("/ready").json == {"status": "ready", "model": "penguins", "version": 3}


def test_one_request_is_one_call_of_the_model(model: Any) -> None:
    calls = []

    class Counting:
        n_features_in_ = 4

        def predict(self, rows: Any) -> list[str]:
            calls.append(len(rows))
            return ["Adelie"] * len(rows)

    served = served_model(Counting(), manifest_of(model))
    create_app(Fixed(served)).test_client().post("/predict", json={"features": [ROW] * 7})
    assert calls == [7]


def test_a_model_that_hangs_costs_a_503_and_not_a_thread_for_ever(model: Any) -> None:
    release = threading.Event()

    class Hanging:
        def predict(self, rows: Any) -> list[str]:
            release.wait()
            return ["Adelie"] * len(rows)

    served = served_model(Hanging(), manifest_of(model), seconds=0.05)
    answer = create_app(Fixed(served)).test_client().post("/predict", json={"features": ROW})
    release.set()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_requests_that_wait_are_answered_together_and_each_gets_its_own(model: Any) -> None:
    entered, release, sizes = threading.Event(), threading.Event(), []

    class Slow:
        def predict(self, rows: Any) -> Any:
            sizes.append(len(rows))
            entered.set()
            release.wait()
            return numpy.asarray(rows)[:, 0]

    served, answers = served_model(Slow(), manifest_of(model)), {}

    def ask(number: int) -> None:
        answers[number] = served.predict(numpy.full((number, 4), float(number)))

    first = threading.Thread(target=ask, args=(1,))
    first.start()
    entered.wait()
    later = [threading.Thread(target=ask, args=(number,)) for number in (2, 3, 4)]
    for thread in later:
        thread.start()
    waiting = served.predict._jobs
    while len(waiting) < 3:
        threading.Event().wait(0.001)
    release.set()
    for thread in (first, *later):
        thread.join()
    assert sizes == [1, 9]
    assert answers == {number: [float(number)] * number for number in (1, 2, 3, 4)}


def test_a_request_that_breaks_the_model_does_not_break_its_neighbours(model: Any) -> None:
    entered, release = threading.Event(), threading.Event()

    class Picky:
        def predict(self, rows: Any) -> Any:
            entered.set()
            release.wait()
            if (numpy.asarray(rows) < 0).any():
                raise ValueError("negative")
            return numpy.asarray(rows)[:, 0]

    served, answers = served_model(Picky(), manifest_of(model)), {}

    def ask(value: float) -> None:
        try:
            answers[value] = served.predict(numpy.full((1, 4), value))
        except ValueError as error:
            answers[value] = str(error)

    threads = [threading.Thread(target=ask, args=(value,)) for value in (0.0, 1.0, -1.0, 2.0)]
    for thread in threads:
        thread.start()
    entered.wait()
    release.set()
    for thread in threads:
        thread.join()
    assert answers == {0.0: [0.0], 1.0: [1.0], -1.0: "negative", 2.0: [2.0]}


def test_metrics_are_what_prometheus_reads(model: Any) -> None:
    client = create_app(Fixed(wrapped(model)), metrics=Metrics()).test_client()
    client.post("/predict", json={"features": [ROW, ROW]})
    post(client, b"{")
    client.get("/nowhere")
    answer = client.get("/metrics")
    families = text_string_to_metric_families(answer.text)
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples
    }
    assert answer.content_type.startswith("text/plain; version=")
    assert samples["day89_requests_total", ("route", "predict"), ("status", "200")] == 1
    assert samples["day89_requests_total", ("route", "predict"), ("status", "400")] == 1
    assert samples["day89_requests_total", ("route", "none"), ("status", "404")] == 1
    assert samples["day89_rows_total",] == 2
    assert samples["day89_predict_seconds_count",] == 1
    assert samples["day89_predict_seconds_bucket", ("le", "+Inf")] == 1
    assert samples["day89_model_info", ("format", "joblib"), ("name", "penguins"), ("version", "3")] == 1


def test_golden_rows_catch_a_model_that_answers_otherwise(model: Any) -> None:
    manifest = manifest_of(model, PENGUINS[COLUMNS][::60])
    other = DummyClassifier().fit(PENGUINS[COLUMNS], PENGUINS["species"])
    served_model(model, manifest).check_golden()
    with pytest.raises(IntegrityError, match="golden rows"):
        served_model(other, manifest).check_golden()
