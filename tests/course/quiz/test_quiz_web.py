"""The quiz in the browser, seen from its requests: forms, errors, and who it answers to."""

from __future__ import annotations

import re
import socket
from datetime import timedelta

import pytest
from quiz_samples import MORNING, sample_quiz

from day89.cli import main
from day89.course.quiz.progress import QuizProgress
from day89.course.quiz.schedule import Sitting
from day89.course.quiz.web import create_app

BASE = "http://127.0.0.1"


class Reader:
    """Follow the pages of the quiz as a browser does that has no scripts."""

    def __init__(self, app) -> None:
        self.client = app.test_client()
        self.go("/")

    def go(self, path: str) -> str:
        self.answer = self.client.get(path, base_url=BASE, follow_redirects=True)
        self.text = self.answer.get_data(as_text=True)
        self.answer.close()
        self.path = self.answer.request.path
        return self.text

    def send(self, path: str, **fields: object) -> str:
        token = re.search(r'name="token" value="([^"]+)"', self.text)[1]
        self.answer = self.client.post(path, data={"token": token, **fields}, base_url=BASE, follow_redirects=True)
        self.text = self.answer.get_data(as_text=True)
        self.answer.close()
        self.path = self.answer.request.path
        return self.text


@pytest.fixture
def quiz(tmp_path):
    return sample_quiz(tmp_path / "quiz")


@pytest.fixture
def progress(tmp_path):
    return QuizProgress(tmp_path / "quiz.json")


@pytest.fixture
def clock():
    return [MORNING]


@pytest.fixture
def reader(quiz, progress, clock):
    return Reader(create_app(quiz, progress, now=lambda: clock[0], seed="1"))


def shown(quiz, name: str, letter: str) -> str:
    question = quiz.find(name)
    return "abc"[Sitting([question], None, seed="1").shown(question).index(letter)]


def test_a_topic_leads_to_its_first_question_escaped_and_marked_up(reader):
    text = reader.send("/start", topic="sample")
    assert "Question 1 of 5" in text
    assert "Why does <code>a &lt; b</code> &amp; <em>c</em> hold" in text
    assert "print(&#34;x &lt; y&#34;)" in text


def test_a_right_answer_is_explained_with_its_sources(reader, quiz, progress):
    reader.send("/start", topic="sample")
    text = reader.send(reader.path, question="q-choice", option=shown(quiz, "q-choice", "b"))
    assert "Right." in text
    assert "Because <em>so</em> it is." in text
    assert 'href="https://example.org/a"' in text
    assert progress.record(quiz.find("q-choice")).last_correct


def test_a_fact_that_has_expired_is_said_to_have(reader, quiz, clock):
    clock[0] = MORNING.replace(year=2027, month=7)
    reader.send("/start", topic="sample")
    assert "known to be so until 2027-06-30" in reader.send(
        reader.path, question="q-choice", option=shown(quiz, "q-choice", "b")
    )


def test_a_wrong_answer_is_told_why_and_the_right_one_stays_untold(reader, quiz):
    reader.send("/start", topic="sample")
    text = reader.send(reader.path, question="q-choice", option=shown(quiz, "q-choice", "a"))
    assert "Not right." in text
    assert "Not this one." in text
    assert "U1: S3UploadFailedError not expected" in text
    assert "Yes, this one." not in text


def test_no_answer_is_asked_for_again_in_words(reader):
    reader.send("/start", topic="sample")
    text = reader.send(reader.path, question="q-choice")
    assert reader.answer.status_code == 422
    assert 'role="alert">Choose an answer first' in text


def test_every_type_can_be_answered_skipped_retried_and_revealed(reader, quiz):
    reader.send("/start", topic="sample")
    sitting = reader.path
    reader.send(sitting, question="q-choice", skip="1")
    many = [shown(quiz, "q-many", letter) for letter in "ac"]
    assert "One is right. Three is right." in reader.send(sitting, question="q-many", option=many)
    reader.go(sitting)
    assert "That is not a number" in reader.send(sitting, question="q-number", typed="many")
    assert 'value="many"' in reader.text
    assert "Right." in reader.send(sitting, question="q-number", typed="12.5")
    reader.go(sitting)
    assert "No folder." in reader.send(sitting, question="q-word", typed="folder")
    reader.go(sitting)
    assert "each number once" in reader.send(sitting, question="q-lines", **{"place-a": "1", "place-c": "1"})
    assert "Right." in reader.send(sitting, question="q-lines", **{"place-a": "2", "place-b": "", "place-c": "1"})
    text = reader.go(sitting)
    assert "3 of 5 right" in text
    assert "Because" not in text
    assert "Because <em>so</em> it is." in reader.go(f"{sitting}/end?show=answers")
    reader.go(f"{sitting}/end")
    assert "Question 1 of 2" in reader.send(f"{sitting}/retry")


def test_a_mix_is_asked_over_all_topics(reader, quiz):
    text = reader.send("/start", mixed="1")
    assert f"of {min(10, len(quiz))}" in text


def test_an_exam_goes_on_without_comments(reader, quiz):
    reader.send("/start", exam="2", seed="x")
    first = re.search(r'name="question" value="([^"]+)"', reader.text)[1]
    reader.send(reader.path, question=first, skip="1")
    assert "Question 2 of 2" in reader.text


def test_a_form_that_is_sent_twice_counts_once(reader, quiz, progress):
    reader.send("/start", topic="sample")
    sitting, option = reader.path, shown(quiz, "q-choice", "b")
    page = reader.text
    reader.send(sitting, question="q-choice", option=option)
    reader.text = page
    assert "Question 2 of 5" in reader.send(sitting, question="q-choice", option=option)
    assert len(progress.record(quiz.find("q-choice")).tries) == 1


def test_what_is_due_can_be_reviewed_on_its_day(reader, quiz, clock):
    reader.send("/start", topic="sample")
    reader.send(reader.path, question="q-choice", option=shown(quiz, "q-choice", "b"))
    assert "Nothing is due today" in reader.go("/")
    clock[0] += timedelta(days=1)
    assert "1 question is due today" in reader.go("/")
    assert "Question 1 of 1" in reader.send("/start", review="1")


def test_progress_is_a_table_by_outcome(reader, quiz):
    reader.send("/start", topic="sample")
    reader.send(reader.path, question="q-choice", option=shown(quiz, "q-choice", "b"))
    text = reader.go("/progress")
    assert text.count('<th scope="row">') == 18
    assert re.search(r"1\. explain buckets.*?1 of 5", text, re.DOTALL)


def test_a_form_without_the_token_is_refused(reader, progress):
    answer = reader.client.post("/start", data={"topic": "sample"}, base_url=BASE)
    assert answer.status_code == 403


def test_a_form_from_another_site_is_refused_even_with_the_token(reader):
    token = re.search(r'name="token" value="([^"]+)"', reader.text)[1]
    fields = {"topic": "sample", "token": token}
    answer = reader.client.post("/start", data=fields, base_url=BASE, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.5", "evil.example:8089"])
def test_another_host_name_is_refused(reader, host):
    assert reader.client.get("/", base_url=f"http://{host}").status_code == 403


def test_localhost_is_this_machine_too(reader):
    assert reader.client.get("/", base_url="http://localhost:8089").status_code == 200


@pytest.mark.parametrize("path", ["/", "/progress", "/static/quiz.css", "/sitting/none"])
def test_nothing_is_loaded_from_elsewhere_and_no_script_runs(reader, path):
    reader.go(path)
    assert "default-src 'none'" in reader.answer.headers["Content-Security-Policy"]
    assert "<script" not in reader.text
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', reader.text) == []
    assert "url(" not in reader.text


def test_a_sitting_that_is_gone_leads_back_to_the_topics(reader):
    assert "Every answer that was given is kept" in reader.go("/sitting/none")
    assert reader.answer.status_code == 404


def test_an_unknown_topic_is_a_bad_request(reader):
    assert "topics are sample" in reader.send("/start", topic="lambda")
    assert reader.answer.status_code == 400


def test_old_sittings_make_room_for_new_ones(reader):
    reader.send("/start", topic="sample")
    first, page = reader.path, reader.text
    for _ in range(50):
        reader.text = page
        reader.send("/start", topic="sample")
    assert "nothing at this address" in reader.go(first)


def test_a_port_that_is_taken_is_said_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DAY89_DATA", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["quiz", "--web", "--port", str(taken.getsockname()[1])]) == 2
    assert "try another --port, or 0" in capsys.readouterr().err
