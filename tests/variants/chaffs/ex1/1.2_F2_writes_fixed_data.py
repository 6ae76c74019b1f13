# task 1.2; mistake F2; wrong because it writes a file of its own and asks S3 nothing
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"id,value\n1,2\n")
    print("Downloaded", key)
    return path
