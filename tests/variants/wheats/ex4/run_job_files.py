# task 4.1; style: download to a temporary folder, pandas by file name, upload_file
import gzip
import tempfile


def run_job(s3, bucket, input_key, output_key):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "in.csv.gz" if input_key.endswith(".gz") else "in.csv")
        try:
            s3.download_file(bucket, input_key, source)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
                raise FileNotFoundError_(f"{bucket} has no {input_key}") from error
            raise
        frame = pd.read_csv(
            source, dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8", header=None
        )
        done = process_data(frame.loc[1:].set_axis([*frame.loc[0].fillna("")], axis=1))
        target = os.path.join(folder, "out.csv")
        done.to_csv(target, index=False, encoding="utf-8", quoting=1)
        s3.upload_file(target, bucket, output_key, ExtraArgs={"ContentType": "text/csv"})
    return int(done.shape[0])


class FileNotFoundError_(KeyError):
    """Be a LookupError."""
