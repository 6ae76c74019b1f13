# task 4.1; right: TemporaryDirectory, pathlib, pandas reading a path with compression given
from tempfile import TemporaryDirectory


def run_job(s3, bucket, input_key, output_key):
    packed = input_key.lower().endswith(".gz")
    with TemporaryDirectory() as folder:
        local = pathlib.Path(folder) / "data"
        try:
            with local.open("wb") as file:
                for chunk in s3.get_object(Bucket=bucket, Key=input_key)["Body"].iter_chunks():
                    file.write(chunk)
        except s3.exceptions.NoSuchKey as error:
            raise LookupError(f"no {input_key} in {bucket}") from error
        except s3.exceptions.NoSuchBucket as error:
            raise LookupError(f"no bucket {bucket}") from error
        frame = pd.read_csv(
            local,
            compression="gzip" if packed else None,
            dtype="string",
            keep_default_na=False,
            na_values="",
            encoding="utf-8",
            header=None,
        )
        first = frame.iloc[0].fillna("")
        frame = frame.drop(index=0)
        frame.columns = list(first)
        done = process_data(frame)
        result = pathlib.Path(folder) / "result"
        done.to_csv(result, index=None, encoding="utf-8")
        s3.put_object(Bucket=bucket, Key=output_key, Body=result.read_bytes())
    return len(done.index)
