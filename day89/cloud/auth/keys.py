"""Find the owner of an access key: the cloud's administrator, an IAM user, or a session of a role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from day89.cloud.auth.evaluate import Principal
from day89.cloud.auth.identities import session_of, user_of
from day89.cloud.moto.state import CloudState

__all__ = ["Key", "find_key"]


@dataclass(frozen=True)
class Key:
    """An access key that the cloud knows."""

    secret: str
    principal: Principal
    token: str | None = None
    expires: datetime | None = None
    active: bool = True

    @property
    def expired(self) -> bool:
        """Return whether a session's credentials have run out."""
        return self.expires is not None and self.expires < datetime.now(UTC)


def find_key(state: CloudState, access_key: str) -> Key | None:
    """Return a key of this cloud, or None where it gave out no such key.

    Args:
        state: the cloud.
        access_key: access key id.
    """
    own = state.credentials.get(access_key)
    if own is not None:
        return Key(own.secret_key, Principal("root", own.account, own.arn), own.token)
    session = session_of(access_key)
    if session is not None:
        until = session.expiration if session.expiration.tzinfo else session.expiration.replace(tzinfo=UTC)
        name = session.role_arn.rpartition("/")[2]
        role = Principal("role", session.account_id, session.arn, name, session.role_arn)
        return Key(session.secret_access_key, role, session.session_token, until)
    found = user_of(access_key)
    if found is None:
        return None
    user, key = found
    principal = Principal("user", user.account_id, user.arn, user.name)
    return Key(key.secret_access_key, principal, active=key.status == "Active")
