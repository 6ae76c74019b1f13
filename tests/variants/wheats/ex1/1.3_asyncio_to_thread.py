# task 1.3; right: a coroutine of its own that asks page by page in a thread
import asyncio


async def _all_keys(s3, bucket, prefix):
    keys, more = [], {}
    while more is not None:
        page = await asyncio.to_thread(s3.list_objects_v2, Bucket=bucket, Prefix=prefix, **more)
        keys.extend(item["Key"] for item in page.get("Contents", []))
        more = {"ContinuationToken": page["NextContinuationToken"]} if page.get("IsTruncated") else None
    return keys


def list_keys(s3, bucket, prefix=""):
    try:
        return asyncio.run(_all_keys(s3, bucket, prefix))
    except s3.exceptions.NoSuchBucket:
        raise LookupError(f"no bucket named {bucket}") from None
