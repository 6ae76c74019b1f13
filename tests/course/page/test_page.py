"""What the page says and refuses, without a browser: names, escapes, bounds, tokens, streams."""

from __future__ import annotations

import http.client
import json
import re
import threading
from dataclasses import replace

import pytest

from day89.cloud import local, view
from day89.cloud.snapshot import PREVIEW_BYTES, ROWS, bills, preview, snapshot
from day89.course.demo.record import Step
from day89.course.exercise.tasks import task
from day89.course.learn.session import LearnerSession
from day89.course.learn.state import LearnerState
from day89.course.page.clouds import CALLS_SHOWN, PAGE_ROWS, Live, Query, shown
from day89.course.page.demo import Stepper, demo_page
from day89.course.page.learner import Learner
from day89.course.page.my_cloud import MyCloud
from day89.course.page.prose import prose
from day89.course.page.stream import MOST, Stream
from day89.course.page.web import create_app, serving
from day89.course.results.results import CheckResult, SubmissionResult, TaskResult, TracedCall


@pytest.fixture
def cloud():
    with local() as running:
        yield running


@pytest.fixture
def bucket(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="heron-1")
    s3.put_bucket_versioning(Bucket="heron-1", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="heron-1", Key="a.csv", Body=b"name,mass\nada,1\n")
    s3.put_object(Bucket="heron-1", Key="a.csv", Body=b"name,mass\nada,2\n")
    s3.put_object(Bucket="heron-1", Key="gone", Body=b"x")
    s3.delete_object(Bucket="heron-1", Key="gone")
    return s3


def browser_of(cloud):
    return create_app(MyCloud(cloud), reset=cloud.reset).test_client()


def text_of(cloud, address="/"):
    return browser_of(cloud).get(address, base_url="http://127.0.0.1:1").text


def test_looking_leaves_no_trace(cloud, bucket):
    before = len(cloud.log)
    text_of(cloud, "/?bucket=heron-1&key=a.csv&versions=1")
    snapshot(cloud)
    assert len(cloud.log) == before


def test_versions_and_delete_markers_are_shown_on_request(cloud, bucket):
    plain, versions = text_of(cloud, "/?bucket=heron-1"), text_of(cloud, "/?bucket=heron-1&versions=1")
    assert "Delete marker" not in plain
    assert "Delete marker" in versions
    assert len(re.findall(r">a\.csv</a>", versions)) == 2
    assert "Objects in heron-1: 1 to 1 of 1" in plain


def test_csv_is_a_table_and_text_is_text_and_bytes_are_neither(cloud, bucket):
    bucket.put_object(Bucket="heron-1", Key="note.txt", Body="<script>alert(1)</script> ü".encode())
    bucket.put_object(Bucket="heron-1", Key="w.bin", Body=bytes(range(256)))
    assert '<th scope="col">mass</th>' in text_of(cloud, "/?bucket=heron-1&key=a.csv")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ü" in text_of(cloud, "/?bucket=heron-1&key=note.txt")
    assert "Not text: 256 bytes" in text_of(cloud, "/?bucket=heron-1&key=w.bin")


def test_a_preview_of_a_large_object_is_its_beginning_though_a_letter_is_cut(cloud, bucket):
    bucket.put_object(Bucket="heron-1", Key="long.txt", Body=("x" + "ü" * 9000).encode())
    told = preview(cloud, "heron-1", "long.txt")
    assert told["text"].startswith("xüü")
    assert len(told["text"].encode()) <= PREVIEW_BYTES
    assert preview(cloud, "heron-1", "missing")["note"] == "not shown: S3 answers 404"


def test_instances_groups_roles_and_what_bills(cloud):
    ec2, iam = cloud.client("ec2"), cloud.client("iam")
    group = ec2.create_security_group(GroupName="open", Description="d")["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, SecurityGroupIds=[group])
    address = ec2.allocate_address(Domain="vpc")["PublicIp"]
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    may = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **trust}))
    iam.put_role_policy(RoleName="worker", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", **may}))
    one = view.instances(cloud)[0]
    assert one["state"] == "running"
    assert [name for name, _ in one["history"]] == ["pending", "running"]
    text = text_of(cloud)
    for words in ("SSH (port 22) open to the world", address, "Allow s3:GetObject on arn:aws:s3:::b/*", "a month"):
        assert words in text
    ec2.terminate_instances(InstanceIds=[made["Instances"][0]["InstanceId"]])
    assert [name for name, _ in view.instances(cloud)[0]["history"]][-1] == "terminated"
    assert "instance" not in {row["kind"] for row in snapshot(cloud)["bills"]["rows"]}


def test_a_snapshot_is_bounded_and_plain(cloud, bucket):
    for number in range(ROWS + 50):
        bucket.put_object(Bucket="heron-1", Key=f"{number:04}", Body=b"x" * 100)
    told = snapshot(cloud)
    assert len(told["buckets"][0]["rows"]) == ROWS
    assert told["buckets"][0]["more"] == 54
    assert len(json.dumps(told)) < 100_000


def test_long_lists_come_in_pages(cloud, bucket):
    for number in range(PAGE_ROWS + 20):
        bucket.put_object(Bucket="heron-1", Key=f"k{number:04}", Body=b"x")
    opened = shown(Live(cloud), Query(bucket="heron-1", page=2))["opened"]
    assert (opened["pages"], len(opened["rows"]), opened["first"]) == (2, 21, PAGE_ROWS + 1)
    calls = Live(cloud).calls(Query())
    assert len(calls["rows"]) == CALLS_SHOWN
    assert calls["hidden"] == len(cloud.log) - CALLS_SHOWN
    assert len(Live(cloud).calls(Query(every_call=True))["rows"]) == len(cloud.log)


def test_it_answers_to_this_machine_only_and_changes_nothing_without_its_token(cloud, bucket):
    browser = browser_of(cloud)
    assert browser.get("/", base_url="http://evil.example").status_code == 403
    answer = browser.get("/", base_url="http://127.0.0.1:1")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    token = re.search(r'name="token" value="([^"]+)"', answer.text)[1]
    reset = {"action": "Reset my cloud"}
    assert browser.post("/do", data=reset, base_url="http://127.0.0.1:1").status_code == 403
    other = {"Origin": "http://evil.example"}
    with_token = {**reset, "token": token}
    assert browser.post("/do", data=with_token, headers=other, base_url="http://127.0.0.1:1").status_code == 403
    assert browser.post("/", base_url="http://127.0.0.1:1", data=with_token).status_code == 405
    assert len(view.buckets(cloud)) == 1
    assert browser.post("/do", data=with_token, base_url="http://127.0.0.1:1").status_code == 303
    assert view.buckets(cloud) == []


def test_streams_are_few_and_give_their_places_back():
    stream = Stream()
    taken = [stream.enter(0) for _ in range(MOST)]
    assert stream.enter(0) is None
    taken[0].close()
    again = stream.enter(0)
    assert next(again).startswith(":")
    stream.changed()
    assert next(again) == "event: change\ndata: 1\n\n"
    stream.close()
    assert list(again) == []
    assert stream.open == MOST - 1


def test_a_stream_tells_over_http_and_a_fifth_is_refused(cloud):
    page = MyCloud(cloud)
    with serving(create_app(page), page.stream, 0) as address:
        port = int(address.rsplit(":", 1)[1].strip("/"))
        connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(MOST + 1)]
        for connection in connections[:MOST]:
            connection.request("GET", "/events?seen=0")
            assert connection.getresponse().status == 200
        connections[MOST].request("GET", "/events?seen=0")
        assert connections[MOST].getresponse().status == 503
        page.stream.close()
        for connection in connections:
            connection.close()


CALL = TracedCall(1, "ListObjectsV2", "a/<b>", "200, 3 keys, IsTruncated=true", 5e-06, "", truncated=True, ms=1.5)
FAILED = CheckResult(
    "lists_every_page",
    "core",
    2.0,
    "failed",
    called="f()",
    expected="34 keys",
    found="<3>",
    calls=(CALL,),
    printed="MARK\n",
)


class Judge:
    def __init__(self, check):
        self.check = check

    def judge(self, chosen, seed, watch=None):
        status = "complete" if self.check.passed else "core_incomplete"
        tasks = tuple(TaskResult(one.id, one.function, status, 5.0, 1.0, (self.check,)) for one in chosen)
        return SubmissionResult("exercise.py", "00", "graded", None, 0.1, tasks)


@pytest.fixture
def session(tmp_path):
    (tmp_path / "exercise.py").write_text("def list_keys(s3, bucket, prefix):\n    pass\n", "utf-8")
    judge = Judge(FAILED)
    return LearnerSession(tmp_path / "exercise.py", judge, LearnerState(tmp_path), task("1.3"), 1)


def learner_page(session):
    page = Learner(Stream(), "http://127.0.0.1:8991/")
    session.on_shown = page.publish
    return page, create_app(page).test_client()


def test_the_verdict_is_shown_with_calls_prints_hints_and_a_link_to_the_editor(session):
    page, browser = learner_page(session)
    session.check()
    session.shown()
    text = browser.get("/", base_url="http://127.0.0.1:1").text
    for words in (
        "lists every page",
        "34 keys",
        "&lt;3&gt;",
        "MARK",
        "Hint 1 of 4",
        "a/&lt;b&gt;",
        "$0.000005",
        "Core:",
    ):
        assert words in text
    assert "no call asked for the next page" in text
    assert f"vscode://file{session.path.resolve()}:1" in text
    assert "/>" not in re.search(r'role="status"[^<]*<', text)[0]
    assert page.stream.number == 1


def test_while_the_checks_run_the_verdict_before_stays(session):
    page, browser = learner_page(session)
    session.check()
    session.shown()
    session.status, session.results = "checking ...", {}
    session.shown()
    text = browser.get("/live", base_url="http://127.0.0.1:1").text
    assert "34 keys" in text
    assert "Checking again" in text
    session.status = "stopped"
    number = page.stream.number
    session.shown()
    session.shown()
    assert page.stream.number == number + 1


def test_the_cloud_of_the_check_comes_with_its_verdict(session, cloud, bucket):
    session.judging.check = replace(FAILED, cloud=snapshot(cloud))
    _, browser = learner_page(session)
    session.check()
    session.shown()
    text = browser.get("/?versions=1", base_url="http://127.0.0.1:1").text
    assert "The cloud of the check “lists every page”" in text
    assert "Delete marker" in text
    assert "cloud" not in session.judging.check.as_json()


def test_the_page_is_there_before_the_first_verdict(session):
    _, browser = learner_page(session)
    assert "being loaded" in browser.get("/", base_url="http://127.0.0.1:1").text


def test_the_key_says_where_the_page_is(session):
    session.open_page = lambda: "the page: http://127.0.0.1:8990/"
    session.press("w")
    assert "http://127.0.0.1:8990/" in session.screen().note


def test_prose_of_the_lesson_holds_no_foreign_html():
    text = (
        "# Head\nwords `a<b>` **bold** [x](https://a.example/)\n\n- one\n  more\n- two\n\n"
        "```python\n<script>\n\nx\n```\n<img src=x>"
    )
    made = str(prose(text))
    assert "<h3>Head</h3>" in made
    assert "<li>one more</li><li>two</li>" in made
    assert "<code>a&lt;b&gt;</code>" in made
    assert "&lt;script&gt;\n\nx" in made
    assert "<img" not in made
    assert '<a href="https://a.example/" rel="noreferrer">x</a>' in made


class Heard:
    def __init__(self):
        self.begun = []

    def begin(self, step):
        self.begun.append(step.name)

    def end(self, step):
        """Hear nothing."""


def test_a_story_waits_while_it_is_paused_and_plays_step_by_step(cloud):
    heard, done = Heard(), threading.Event()
    with demo_page(cloud, heard, 0.0, port=0) as (stepper, _):
        stepper.pause()

        def play():
            for name in ("one", "two", "three"):
                stepper.begin(Step(name, 0.0))
                stepper.end(Step(name, 0.0))
            done.set()

        threading.Thread(target=play, daemon=True).start()
        stepper.step()
        with stepper.stream._changed:
            assert stepper.stream._changed.wait_for(lambda: stepper.words == "Next: two.", 60)
        assert heard.begun == ["one"]
        assert "Next: two. Paused." in stepper.context(Query())["say"]
        stepper.go_on()
        assert done.wait(60)
        assert heard.begun == ["one", "two", "three"]


def test_an_interrupt_while_a_story_is_paused_lets_it_clean_up_at_once(cloud, monkeypatch):
    stepper = Stepper(cloud, Heard(), 1000.0)
    monkeypatch.setattr(stepper, "_wait", raises_interrupt)
    with pytest.raises(KeyboardInterrupt):
        stepper.begin(Step("one", 0.0))
    monkeypatch.undo()
    stepper.begin(Step("take everything down", 0.0))
    assert stepper.observer.begun == ["take everything down"]


def raises_interrupt():
    raise KeyboardInterrupt


def test_the_docstring_is_paragraphs_and_lists_and_nothing_points_at_what_is_not_known_yet(session):
    page, browser = learner_page(session)
    session.judging.check = replace(FAILED, line=None)
    page.publish(session)
    text = browser.get("/", base_url="http://127.0.0.1:1").text
    assert "<li>No keys: <code>[]</code>." in text
    assert "``" not in text
    assert "All checks (0)" not in text
    assert "Documentation: list_objects_v2" in text
    assert "Open exercise.py in VS Code" in text


def test_the_arguments_of_a_docstring_are_a_list(session):
    session.open(task("3.2"))
    _, browser = learner_page(session)
    session.check()
    session.shown()
    assert "<li><code>user_data</code>: script" in browser.get("/", base_url="http://127.0.0.1:1").text


def test_an_instance_is_billed_in_the_state_that_the_page_shows(cloud):
    ec2 = cloud.client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.run_instances(ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1)
    one = view.instances(cloud)[0]
    assert one["state"] == "running"  # it has passed by time: no call has seen it yet
    assert view.instances(cloud)[0]["history"] == one["history"]  # when it began does not move with each look
    told = [row["detail"] for row in bills(cloud)["rows"] if row["kind"] == "instance"]
    assert told == ["t3.small, running"]
