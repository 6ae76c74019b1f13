# task 4.1; style: streaming body through gzip into pandas, resource API made from the environment
import gzip


def run_job(s3, bucket, input_key, output_key):
    obj = boto3.resource("s3", region_name=s3.meta.region_name).Object(bucket, input_key)
    try:
        stream = obj.get()["Body"]
    except ClientError as exc:
        code = exc.response.get("Error", {}).get("Code")
        if code == "NoSuchKey" or code == "NoSuchBucket":
            raise LookupError(bucket + "/" + input_key)
        raise
    opened = gzip.open(stream) if input_key.endswith(".gz") else stream
    frame = pd.read_csv(opened, dtype=str, na_values=[""], keep_default_na=False, header=None)
    names = frame.iloc[0].where(frame.iloc[0].notna(), "")
    frame = process_data(frame[1:].rename(columns=names))
    body = frame.to_csv(index=False)
    boto3.resource("s3").Object(bucket, output_key).put(Body=body.encode("utf-8"))
    return len(frame.index)
