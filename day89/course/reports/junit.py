"""Write JUnit XML, which every CI service shows: a suite a submission, a case a check.

https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from day89.course.reports.failure import as_text
from day89.course.reports.text import plain
from day89.course.reports.who import facts

__all__ = ["render"]


def render(results: Mapping[str, Any]) -> str:
    """Return the results as JUnit XML.

    Args:
        results: the data of the result file.
    """
    root = ET.Element("testsuites", name=str(results["course"]))
    for one in results["submissions"]:
        cases = [(task, check) for task in one["tasks"] for check in task["checks"]]
        suite = ET.SubElement(root, "testsuite", name=plain(one["path"]), time=str(one["seconds"]))
        if known := {key: value for key, value in facts(one).items() if value}:
            properties = ET.SubElement(suite, "properties")
            for key, value in known.items():
                ET.SubElement(properties, "property", name=key, value=plain(value))
        for task, check in cases:
            _case(suite, task, check)
        for task in one["tasks"]:
            if not task["checks"]:
                case = ET.SubElement(suite, "testcase", classname=task["id"], name=task["function"], time="0")
                ET.SubElement(case, "skipped", message="not started" if one["status"] == "graded" else one["status"])
        if one["status"] != "graded":
            case = ET.SubElement(suite, "testcase", classname="submission", name=one["status"], time="0")
            ET.SubElement(case, "error", message=plain(one["message"] or one["status"]))
        _count(suite)
    _count(root)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, task: Mapping[str, Any], check: Mapping[str, Any]) -> None:
    name = f"{check['name']} ({check['level']}, {check['points']:g} points)"
    case = ET.SubElement(
        suite, "testcase", classname=f"{task['id']} {task['function']}", name=name, time=str(check["seconds"])
    )
    if task["status"] == "not_started":
        ET.SubElement(case, "skipped", message="not started")
    elif check["status"] == "not_judged":
        ET.SubElement(case, "skipped", message=plain(f"not judged: {check['message']}"))
    elif not check["passed"]:
        failure = ET.SubElement(case, "failure", message=plain(check["message"] or "failed"))
        failure.text = plain(as_text(check))
        if check["mistake"]:
            failure.set("type", check["mistake"])


def _count(element: ET.Element) -> None:
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(sum(1 for _ in element.iter(tag))))
