"""pandas, over pyarrow: a table to S3 and back."""

import os
import sys

import pandas
from pyarrow import fs

bucket = sys.argv[1]
where = {"endpoint_override": os.environ["AWS_ENDPOINT_URL"].split("//")[1], "scheme": "http", "region": "us-east-1"}
table = pandas.DataFrame({"number": range(1000), "text": ["ü"] * 1000})
table.to_parquet(f"{bucket}/table.parquet", filesystem=fs.S3FileSystem(**where))
assert pandas.read_parquet(f"{bucket}/table.parquet", filesystem=fs.S3FileSystem(**where)).equals(table)
