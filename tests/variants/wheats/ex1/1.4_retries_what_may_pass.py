# task 1.4; right: a cautious engineer retries what S3 could not delete for a moment
import time

RETRY = {"InternalError", "SlowDown", "ServiceUnavailable"}


def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    keys = list_keys(s3, bucket, prefix)
    left, final = list(keys), []
    for attempt in range(4):
        again = []
        for i in range(0, len(left), 1000):
            objects = [{"Key": k} for k in left[i : i + 1000]]
            for e in s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}).get("Errors", []):
                (again if e["Code"] in RETRY and attempt < 3 else final).append(e["Key"])
        left = again
        if not left:
            break
        time.sleep(0.01 * 2**attempt)
    if final:
        raise RuntimeError("could not delete " + "; ".join(final))
    return len(keys)
