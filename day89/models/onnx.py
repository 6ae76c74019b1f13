"""Turn a scikit-learn model into ONNX, prove that it answers the same, and run it.

ONNX computes with 32-bit floats, so sameness is something to prove, not to assume: a model whose ONNX form disagrees
on the held-out rows is refused. What it buys: a 1-row prediction costs microseconds instead of a scikit-learn call's
fixed 0.2 to 2 ms, and the file holds no Python code.
"""

from __future__ import annotations

from typing import Any

import numpy
from sklearn.base import is_classifier

from day89.errors import InvalidInputError

__all__ = ["OnnxModel", "convert"]

EXTRA = "the ONNX format needs `pip install 'day89[onnx]'`"
CLOSE = 1e-4  # relative; float32 keeps about 7 digits, a sum over trees or features loses some


class OnnxModel:
    """A model with the interface of the scikit-learn model that its bytes were made from."""

    def __init__(self, content: bytes) -> None:
        """Load an ONNX model.

        Args:
            content: the bytes of the file.

        Raises:
            InvalidInputError: onnxruntime is not installed.
        """
        try:
            import onnxruntime  # an extra
        except ImportError as error:
            raise InvalidInputError(EXTRA) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # requests run side by side; threads within one cost more than they give
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        entry = self._session.get_inputs()[0]
        self._input = entry.name
        self._outputs = [self._session.get_outputs()[0].name]
        self.n_features_in_ = int(entry.shape[1])

    def predict(self, rows: Any) -> numpy.ndarray:
        """Return one prediction for each row."""
        block = numpy.asarray(rows, dtype=numpy.float32)
        answer: numpy.ndarray = self._session.run(self._outputs, {self._input: block})[0]
        return answer if answer.ndim == 2 and answer.shape[1] > 1 else answer.reshape(len(block))


def convert(model: Any, holdout: Any) -> bytes:
    """Convert a fitted scikit-learn model to ONNX and prove it on rows that it was not trained on.

    Args:
        model: fitted estimator over numeric features.
        holdout: held-out rows, shape (n, n_features).

    Returns:
        The ONNX file's bytes.

    Raises:
        InvalidInputError: no held-out rows, no converter for this model, or an answer that differs.
    """
    if holdout is None or len(holdout) == 0:
        raise InvalidInputError("ONNX needs held-out rows to prove that it answers like the model: pass holdout=")
    content = _convert(model)
    check_same(model, OnnxModel(content), holdout)
    return content


def check_same(model: Any, other: OnnxModel, holdout: Any) -> None:
    """Refuse a converted model that answers otherwise on any held-out row.

    Raises:
        InvalidInputError: it does; the message says on how many rows.
    """
    want, got = numpy.asarray(model.predict(holdout)), other.predict(holdout)
    same = want == got if is_classifier(model) else numpy.isclose(want, got, rtol=CLOSE, atol=CLOSE)
    same = same.reshape(len(same), -1).all(axis=1)  # a model may answer with several numbers a row
    if not same.all():
        raise InvalidInputError(
            f"the ONNX form of {type(model).__name__} differs on {int((~same).sum())} of {len(same)} held-out rows: "
            "serve the model itself"
        )


def _convert(model: Any) -> bytes:
    try:
        from skl2onnx import to_onnx  # an extra
        from skl2onnx.common.data_types import FloatTensorType
    except ImportError as error:
        raise InvalidInputError(EXTRA) from error
    options = {id(model): {"zipmap": False}} if is_classifier(model) else None
    shape = [("rows", FloatTensorType([None, model.n_features_in_]))]
    try:
        content: bytes = to_onnx(model, initial_types=shape, options=options).SerializeToString()
    except Exception as error:  # skl2onnx has no common base for "cannot"
        raise InvalidInputError(f"{type(model).__name__} cannot be turned into ONNX: {error}") from error
    return content
