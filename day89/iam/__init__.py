"""IAM: roles and instance profiles, and policy documents as plain data."""

from __future__ import annotations

from day89.iam.roles import create_instance_profile, create_role, create_worker_role, delete_role, role_policies

__all__ = ["create_instance_profile", "create_role", "create_worker_role", "delete_role", "role_policies"]
