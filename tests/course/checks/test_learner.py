"""A check calls the learner's functions through one object, which knows the words for whatever happens."""

from __future__ import annotations

import ast
import types
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from day89.course.checks import models
from day89.course.checks.expectations import NotStarted, Wrong, expect_equal, expect_type, show
from day89.course.checks.fake_data import Names
from day89.course.checks.learner import InProcess, LearnerTask
from day89.course.checks.proxies import InProcessApp, InProcessModel, NoAnswer
from day89.course.exercise.files import course_file
from day89.course.exercise.submission import line_in

FORBIDDEN = ClientError({"Error": {"Code": "AccessDenied", "Message": "no\nway"}}, "GetObject")


def stub() -> None:
    raise NotImplementedError("Task 1.3")


def raises(error: BaseException):
    def function(*arguments: object, **keywords: object) -> None:
        raise error

    return function


@pytest.fixture
def task() -> LearnerTask:
    """Return the functions of a module made here."""
    module = types.ModuleType("exercise")
    module.add = lambda a, b=0: a + b
    module.stub = stub
    module.forbidden = raises(FORBIDDEN)
    module.missing = raises(KeyError("bucket-1"))
    module.leave = raises(SystemExit(0))
    module.interrupted = raises(KeyboardInterrupt())
    return LearnerTask(InProcess(module, Path(__file__)), "1.3")


def test_a_call_returns_what_the_function_returns_and_is_remembered(task):
    assert task.add(1, b=2) == 3
    assert task.last_call == "add(1, b=2)"


def test_an_error_passes_unchanged(task):
    with pytest.raises(ClientError) as caught:
        task.forbidden()
    assert caught.value is FORBIDDEN
    assert task.last_error is FORBIDDEN


def test_a_stub_is_not_started_and_no_runtime_error(task):
    with pytest.raises(NotStarted):
        task.stub()
    assert not issubclass(NotStarted, RuntimeError)


def test_a_function_that_leaves_the_interpreter_is_wrong(task):
    with pytest.raises(Wrong, match="it raised SystemExit: 0"):
        task.leave()


def test_an_interrupt_can_be_expected(task):
    assert isinstance(task.raises(KeyboardInterrupt, "interrupted"), KeyboardInterrupt)


def test_an_expected_error_that_names_the_thing_is_returned(task):
    assert isinstance(task.raises(LookupError, "missing", naming="bucket-1"), KeyError)


@pytest.mark.parametrize(
    ("function", "expected", "naming", "words"),
    [
        ("forbidden", LookupError, None, "expected LookupError; it raised botocore ClientError AccessDenied from"),
        ("missing", LookupError, "bucket-2", "expected LookupError naming 'bucket-2'; it raised KeyError"),
        ("add", ValueError, None, "called add(1); expected ValueError; it returned 1"),
        ("nowhere", ValueError, None, "has no function nowhere"),
    ],
)
def test_another_outcome_is_told(task, function, expected, naming, words):
    with pytest.raises(Wrong) as caught:
        task.raises(expected, function, 1, naming=naming, mistake="R2")
    assert words in str(caught.value)


@pytest.mark.parametrize(("found", "expected"), [(True, 1), ("1", 1), (None, []), ((1,), [1]), (1.0, 1)])
def test_equal_means_equal_in_type_too(found, expected):
    with pytest.raises(Wrong, match=r"expected .*; found "):
        expect_equal(found, expected, "f()")


def test_true_is_no_number():
    with pytest.raises(Wrong, match="expected a int; found True"):
        expect_type(True, int, "f()")


def test_values_are_shown_short(tmp_path):
    assert show(tmp_path / "data.csv") == "'…/data.csv'"
    assert len(show("x" * 1000)) < 80
    assert len(show(list(range(1000)))) < 80


def test_an_app_answers_and_its_exceptions_are_a_500():
    def broken(environ, start_response):
        raise KeyError("features")

    answer = InProcessApp(broken).request("POST", "/predict", json={"features": [1]})
    assert (answer.status, answer.text) == (500, "KeyError: 'features'")


def test_nan_is_not_json():
    def nan(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"prediction": [NaN]}']

    with pytest.raises(ValueError, match="NaN is not JSON"):
        InProcessApp(nan).request("GET", "/").json()


def test_what_is_no_model_says_so():
    with pytest.raises(NoAnswer, match="NoneType is no model"):
        InProcessModel(None).predict([[1.0]])


@pytest.mark.parametrize("kind", models.KINDS)
def test_the_courses_models_predict_their_labels_and_count_calls(kind):
    features, labels = models.KINDS[kind]
    model = InProcessModel(models.make_model(kind, recording=True), kind)
    assert model.features == features
    assert set(model.predict([[0.0] * features, [9.0] * features])) <= set(labels)
    assert model.predict_calls == 1
    assert InProcessModel(models.make_model(kind), kind).predict([[0.0] * features]) == model.predict(
        [[0.0] * features]
    )


def statements(path: Path) -> dict[str, list[str]]:
    """Return what the functions of a file do, without docstrings and imports."""
    functions = [node for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.FunctionDef)]
    left_out = (ast.Expr, ast.ImportFrom)
    return {one.name: [ast.unparse(node) for node in one.body if not isinstance(node, left_out)] for one in functions}


def test_the_course_keeps_its_own_copies_of_what_is_given():
    theirs, own = statements(course_file("solution.py")), statements(Path(models.__file__))
    for name in ("process_data", "train_model"):
        assert own[name] == theirs[name]


def test_names_repeat_for_a_seed_and_differ_between_checks_and_seeds():
    assert Names(1, "a").bucket() == Names(1, "a").bucket()
    assert len({Names(1, "a").bucket(), Names(1, "b").bucket(), Names(2, "a").bucket()}) == 3


def test_made_up_values_are_what_they_say():
    names = Names(3)
    assert len(set(names.keys(50, prefix="p/"))) == 50
    assert names.region() != "us-east-1"
    assert names.network().endswith("/24")
    rows = names.rows(10, missing=3)
    assert sum("" in row.values() for row in rows) == 3
    assert all(row["id"].startswith("0") for row in rows)
    assert list(names.frame(20, features=2).columns) == ["x0", "x1", "label"]


def test_of_two_long_dicts_a_message_shows_what_differs():
    ids = {f"i-{number:017x}": "running" for number in range(20)}
    last = list(ids)[-1]
    with pytest.raises(Wrong) as caught:
        expect_equal({**ids, last: "stopped"}, ids, "f()")
    assert caught.value.expected == f"{{'{last}': 'running'}}"
    assert caught.value.found == f"{{'{last}': 'stopped'}}, and 19 that are right"


def test_an_error_of_the_given_helper_is_shown_where_it_was_used(tmp_path):
    path = tmp_path / "exercise.py"
    path.write_text(
        "def lookup_error(what):\n    raise LookupError(what)\n\n\ndef list_keys():\n    lookup_error('b')\n", "utf-8"
    )
    space = {}
    exec(compile(path.read_text("utf-8"), str(path.resolve()), "exec"), space)
    with pytest.raises(LookupError) as caught:
        space["list_keys"]()
    assert line_in(caught.value, path) == 6
