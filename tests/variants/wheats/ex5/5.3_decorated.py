# task 5.3; right: a decorator turns errors into 400; get_json as it is
import functools

import numpy as np
from werkzeug.exceptions import BadRequest, UnsupportedMediaType


def _client_errors(view):
    @functools.wraps(view)
    def wrapped(*args, **kwargs):
        try:
            return view(*args, **kwargs)
        except (BadRequest, UnsupportedMediaType):
            return flask.jsonify(error="send JSON with Content-Type application/json"), 400
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            return flask.jsonify(error=f"{type(error).__name__}: {error}"), 400

    return wrapped


def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    @_client_errors
    def predict():
        features = flask.request.get_json()["features"]
        if not isinstance(features, list):
            raise TypeError("features must be a list")
        flat = [isinstance(x, list) for x in features]
        if any(flat) and not all(flat):
            raise ValueError("mixed rows")
        rows = features if any(flat) else [features]
        if not all(type(v) in (int, float) for row in rows for v in row):
            raise TypeError("only numbers")
        array = np.asarray([[float(v) for v in row] for row in rows])
        if array.ndim != 2 or array.shape[0] == 0 or array.shape[1] != model.n_features_in_:
            raise ValueError(f"shape {array.shape}: rows of {model.n_features_in_} are needed")
        if np.isinf(array).any() or np.isnan(array).any():
            raise ValueError("values must be finite")
        return flask.jsonify(prediction=model.predict(array).tolist())

    return app
