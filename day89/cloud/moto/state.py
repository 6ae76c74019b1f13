"""Represent one local cloud: its credentials, its settings, its state in moto."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from day89.cloud.messages.model import ADMIN, DEFAULT_ACCOUNT, DEFAULT_REGION, Credential
from day89.cloud.moto import backend, images

__all__ = ["CloudState"]


@dataclass
class CloudState:
    """The settings and the state of one cloud, which rules, policies and overrides read."""

    credentials: dict[str, Credential] = field(default_factory=lambda: {ADMIN.access_key: ADMIN})
    enforce_iam: bool = False
    page_size: int | None = None
    vcpu_limit: int = 256
    buckets_seen: set[str] = field(default_factory=set)
    regions_ready: set[tuple[str, str]] = field(default_factory=set)
    launches: dict[tuple[str, str, str], tuple[dict[str, Any], Any]] = field(default_factory=dict)
    backends: dict[tuple[str, str, str], Any] = field(default_factory=dict)  # moto's, as they were asked for
    changed: threading.Condition = field(default_factory=threading.Condition)
    # Called before EC2 is first used: what it brings takes long to import.
    before_ec2: Callable[[], None] = lambda: None

    def backend(self, service: str, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION) -> Any:
        """Return moto's state of a service in an account and region."""
        place = service, account, region
        if place not in self.backends:
            self.backends[place] = backend.backend_of(*place)
        return self.backends[place]

    def account_of(self, access_key: str | None) -> str:
        """Return the account that an access key belongs to; the cloud's own account where the key is not known."""
        known = self.credentials.get(access_key or "")
        return known.account if known else DEFAULT_ACCOUNT

    def administrator(self, account: str) -> Credential:
        """Return the administrator's credential of an account, made up when it is first asked for."""
        access_key = f"AKIAOTHER{account[-11:]}"
        credential = Credential(access_key, ADMIN.secret_key, account, arn=f"arn:aws:iam::{account}:root")
        return self.credentials.setdefault(access_key, credential)

    def bucket(self, name: str) -> Any:
        """Return moto's bucket of that name, whoever owns it, or None."""
        owner = backend.bucket_owners.get(name)
        if owner is None:
            return None
        found = self.backends.get(("s3", owner[1], DEFAULT_REGION)) or self.backend("s3", owner[1])
        return found.buckets.get(name)

    def version(self, bucket: str, key: str, version_id: str | None = None) -> Any:
        """Return moto's object or delete marker: the one with that version id, else the newest; None where none is."""
        found = self.bucket(bucket)
        versions = found.keys.getlist(key, []) if found is not None else []
        if version_id is None:
            return versions[-1] if versions else None
        return next((one for one in versions if one.version_id == version_id), None)

    def object(self, bucket: str, key: str, version_id: str | None = None) -> Any:
        """Return moto's object, or None where there is none or a delete marker."""
        found = self.version(bucket, key, version_id)
        return None if backend.is_marker(found) else found

    def object_tags(self, key: Any) -> dict[str, str]:
        """Return the tags of moto's object."""
        tags: dict[str, str] = self.backend("s3", key.account_id).tagger.get_tag_dict_for_resource(key.arn)
        return tags

    def instance_types(self, region: str) -> Mapping[str, int]:
        """Return the instance types of a region, and how many vCPUs each has."""
        return images.instance_types(region)

    def forget(self) -> None:
        """Forget what the cloud remembers of its use; moto's own state is reset beside it."""
        if self.regions_ready:
            self.before_ec2 = lambda: None  # done once, and in place as long as the process lives
        self.buckets_seen.clear()
        self.regions_ready.clear()
        self.launches.clear()
        self.backends.clear()
        self.notify()

    def notify(self) -> None:
        """Wake every waiter: something in the cloud has changed."""
        with self.changed:
            self.changed.notify_all()
