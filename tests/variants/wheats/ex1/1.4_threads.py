# task 1.4; right: groups of 500 in threads, errors collected afterwards
from concurrent.futures import ThreadPoolExecutor


def delete_prefix(s3, bucket, prefix):
    if prefix == "":
        raise ValueError("prefix must not be empty")
    keys = list_keys(s3, bucket, prefix)

    def remove(group):
        return s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in group]})

    groups = [keys[i : i + 500] for i in range(0, len(keys), 500)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(remove, groups))
    errors = [error["Key"] for answer in answers for error in answer.get("Errors", ())]
    if errors:
        raise RuntimeError("S3 kept " + ", ".join(errors))
    return sum(len(answer.get("Deleted", ())) for answer in answers)
