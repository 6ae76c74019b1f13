# task 4.1; mistake D14; wrong because pandas compresses a local file that is named as the output key
import tempfile


def run_job(s3, bucket, input_key, output_key):
    with tempfile.TemporaryDirectory() as d:
        src = os.path.join(d, os.path.basename(input_key))
        dst = os.path.join(d, "out-" + os.path.basename(output_key))
        download_file(s3, bucket, input_key, src)
        df = pd.read_csv(src, dtype=str, keep_default_na=False, na_values=[""])
        out = process_data(df)
        out.to_csv(dst, index=False)
        s3.upload_file(dst, bucket, output_key)
    return len(out)
