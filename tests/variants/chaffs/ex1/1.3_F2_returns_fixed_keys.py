# task 1.3; mistake F2; wrong because it returns keys that it made up
def list_keys(s3, bucket, prefix=""):
    return [key for key in ["data/a.csv", "data/b.csv", "logs/1.txt"] if key.startswith(prefix)]
