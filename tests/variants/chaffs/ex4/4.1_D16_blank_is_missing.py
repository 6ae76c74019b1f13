# task 4.1; mistake D16; wrong because a field of blanks counts as empty
import numpy as np


def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"{bucket}/{input_key}", "NoSuchBucket", "NoSuchKey"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    df = pd.read_csv(
        io.BytesIO(raw), dtype=str, keep_default_na=False, compression="gzip" if input_key.endswith(".gz") else None
    )
    df = df.replace(r"^\s*$", np.nan, regex=True)
    out = process_data(df)
    s3.put_object(Bucket=bucket, Key=output_key, Body=out.to_csv(index=False).encode())
    return len(out)
