"""Ask in the browser: a small Flask app for one learner on this machine, without scripts and without foreign assets.

Pages are plain forms, so that keyboard and screen reader work as the browser makes them work. The app answers to its
own host name only (against DNS rebinding) and changes something only for a form that carries its token (against forms
of other sites): https://owasp.org/www-community/attacks/csrf
"""

from __future__ import annotations

import hmac
import secrets
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import waitress
from flask import Flask, Response, abort, g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from day89.course.quiz.marking import parse
from day89.course.quiz.model import SECTIONS, Question, Quiz
from day89.course.quiz.progress import QuizProgress
from day89.course.quiz.schedule import MIXED, Sitting, by_outcome, choose, reading
from day89.course.quiz.text import to_html
from day89.errors import UsageError

__all__ = ["create_app", "serve"]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOOPBACK = ("127.0.0.1", "localhost")
SITTINGS_MAX = 50


def _now() -> datetime:
    return datetime.now().astimezone()


def create_app(
    quiz: Quiz, progress: QuizProgress, *, now: Callable[[], datetime] = _now, seed: str | None = None
) -> Flask:
    """Make the app.

    Args:
        quiz: the questions.
        progress: the learner's records; each answer is written at once.
        now: the clock.
        seed: fixes the order of options and the draw of an exam; None is a new one for each sitting.

    Returns:
        The app; it keeps sittings in memory, and all that matters on the disk.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    token = secrets.token_urlsafe(24)
    sittings: dict[str, Sitting] = {}
    app.add_template_filter(lambda text: Markup(to_html(text)), "prose")
    app.add_template_filter(lambda at: chr(ord("a") + at), "letter")
    app.context_processor(lambda: {"token": token})
    app.before_request(lambda: _guard(token))
    app.after_request(_headers)
    app.register_error_handler(404, lambda _: (render_template("gone.html"), 404))
    _add_start(app, quiz, progress, sittings, now, seed)
    _add_sitting(app, sittings, now)
    _add_end(app)
    return app


def _guard(token: str) -> None:
    host = request.host.rsplit(":", 1)[0]
    if host not in LOOPBACK:
        abort(Response(f"this quiz answers to 127.0.0.1 only, not to {host!r}\n", 403, mimetype="text/plain"))
    if request.method == "POST":
        origin = request.headers.get("Origin")
        mine = origin is None or origin == request.host_url.rstrip("/")
        if not mine or not hmac.compare_digest(request.form.get("token", ""), token):
            abort(
                Response("this form is not from this quiz, or from an earlier start of it; go back and reload\n", 403)
            )


def _headers(response: AnyResponse) -> Any:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _add_start(
    app: Flask,
    quiz: Quiz,
    progress: QuizProgress,
    sittings: dict[str, Sitting],
    now: Callable[[], datetime],
    seed: str | None,
) -> None:
    @app.get("/")
    def home() -> str:
        today = now().date()
        right = {
            topic.name: sum(bool((known := progress.record(q)) and known.last_correct) for q in topic.questions)
            for topic in quiz.topics
        }
        due = sum(progress.due(question, today) for question in quiz)
        return render_template("home.html", topics=quiz.topics, right=right, due=due, path=progress.path)

    @app.get("/progress")
    def outcomes() -> str:
        return render_template("progress.html", lines=by_outcome(quiz, progress, now().date()))

    @app.post("/start")
    def start() -> AnyResponse:
        form = request.form
        exam = form.get("exam", type=int)
        fresh = seed if seed is not None else secrets.token_hex(4)
        try:
            questions = choose(
                quiz,
                progress,
                now().date(),
                topic=form.get("topic"),
                exercise=form.get("exercise", type=int),
                review="review" in form,
                exam=None if exam is None else max(1, min(exam, len(quiz))),
                mixed=MIXED if "mixed" in form else None,
                seed=form.get("seed") or fresh,
            )
        except UsageError as error:
            abort(Response(f"{error}\n", 400, mimetype="text/plain"))
        if not questions:
            return redirect(url_for("home"))
        name = secrets.token_urlsafe(8)
        while len(sittings) >= SITTINGS_MAX:
            sittings.pop(next(iter(sittings)))
        sittings[name] = Sitting(
            questions,
            progress,
            exam=exam is not None,
            seed=form.get("seed") or fresh,
            misconceptions=quiz.misconceptions,
        )
        return redirect(url_for("ask", name=name))


def _add_sitting(app: Flask, sittings: dict[str, Sitting], now: Callable[[], datetime]) -> None:
    @app.url_value_preprocessor
    def find(_: str | None, values: dict[str, Any] | None) -> None:
        if values and "name" in values:
            g.sitting = sittings.get(values["name"])
            if g.sitting is None:
                abort(404)

    @app.get("/sitting/<name>")
    def ask(name: str) -> AnyResponse | str:
        sitting: Sitting = g.sitting
        if sitting.current is None:
            return redirect(url_for("end", name=name))
        return _question_page(name, sitting, sitting.current)

    @app.post("/sitting/<name>")
    def answer(name: str) -> AnyResponse | tuple[str, int]:
        sitting: Sitting = g.sitting
        question = sitting.current
        if question is None or request.form.get("question") != question.id:
            # Sent twice, or from a page that was left: show where the sitting stands.
            return redirect(url_for("ask", name=name))
        if "skip" in request.form:
            sitting.skip()
            return redirect(url_for("ask", name=name))
        given = _given(question, sitting.shown(question))
        if given is None:
            return _question_page(name, sitting, question, problem=_problem(question)), 422
        sitting.answer(question, given, now())
        return redirect(url_for("ask" if sitting.exam else "comment", name=name))

    @app.get("/sitting/<name>/comment")
    def comment(name: str) -> AnyResponse | str:
        sitting: Sitting = g.sitting
        before = sitting.questions[sitting.at - 1] if sitting.at else None
        if before is None or before.id not in sitting.marks or sitting.exam:
            return redirect(url_for("ask", name=name))
        return render_template(
            "comment.html",
            question=before,
            marked=sitting.marks[before.id],
            name=name,
            sitting=sitting,
            today=now().date(),
        )


def _add_end(app: Flask) -> None:
    @app.get("/sitting/<name>/end")
    def end(name: str) -> AnyResponse | str:
        sitting: Sitting = g.sitting
        if sitting.current is not None:
            return redirect(url_for("ask", name=name))
        reveal = request.args.get("show") == "answers"
        return render_template(
            "end.html",
            sitting=sitting,
            name=name,
            reading=reading(sitting.wrong),
            reveal=reveal,
            lines=_program,
            lesson=SECTIONS,
        )

    @app.post("/sitting/<name>/retry")
    def retry(name: str) -> AnyResponse:
        sitting: Sitting = g.sitting
        if sitting.current is None and sitting.wrong:
            sitting.retry()
        return redirect(url_for("ask", name=name))


def _question_page(name: str, sitting: Sitting, question: Question, problem: str = "") -> str:
    shown = sitting.shown(question)
    return render_template(
        "question.html",
        name=name,
        sitting=sitting,
        question=question,
        shown=shown,
        options={option.letter: option for option in question.options},
        lines={line.letter: line.code for line in question.lines},
        problem=problem,
        form=request.form,
    )


def _given(question: Question, shown: tuple[str, ...]) -> tuple[str, ...] | None:
    if question.type == "order":
        return _given_order(shown)
    if question.type in ("numeric", "short"):
        return parse(question, request.form.get("typed", ""), shown)
    return parse(question, "".join(request.form.getlist("option")), shown)


def _given_order(shown: tuple[str, ...]) -> tuple[str, ...] | None:
    places: dict[int, str] = {}
    for letter in shown:
        place = request.form.get(f"place-{letter}", type=int)
        if place is not None and places.setdefault(place, letter) != letter:
            return None
    if sorted(places) != list(range(1, len(places) + 1)):
        return None
    return tuple(places[place] for place in sorted(places)) or None


def _problem(question: Question) -> str:
    if question.type == "numeric":
        return "That is not a number. Type one such as 12.50."
    if question.type == "order":
        return "Number the lines that belong to the program 1, 2, 3 and so on, each number once."
    return "Choose an answer first, or skip the question." if question.type != "short" else "Type an answer first."


def _program(question: Question) -> str:
    code = {line.letter: line.code for line in question.lines}
    return "\n".join(code[letter] for letter in question.key)


def serve(quiz: Quiz, progress: QuizProgress, *, port: int) -> int:
    """Serve the app on 127.0.0.1 until it is interrupted.

    Args:
        quiz: the questions.
        progress: the learner's records.
        port: TCP port, 0 takes a free one.

    Returns:
        0.

    Raises:
        UsageError: the port is taken.
    """
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        raise UsageError(f"port {port} cannot be used ({error}); try another --port, or 0") from error
    server = waitress.create_server(create_app(quiz, progress), sockets=[listener], threads=1)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    print(f"The quiz is at {address} (for this machine only). Ctrl-C ends it; every answer is kept.", flush=True)
    try:
        server.run()
    finally:
        server.close()
        print(f"\nEnded. Answers are kept in {progress.path}.", file=sys.stdout)
    return 0
