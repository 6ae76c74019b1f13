"""obstore, over the object_store library of Rust."""

import os
import sys

import obstore
from obstore.store import S3Store

bucket, many = sys.argv[1:3]
options = {
    "endpoint": os.environ["AWS_ENDPOINT_URL"],
    "access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
    "secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
    "region": "us-east-1",
    "client_options": {"allow_http": True},
}
store = S3Store(bucket, **options)
obstore.put(store, "small", b"0123456789")
assert bytes(obstore.get_range(store, "small", start=2, end=5)) == b"234"
big = os.urandom(20 << 20)
obstore.put(store, "big", big, use_multipart=True, chunk_size=5 << 20)
assert bytes(obstore.get(store, "big").bytes()) == big
assert sum(len(page) for page in obstore.list(S3Store(many, **options))) == 1100
obstore.copy(store, "small", "copy")
refused = ""
try:
    obstore.put(store, "small", b"again", mode="create")
except Exception as error:
    refused = type(error).__name__
assert "AlreadyExists" in refused
obstore.delete(store, "copy")
