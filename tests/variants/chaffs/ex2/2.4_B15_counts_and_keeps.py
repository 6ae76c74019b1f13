# task 2.4; mistake B15; wrong because it counts what there is and deletes nothing
def delete_bucket(s3, bucket):
    try:
        pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket))
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return sum(len(page.get("Versions", [])) + len(page.get("DeleteMarkers", [])) for page in pages)
