"""What models in S3 promise: versions that never change, nothing loaded unchecked, a pointer moved last."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import joblib
import numpy
import pandas
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from day89 import models
from day89.cloud import local
from day89.errors import IntegrityError, InvalidInputError, NotFoundError

BUCKET = "model-store"
COLUMNS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
PENGUINS = pandas.read_csv(Path(__file__).parents[2] / "data" / "penguins.csv").dropna()
TRAIN, HELD_OUT = PENGUINS[::2], PENGUINS[1::2]


@pytest.fixture
def cloud(clean_environment: None) -> Iterator[Any]:
    with local() as running:
        yield running


@pytest.fixture
def s3(cloud: Any) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture(scope="module")
def model() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(TRAIN[COLUMNS], TRAIN["species"])


@pytest.fixture(scope="module")
def forest() -> Any:
    return RandomForestClassifier(5, random_state=1).fit(TRAIN[COLUMNS].to_numpy(), TRAIN["species"])


def overwrite(s3: Any, key: str, **changes: Any) -> None:
    """Rewrite a manifest as an intruder, or a bug, would."""
    data = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(data | changes))


class Trap:
    """Leave a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


def test_a_loaded_model_answers_like_the_saved_one(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    loaded = models.load_model(s3, BUCKET, "penguins")
    assert loaded.predict(HELD_OUT[COLUMNS]).tolist() == model.predict(HELD_OUT[COLUMNS]).tolist()


def test_the_file_lies_where_the_course_says_and_carries_its_checksum(s3: Any, model: Any) -> None:
    manifest = models.save_model(s3, model, BUCKET, "penguins")
    head = s3.head_object(Bucket=BUCKET, Key="models/penguins/v1/model.joblib")
    assert head["Metadata"]["sha256"] == manifest.file().sha256


def test_the_manifest_describes_the_model(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins", holdout=HELD_OUT[COLUMNS])
    manifest = models.read_manifest(s3, BUCKET, "penguins")
    assert manifest.feature_names == tuple(COLUMNS)
    assert manifest.kind == "classifier"
    assert manifest.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert list(manifest.golden_predictions) == model.predict(HELD_OUT[COLUMNS][:8]).tolist()


def test_versions_are_counted_as_numbers(s3: Any, model: Any) -> None:
    for _ in range(11):
        models.save_model(s3, model, BUCKET, "penguins")
    assert models.list_versions(s3, BUCKET, "penguins") == list(range(1, 12))
    assert models.read_manifest(s3, BUCKET, "penguins").version == 11


def test_savers_that_race_get_different_versions(s3: Any, model: Any) -> None:
    with ThreadPoolExecutor(6) as pool:
        saved = list(pool.map(lambda _: models.save_model(s3, model, BUCKET, "penguins"), range(6)))
    assert sorted(manifest.version for manifest in saved) == [1, 2, 3, 4, 5, 6]
    assert models.list_versions(s3, BUCKET, "penguins") == [1, 2, 3, 4, 5, 6]


def test_a_version_of_another_tool_is_not_overwritten(s3: Any, model: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="models/penguins/v7/model.joblib", Body=b"theirs")
    assert models.save_model(s3, model, BUCKET, "penguins").version == 8
    assert s3.get_object(Bucket=BUCKET, Key="models/penguins/v7/model.joblib")["Body"].read() == b"theirs"


def test_a_version_whose_file_never_arrived_is_not_the_newest(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    models.save_model(s3, model, BUCKET, "penguins")
    s3.delete_object(Bucket=BUCKET, Key="models/penguins/v2/model.joblib")
    assert models.read_manifest(s3, BUCKET, "penguins").version == 1
    with pytest.raises(NotFoundError, match=r"v2/model\.joblib"):
        models.load_model(s3, BUCKET, "penguins", 2)


@pytest.mark.parametrize("version", [None, 3])
def test_what_is_not_there_is_a_lookup_error(s3: Any, version: int | None) -> None:
    with pytest.raises(LookupError, match="penguins"):
        models.load_model(s3, BUCKET, "penguins", version)


def test_a_missing_bucket_is_a_lookup_error(s3: Any, model: Any) -> None:
    with pytest.raises(LookupError, match="nowhere"):
        models.save_model(s3, model, "nowhere", "penguins")


def test_changed_bytes_are_never_unpickled(s3: Any, model: Any, tmp_path: Path) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    joblib.dump(Trap(tmp_path / "sprung"), tmp_path / "trap")
    s3.put_object(Bucket=BUCKET, Key="models/penguins/v1/model.joblib", Body=(tmp_path / "trap").read_bytes())
    with pytest.raises(ValueError, match="sha256"):
        models.load_model(s3, BUCKET, "penguins")
    assert not (tmp_path / "sprung").exists()


def test_a_pinned_checksum_is_stronger_than_the_manifest(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    with pytest.raises(IntegrityError, match="manifest says"):
        models.load_model(s3, BUCKET, "penguins", sha256="0" * 64)


def test_a_model_of_another_scikit_learn_is_refused(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    overwrite(s3, "models/penguins/v1/manifest.json", sklearn_version="0.24.2")
    with pytest.raises(models.VersionMismatchError, match=r"0\.24\.2"):
        models.load_model(s3, BUCKET, "penguins")


def test_a_model_of_another_scikit_learn_is_loaded_on_request(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    overwrite(s3, "models/penguins/v1/manifest.json", sklearn_version="0.24.2")
    assert models.load_model(s3, BUCKET, "penguins", any_version=True).n_features_in_ == 4


def test_an_onnx_file_does_not_care_which_scikit_learn_made_it(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins", formats=["joblib", "onnx"], holdout=HELD_OUT[COLUMNS])
    overwrite(s3, "models/penguins/v1/manifest.json", sklearn_version="0.24.2")
    assert models.load_model(s3, BUCKET, "penguins", format="onnx").n_features_in_ == 4


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"files": [1]}', b"\xff"])
def test_a_broken_manifest_is_an_integrity_error(s3: Any, text: bytes) -> None:
    s3.put_object(Bucket=BUCKET, Key="models/penguins/v1/manifest.json", Body=text)
    with pytest.raises(IntegrityError, match="not a model manifest"):
        models.load_model(s3, BUCKET, "penguins", 1)


@pytest.mark.parametrize("name", ["", "../other", "a/b", "a b", ".hidden", "x" * 101])
def test_a_name_that_is_not_safe_in_a_key_is_refused(s3: Any, model: Any, name: str) -> None:
    with pytest.raises(ValueError, match="model name"):
        models.save_model(s3, model, BUCKET, name)


def test_a_model_that_is_not_fitted_is_refused(s3: Any) -> None:
    with pytest.raises(InvalidInputError, match="not a fitted"):
        models.save_model(s3, LogisticRegression(), BUCKET, "penguins")


@pytest.mark.parametrize("formats", [[], ["pickle"], ["joblib", "h5"]])
def test_an_unknown_format_is_refused(s3: Any, model: Any, formats: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="formats"):
        models.save_model(s3, model, BUCKET, "penguins", formats=formats)


def test_a_format_that_was_not_saved_is_a_lookup_error(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    with pytest.raises(LookupError, match="no onnx file, only joblib"):
        models.load_model(s3, BUCKET, "penguins", format="onnx")


def test_onnx_answers_the_same_on_every_held_out_row(s3: Any, forest: Any) -> None:
    rows = HELD_OUT[COLUMNS].to_numpy()
    models.save_model(s3, forest, BUCKET, "forest", formats=["onnx"], holdout=rows)
    assert models.load_model(s3, BUCKET, "forest").predict(rows).tolist() == forest.predict(rows).tolist()


def test_onnx_of_a_regressor_answers_the_same(s3: Any) -> None:
    line = LinearRegression().fit(TRAIN[COLUMNS[:3]], TRAIN["body_mass_g"])
    rows = HELD_OUT[COLUMNS[:3]]
    models.save_model(s3, line, BUCKET, "mass", formats=["onnx"], holdout=rows)
    numpy.testing.assert_allclose(models.load_model(s3, BUCKET, "mass").predict(rows), line.predict(rows), rtol=1e-4)


def test_onnx_without_held_out_rows_is_refused(s3: Any, model: Any) -> None:
    with pytest.raises(InvalidInputError, match="held-out rows"):
        models.save_model(s3, model, BUCKET, "penguins", formats=["onnx"])


def test_onnx_that_answers_otherwise_is_refused_and_nothing_is_saved(s3: Any) -> None:
    # 2**24 and 2**24 + 1 are one number in float32: a model that tells them apart cannot be the same in ONNX.
    rows = numpy.array([[16777216.0], [16777217.0]] * 8)
    scaled = make_pipeline(StandardScaler(), LogisticRegression(C=1e9)).fit(rows, [0, 1] * 8)
    with pytest.raises(InvalidInputError, match="differs on"):
        models.save_model(s3, scaled, BUCKET, "fine", formats=["onnx"], holdout=rows)
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


def test_skops_asks_before_it_builds_a_type_that_it_does_not_know(s3: Any, forest: Any) -> None:
    models.save_model(s3, forest, BUCKET, "forest", formats=["skops"])
    with pytest.raises(IntegrityError, match=r"sklearn\.tree\._tree\.Tree"):
        models.load_model(s3, BUCKET, "forest")
    loaded = models.load_model(s3, BUCKET, "forest", trusted=["sklearn.tree._tree.Tree"])
    assert loaded.n_features_in_ == 4


def test_skops_loads_a_linear_model_without_being_asked(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins", formats=["skops"])
    assert models.load_model(s3, BUCKET, "penguins").predict(HELD_OUT[COLUMNS][:1])[0] == HELD_OUT["species"].iloc[0]


def test_nothing_is_in_use_until_it_is_promoted(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    with pytest.raises(NotFoundError, match=r"current\.json"):
        models.current_version(s3, BUCKET, "penguins")
    models.promote_model(s3, BUCKET, "penguins", 1)
    assert models.current_version(s3, BUCKET, "penguins") == 1


def test_rollback_goes_back_one_version_at_a_time(s3: Any, model: Any) -> None:
    for _ in range(3):
        models.publish_model(s3, model, BUCKET, "penguins")
    back = [models.rollback_model(s3, BUCKET, "penguins").version for _ in range(2)]
    assert back == [2, 1]
    with pytest.raises(NotFoundError, match="to go back to"):
        models.rollback_model(s3, BUCKET, "penguins")


def test_promoting_what_is_in_use_changes_nothing(s3: Any, model: Any) -> None:
    models.publish_model(s3, model, BUCKET, "penguins")
    assert models.promote_model(s3, BUCKET, "penguins", 1).history == ()


def test_the_pointer_stays_where_a_file_is_missing(s3: Any, model: Any) -> None:
    models.publish_model(s3, model, BUCKET, "penguins")
    models.save_model(s3, model, BUCKET, "penguins")
    s3.delete_object(Bucket=BUCKET, Key="models/penguins/v2/model.joblib")
    with pytest.raises(NotFoundError, match="v2"):
        models.promote_model(s3, BUCKET, "penguins", 2)
    assert models.current_version(s3, BUCKET, "penguins") == 1


def test_the_pointer_stays_where_a_file_is_another(s3: Any, model: Any) -> None:
    models.publish_model(s3, model, BUCKET, "penguins")
    models.save_model(s3, model, BUCKET, "penguins")
    s3.put_object(Bucket=BUCKET, Key="models/penguins/v2/model.joblib", Body=b"other")
    with pytest.raises(IntegrityError, match="not the file"):
        models.promote_model(s3, BUCKET, "penguins", 2)
    assert models.current_version(s3, BUCKET, "penguins") == 1


def test_movers_that_race_lose_no_step_of_the_history(s3: Any, model: Any) -> None:
    for _ in range(4):
        models.save_model(s3, model, BUCKET, "penguins")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda version: models.promote_model(s3, BUCKET, "penguins", version), [1, 2, 3, 4]))
    pointer = models.read_pointer(s3, BUCKET, "penguins")
    assert sorted((*pointer.history, pointer.version)) == [1, 2, 3, 4]


def test_a_manifest_survives_its_own_json(s3: Any, model: Any) -> None:
    manifest = models.save_model(s3, model, BUCKET, "penguins", holdout=HELD_OUT[COLUMNS])
    assert models.Manifest.from_json(manifest.to_json(), "here") == manifest
    assert replace(manifest, version=9) != manifest


def test_forbidden_is_not_read_as_absent(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    with pytest.raises(ClientError, match=r"AccessDenied|403"):
        models.load_model(s3, BUCKET, "penguins")


@pytest.fixture(params=["repeated", "given up"])
def hurried(request: pytest.FixtureRequest, s3: Any) -> Any:
    """Make a client that repeats a request whose answer is lost, or one that does not."""
    retries = Config(retries={"max_attempts": 2 if request.param == "repeated" else 0})
    return boto3.client("s3", region_name="us-east-1", config=retries)


def test_a_rollback_whose_answer_is_lost_goes_one_step(hurried: Any, s3: Any, model: Any, lose_answer: Any) -> None:
    for _ in range(4):
        models.publish_model(s3, model, BUCKET, "penguins")
    lose_answer("PUT", "current.json")
    pointer = models.rollback_model(hurried, BUCKET, "penguins")
    assert pointer == models.read_pointer(s3, BUCKET, "penguins")
    assert (pointer.version, pointer.history) == (3, (1, 2))


@pytest.mark.parametrize("part", ["manifest.json", "model.joblib", "model.skops", "current.json"])
def test_a_save_whose_answer_is_lost_is_one_version(
    hurried: Any, s3: Any, model: Any, lose_answer: Any, part: str
) -> None:
    lose_answer("PUT", part)
    assert models.publish_model(hurried, model, BUCKET, "penguins", formats=("joblib", "skops")).version == 1
    assert models.list_versions(s3, BUCKET, "penguins") == [1]
    assert models.current_version(s3, BUCKET, "penguins") == 1


def test_a_file_that_somebody_else_wrote_is_never_taken_for_ours(s3: Any, cloud: Any, model: Any) -> None:
    there = {"Bucket": BUCKET, "Key": "models/penguins/v1/model.joblib"}
    cloud.faults.add("s3.PutObject", where=there, before=lambda _: s3.put_object(**there, Body=b"theirs"))
    with pytest.raises(IntegrityError, match="written by somebody else"):
        models.save_model(s3, model, BUCKET, "penguins")
    assert s3.get_object(**there)["Body"].read() == b"theirs"


def test_a_request_that_is_refused_is_not_taken_for_done(s3: Any, cloud: Any, model: Any) -> None:
    cloud.faults.add("s3.PutObject", code="AccessDenied", times=None)
    with pytest.raises(ClientError, match="AccessDenied"):
        models.save_model(s3, model, BUCKET, "penguins")


def test_two_rollbacks_at_once_are_two_steps(s3: Any, model: Any) -> None:
    for _ in range(4):
        models.publish_model(s3, model, BUCKET, "penguins")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: models.rollback_model(s3, BUCKET, "penguins"), range(2)))
    assert models.current_version(s3, BUCKET, "penguins") == 2


def test_the_newest_version_is_the_newest_whole_one(s3: Any, model: Any) -> None:
    models.save_model(s3, model, BUCKET, "penguins")
    half = models.save_model(s3, model, BUCKET, "penguins", formats=("joblib", "skops"))
    s3.delete_object(Bucket=BUCKET, Key=half.file("skops").key)
    assert models.read_manifest(s3, BUCKET, "penguins").version == 1
    assert models.list_versions(s3, BUCKET, "penguins") == [1]


def test_the_manifest_of_a_newer_day89_is_read(s3: Any, model: Any) -> None:
    manifest = models.save_model(s3, model, BUCKET, "penguins")
    files = [{**vars(manifest.files[0]), "colour": "blue"}]
    overwrite(s3, "models/penguins/v1/manifest.json", files=files, approved_by="someone")
    assert models.read_manifest(s3, BUCKET, "penguins", 1) == manifest


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"version": 2}, "version 2"), ({"name": "other"}, "'other'"), ({"files": "elsewhere"}, "outside its version")],
)
def test_a_manifest_speaks_of_its_own_version_only(s3: Any, model: Any, changes: Any, message: str) -> None:
    manifest = models.save_model(s3, model, BUCKET, "penguins")
    if "files" in changes:
        changes = {"files": [{**vars(manifest.files[0]), "key": "models/penguins/v10/model.joblib"}]}
    overwrite(s3, "models/penguins/v1/manifest.json", **changes)
    with pytest.raises(IntegrityError, match=message):
        models.load_model(s3, BUCKET, "penguins", 1)


def test_held_out_rows_of_text_are_refused_with_words(s3: Any, model: Any) -> None:
    with pytest.raises(InvalidInputError, match="holdout rows are kept as numbers"):
        models.save_model(s3, model, BUCKET, "penguins", holdout=[["a", "b", "c", "d"]])


def test_several_answers_a_row_survive_onnx(s3: Any) -> None:
    rows = HELD_OUT[COLUMNS].to_numpy()
    line = LinearRegression().fit(rows[:, :2], rows[:, 2:])
    models.save_model(s3, line, BUCKET, "two", formats=("onnx",), holdout=rows[:9, :2])
    answers = models.load_model(s3, BUCKET, "two").predict(rows[:9, :2])
    numpy.testing.assert_allclose(answers, line.predict(rows[:9, :2]), rtol=1e-4)
