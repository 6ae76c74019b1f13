"""Check task 5.4, deploy_model: a real instance answers at the URL that it returns, or is gone."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import joblib
import pytest
from support import expect_forbidden, expect_missing, forbid, holding
from support_workers import (
    READER,
    Place,
    ended_with,
    expect_launched_as_given,
    expect_launches,
    expect_no_credentials,
    expect_none_left,
    expect_put,
    expect_untouched,
    fail_half_way,
    hide_code,
    instead_of_a_timeout,
    interrupt_after_launch,
    launch_beside,
    launched,
    new_place,
    user_data_of,
)

from day89.course.checks.expectations import NotStarted, Wrong, describe_error, expect, expect_equal, expect_type, show
from day89.course.checks.fake_data import Names
from day89.course.checks.models import KINDS, make_model
from day89.processes.stopwatch import stretched

MOST_SECONDS = 52  # that a call may wait: what sleeps is charged, and a check has 60
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.limit(60)]

PATIENCE = 35  # seconds: whoever sets any limit at all to a request has given it up by then


def store(place: Place, name: str, version: int, kind: str) -> None:
    """Store one of the course's models as a version."""
    buffer = io.BytesIO()
    joblib.dump(make_model(kind), buffer)
    place.s3.put_object(
        Bucket=place.bucket,
        Key=f"models/{name}/v{version}/model.joblib",
        Body=buffer.getvalue(),
        Metadata={"sha256": hashlib.sha256(buffer.getvalue()).hexdigest()},
    )


def deploy(task: Any, place: Place, name: str, version: int, **options: Any) -> Any:
    """Call the learner's deploy_model."""
    try:
        return task.deploy_model(place.s3, place.ec2, place.bucket, name, version, **place.launch_options, **options)
    except TimeoutError as error:
        consoles = [place.console(instance_id) for instance_id in place.instances()]
        why = "" if consoles else "; no instance was launched"
        # Where Flask's own server could not even start, that it was chosen is what helps.
        shown = "M18" if any("werkzeug/serving.py" in text for text in consoles) else None if consoles else "F1"
        raise Wrong(
            called=task.last_call, expected="a URL", found=f"it raised {describe_error(error)}{why}", mistake=shown
        ) from error


def deploy_into_trouble(task: Any, place: Place, name: str, version: int, **options: Any) -> BaseException | None:
    """Call the learner's deploy_model where it cannot succeed, and return what it raised."""
    try:
        task.deploy_model(place.s3, place.ec2, place.bucket, name, version, **place.launch_options, **options)
    except (NotStarted, Wrong):
        raise
    except (Exception, KeyboardInterrupt) as error:
        if error is not task.last_error:
            raise
        task.last_error = None
        return error
    return None


def expect_url(task: Any, place: Place, url: object, port: int) -> None:
    """Fail unless this is the URL of the one instance that was launched."""
    expect_type(url, str, task.last_call, "E9")
    found = place.instances()
    expect(
        len(found) == 1, called=task.last_call, expected="1 instance", found=len(found), mistake="E3" if found else "F3"
    )
    (instance,) = found.values()
    host = str(url).removeprefix("http://").partition(":")[0]
    address = instance.get("PublicIpAddress") or instance["PrivateIpAddress"]
    mistake = "E45" if host in ("localhost", "127.0.0.1", "0.0.0.0") else "E44" if host == address else "E9"
    expect_equal(url, f"http://{address}:{port}", task.last_call, mistake)


def ask(task: Any, place: Place, url: str, path: str, body: object = None) -> tuple[int, str, str]:
    """Send one request to what was deployed; return status, server and text of the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data, {"Content-Type": "application/json"} if data else {})
    try:
        with urllib.request.urlopen(request, timeout=stretched(10)) as answer:
            return answer.status, answer.headers.get("Server", ""), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Server", ""), error.read().decode(errors="replace")
    except OSError as error:
        raise Wrong(
            called=f"{task.last_call}, then asked {url}{path}",
            expected="an answer",
            found=error,
            mistake="E8",
        ) from None


def expect_predictions(
    task: Any, place: Place, url: str, kind: str, names: Names, mistake: str, hostile: str = ""
) -> None:
    """Fail unless what was deployed predicts as this model does; what is hostile about the call is told."""
    rows = [[names.real(-2, 9) for _ in range(KINDS[kind][0])] for _ in range(3)]
    status, _, text = ask(task, place, url, "/predict", {"features": rows})
    expected = {"prediction": make_model(kind).predict(rows).tolist()}
    right = status == 200 and json.loads(text) == expected
    expect(
        right,
        called=f"{task.last_call}{hostile}, then POST {url}/predict",
        expected=show(expected, 100),
        found=f"{status} {show(text, 120)} (the instance runs your load_model and create_app)",
        mistake=mistake,
    )


@pytest.mark.cloud(instances=True)
@pytest.mark.task("5.4", "core", points=1.5)
def test_the_url_answers_that_it_is_healthy(task: Any, cloud: Any, names: Names) -> None:
    place, name = new_place(cloud, names, READER), names.word()
    store(place, name, 1, "digits")
    before = len(cloud.log)
    url = deploy(task, place, name, 1, timeout=stretched(40, MOST_SECONDS))
    expect_url(task, place, url, 5000)
    expect_put(cloud.log.after(before), task.last_call, "code/")
    expect_launched_as_given(place, cloud.log.after(before), task.last_call)
    expect_no_credentials(user_data_of(cloud.log), task.last_call)
    status, _, text = ask(task, place, url, "/health")
    expect(
        status == 200,
        called=f"{task.last_call}, then GET {url}/health",
        expected="200",
        found=f"{status} {show(text, 120)}",
        mistake="E8",
    )


@pytest.mark.cloud(instances=True)
@pytest.mark.task("5.4", "core", points=1)
def test_it_serves_the_version_that_was_asked_for(task: Any, cloud: Any, names: Names) -> None:
    expect_version_served(task, cloud, names, "us-east-1", names.word())


@pytest.mark.cloud(instances=True)
@pytest.mark.task("5.4", "mastery", points=0.3)
def test_any_name_in_another_region(task: Any, cloud: Any, names: Names) -> None:
    # The name of a model is part of a key, and so any text.
    expect_version_served(task, cloud, names, names.region(), f"{names.word()}'s ({names.tag(2)})")


def expect_version_served(task: Any, cloud: Any, names: Names, region: str, name: str) -> None:
    """Fail unless the version that was asked for is served, of several."""
    place = new_place(cloud, names, READER, region)
    kinds = dict(zip((1, 2, 10), names.shuffled(list(KINDS)), strict=True))
    for version, kind in kinds.items():
        store(place, name, version, kind)
    version = names.choice((1, 2))
    url = deploy(task, place, name, version, timeout=stretched(40, MOST_SECONDS))
    expect_url(task, place, url, 5000)
    hostile = holding(name, what="the name")
    expect_predictions(task, place, url, kinds[version], names, "M29", hostile)


@pytest.mark.task("5.4", "core", points=0.5)
def test_a_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Names) -> None:
    place, absent = new_place(cloud, names, READER), names.bucket()
    options = {**place.launch_options, "timeout": 2}
    store(place, "m", 1, "digits")
    expect_launches(task, cloud, "deploy_model", place.s3, place.ec2, place.bucket, "m", 1, **options)
    expect_missing(task, absent, "deploy_model", place.s3, place.ec2, absent, "m", 1, **options)
    expect_none_left(place, f"{task.last_call}, where the bucket does not exist", "E22")


@pytest.mark.cloud(instances=True)
@pytest.mark.task("5.4", "mastery", points=0.4)
def test_a_production_server_listens_on_the_port_that_was_asked_for(task: Any, cloud: Any, names: Names) -> None:
    place, name, port = new_place(cloud, names, READER), names.word(), names.number(7000, 9000)
    for subnet in place.ec2.describe_subnets()["Subnets"]:  # here instances have a private address only
        place.ec2.modify_subnet_attribute(SubnetId=subnet["SubnetId"], MapPublicIpOnLaunch={"Value": False})
    store(place, name, 3, "levels")
    url = deploy(task, place, name, 3, port=port, timeout=stretched(40, MOST_SECONDS))
    expect_url(task, place, url, port)
    _, server, _ = ask(task, place, url, "/health")
    expect(
        "werkzeug" not in server.lower(),
        called=f"{task.last_call}, then GET {url}/health",
        expected="an answer of a production server",
        found=f"Flask's development server, {show(server)}",
        mistake="M18",
    )


@pytest.mark.cloud(instances=True)
@pytest.mark.task("5.4", "mastery", points=0.3)
def test_what_is_not_healthy_in_time_is_terminated(task: Any, cloud: Any, names: Names) -> None:
    place, name = new_place(cloud, names, READER), names.word()
    hide_code(cloud)
    store(place, name, 1, "digits")
    # A port of its own: another program of this machine may answer at 5000 on every address.
    error = deploy_into_trouble(task, place, name, 1, port=names.number(20_000, 29_999), timeout=1.5)
    called = f"{task.last_call} where S3 refuses the code to the instance"
    launched(cloud.log, called, error)
    expect(
        isinstance(error, TimeoutError),
        called=called,
        expected="a TimeoutError",
        found=ended_with(error),
        mistake=instead_of_a_timeout(error),
    )
    expect_none_left(place, called, "E22")


class Unwell(BaseHTTPRequestHandler):
    """Be what a machine that has just started may be: hang up, say 404, leave a request without an answer, say 503."""

    server: UnwellServer

    def do_GET(self) -> None:
        """Answer, or wait until whoever asks gives it up."""
        number = next(self.server.requests)
        if number == 0:
            self.close_connection = True
        elif number == 2:
            self.connection.settimeout(PATIENCE)
            try:
                self.connection.recv(1)
            except TimeoutError:
                self.server.waited = True
            except OSError:
                pass
            self.close_connection = True
        else:
            self.send_error(404 if number == 1 else 503)

    def log_message(self, *words: object) -> None:
        """Print nothing."""


class UnwellServer(ThreadingHTTPServer):
    """Serve ``Unwell``; know whether somebody waited for an answer as long as we could watch."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: str, port: int) -> None:
        """Listen."""
        super().__init__((address, port), Unwell)
        self.requests, self.waited = itertools.count(), False


@contextmanager
def unwell_at(cloud: Any, port: int) -> Iterator[dict[str, UnwellServer]]:
    """Have such a server at a port of each instance, by id, from the first look at it on."""
    with ExitStack() as stack:

        def look(call: Any) -> None:
            for instance in cloud.instances:
                if instance.id not in served:
                    served[instance.id] = server = stack.enter_context(UnwellServer(instance.address, port))
                    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
                    stack.callback(server.shutdown)

        served: dict[str, UnwellServer] = {}
        cloud.faults.add("ec2.DescribeInstances", times=None, before=look)
        yield served


@pytest.mark.cloud(instances=True)
@pytest.mark.task("5.4", "mastery", points=0.2)
def test_only_200_is_healthy(task: Any, cloud: Any, names: Names) -> None:
    place, name, port = new_place(cloud, names, READER), names.word(), names.number(20_000, 29_999)
    hide_code(cloud)
    store(place, name, 1, "digits")
    with unwell_at(cloud, port) as servers:
        error = deploy_into_trouble(task, place, name, 1, port=port, timeout=1.5)
    called = f"{task.last_call} where a server closes one GET /health without an answer and says 404 or 503 to others"
    launched(cloud.log, called, error)
    expect(
        not any(server.waited for server in servers.values()),
        called=f"{task.last_call} where a GET /health is not answered at all",
        expected="that such a request is given up, as the timeout is 1.5 s",
        found=f"it still waiting after {PATIENCE} s",
        mistake="E36",
    )
    expect(
        isinstance(error, TimeoutError), called=called, expected="a TimeoutError", found=ended_with(error), mistake="E8"
    )


@pytest.mark.task("5.4", "mastery", points=0.2)
def test_a_deployment_that_fails_leaves_the_others_alone(task: Any, cloud: Any, names: Names) -> None:
    place, name = new_place(cloud, names, READER), names.word()
    store(place, name, 1, "digits")
    deploy_into_trouble(task, place, name, 1, timeout=0.1)
    other = launch_beside(place, cloud.log)
    before = len(cloud.log)
    error = deploy_into_trouble(task, place, name, 1, timeout=0.1)
    launched(cloud.log.after(before), task.last_call, error)
    expect_untouched(place, other, f"{task.last_call}, which is not healthy in time, beside an older deployment")


@pytest.mark.task("5.4", "mastery", points=0.25)
def test_a_launch_that_fails_half_way_leaves_nothing(task: Any, cloud: Any, names: Names) -> None:
    place, name = new_place(cloud, names, READER), names.word()
    store(place, name, 1, "digits")
    fail_half_way(cloud)
    error = deploy_into_trouble(task, place, name, 1, timeout=1)
    cloud.faults.clear()
    launched(cloud.log, task.last_call, error)
    expect_none_left(place, f"{task.last_call}, where a call after the launch failed: {ended_with(error)}", "E48")
    forbid(cloud, "ec2.RunInstances")  # cleaning up must not hide what AWS said
    options = {**place.launch_options, "timeout": 1}
    expect_forbidden(task, "E23", "deploy_model", place.s3, place.ec2, place.bucket, name, 1, **options)


@pytest.mark.task("5.4", "mastery", points=0.35)
def test_an_interrupt_leaves_nothing(task: Any, cloud: Any, names: Names) -> None:
    place, name = new_place(cloud, names, READER), names.word()
    store(place, name, 1, "digits")
    # The first look may be the wait of launch_instance, of either kind; the second is not yet one of cleaning up.
    came = interrupt_after_launch(cloud, "ec2.DescribeInstances", "ec2.DescribeInstanceStatus", skip=1)
    error = deploy_into_trouble(task, place, name, 1, timeout=1)
    cloud.faults.clear()
    launched(cloud.log, task.last_call, error)
    where = f"Ctrl-C at {came[0]}" if came else ended_with(error)
    expect_none_left(place, f"{task.last_call}, where {where}", "E37")
