"""Show that an error, and silence towards AWS, name the mistake that they are."""

from __future__ import annotations

import tempfile

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError, WaiterError

from day89.course.boundary.codec import decode_error, encode_error
from day89.course.checks.diagnosis import NoRequests, diagnose
from day89.course.checks.expectations import cause_of, describe_error


def refused(code, operation="PutObject", message="no"):
    """Return an error of AWS."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def raised_from(error, cause):
    """Return an error as it leaves ``raise error from cause``."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "mistake"),
    [
        (refused("NoSuchBucketPolicy", "GetBucketPolicy"), "R5"),
        (refused("MalformedXML", "PutBucketEncryption"), "C9"),
        (refused("IllegalLocationConstraintException", message="The unspecified location constraint is not"), "B2"),
        (refused("IllegalLocationConstraintException", message="The eu-west-1 location constraint is not"), "B3"),
        (refused("PreconditionFailed"), "U33"),
        (refused("InvalidGroup.NotFound", "RunInstances"), "E42"),
        (refused("InvalidKeyPair.NotFound", "RunInstances"), "E5"),
        (refused("AccessControlListNotSupported"), "C10"),
        (KeyError("Contents"), "L1"),
        (LookupError("b is not there"), "F1"),
        (refused("AccessDenied"), "F1"),
        (FileNotFoundError("a.csv"), "U13"),
        (refused("MalformedXML", "DeleteObjects"), "U13"),
    ],
)
def test_an_error_names_its_mistake_or_else_a_suspected_one_that_can_be_proved(error, mistake):
    assert diagnose(error, "U13") == mistake


@pytest.mark.parametrize("error", [refused("NoSuchBucketPolicy"), KeyError("Contents"), LookupError("x"), OSError("y")])
def test_the_blame_is_the_same_across_the_boundary(error):
    assert diagnose(decode_error(encode_error(error)), "U13") == diagnose(error, "U13")


def test_an_error_is_told_with_what_it_was_raised_for_also_across_the_boundary():
    error = raised_from(LookupError("b is not there"), TypeError("upload() got an unexpected keyword"))
    for one in (error, decode_error(encode_error(error))):
        assert describe_error(one) == (
            "LookupError: b is not there (raised after TypeError: upload() got an unexpected keyword)"
        )


def test_a_cause_that_was_hidden_on_purpose_is_not_told():
    error = raised_from(LookupError("b"), None)
    error.__context__, error.__suppress_context__ = KeyError("a"), True
    assert cause_of(error) is None


def test_an_error_of_aws_names_its_operation():
    assert describe_error(refused("NoSuchKey", "GetObject")) == "botocore ClientError NoSuchKey from GetObject: no"


def test_of_a_long_error_both_ends_are_told():
    told = describe_error(RuntimeError(f"the worker ended: {'log ' * 200}UnicodeDecodeError at last"))
    assert told.startswith("RuntimeError: the worker ended: log log")
    assert told.endswith("log UnicodeDecodeError at last")
    assert "… " in told
    assert len(told) < 320


@pytest.mark.parametrize("folder", ["cwd", "work"])
def test_folders_of_a_check_are_left_out_of_an_error(folder):
    path = f"{tempfile.gettempdir()}/day89-x/checks/test_a0/{folder}/a/b.csv"
    assert (
        describe_error(FileNotFoundError(f"No such file: '{path}'")) == "FileNotFoundError: No such file: '…/a/b.csv'"
    )


def listened(calls, *, client=True):
    """Return a listener after calls, each of which has sent so many requests."""
    sent = [0]
    silence = NoRequests(lambda: sent[0])
    for count in calls:
        with silence.listening((boto3.client("s3", region_name="us-east-1") if client else "text",)):
            sent[0] += count
    return silence


@pytest.mark.parametrize(("calls", "whole"), [([0], True), ([0, 0], True), ([0, 2], False), ([1], False), ([], False)])
def test_silence_is_whole_where_no_call_has_asked_aws(calls, whole):
    assert listened(calls).whole is whole


def test_who_was_given_no_client_need_not_ask_aws():
    assert not listened([0], client=False).whole


def test_an_error_says_nothing_about_whether_aws_was_asked():
    silence = NoRequests(lambda: 0)
    with pytest.raises(ValueError), silence.listening((boto3.client("s3", region_name="us-east-1"),)):
        raise ValueError
    assert not silence.whole


def test_a_check_may_say_that_silence_is_right():
    silence = listened([0])
    silence.is_right = True
    assert not silence.whole


@pytest.mark.parametrize(
    ("error", "mistake"),
    [
        (NameError("name 'mimetypes' is not defined"), "R11"),
        (TypeError("f() argument after ** must be a mapping, not ellipsis"), "R12"),
        (
            ParamValidationError(report="Invalid type for parameter Tags, value: Ellipsis, type: <class 'ellipsis'>"),
            "R12",
        ),
        (
            ParamValidationError(
                report="Invalid type for parameter ContentType, value: ('a', None), type: <class 'tuple'>"
            ),
            "R13",
        ),
        (ParamValidationError(report='Unknown parameter in input: "LocationConstraint", must be one of: ACL'), "R14"),
        (ValueError("Waiter does not exist: running"), "R17"),
        (WaiterError(name="InstanceRunning", reason="Max attempts exceeded", last_response={}), "R16"),
    ],
)
def test_what_newcomers_trip_over_has_a_name(error, mistake):
    assert diagnose(error) == mistake
