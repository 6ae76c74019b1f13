# task 4.1; right: constant memory: chunks of a hundred rows into a temporary file
import tempfile


def run_job(s3, bucket: str, input_key: str, output_key: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "in.csv.gz" if input_key.endswith(".gz") else "in.csv")
        target = pathlib.Path(folder, "out.csv")
        download_file(s3, bucket, input_key, source)
        total = 0
        with target.open("w", encoding="utf-8", newline="") as out:
            reader = pd.read_csv(source, dtype=str, keep_default_na=False, na_values=[""], chunksize=100, header=None)
            for i, chunk in enumerate(reader):
                if i == 0:
                    chunk.head(1).to_csv(out, index=False, header=False)
                    chunk = chunk.iloc[1:]
                chunk = process_data(chunk)
                chunk.to_csv(out, index=False, header=False)
                total += len(chunk)
        s3.upload_file(str(target), bucket, output_key)
    return total
