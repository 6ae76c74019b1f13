# task 4.4; mistake F1; earns 0; wrong because it raises TimeoutError whatever is asked
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, **options):
    raise TimeoutError("no output")
