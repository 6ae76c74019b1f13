"""Run ``aws SERVICE OPERATION --parameter ...`` for any operation that botocore has a model of."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import jmespath  # type: ignore[import-untyped]
from botocore import xform_name
from botocore.response import StreamingBody

from day89.cloud.guest.aws.options import CommandLine, Usage

__all__ = ["run"]

SPECIAL = {"cli-input-json"}


def run(client: Any, options: CommandLine) -> int:
    """Make the call and print its answer.

    Args:
        client: boto3 client of the service.
        options: command line.
    """
    model = client.meta.service_model
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if options.command == "wait":
        return _wait(client, options)
    if options.command not in names:
        raise Usage(f"argument operation: Invalid choice: '{options.command}'")
    operation = model.operation_model(names[options.command])
    outfile = _outfile(operation, options)
    parameters = _parameters(operation.input_shape, options.words)
    method = xform_name(operation.name)
    if client.can_paginate(method):
        answer = client.get_paginator(method).paginate(**parameters).build_full_result()
    else:
        answer = getattr(client, method)(**parameters)
    answer.pop("ResponseMetadata", None)
    _save(answer, outfile)
    _print(answer, options)
    return 0


def _wait(client: Any, options: CommandLine) -> int:
    name = options.words.pop(0).replace("-", "_") if options.words else ""
    if name not in client.waiter_names:
        raise Usage(f"argument waiter: Invalid choice: '{name}'")
    waiter = client.get_waiter(name)
    operation = client.meta.service_model.operation_model(waiter.config.operation)
    waiter.wait(**_parameters(operation.input_shape, options.words))
    return 0


def _outfile(operation: Any, options: CommandLine) -> str | None:
    """Take the file name off the end that operations with a streaming answer want (``aws s3api get-object``)."""
    if not operation.has_streaming_output:
        return None
    if not options.words or options.words[-1].startswith("--"):
        raise Usage("the following arguments are required: outfile")
    return options.words.pop()


def _parameters(shape: Any, words: list[str]) -> dict[str, Any]:
    members = {xform_name(name, "-"): (name, member) for name, member in (shape.members if shape else {}).items()}
    found: dict[str, Any] = {}
    for option, values in _groups(words):
        if option == "cli-input-json":
            found |= json.loads(_content(values[0]))
        elif option in members:
            name, member = members[option]
            found[name] = _value(member, values)
        elif option.removeprefix("no-") in members:
            found[members[option.removeprefix("no-")][0]] = False
        elif option == "filters" and "filter" in members:
            found[members["filter"][0]] = _value(members["filter"][1], values)
        else:
            raise Usage(f"Unknown options: --{option}")
    return found


def _groups(words: list[str]) -> list[tuple[str, list[str]]]:
    groups: list[tuple[str, list[str]]] = []
    for word in words:
        if word.startswith("--"):
            groups.append((word[2:], []))
        elif groups:
            groups[-1][1].append(word)
        else:
            raise Usage(f"Unknown options: {word}")
    return groups


def _content(text: str) -> str:
    return Path(text.removeprefix("file://")).read_text() if text.startswith("file://") else text


def _value(shape: Any, values: list[str]) -> Any:
    kind = shape.type_name
    if kind == "boolean":
        return values[:1] != ["false"]
    if not values:
        raise Usage("expected one argument")
    first = _content(values[0])
    if kind in {"list", "structure", "map"} and first.lstrip().startswith(("{", "[")):
        return json.loads(first)
    if kind == "list":
        return [_shorthand(shape.member, item) for item in _items(shape, values)]
    if kind in {"structure", "map"}:
        return _shorthand(shape, first)
    if kind == "blob":
        path = values[0].removeprefix("fileb://").removeprefix("file://")
        return Path(path).read_bytes() if Path(path).is_file() else values[0].encode()
    return _scalar(shape, first)


def _items(shape: Any, values: list[str]) -> list[str]:
    return values if shape.member.type_name in {"structure", "map"} else [i for v in values for i in v.split()]


def _scalar(shape: Any, text: str) -> Any:
    if shape.type_name == "boolean":
        return text != "false"
    kinds: dict[str, type[int | float]] = {"integer": int, "long": int, "float": float, "double": float}
    return kinds.get(shape.type_name, str)(text)


def _shorthand(shape: Any, text: str) -> Any:
    """Read ``Key=value,Key=value`` and ``Name=x,Values=a,b``.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
    """
    if shape.type_name not in {"structure", "map"}:
        return _scalar(shape, text)
    if text.lstrip().startswith("{"):
        return json.loads(text)
    pairs: dict[str, list[str]] = {}
    last = ""
    for part in text.split(","):
        name, sign, value = part.partition("=")
        if sign:
            last = name
            pairs[last] = [value]
        else:
            pairs.setdefault(last, []).append(part)
    return {name: _member(shape, name, values) for name, values in pairs.items()}


def _member(shape: Any, name: str, values: list[str]) -> Any:
    if shape.type_name == "map":
        return ",".join(values)
    if name not in shape.members:
        raise Usage(f"Unknown key '{name}'")
    member = shape.members[name]
    if member.type_name == "list":
        return [_scalar(member.member, value) for value in values]
    return _scalar(member, ",".join(values))


def _save(answer: dict[str, Any], outfile: str | None) -> None:
    for name, value in list(answer.items()):
        if isinstance(value, StreamingBody):
            del answer[name]
            if outfile == "-":
                shutil.copyfileobj(value, sys.stdout.buffer)
            elif outfile:
                with Path(outfile).open("wb") as file:
                    shutil.copyfileobj(value, file)


def _print(answer: Any, options: CommandLine) -> None:
    if options.query:
        answer = jmespath.search(options.query, answer)
    if answer is None or answer == {}:
        print(
            "None" if options.query and options.output == "text" else "null" if options.query else "",
            end="\n" * bool(options.query),
        )
    elif options.output == "text":
        print("\n".join(_rows(answer)))
    else:
        print(json.dumps(answer, indent=4, default=_plain, ensure_ascii=False))


def _rows(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = [item for item in value.values() if not isinstance(item, (dict, list))]
        return ["\t".join(_word(item) for item in value)]
    if isinstance(value, list):
        if all(not isinstance(item, (dict, list)) for item in value):
            return ["\t".join(_word(item) for item in value)]
        return [row for item in value for row in _rows(item)]
    return [_word(value)]


def _word(value: Any) -> str:
    return _plain(value) if isinstance(value, datetime) else str(value)


def _plain(value: Any) -> str:
    return (
        value.isoformat() if isinstance(value, datetime) else value.decode() if isinstance(value, bytes) else str(value)
    )
