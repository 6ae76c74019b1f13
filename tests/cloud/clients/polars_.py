"""polars, over the object_store library of Rust: a table to S3 and back, a scan."""

import os
import sys

import polars

bucket = sys.argv[1]
options = {
    "aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"],
    "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
    "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
    "aws_region": "us-east-1",
    "aws_allow_http": "true",
}
table = polars.DataFrame({"number": range(100_000), "text": ["ü"] * 100_000})
table.write_parquet(f"s3://{bucket}/table.parquet", storage_options=options)
assert polars.read_parquet(f"s3://{bucket}/table.parquet", storage_options=options).equals(table)
found = (
    polars.scan_parquet(f"s3://{bucket}/*.parquet", storage_options=options).filter(polars.col("number") < 3).collect()
)
assert len(found) == 3
