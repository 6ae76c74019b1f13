# task 4.1; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def run_job(s3, bucket, input_key, output_key):
    return None
