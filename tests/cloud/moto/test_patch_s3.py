"""The listing of versions goes on where it was, also when what it stood on was deleted meanwhile."""

from __future__ import annotations

import pytest

from day89 import cloud as local_cloud


@pytest.mark.parametrize("versioning", ["Enabled", None])
def test_deleting_page_by_page_reaches_every_version(versioning: str | None) -> None:
    with local_cloud.local(page_size=3) as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="archive-1")
        if versioning:
            s3.put_bucket_versioning(Bucket="archive-1", VersioningConfiguration={"Status": versioning})
        for key in "abcdefg" * 2:
            s3.put_object(Bucket="archive-1", Key=key, Body=b"")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket="archive-1"):
            entries = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in page["Versions"]]
            s3.delete_objects(Bucket="archive-1", Delete={"Objects": entries})
        assert "Versions" not in s3.list_object_versions(Bucket="archive-1")


def test_deleting_only_some_of_a_page_lists_none_twice() -> None:
    with local_cloud.local(page_size=2) as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="archive-1")
        s3.put_bucket_versioning(Bucket="archive-1", VersioningConfiguration={"Status": "Enabled"})
        for key in "aaabbb":
            s3.put_object(Bucket="archive-1", Key=key, Body=b"")
        seen = []
        for page in s3.get_paginator("list_object_versions").paginate(Bucket="archive-1"):
            seen += [item["VersionId"] for item in page["Versions"]]
            last = page["Versions"][-1]
            s3.delete_object(Bucket="archive-1", Key=last["Key"], VersionId=last["VersionId"])
        assert len(seen) == len(set(seen)) == 6
