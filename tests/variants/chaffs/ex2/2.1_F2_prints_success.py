# task 2.1; mistake F2; wrong because nothing is created
def create_bucket(s3, bucket):
    print(f"Bucket {bucket} created in {s3.meta.region_name}")
