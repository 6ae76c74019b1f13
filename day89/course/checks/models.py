"""Keep the course's own copies of what exercise.py gives, and build the models that checks pass in."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

__all__ = [
    "CATEGORIES",
    "HARDY",
    "KINDS",
    "LOGARITHMS",
    "NARROW",
    "RecordingPipeline",
    "make_model",
    "process_data",
    "train_model",
]

# kind -> (number of feature columns, labels): what comes out is text, whole numbers or floats (scikit-learn takes no
# fractions for classes).
KINDS: dict[str, tuple[int, tuple[Any, ...]]] = {
    "penguins": (4, ("Adelie", "Chinstrap", "Gentoo")),
    "digits": (3, (0, 1, 2)),
    "levels": (2, (1.0, 2.0, 4.0)),
}
NARROW = "narrow"  # a kind beside them, whose columns are so narrow that a large number is too large for it
HARDY = "hardy"  # one that takes NaN for a value as any other
CATEGORIES = "categories"  # one that raises ValueError for a category that it has never seen
LOGARITHMS = "logarithms"  # one that takes the logarithm, which a negative number has none of
SHAPES = {**KINDS, NARROW: (2, ("low", "high")), HARDY: (2, ("left", "right"))}
SHAPES |= {CATEGORIES: (2, ("low", "high")), LOGARITHMS: (2, ("low", "high"))}


def process_data(df: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have no missing value, in order, renumbered."""
    return df.dropna().reset_index(drop=True)


def train_model(df: pd.DataFrame) -> Pipeline:
    """Fit a scaler and a logistic regression that predict the last column from the others."""
    features, labels = df.iloc[:, :-1].to_numpy(dtype=float), df.iloc[:, -1].to_numpy()
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(features, labels)


def _train_tree(df: pd.DataFrame) -> Pipeline:
    features, labels = df.iloc[:, :-1].to_numpy(dtype=float), df.iloc[:, -1].to_numpy()
    return make_pipeline(DecisionTreeClassifier(random_state=0)).fit(features, labels)


def _encoded(df: pd.DataFrame, kind: str) -> Pipeline:
    """Return a model whose first column is a category, 0 to 4, or has to be positive."""
    features, labels = df.iloc[:, :-1].to_numpy(dtype=float), df.iloc[:, -1].to_numpy()
    features = np.abs(features) + 0.1 if kind == LOGARITHMS else np.abs(features.round()) % 5
    first = (
        OneHotEncoder(categories=[list(range(5))] * features.shape[1])
        if kind == CATEGORIES
        else FunctionTransformer(np.log)
    )
    return make_pipeline(first, LogisticRegression(max_iter=1000)).fit(features, labels)


class RecordingPipeline(Pipeline):
    """A model that counts the calls of ``predict``, for the check of one call a request."""

    predict_calls = 0

    def predict(self, X: Any, **params: Any) -> np.ndarray:
        """Count, then predict."""
        self.predict_calls += 1
        return super().predict(X, **params)


@cache
def _training_rows(kind: str, seed: int) -> pd.DataFrame:
    features, labels = SHAPES[kind]
    width = 0.001 if kind == NARROW else 1.0
    source = random.Random(f"{kind}:{seed}")
    rows = [
        [width * source.gauss(3.0 * place + column, 1.0) for column in range(features)] + [label]
        for place, label in enumerate(labels)
        for _ in range(20)
    ]
    return pd.DataFrame(rows, columns=[*(f"x{column}" for column in range(features)), "label"])


def make_model(kind: str, seed: int = 0, *, recording: bool = False) -> Pipeline:
    """Fit a small model of the course's own: the same kind and seed give the same model on either side.

    Args:
        kind: one of ``KINDS``, or one of the names beside them.
        seed: another seed, another model.
        recording: make one that counts the calls of ``predict`` (not one to save: only the course can load it).
    """
    rows = _training_rows(kind, seed)
    if kind in (CATEGORIES, LOGARITHMS):
        return _encoded(rows, kind)
    model = _train_tree(rows) if kind == HARDY else train_model(rows)
    return RecordingPipeline(model.steps) if recording else model
