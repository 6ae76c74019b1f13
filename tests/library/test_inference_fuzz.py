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
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

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

    class Broken:
        @property
        def current(self) -> None:
            raise RuntimeError("broken")

    app = create_app(Broken())
    document = APP.test_client().get("/openapi.json").json
    case = schemathesis.openapi.from_dict(document)["/predict"]["POST"].Case(
        body={"features": [1, 2]}, media_type="application/json"
    )
    with pytest.raises(FailureGroup, match="1 distinct failure"):
        case.call_and_validate(app=app, base_url="http://localhost", checks=[not_a_server_error])


REFUSING = {
    "an unknown category": make_pipeline(OneHotEncoder(), LogisticRegression()),
    "a square root": make_pipeline(FunctionTransformer(numpy.sqrt), LogisticRegression()),
    "an overflow": LinearRegression(),
    "an overflow in a nested answer": MultiOutputRegressor(LinearRegression()),
    "a limit": PoissonRegressor(),
}
SMALL = numpy.array([[0.0, 0.0], [1.0, 1.0], [2.0, 3.0]])


@pytest.mark.filterwarnings("ignore")  # numpy warns of what is tried here
@pytest.mark.parametrize("name", REFUSING)
@given(row=some.lists(NUMBER, min_size=2, max_size=2))
@BOUNDED
def test_numbers_that_a_model_was_not_made_for_are_answered_below_500(name: str, row: list[float]) -> None:
    scale, multiple = (1e-300 if "overflow" in name else 1.0), "nested" in name
    targets = numpy.array([0.0, 1.0, 1.0])
    model = clone(REFUSING[name]).fit(SMALL * scale, numpy.c_[targets, targets] if multiple else targets)
    manifest = Manifest(name="picky", version=1, files=(), **describe(model, None))
    answer = create_app(Fixed(served_model(model, manifest))).test_client().post("/predict", json={"features": row})
    assert answer.status_code in (200, 422)
    assert "prediction" in answer.json or answer.json["detail"]
