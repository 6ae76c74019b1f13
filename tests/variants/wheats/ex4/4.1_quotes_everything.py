# task 4.1; right: download_fileobj and upload_fileobj, every field quoted
import csv
import gzip

import botocore


def run_job(s3, bucket, input_key, output_key):
    buffer = io.BytesIO()
    try:
        s3.download_fileobj(bucket, input_key, buffer)
    except botocore.exceptions.ClientError as e:
        if e.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise LookupError(f"{bucket}/{input_key} not found") from None
        raise
    buffer.seek(0)
    stream = gzip.open(buffer) if input_key.lower().endswith(".gz") else buffer
    df = pd.read_csv(stream, dtype="string", keep_default_na=False, encoding="utf-8", header=None)
    header, df = df.iloc[0].tolist(), df.iloc[1:]
    df = df.mask(df == "").set_axis(header, axis=1)
    clean = process_data(df)
    out = io.BytesIO()
    clean.to_csv(out, index=False, quoting=csv.QUOTE_ALL, encoding="utf-8")
    out.seek(0)
    s3.upload_fileobj(out, bucket, output_key, ExtraArgs={"ContentType": "text/csv; charset=utf-8"})
    return clean.shape[0]
