"""Work with S3: objects, folders, buckets, what grows old, tables, and what lies unused."""

from __future__ import annotations

from day89.s3.buckets import (
    block_public_access,
    create_bucket,
    delete_bucket,
    enable_versioning,
    encrypt_bucket,
    get_policy,
    host_website,
    list_versions,
    require_tls,
    secure_bucket,
)
from day89.s3.folders import Sync, restore_folder, rollback_prefix, sync_down, sync_up, versions_at
from day89.s3.lifecycle import (
    Restore,
    add_intelligent_tiering,
    add_lifecycle_rule,
    change_storage_class,
    list_lifecycle_rules,
    remove_lifecycle_rule,
    restore_object,
    restore_status,
    wait_restored,
)
from day89.s3.listing import ObjectInfo, delete_keys, delete_object, delete_prefix, list_keys, list_objects
from day89.s3.objects import (
    copy_object,
    describe_object,
    download_file,
    object_exists,
    presign,
    upload_file,
    verify_file,
)
from day89.s3.streams import open_object
from day89.s3.tables import iter_csv, iter_parquet, read_csv, read_parquet, write_csv, write_parquet
from day89.s3.transfer import Progress, file_sha256
from day89.s3.unused import Total, Unused, Upload, abort_uploads, delete_old_versions, find_unused, list_uploads

__all__ = [
    "ObjectInfo",
    "Progress",
    "Restore",
    "Sync",
    "Total",
    "Unused",
    "Upload",
    "abort_uploads",
    "add_intelligent_tiering",
    "add_lifecycle_rule",
    "block_public_access",
    "change_storage_class",
    "copy_object",
    "create_bucket",
    "delete_bucket",
    "delete_keys",
    "delete_object",
    "delete_old_versions",
    "delete_prefix",
    "describe_object",
    "download_file",
    "enable_versioning",
    "encrypt_bucket",
    "file_sha256",
    "find_unused",
    "get_policy",
    "host_website",
    "iter_csv",
    "iter_parquet",
    "list_keys",
    "list_lifecycle_rules",
    "list_objects",
    "list_uploads",
    "list_versions",
    "object_exists",
    "open_object",
    "presign",
    "read_csv",
    "read_parquet",
    "remove_lifecycle_rule",
    "require_tls",
    "restore_folder",
    "restore_object",
    "restore_status",
    "rollback_prefix",
    "secure_bucket",
    "sync_down",
    "sync_up",
    "upload_file",
    "verify_file",
    "versions_at",
    "wait_restored",
    "write_csv",
    "write_parquet",
]
