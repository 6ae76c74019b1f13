"""minio: the client of another S3 server."""

import io
import os
import sys
import urllib.request

import minio
from minio.commonconfig import CopySource

bucket, many = sys.argv[1:3]
where = os.environ["AWS_ENDPOINT_URL"].split("//")[1]
client = minio.Minio(
    where, os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], secure=False, region="us-east-1"
)
client.put_object(bucket, "small", io.BytesIO(b"0123456789"), 10)
assert client.get_object(bucket, "small", offset=2, length=3).read() == b"234"
big = os.urandom(20 << 20)
client.put_object(bucket, "big", io.BytesIO(big), -1, part_size=5 << 20)
assert client.get_object(bucket, "big").read() == big
assert len(list(client.list_objects(many))) == 1100
client.copy_object(bucket, "copy", CopySource(bucket, "small"))
assert client.stat_object(bucket, "copy").size == 10
assert urllib.request.urlopen(client.presigned_get_object(bucket, "small")).read() == b"0123456789"
client.remove_object(bucket, "copy")
