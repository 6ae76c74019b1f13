"""Check task 5.3, create_app: right answers to right questions, and 400 to whatever else a client sends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from day89.course.checks.expectations import expect, fail, show
from day89.course.checks.fake_data import Names
from day89.course.checks.models import CATEGORIES, HARDY, KINDS, LOGARITHMS, NARROW, make_model
from day89.course.checks.proxies import NoAnswer

pytestmark = pytest.mark.filterwarnings("ignore")

JSON = "application/json"
MANY_WORDS = 6


def rows_for(names: Names, kind: str, count: int) -> list[list[float]]:
    """Return rows that a model of that kind can take, whole numbers among them."""
    return [[names.real(-2, 9) for _ in range(KINDS[kind][0] - 1)] + [names.number(0, 9)] for _ in range(count)]


def asked(task: Any, sent: object) -> str:
    """Return the question as text."""
    return f"{task.last_call}, then POST /predict with {show(sent, 90)}"


def expect_predictions(task: Any, answer: Any, sent: object, expected: list) -> None:
    """Fail unless the answer is 200 with these predictions, in strict JSON."""
    body = body_of(answer)
    expect(
        answer.status == 200 and body == {"prediction": expected},
        called=asked(task, sent),
        expected=f"200 and {show({'prediction': expected}, 120)}",
        found=answer,
        mistake=shown_by(answer, expected),
    )


def shown_by(answer: Any, expected: list) -> str | None:
    """Return the mistake that a wrong answer to a right question shows."""
    if answer.status >= 500:
        return "M14" if "JSON serializable" in str(answer) else None
    body = body_of(answer)
    found = body.get("prediction") if isinstance(body, dict) else None
    if answer.status == 200 and isinstance(found, list):
        return "M14" if list(map(str, found)) == list(map(str, expected)) else "M30"
    return "M13" if isinstance(found, str | int | float) else "F1"


def body_of(answer: Any) -> object:
    """Return an answer's JSON, or its text where it is none."""
    try:
        return answer.json()
    except ValueError:
        return answer.text


def expect_refusals(
    task: Any, app: Any, bodies: dict[str, str | bytes], mistake: str, content_type: str | None = JSON
) -> None:
    """Fail unless each of the bodies is answered with 400 and an error in JSON."""
    for why, sent in bodies.items():
        answer = app.request("POST", "/predict", data=sent, content_type=content_type)
        called, expected = f"{asked(task, sent)} ({why})", '400 and {"error": "..."}'
        body = body_of(answer)
        expect(
            "Traceback (most recent" not in answer.text,
            called=called,
            expected=f"{expected}, no stack trace",
            found=answer,
            mistake="M19",
        )
        # Refused, but as if it were the server's fault: that is another mistake than to let it through.
        expect(
            answer.status == 400,
            called=called,
            expected=expected,
            found=answer,
            mistake="M10" if answer.status >= 500 and mistake not in ("M26", "M35") else mistake,
        )
        says = body.get("error") if isinstance(body, dict) else None
        expect(isinstance(says, str) and says.strip(), called=called, expected=expected, found=answer, mistake="M11")


def features(value: object) -> str:
    """Return a body with these features."""
    return json.dumps({"features": value})


@pytest.mark.task("5.3", "core", points=0.5)
def test_health_is_ok(task: Any) -> None:
    app = task.create_app(task.model())
    try:
        answer = app.request("GET", "/health")
    except NoAnswer as error:
        fail(called=task.last_call, expected="a Flask application", found=error, mistake="M33")
    right = answer.status == 200 and body_of(answer) == {"status": "ok"}
    expect(
        right,
        called=f"{task.last_call}, then GET /health",
        expected='200 and {"status": "ok"}',
        found=answer,
        mistake="M33",
    )


@pytest.mark.task("5.3", "core", points=1)
def test_one_row_gives_one_plain_value(task: Any, names: Names) -> None:
    for kind in KINDS:  # text, whole numbers, fractions
        seed = names.number(0, 99)
        app, (row,) = task.create_app(task.model(kind, seed=seed)), rows_for(names, kind, 1)
        expected = make_model(kind, seed).predict([row]).tolist()
        answer = app.request("POST", "/predict", json={"features": row})
        expect_predictions(task, answer, {"features": row}, expected)


@pytest.mark.task("5.3", "mastery", points=0.1)
def test_two_apps_have_a_model_each(task: Any, names: Names) -> None:
    kind, other = names.sample(list(KINDS), 2)
    app, (row,) = task.create_app(task.model(kind)), rows_for(names, kind, 1)
    called = task.last_call
    task.create_app(task.model(other))
    answer, expected = app.request("POST", "/predict", json={"features": row}), make_model(kind).predict([row]).tolist()
    right = answer.status == 200 and body_of(answer) == {"prediction": expected}
    expect(
        right,
        called=f"{called}, then {task.last_call}, then asked the first app for {show(row)}",
        expected=show(expected),
        found=answer,
        mistake="M31" if answer.status == 200 else None,
    )


@pytest.mark.task("5.3", "core", points=0.5)
def test_many_rows_give_their_values_in_order(task: Any, names: Names) -> None:
    kind, seed = names.choice(list(KINDS)), names.number(0, 99)
    app = task.create_app(task.model(kind, seed=seed))
    for count in (1, names.number(5, 9)):
        rows = rows_for(names, kind, count)
        expected = make_model(kind, seed).predict(rows).tolist()
        answer = app.request("POST", "/predict", json={"features": rows})
        refused = answer.status == 400 and app.request("POST", "/predict", json={"features": rows[0]}).status == 200
        expect(
            not refused,
            called=asked(task, {"features": rows}),
            expected="200, as for the first of these rows alone",
            found=answer,
            mistake="M13",
        )
        expect_predictions(task, answer, {"features": rows}, expected)


@pytest.mark.task("5.3", "core", points=1)
def test_what_is_no_question_is_the_clients_mistake(task: Any, names: Names) -> None:
    kind = names.choice(list(KINDS))
    width, app = KINDS[kind][0], task.create_app(task.model(kind))
    bodies = {
        "no features": json.dumps({names.word(): [1.0] * width}),
        "an empty object": "{}",
        "an empty list": features([]),
        "a value too few": features([1.5] * (width - 1)),
        "a value too many": features([1.5] * (width + 1)),
        "broken JSON": '{"features": [1.5, ',
    }
    expect_refusals(task, app, bodies, "M10")


@pytest.mark.task("5.3", "mastery", points=0.2)
def test_the_error_says_what_is_wrong(task: Any, names: Names) -> None:
    kind = names.choice(list(KINDS))
    width, app = KINDS[kind][0], task.create_app(task.model(kind))
    bodies = ("{}", features([1.5] * (width + 1)), '{"features": ["a"]}', names.text())
    answers = [app.request("POST", "/predict", data=sent, content_type=JSON) for sent in bodies]
    expect_refusals(task, app, {"no features": bodies[0]}, "M10")
    texts = {answer.text.strip() for answer in answers}
    # One text for all may do where it says what is wanted; a few words cannot.
    told = len(texts) > 1 or len(answers[0].text.split()) > MANY_WORDS
    expect(
        told,
        called=f"{asked(task, bodies[0])} and three other bodies that are wrong",
        expected="errors that say what is wrong",
        found=f"{show(answers[0].text)} each time",
        mistake="M32",
    )


@pytest.mark.task("5.3", "mastery", points=0.3)
def test_the_model_is_called_once_a_request(task: Any, names: Names) -> None:
    kind = names.choice(list(KINDS))
    model = task.model(kind, recording=True)
    app, before = task.create_app(model), model.predict_calls
    rows = rows_for(names, kind, names.number(4, 9))
    app.request("POST", "/predict", json={"features": rows})
    calls = model.predict_calls - before
    expect(
        calls == 1,
        called=asked(task, {"features": rows}),
        expected="1 call of model.predict",
        found=calls,
        mistake="M23" if calls else "M30",
    )


@pytest.mark.task("5.3", "mastery", points=0.4)
def test_what_is_no_finite_number_is_the_clients_mistake(task: Any, names: Names) -> None:
    kind = names.choice(list(KINDS))
    width, app = KINDS[kind][0], task.create_app(task.model(kind))
    place = names.number(0, width - 1)
    for value in (
        "true",
        "false",
        '"1"',
        '"1.5"',
        '"abc"',
        '""',
        "null",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "{}",
    ):
        row = ["1.5"] * width
        good, row[place] = ", ".join(row), value
        bodies = {
            f"{value} in a row": f'{{"features": [{", ".join(row)}]}}',
            f"{value} in the second of two rows": f'{{"features": [[{good}], [{", ".join(row)}]]}}',
        }
        expect_refusals(task, app, bodies, "M12")
    hardy = task.create_app(task.model(HARDY))
    answer = hardy.request("POST", "/predict", data=features([1.5, 1.5]), content_type=JSON)
    expect(answer.status == 200, called=asked(task, [1.5, 1.5]), expected="200", found=answer, mistake="F1")
    expect_refusals(task, hardy, {"NaN, which this model would take": '{"features": [NaN, 1.5]}'}, "M12")


@pytest.mark.task("5.3", "mastery", points=0.3)
def test_what_is_no_table_is_the_clients_mistake(task: Any, names: Names) -> None:
    kind = names.choice(list(KINDS))
    width, app = KINDS[kind][0], task.create_app(task.model(kind))
    row = [1.5] * width
    shapes = {
        "rows of different width": [row, row[1:]],
        "rows of different width that start right": [row, [*row, 1.5]],
        "an empty row": [[]],
        "an empty row after a good one": [row, []],
        "a number among rows": [row, 1.5],
        "a row among numbers": [1.5, *([row] * (width - 1))],
        "lists of lists of rows": [[row]],
        "a number": names.number(1, 9),
        "a text": "1.5" * width,
        "an object": {str(number): 1.5 for number in range(width)},
        "null": None,
        "true": True,
    }
    expect_refusals(task, app, {why: features(shape) for why, shape in shapes.items()}, "M13")
    others = {
        "a list, no object": row,
        "a number, no object": 3,
        "a text, no object": "features",
        "null, no object": None,
    }
    expect_refusals(task, app, {why: json.dumps(other) for why, other in others.items()}, "M10")
    expect_refusals(task, app, {"no JSON": names.text(), "nothing at all": ""}, "M10")
    expect_refusals(task, app, {"no JSON, as a form": "features=1.5"}, "M11", "application/x-www-form-urlencoded")
    expect_refusals(task, app, {"no JSON, of no type": names.text()}, "M11", None)


@pytest.mark.task("5.3", "mastery", points=0.2)
def test_what_the_model_refuses_is_the_clients_mistake(task: Any, names: Names) -> None:
    for kind, good, bad, why in (
        (CATEGORIES, [2, 1], [7, 1], "a category that this model has never seen"),
        (LOGARITHMS, [2.5, 1.5], [-2.5, 1.5], "a number of which this model takes the logarithm"),
    ):
        app = task.create_app(task.model(kind))
        expected = make_model(kind).predict([good]).tolist()
        answer = app.request("POST", "/predict", json={"features": good})
        expect_predictions(task, answer, {"features": good}, expected)
        expect_refusals(task, app, {why: features(bad), f"{why}, among rows": features([good, bad])}, "M35")


@pytest.mark.task("5.3", "mastery", points=0.3)
def test_no_body_makes_it_fail(task: Any, names: Names) -> None:
    kind = names.choice(list(KINDS))
    width, app = KINDS[kind][0], task.create_app(task.model(kind))
    rest = ", 1.5" * (width - 1)
    bodies = {
        "a number of 400 digits": f'{{"features": [1{"0" * 400}{rest}]}}',
        "a number of 5,000 digits": f'{{"features": [1{"0" * 5000}{rest}]}}',
        "100,000 brackets": '{"features": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "100,000 opening brackets": "[" * 100_000,
        "no UTF-8": b'{"features": "\xff\xfe"}',
        "half a letter": '{"features": "\\ud800"}',
    }
    expect_refusals(task, app, bodies, "M26")
    for number in ("1e308", "-1.7e308", "1" + "0" * 30):
        sent = f'{{"features": [{", ".join([number] * width)}]}}'
        answer = app.request("POST", "/predict", data=sent, content_type=JSON)
        # Whether a model can take it is the model's matter; a client's number never makes the server fail.
        expect(
            answer.status in (200, 400),
            called=asked(task, sent),
            expected="200 or 400",
            found=answer,
            mistake="M26",
        )
    app = task.create_app(task.model(NARROW))
    expect_refusals(task, app, {"a number too large for this model": features([1.7e308, 1.5])}, "M26")


@pytest.mark.task("5.3", "mastery", points=0.2)
def test_debug_mode_is_off(task: Any) -> None:
    app = task.create_app(task.model())
    answer = app.request("GET", "/health")  # an app that answers nothing is none
    called = f"{task.last_call}, then GET /health"
    expect(answer.status == 200, called=called, expected="200", found=answer.status, mistake="M33")
    expect(not app.debug, called=task.last_call, expected="an app with debug mode off", found="it on", mistake="M17")
