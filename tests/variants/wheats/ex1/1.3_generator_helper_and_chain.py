# task 1.3; right: a generator behind a list, itertools.chain, operator.itemgetter
from itertools import chain
from operator import itemgetter


def _pages_of(s3, **question):
    while True:
        page = s3.list_objects_v2(**question)
        yield page.get("Contents") or ()
        if not page["IsTruncated"]:
            return
        question["ContinuationToken"] = page["NextContinuationToken"]


def list_keys(s3, bucket, prefix=""):
    try:
        return list(map(itemgetter("Key"), chain.from_iterable(_pages_of(s3, Bucket=bucket, Prefix=prefix))))
    except s3.exceptions.NoSuchBucket as error:
        raise LookupError(f"no bucket {bucket!r}") from error
