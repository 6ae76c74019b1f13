"""The inference app under requests that nobody thought of: no 5xx, no answer that its document does not name."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from sklearn.linear_model import LogisticRegression

from day89.inference import Fixed, Limits, create_app, served_model, validation
from day89.models import Manifest
from day89.models.manifest import describe

FITTED = LogisticRegression().fit(numpy.array([[0.0, 0.0], [1.0, 1.0], [2.0, 3.0]]), ["a", "b", "c"])
MANIFEST = Manifest(name="tiny", version=1, files=(), **describe(FITTED, None))
APP = create_app(Fixed(served_model(FITTED, MANIFEST)), limits=Limits(body_bytes=20_000, rows=5))
BOUNDED = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

schema = schemathesis.openapi.from_wsgi("/openapi.json", APP)
NUMBER = some.floats(-1e30, 1e30) | some.integers(-(10**29), 10**29)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.sampled_from(["features", "x0", "x1"]), inner),
    max_leaves=12,
)


@schema.parametrize()
@BOUNDED
def test_every_answer_is_one_that_the_document_names(case: Any) -> None:
    case.call_and_validate()


@given(JSON)
@BOUNDED
def test_any_json_is_answered_below_500(value: Any) -> None:
    body = json.dumps({"features": value})
    answer = APP.test_client().post("/predict", data=body, content_type="application/json")
    assert answer.status_code in (200, 400, 422)
    assert answer.json is not None


@given(
    some.binary(max_size=300), some.sampled_from(["application/json", "text/plain", "application/json; charset=x", ""])
)
@BOUNDED
def test_any_bytes_are_answered_below_500(body: bytes, content_type: str) -> None:
    answer = APP.test_client().post("/predict", data=body, content_type=content_type)
    assert answer.status_code in (400, 415, 422)


@given(some.lists(some.lists(NUMBER, min_size=2, max_size=2), min_size=1, max_size=5))
@BOUNDED
def test_every_row_of_numbers_within_the_bounds_is_answered(rows: list[list[float]]) -> None:
    answer = APP.test_client().post("/predict", json={"features": rows})
    assert answer.status_code == 200
    assert len(answer.json["prediction"]) == len(rows)


@given(JSON | some.lists(some.lists(NUMBER | some.just({}) | some.booleans() | some.none() | some.text(), max_size=3)))
@BOUNDED
def test_the_short_way_through_the_checks_answers_as_the_long_one(value: Any) -> None:
    body = json.dumps({"features": value}).encode()
    short = APP.test_client().post("/predict", data=body, content_type="application/json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "_has_no_words", lambda _: False)
        long = APP.test_client().post("/predict", data=body, content_type="application/json")
    assert (short.status_code, short.json | {"id": ""}) == (long.status_code, long.json | {"id": ""})


def test_the_fuzz_would_find_a_500() -> None:
    """Prove that the checks above are alive: an app that breaks is caught."""

    def broken(rows: Any) -> list[Any]:
        raise RuntimeError("broken")

    app = create_app(Fixed(type(served_model(FITTED, MANIFEST))(MANIFEST, "joblib", broken)))
    case = schemathesis.openapi.from_wsgi("/openapi.json", app)["/predict"]["POST"].Case(
        body={"features": [1, 2]}, media_type="application/json"
    )
    with pytest.raises(FailureGroup, match="1 distinct failure"):
        case.call_and_validate(checks=[not_a_server_error])
