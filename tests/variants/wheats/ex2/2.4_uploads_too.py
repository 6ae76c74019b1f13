# task 2.4; right: takes unfinished uploads away as well, and looks first
from itertools import chain

from botocore.exceptions import ClientError


def delete_bucket(s3, bucket):
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as e:
        if e.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise LookupError(f"Bucket {bucket} does not exist") from e
        raise
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket))
    found = list(chain.from_iterable(chain(p.get("Versions", ()), p.get("DeleteMarkers", ())) for p in pages))
    for i in range(0, len(found), 1000):
        batch = [{k: f[k] for k in ("Key", "VersionId")} for f in found[i : i + 1000]]
        answer = s3.delete_objects(Bucket=bucket, Delete=dict(Objects=batch, Quiet=True))
        assert not answer.get("Errors"), answer["Errors"]
    s3.delete_bucket(Bucket=bucket)
    return len(found)
