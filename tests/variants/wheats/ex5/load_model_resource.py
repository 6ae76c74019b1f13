# task 5.2; style: resource API over the environment, download_fileobj, compare_digest
import hmac


def load_model(s3, bucket, name, version=None):
    there = boto3.resource("s3", region_name=s3.meta.region_name).Bucket(bucket)
    gone = there.meta.client.exceptions
    try:
        keys = {int(o.key.split("/")[-2][1:]): o for o in there.objects.filter(Prefix=f"models/{name}/v")}
    except gone.NoSuchBucket as error:
        raise LookupError(f"no bucket {bucket}") from error
    wanted = version if version is not None else max(keys, default=0)
    if wanted not in keys:
        raise LookupError(f"{bucket} has no version {wanted} of {name}")
    found = keys[wanted].Object()
    buffer = io.BytesIO()
    found.download_fileobj(buffer)
    digest = hashlib.sha256(buffer.getbuffer()).hexdigest()
    if not hmac.compare_digest(digest, found.metadata.get("sha256", "")):
        raise ValueError("the checksum does not match")
    buffer.seek(0)
    return joblib.load(buffer)
