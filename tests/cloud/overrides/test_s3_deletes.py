"""A quiet DeleteObjects names only what was not deleted."""

from __future__ import annotations

import pytest

from day89 import cloud as local_cloud


@pytest.mark.parametrize(("quiet", "named"), [(True, []), (False, ["a", "b&c"])])
def test_deleted_keys_are_named_unless_it_is_quiet(quiet: bool, named: list[str]) -> None:
    with local_cloud.local() as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="archive-1")
        s3.put_object(Bucket="archive-1", Key="a", Body=b"")
        objects = [{"Key": "a"}, {"Key": "b&c"}]
        answer = s3.delete_objects(Bucket="archive-1", Delete={"Objects": objects, "Quiet": quiet})
        assert [one["Key"] for one in answer.get("Deleted", [])] == named
        assert "Contents" not in s3.list_objects_v2(Bucket="archive-1")
