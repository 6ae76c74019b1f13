"""Train a model of penguins: what an instance runs as ``python train_job.py BUCKET KEY NAME``.

Reads the table from S3, fits, tries the model on rows that it has not seen, and saves it as a new version.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import pandas
from botocore.exceptions import ClientError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from day89.clients import make_client
from day89.errors import Day89Error
from day89.models import save_model
from day89.s3 import read_csv

__all__ = ["FEATURES", "LABEL", "fit", "main"]

FEATURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
LABEL = "species"


def fit(table: pandas.DataFrame) -> tuple[Any, pandas.DataFrame, float]:
    """Fit a model that tells the species from four measurements.

    Args:
        table: penguins; rows with a missing measurement are left out.

    Returns:
        The model, the rows that it was not trained on (features and label), and its accuracy on them.
    """
    rows = table[[*FEATURES, LABEL]].dropna()
    train, test = train_test_split(rows, test_size=0.2, random_state=89, stratify=rows[LABEL])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(train[FEATURES], train[LABEL])
    return model, test, float(model.score(test[FEATURES], test[LABEL]))


def main(argv: Sequence[str]) -> int:
    """Train and save.

    Args:
        argv: bucket, key of the table, name of the model.

    Returns:
        0, or 1 where something was wrong, which is said in one line.
    """
    bucket, key, name = argv
    try:
        s3 = make_client("s3")
        model, test, accuracy = fit(read_csv(s3, bucket, key))
        manifest = save_model(s3, model, bucket, name, holdout=test[FEATURES])
    except (Day89Error, ClientError) as error:
        print(f"train_job: {error}", file=sys.stderr)
        return 1
    print(f"version {manifest.version}: {accuracy:.1%} right on {len(test)} rows that it had not seen", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
