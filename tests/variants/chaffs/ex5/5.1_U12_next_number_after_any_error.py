# task 5.1; mistake U12, R6; wrong because after any error of the put it goes on to the next number
import hashlib
import io
import re

import joblib


def save_model(s3, model, bucket, name):
    out = io.BytesIO()
    joblib.dump(model, out)
    data = out.getvalue()
    prefix = f"models/{name}/"
    shape = re.compile(re.escape(prefix) + r"v([0-9]+)/model\.joblib", re.DOTALL)
    number = max([int(m[1]) for m in map(shape.fullmatch, list_keys(s3, bucket, prefix)) if m], default=0)
    while True:
        number += 1
        try:
            s3.put_object(
                Bucket=bucket,
                Key=f"{prefix}v{number}/model.joblib",
                Body=data,
                IfNoneMatch="*",
                Metadata={"sha256": hashlib.sha256(data).hexdigest()},
            )
            return number
        except ClientError as error:
            if number > 200:
                raise
