"""boto3: put, multipart, range, list, copy, delete, presigned GET, PUT and POST, checksums."""

import io
import os
import sys
import urllib.request

import boto3
import requests

bucket, many = sys.argv[1:3]
s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key="a/b ü+&.txt", Body=b"0123456789", ChecksumAlgorithm="SHA256")
assert s3.get_object(Bucket=bucket, Key="a/b ü+&.txt", Range="bytes=2-4")["Body"].read() == b"234"
big = os.urandom(20 << 20)
s3.upload_fileobj(io.BytesIO(big), bucket, "big")
out = io.BytesIO()
s3.download_fileobj(bucket, "big", out)
assert out.getvalue() == big
pages = s3.get_paginator("list_objects_v2").paginate(Bucket=many)
assert sum(len(page["Contents"]) for page in pages) == 1100
s3.copy({"Bucket": bucket, "Key": "big"}, bucket, "copy")
assert s3.head_object(Bucket=bucket, Key="copy")["ContentLength"] == len(big)
url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a/b ü+&.txt"})
assert urllib.request.urlopen(url).read() == b"0123456789"
url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "put"})
assert requests.put(url, data=b"put").status_code == 200
form = s3.generate_presigned_post(bucket, "posted/${filename}")
assert requests.post(form["url"], data=form["fields"], files={"file": ("f.txt", b"posted")}).status_code == 204
assert s3.get_object(Bucket=bucket, Key="posted/f.txt")["Body"].read() == b"posted"
s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "big"}, {"Key": "copy"}]})
