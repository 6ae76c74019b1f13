# task 4.1; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def run_job(s3, bucket, input_key, output_key):
    raise LookupError(f"{bucket} is not there", bucket, input_key)
