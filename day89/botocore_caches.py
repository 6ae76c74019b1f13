"""Let botocore do once a process what it does anew for every client, in the processes that grade.

A run of all checks makes some two hundred clients. Each of them reads the same service model, makes the same methods,
compiles the same endpoint rules, and each answer's timestamps go through a parser of all the world's dates. All of
that depends on nothing but the service and the text: it is kept. What a client does stays the same to the last byte.
"""

from __future__ import annotations

from functools import cache, lru_cache, wraps
from typing import Any

import botocore.client
import botocore.hooks
import botocore.httpsession
import botocore.parsers
import botocore.regions
import botocore.utils

__all__ = ["install"]

TIMESTAMPS, RULESETS = 4096, 16


def install() -> None:
    """Keep what can be kept, for as long as this process lives; a second call changes nothing."""
    creator: Any = botocore.client.ClientCreator
    if getattr(creator, "day89_caches", False):
        return
    creator.day89_caches = True
    creator._load_service_model = _one_model_a_loader(creator._load_service_model)
    creator._create_methods = _once_a_model(creator._create_methods)
    creator._create_name_mapping = _once_a_model(creator._create_name_mapping)
    _share_aliases()
    _share_rules()
    _remember_timestamps()
    # Nothing leaves this machine: no context is ever used, but each client would make one.
    session: Any = botocore.httpsession
    session.create_urllib3_context = cache(session.create_urllib3_context)


def _one_model_a_loader(load: Any) -> Any:
    @wraps(load)
    def load_service_model(self: Any, service_name: str, api_version: str | None = None) -> Any:
        kept = self._loader.__dict__.setdefault("day89_models", {})  # lives as long as the JSON that it is made of
        if (service_name, api_version) not in kept:
            kept[service_name, api_version] = load(self, service_name, api_version)
        return kept[service_name, api_version]

    return load_service_model


def _once_a_model(make: Any) -> Any:
    name = f"day89{make.__name__}"

    @wraps(make)
    def made(self: Any, service_model: Any) -> Any:
        if name not in service_model.__dict__:
            service_model.__dict__[name] = make(self, service_model)
        return dict(service_model.__dict__[name])  # whoever builds the class adds to it

    return made


def _share_aliases() -> None:
    emitter: Any = botocore.hooks.EventAliaser
    copy = emitter.__copy__

    @wraps(copy)
    def copy_with_names(self: Any) -> Any:
        made = copy(self)
        made._alias_name_cache = self._alias_name_cache
        return made

    emitter.__copy__ = copy_with_names


def _share_rules() -> None:
    regions: Any = botocore.regions
    make = regions.EndpointProvider
    kept: dict[tuple[int, int], tuple[Any, Any, Any]] = {}

    def provider(ruleset_data: Any, partition_data: Any, excluded_params: Any = None) -> Any:
        key = id(ruleset_data), id(partition_data)
        if key not in kept:
            if len(kept) >= RULESETS:
                kept.clear()
            # The data is kept with what was made of it: its id means nothing once it is gone.
            kept[key] = make(ruleset_data, partition_data, excluded_params), ruleset_data, partition_data
        return kept[key][0]

    regions.EndpointProvider = provider


def _remember_timestamps() -> None:
    parse = lru_cache(TIMESTAMPS, typed=True)(botocore.utils.parse_timestamp)
    for module, name in ((botocore.utils, "parse_timestamp"), (botocore.parsers, "DEFAULT_TIMESTAMP_PARSER")):
        setattr(module, name, parse)
